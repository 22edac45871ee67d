package gqlhttp_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"rehearse/internal/booking"
	"rehearse/internal/gqlhttp"
)

const follow = "subscription { interviewChanged { id } }"

// The subscriptions of one person are limited, over all their streams.
func TestSubscriptionLimitPerCaller(t *testing.T) {
	t.Parallel()
	_, s := living(t, func(o *gqlhttp.Options) { o.Streams.Watches = 2 })
	s.Act(booking.RoleAdmin, 1)
	first, second := s.Connect(), s.Connect()
	one := first.Subscribed(follow, nil)
	second.Subscribed(follow, nil)
	if code := second.Fails(second.Begin(follow, nil)); code != "RATE_LIMITED" {
		t.Errorf("a third subscription: got the error %s", code)
	}
	s.exchanges([]exchange{{
		name: "a third as a stream", headers: accepting("text/event-stream"), body: fmt.Sprintf(`{"query": %q}`, follow), status: 429,
		says: `"allowed":2,"code":"RATE_LIMITED","limit":"subscriptionsPerCaller"`, answer: map[string]string{"Retry-After": "5"},
	}})
	var data struct{ Viewer struct{ Role string } }
	query := second.Begin("{ viewer { role } }", nil) // not a subscription
	second.Event(query, &data)
	second.Wants("complete", query)

	first.Send(fmt.Sprintf(`{"id":%q,"type":"complete"}`, one))
	first.Send(`{"type":"ping"}`)
	first.Wants("pong", "")
	second.Subscribed(follow, nil)
	s.Act(booking.RoleAdmin, 2)
	s.Connect().Subscribed(follow, nil)
	if other := s.open(follow, nil); other.response.StatusCode != http.StatusOK {
		t.Errorf("another caller's subscription: got %s", other.response.Status)
	}
}

// The root field of a subscription is selected unconditionally.
func TestSubscriptionRootField(t *testing.T) {
	t.Parallel()
	first, s := living(t)
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
		t.Run(document, func(t *testing.T) {
			s := s.For(t)
			c := s.Connect()
			same(t, "error code over a socket", c.Fails(c.Begin(document, nil)), "BAD_USER_INPUT")
			if _, data := s.open(document, nil).event(); !strings.Contains(data, "BAD_USER_INPUT") {
				t.Errorf("as a stream: got %s, want BAD_USER_INPUT", data)
			}
		})
	}

	// Aliases and directives below the root are allowed.
	c := s.Connect()
	id := c.Subscribed(`subscription { changed: interviewChanged { it: id status @skip(if: true) } }`, nil)
	interview := first.Booked(first.Student(nil), first.Slot(first.Interviewer(nil), 7*day))
	var data struct{ Changed struct{ It string } }
	c.Event(id, &data)
	same(t, "the interview", data.Changed.It, interview)
}
