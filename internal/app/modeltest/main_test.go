// Package modeltest compares the school with a model of it in memory, written
// from the rules alone: one operation after the other, and many at once.
package modeltest

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"testing"

	"rehearse/internal/pgtest"
)

// What rapid's flags are here, unless they are given. A school sees 70 operations
// on average, more than rapid's own 30: it takes a while until interviews are
// given, graded and missed. The checks are shared by the schools that are tested
// at the same time.
var usual = map[string]int{"rapid.steps": 70, "rapid.checks": checks / schools}

const (
	checks  = 200 // in all
	schools = 5   // tested at the same time: each waits for Postgres half of its time
)

func TestMain(m *testing.M) {
	flag.Parse()
	for name, value := range usual {
		if !asConfigured(name) {
			continue
		}
		// Set by Value: flag.Set would look as though it had been given.
		if err := flag.Lookup(name).Value.Set(strconv.Itoa(value)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(pgtest.Main(m))
}
