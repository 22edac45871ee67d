//go:build !unix

package gqlhttp_test

import "time"

var started = time.Now()

// processorTime is the time that has passed, where a process cannot learn what it has used.
func processorTime() time.Duration { return time.Since(started) }
