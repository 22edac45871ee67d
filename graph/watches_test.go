package graph_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"rehearse/graph"
	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

const follow = "subscription { interviewChanged { id } }"

// One person has so many subscriptions, whatever streams they are on.
func TestSubscriptionsOfOneCaller(t *testing.T) {
	t.Parallel()
	_, s := living(t, func(o *graph.HandlerOptions) { o.Streams.Watches = 2 })
	s.act(booking.RoleAdmin, 1)
	first, second := s.connect(), s.connect()
	one := first.subscribed(follow, nil)
	second.subscribed(follow, nil)
	if code := second.fails(second.begin(follow, nil)); code != "RATE_LIMITED" {
		t.Errorf("a third: %s", code)
	}
	s.exchanges([]exchange{{
		name: "a third, as a stream", headers: accepting("text/event-stream"), body: fmt.Sprintf(`{"query": %q}`, follow), status: 429,
		says: `"allowed":2,"code":"RATE_LIMITED","limit":"subscriptionsPerCaller"`, answer: map[string]string{"Retry-After": "5"},
	}})
	var data struct{ Viewer struct{ Role string } }
	query := second.begin("{ viewer { role } }", nil) // is no subscription
	second.event(query, &data)
	second.wants("complete", query)

	first.send(fmt.Sprintf(`{"id":%q,"type":"complete"}`, one))
	first.send(`{"type":"ping"}`)
	first.wants("pong", "")
	second.subscribed(follow, nil)
	s.act(booking.RoleAdmin, 2)
	s.connect().subscribed(follow, nil)
	if other := s.open(follow, nil); other.response.StatusCode != http.StatusOK {
		t.Errorf("another person's: %s", other.response.Status)
	}
}

// What a subscription selects is there for all of its life.
func TestRootsOfSubscriptions(t *testing.T) {
	t.Parallel()
	first, s := living(t)
	c := s.connect()
	for _, document := range []string{
		`subscription { interviewChanged @skip(if: true) { id } }`,
		`subscription { interviewChanged @skip(if: false) { id } }`,
		`subscription { interviewChanged @include(if: false) { id } }`,
		`subscription($yes: Boolean = true) { interviewChanged @include(if: $yes) { id } }`,
		`subscription { ... @skip(if: true) { interviewChanged { id } } }`,
		`subscription { ... on Subscription @include(if: true) { interviewChanged { id } } }`,
		`subscription { ...f @skip(if: true) } fragment f on Subscription { interviewChanged { id } }`,
		`subscription { ...f } fragment f on Subscription { ... { interviewChanged @skip(if: true) { id } } }`,
		`subscription { __typename }`,
		`subscription { ...f } fragment f on Subscription { __typename }`,
		`subscription { a: interviewChanged { id } b: interviewChanged { id } }`,
	} {
		if code := c.fails(c.begin(document, nil)); code != "BAD_USER_INPUT" {
			t.Errorf("%s fails with %s", document, code)
		}
		e := s.open(document, nil)
		if _, data := e.event(); !strings.Contains(data, "BAD_USER_INPUT") {
			t.Errorf("%s, as a stream: %s", document, data)
		}
	}

	// An alias is a name as any other, and so are directives below the root.
	id := c.subscribed(`subscription { changed: interviewChanged { it: id status @skip(if: true) } }`, nil)
	interview := first.booked(first.student(nil), first.slot(first.interviewer(nil), 7*day))
	var data struct{ Changed struct{ It string } }
	c.event(id, &data)
	same(t, "the interview", data.Changed.It, interview)
}

// However many watch one student, a change reads the student's record once.
func TestARecordIsReadOnceForAllWhoWatch(t *testing.T) {
	t.Parallel()
	const watches = 200
	trace := &statements{}
	s, second := livingWith(t, store.Options{Tracer: pgtest.Trace(trace.keep)}, func(o *graph.HandlerOptions) {
		o.Streams.Watches, o.Streams.Operations = watches, watches
	})
	second.setClock(t0)
	me, by := s.student(nil), s.interviewer(nil)
	c := second.connect()
	first := c.follow(me)
	slot := s.slot(by, 7*day)
	c.changes(first, []string{slot}, nil) // so nothing that was before is heard later
	c.send(fmt.Sprintf(`{"id":%q,"type":"complete"}`, first))
	for i := range watches {
		c.send(fmt.Sprintf(`{"id":"w%d","type":"subscribe","payload":{"query":"subscription { slotsChanged(studentId: %s, start: \"%s\", end: \"%s\") { closedIds } }"}}`,
			i, me, moment(0), moment(30*day)))
	}
	c.send(`{"type":"ping"}`)
	c.wants("pong", "")
	trace.take()
	s.held(me, slot)
	told := map[string]bool{}
	for len(told) < watches {
		f, err := c.read()
		if err != nil || f.Type != "next" {
			t.Fatalf("%d of %d are told; then %s %s (%v)", len(told), watches, f.Type, f.Payload, err)
		}
		told[f.ID] = true
	}
	reads := 0
	for _, sent := range trace.take() {
		if strings.Contains(sent, "CROSS JOIN booking_policy") {
			reads++
		}
	}
	same(t, "reads of the record", reads, 1)
}
