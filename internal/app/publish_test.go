package app_test

import (
	"sync/atomic"
	"testing"
	"time"

	"rehearse/internal/app"
	"rehearse/internal/app/availability"
	"rehearse/internal/app/roster"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// statementCount counts the statements sent to Postgres.
type statementCount struct{ n atomic.Int64 }

// add is used as a pgtest.Trace.
func (c *statementCount) add(string, []any) { c.n.Add(1) }

// eightADay returns a rule with eight slots on every day of a year.
func eightADay(by booking.InterviewerID) availability.AddWeeklyAvailabilityInput {
	return availability.AddWeeklyAvailabilityInput{
		InterviewerID: by, StartDate: calendar.DateOf(t0).AddDays(1), EndDate: ptr(calendar.DateOf(t0).AddDays(365)),
		Weekdays:  []time.Weekday{0, 1, 2, 3, 4, 5, 6},
		StartTime: 9 * 60, EndTime: 17 * 60, EveryWeeks: 1, SlotMinutes: 60,
	}
}

func TestYearIsPublishedInFewStatements(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	count := &statementCount{}
	server := app.New(w.db.Open(t, store.Options{Tracer: pgtest.Trace(count.add)}), clock)
	_, err := server.UpdateBookingPolicy(t.Context(), roster.UpdateBookingPolicyInput{PublishHorizonDays: ptr(400)})
	wantOutcome(t, "the horizon", err, "ok")
	before, began := count.n.Load(), time.Now()
	added, err := server.AddWeeklyAvailability(t.Context(), eightADay(w.interviewer().ID))
	wantOutcome(t, "the rule", err, "ok")
	t.Logf("%d slots in %v and %d statements", len(added.Slots), time.Since(began), count.n.Load()-before)
	if len(added.Slots) != 365*8 {
		t.Errorf("got %d slots, want %d", len(added.Slots), 365*8)
	}
	if sent := count.n.Load() - before; sent > 19 {
		t.Errorf("got %d statements, want at most 19", sent)
	}
}

// The number of statements grows with the number of rules, not with the number of slots
// they have published.
func TestExtendingIsLinear(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const rules, each = 100, 11
	w.rules(rules)
	count := &statementCount{}
	weekLater := func() time.Time { return clock().Add(7 * 24 * time.Hour) }
	server := app.New(w.db.Open(t, store.Options{Tracer: pgtest.Trace(count.add)}), weekLater)
	began := time.Now()
	result, err := server.ExtendAvailability(t.Context())
	wantOutcome(t, "extending", err, "ok")
	t.Logf("%d rules by %d slots in %v and %d statements", result.Rules, result.Slots, time.Since(began), count.n.Load())
	if result.Rules != rules || result.Slots != 7*rules {
		t.Errorf("got %d rules and %d slots, want %d and %d", result.Rules, result.Slots, rules, 7*rules)
	}
	if sent := count.n.Load(); sent > 3+each*rules+rules {
		t.Errorf("got %d statements for %d rules, want at most %d", sent, rules, 3+each*rules+rules)
	}
}
