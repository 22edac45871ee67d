// Package modeltest compares the school with an in-memory model, written from the rules
// alone. It runs operations in sequence and concurrently.
package modeltest

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"testing"

	"rehearse/internal/pgtest"
)

// flagDefaults holds the defaults of some flags of rapid. A school executes 70 operations
// on average instead of rapid's 30, because it takes a while until interviews are
// completed, graded and missed. The checks are divided among the schools that are tested concurrently.
var flagDefaults = map[string]int{"rapid.steps": 70, "rapid.checks": checks / schools}

const (
	checks  = 200 // total
	schools = 5   // tested concurrently: each waits for Postgres half of the time
)

func TestMain(m *testing.M) {
	flag.Parse()
	for name, value := range flagDefaults {
		if !asConfigured(name) {
			continue
		}
		// Use Value.Set, because flag.Set marks the flag as given on the command line.
		if err := flag.Lookup(name).Value.Set(strconv.Itoa(value)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(pgtest.Main(m))
}
