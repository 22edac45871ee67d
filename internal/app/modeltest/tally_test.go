package modeltest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"rehearse/internal/booking"
)

// tally counts the outcomes of operations. An outcome that never occurred was not
// compared, so a tally with gaps fails the test.
type tally struct {
	mu    sync.Mutex
	steps int
	ends  map[string]map[string]int // by operation, then by refusal code or "done"
}

func newTally() *tally { return &tally{ends: map[string]map[string]int{}} }

const done = "done"

func (c *tally) count(o operation, a response) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.steps++
	name := strings.TrimPrefix(fmt.Sprintf("%T", o), "modeltest.")
	if c.ends[name] == nil {
		c.ends[name] = map[string]int{}
	}
	if a.refused == "" {
		c.ends[name][done]++
	}
	for _, code := range strings.Fields(a.refused) {
		c.ends[name][code]++
	}
}

// every is all refusal codes except BUSY_RETRY, which requires a concurrent operation.
var every = codes{
	booking.LimitReached, booking.GradesTooLow, booking.AlreadyInterviewed, booking.SelfInterview, booking.OwnOverlap,
	booking.InterviewerFull, booking.SlotTaken, booking.SlotHeld, booking.AlreadyHolding, booking.SlotIsWithdrawn,
	booking.SlotInPast, booking.TooSoon, booking.HoldExpired, booking.NotFound, booking.InvalidInput, booking.InvalidRange,
	booking.IdempotencyMismatch, booking.CancelTooLate, booking.WrongStatus, booking.TooManyReschedules, booking.AvailabilityConflict,
}

// want prints the tally, and fails unless the given number of operations was executed,
// each named operation succeeded at least once, and each of the codes occurred.
func (c *tally) want(t *testing.T, steps int, operations []string, met codes) {
	t.Helper()
	t.Logf("%d operations", c.steps)
	refused := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(c.ends)) {
		t.Logf("%-20s %v", name, c.ends[name])
		for code := range c.ends[name] {
			refused[code] = true
		}
	}
	if c.steps < steps {
		t.Errorf("%d operations were executed, want at least %d", c.steps, steps)
	}
	for _, name := range operations {
		if c.ends[name][done] == 0 {
			t.Errorf("no %s succeeded", name)
		}
	}
	for _, code := range met {
		if !refused[string(code)] {
			t.Errorf("no operation was refused with %s", code)
		}
	}
}
