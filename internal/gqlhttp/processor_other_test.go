//go:build !unix

package gqlhttp_test

import "time"

var started = time.Now()

// processorTime returns the elapsed time, on systems where a process cannot read its CPU
// time.
func processorTime() time.Duration { return time.Since(started) }
