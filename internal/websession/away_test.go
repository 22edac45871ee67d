package websession_test

import (
	"strings"
	"testing"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/issuertest"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// While the primary is away, sessions go on: at a server that has checked them before, and at one with a standby. Nothing
// can be changed.
func TestSessionsWhileThePrimaryIsAway(t *testing.T) {
	t.Parallel()
	primary, standby := pgtest.Replicated(t)
	proxy := pgtest.Database{DSN: primary.DSN("postgres")}.Proxy(t)
	db := pgtest.Database{DSN: proxy.DSN}.With("synchronous_commit", "remote_apply")
	clock := &clock{now: time.Now().Truncate(time.Second)}
	s := schoolOn(t, db, issuertest.Start(t), clock)
	reads := schoolOn(t, db, s.issuer, clock, func(o *settings) { o.store = store.Options{StandbyDSN: standby.DSN("postgres")} })
	never := schoolOn(t, db, s.issuer, clock)
	ada := s.person(booking.RoleStudent, "ada@example.org")
	s.issuer.Claim(verified("ada@example.org"))
	b := s.browser()
	b.logIn()
	same(t, "the session", b.who(), is(booking.RoleStudent, ada))
	poll(t, "the standby is used", func() bool { return reads.Store.StandbyErr() == nil })
	send := func(at *school, document string) string {
		t.Helper()
		return b.at(at).send("POST", "/session/graphql", `{"query": "`+document+`"}`, "Content-Type", "application/json").body
	}
	const viewer, query, mutation = "{ viewer { role } }", "{ __typename }", `mutation { cancelInterview(input: {interviewId: 1, reason: \"none\"}) { errors { code } } }`

	proxy.Leave()
	proxy.Cut()
	clock.pass(6 * time.Second)
	poll(t, "the session goes on", func() bool { return strings.Contains(send(s, query), `"Query"`) })
	poll(t, "the session goes on with a standby", func() bool { return strings.Contains(send(reads, viewer), "STUDENT") })
	for what, body := range map[string]string{
		"a mutation": send(s, mutation), "a mutation with a standby": send(reads, mutation), "a session that was never checked": send(never, query),
	} {
		if !strings.Contains(body, `"UNAVAILABLE"`) || strings.Contains(body, `"data"`) {
			t.Errorf("%s: got %s", what, body)
		}
	}
	clock.pass(time.Hour)
	if body := send(s, query); !strings.Contains(body, `"UNAVAILABLE"`) {
		t.Errorf("after an hour: got %s", body)
	}
	proxy.Return()
	poll(t, "the session is confirmed again", func() bool { return !strings.Contains(send(s, mutation), `"UNAVAILABLE"`) })
}

// poll repeats a check until it succeeds, for at most a minute.
func poll(t *testing.T, what string, holds func() bool) {
	t.Helper()
	late := time.After(30 * time.Second)
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for !holds() {
		select {
		case <-again.C:
		case <-late:
			t.Fatalf("timed out waiting until %s", what)
		}
	}
}
