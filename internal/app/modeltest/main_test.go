// Package modeltest compares the school with a model of it in memory, written
// from the rules alone: one operation after the other, and many at once.
package modeltest

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"rehearse/internal/pgtest"
)

// steps is how many operations a school sees on average. It takes a while until
// interviews are given, graded and missed, so it is more than rapid's own.
const steps = "70"

func TestMain(m *testing.M) {
	flag.Parse()
	if asConfigured("rapid.steps") {
		// Set by Value: flag.Set would look as though it had been given.
		if err := flag.Lookup("rapid.steps").Value.Set(steps); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(pgtest.Main(m))
}
