package calendar

import (
	_ "embed"
	"fmt"
	"path"
	"strings"
	"time"
)

//go:embed zonenames.txt
var zoneNames string

// canonicalZones maps every name in the database, in lower case, to its canonical
// name.
var canonicalZones = func() map[string]string {
	canonical := map[string]string{}
	for line := range strings.Lines(zoneNames) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		names := strings.Fields(line)
		for _, name := range names {
			canonical[strings.ToLower(name)] = names[0]
		}
	}
	return canonical
}()

// Zone loads an IANA time zone. Case is ignored. The result's String is the
// canonical name: Europe/Kyiv for Europe/Kiev, America/New_York for US/Eastern,
// UTC for Etc/UTC. Zones that keep the same time stay distinct: Europe/Bratislava
// is not Europe/Prague. Zone rejects names that denote a file of the machine
// rather than a place, because results must not depend on the machine.
func Zone(name string) (*time.Location, error) {
	known := name
	if canonical, found := canonicalZones[strings.ToLower(name)]; found {
		known = canonical // a name newer than the table is kept as it is
	}
	zone, err := time.LoadLocation(known)
	if err != nil || isFile(known) {
		return nil, fmt.Errorf("%q is not a time zone; an IANA name such as Europe/Berlin or UTC is expected", name)
	}
	return zone, nil
}

// isFile reports whether the name denotes a file in a zone directory that is not
// the zone of a place: the machine's own zone, a default, or a variant with leap
// seconds. Package time accepts the empty name and "Local" as such names.
func isFile(name string) bool {
	switch lower := strings.ToLower(name); lower {
	case "", "local", "localtime", "posixrules", "factory":
		return true
	default:
		return path.Clean(name) != name || strings.HasPrefix(lower, "right/") || strings.HasPrefix(lower, "posix/")
	}
}
