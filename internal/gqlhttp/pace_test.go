package gqlhttp_test

import (
	"fmt"
	"testing"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/ratelimit"
	"rehearse/internal/store"
)

// slotsOf returns a subscription to the slots of a student. An event without slots costs
// two points, and one slot costs 11 more: the slot, its interviewer, and reading
// interviewers.
func slotsOf(student string) string {
	return fmt.Sprintf(`subscription { slotsChanged(studentId: %s, start: %q, end: %q) { opened { id interviewer { name } } closedIds refetch } }`,
		student, moment(0), moment(30*day))
}

// pointsLeft returns the caller's points before this request, which costs one itself.
func (s *school) pointsLeft() int {
	s.T.Helper()
	_, response := s.sendFrom("", onePoint)
	var points, seconds int
	if _, err := fmt.Sscanf(response.Header.Get("RateLimit"), `"points";r=%d;t=%d`, &points, &seconds); err != nil {
		s.T.Fatalf("%s: RateLimit %q: %v", response.Status, response.Header.Get("RateLimit"), err)
	}
	return points + 1
}

// Each event is charged for its content. It waits until the bucket can pay for it with a
// quarter left, which is reserved for operations.
func TestEventsWaitForPoints(t *testing.T) {
	t.Parallel()
	for name, shared := range map[string]bool{"buckets of the server": false, "shared buckets": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const burst = 200
			first, second := livingRated(t, burst, shared)
			by, me, other := first.Interviewer(nil), first.Student(nil), first.Student(nil)
			second.Act(booking.RoleStudent, int64(number(t, me)))
			c := second.Connect()
			id := c.Subscribed(slotsOf(me), nil)
			c.Changes(id, []string{first.Slot(by, 7*day)}, nil)
			before := second.pointsLeft()
			c.Changes(id, []string{first.Slot(by, 8*day)}, nil)
			same(t, "cost of an event with a slot", before-1-second.pointsLeft(), 13)

			for second.pointsLeft() > burst/4+13 {
			}
			second.Act(booking.RoleStudent, int64(number(t, other)))
			quick := second.Connect()
			quickly := quick.Subscribed(slotsOf(other), nil)
			second.Act(booking.RoleStudent, int64(number(t, me)))
			slot := first.Slot(by, 9*day)
			quick.Changes(quickly, []string{slot}, nil)
			c.Send(`{"type":"ping"}`)
			c.Wants("pong", "") // and no event precedes it
			if left := second.pointsLeft(); left < burst/4 {
				t.Errorf("%d points are left for operations", left)
			}
			late := first.Slot(by, 10*day)
			quick.Changes(quickly, []string{late}, nil)
			second.SetClock(t0.Add(time.Minute))
			c.Changes(id, []string{slot, late}, nil)
		})
	}
}

// livingRated is living with buckets of burst points. One point is refilled each second
// of the second school's clock.
func livingRated(t *testing.T, burst int, shared bool, set ...func(*gqlhttp.Options)) (first, second *school) {
	t.Helper()
	limit := ratelimit.Limit{Burst: burst, PerSecond: 1}
	rates := &gqlhttp.RateLimits{Points: ratelimit.NewLocal(limit), Bookings: ratelimit.NewLocal(limit)}
	first, second = living(t, append(set, func(o *gqlhttp.Options) { rates.Now, o.Rates = o.App.Now, rates })...)
	if shared {
		rates.EventsAhead = 100
		rates.Points = store.NewSharedBuckets(second.Store, "points", limit)
	}
	return first, second
}

// Events wait for a permit of their caller, and never for one of another caller.
func TestEventsWaitForPermit(t *testing.T) {
	t.Parallel()
	first, second := living(t, func(o *gqlhttp.Options) { o.MaxOperationsPerCaller = 1 })
	handler := second.Handler.(*gqlhttp.Handler)
	by, me, other := first.Interviewer(nil), first.Student(nil), first.Student(nil)
	second.Act(booking.RoleStudent, int64(number(t, other)))
	quick := second.Connect()
	quickly := quick.Subscribed(slotsOf(other), nil)
	second.Act(booking.RoleStudent, int64(number(t, me)))
	c, busy := second.Connect(), second.Connect()
	id := c.Subscribed(slotsOf(me), nil)
	c.Changes(id, []string{first.Slot(by, 7*day)}, nil)
	quick.Event(quickly, &struct{}{})

	unlock := first.lockTable("waivers") // the events of slots do not need it
	query := busy.Begin(fmt.Sprintf("{ student(id: %s) { waivers { id } } }", me), nil)
	first.DB.AwaitLockWaits(t, 1, "waivers")
	slot := first.Slot(by, 8*day)
	quick.Changes(quickly, []string{slot}, nil)
	second.awaitWaiting(1)
	same(t, "running", handler.AtWork(), 1)
	unlock()
	busy.Event(query, &struct{}{})
	c.Changes(id, []string{slot}, nil)
	same(t, "waiting", handler.Waiting(), 0)
}

// An event that would cost more than an operation may contains no slots and asks the
// client to read the list again.
func TestEventsOverTheCostLimit(t *testing.T) {
	t.Parallel()
	const most, each = 60, 2
	first, second := living(t, func(o *gqlhttp.Options) {
		o.Limits = gqlhttp.DefaultLimits()
		o.Limits.Cost = most
	})
	for _, test := range []struct {
		name          string
		slots, opened int
		refetch       bool
	}{
		{"as many slots as the limit allows", (most - 11) / each, (most - 11) / each, false},
		{"one slot more", (most-11)/each + 1, 0, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, c := first.For(t), second.For(t).Connect()
			id := c.Subscribed(slotsOf(s.Student(nil)), nil)
			s.Accepted(s.Publish(s.Interviewer(nil), t0.Add(7*day), time.Duration(test.slots)*15*time.Minute, 15).Errors)
			var e slotsChanged
			c.Event(id, &e)
			same(t, "opened slots", len(e.SlotsChanged.Opened), test.opened)
			same(t, "refetch", e.SlotsChanged.Refetch, test.refetch)
		})
	}
}
