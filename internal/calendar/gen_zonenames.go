//go:build ignore

// Command gen_zonenames writes zonenames.txt, the names in the IANA time zone
// database, from the compiled source in Debian's tzdata package. Like Go's copy of
// the database, that source includes backzone for the places in zone.tab. Run the
// command in this directory when Go updates its copy:
//
//	go run gen_zonenames.go /usr/share/zoneinfo > zonenames.txt
package main

import (
	"bufio"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// utc lists the zones without an offset that ECMA-402 calls UTC.
var utc = []string{"Etc/UTC", "Etc/GMT"}

func main() {
	folder := os.Args[1]
	places := map[string]bool{}
	for _, fields := range lines(filepath.Join(folder, "zone.tab")) {
		if !strings.HasPrefix(fields[0], "#") {
			places[fields[2]] = true
		}
	}
	targets, aliases, version := map[string]string{}, map[string][]string{}, "unknown"
	for _, fields := range lines(filepath.Join(folder, "tzdata.zi")) {
		switch fields[0] {
		case "#":
			if fields[1] == "version" {
				version = fields[2]
			}
		case "Z":
			aliases[fields[1]] = nil
		case "L":
			targets[fields[2]] = fields[1]
		}
	}
	aliases["UTC"] = utc
	for _, zone := range utc {
		delete(aliases, zone)
	}
	delete(aliases, "Factory")
	for name, target := range targets {
		if target = resolve(target, targets); slices.Contains(utc, target) {
			target = "UTC"
		}
		switch {
		case name == "UTC":
		case places[name]:
			aliases[name] = append([]string(nil), aliases[name]...)
		default:
			aliases[target] = append(aliases[target], name)
		}
	}
	fmt.Printf("# The names of the IANA time zone database %s (public domain), by gen_zonenames.go:\n", version)
	fmt.Println("# each zone, and after it the other names that mean it.")
	for _, zone := range slices.Sorted(func(yield func(string) bool) {
		for zone := range aliases {
			if !yield(zone) {
				return
			}
		}
	}) {
		slices.Sort(aliases[zone])
		fmt.Println(strings.Join(append([]string{zone}, aliases[zone]...), " "))
	}
}

func resolve(name string, targets map[string]string) string {
	for targets[name] != "" {
		name = targets[name]
	}
	return name
}

func lines(path string) (all [][]string) {
	file, err := os.Open(path)
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	scanner := bufio.NewScanner(file)
	for scanner.Scan() {
		if fields := strings.Fields(scanner.Text()); len(fields) > 0 {
			all = append(all, fields)
		}
	}
	if err := scanner.Err(); err != nil {
		log.Fatal(err)
	}
	return all
}
