package graph_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

const listWithInterviewers = `query ($s: ID!, $start: DateTime!, $end: DateTime!, $tags: [String!]) {
	availableSlots(studentId: $s, start: $start, end: $end, tags: $tags) { nodes { id interviewer { name } } eligibility { eligible } } }`

// listOf is a query for the slots that a student may book.
func listOf(student string, tags ...string) in {
	return in{"s": student, "start": moment(0), "end": moment(30 * day), "tags": tags}
}

// staleSince returns the time since when changes may be missing in a response, or the zero time.
func staleSince(t *testing.T, a answer) time.Time {
	t.Helper()
	var response struct {
		Extensions struct{ StaleSince time.Time }
	}
	if err := json.Unmarshal([]byte(a.Body), &response); err != nil {
		t.Fatalf("%v: %s", err, a.Body)
	}
	return response.Extensions.StaleSince
}

// unavailable checks that a request was refused because the database is away.
func unavailable(t *testing.T, what string, a answer) {
	t.Helper()
	if len(a.Errors) == 0 || a.Errors[0].Extensions.Code != "UNAVAILABLE" || !staleSince(t, a).IsZero() {
		t.Errorf("%s: %s, want UNAVAILABLE", what, a.Body)
	}
}

// While the primary is away, lists are read from a standby or from memory. The response says since
// when changes may be missing in it. Nothing is booked.
func TestListsWhileThePrimaryIsAway(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name          string
		leave, revive func(*pgtest.Proxy)
	}{
		{"frozen", (*pgtest.Proxy).Freeze, (*pgtest.Proxy).Thaw},
		{"stopped", func(p *pgtest.Proxy) { p.Leave(); p.Cut() }, (*pgtest.Proxy).Return},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			primary, standby := pgtest.Replicated(t)
			proxy := pgtest.Database{DSN: primary.DSN("postgres")}.Proxy(t)
			db := pgtest.Database{DSN: proxy.DSN}.With("synchronous_commit", "on")
			alone := followed(t, newServer(t, db, store.Options{})) // has no standby
			s := followed(t, newServer(t, db, store.Options{StandbyDSN: standby.DSN("postgres")}))
			seen, unseen, first := s.Student(nil), s.Student(nil), s.NewSlot(48*time.Hour)
			s.Book(seen, first)
			free := s.NewSlot(72 * time.Hour)
			for _, one := range []*school{s, alone} {
				one.AwaitSlotsInMemory()
				poll(t, "the list is answered", func() bool {
					a := one.Ask(listWithInterviewers, listOf(seen))
					return len(a.Errors) == 0 && staleSince(t, a).IsZero()
				})
			}
			before := s.Ask(listWithInterviewers, listOf(seen))
			onStandby := pgtest.Database{DSN: standby.DSN("postgres")}.SQL(t)
			poll(t, "the standby has all slots", func() bool {
				return ask(t, onStandby, "SELECT count(*)::text FROM slots") == "2" && s.Store.StandbyErr() == nil
			})

			c.leave(proxy)
			for _, one := range []*school{s, alone} {
				poll(t, "the primary is known to be away", func() bool { return errors.Is(one.Store.Ready(t.Context()), store.ErrUnavailable) })
				poll(t, "lists go on", func() bool { return !staleSince(t, one.Ask(listWithInterviewers, listOf(seen))).IsZero() })
			}
			for what, a := range map[string]answer{
				"the lists of staff":          s.Ask(listsOfStaff, nil),
				"a list from memory":          s.Ask(listWithInterviewers, listOf(seen)),
				"a list from the standby":     s.Ask(listWithInterviewers, listOf(unseen)),
				"a list without a standby":    alone.Ask(listWithInterviewers, listOf(seen)),
				"a person of a list":          s.Ask(`query ($id: ID!) { student(id: $id) { name } }`, in{"id": seen}),
				"the interviews of a student": asStudent(s, seen, `{ interviews(first: 5) { nodes { id student { name } } } }`),
			} {
				since := staleSince(t, a)
				if len(a.Errors) > 0 || since.Before(began) || since.After(time.Now()) {
					t.Errorf("%s: %s, want no error and a time since %v", what, a.Body, began)
				}
			}
			if a := alone.Ask(listWithInterviewers, listOf(seen)); string(a.Data) != string(before.Data) {
				t.Errorf("memory lists %s, want %s", a.Data, before.Data)
			}
			unavailable(t, "the lists of staff without a standby", alone.Ask(listsOfStaff, nil))
			unavailable(t, "a list that is not in memory, without a standby", alone.Ask(listWithInterviewers, listOf(unseen)))
			unavailable(t, "a list with tags, without a standby", alone.Ask(listWithInterviewers, listOf(seen, "go")))
			book := in{"input": in{"studentId": seen, "slotId": free}}
			const booking = `mutation ($input: BookSlotInput!) { bookSlot(input: $input) { interview { id } errors { code } } }`
			unavailable(t, "a booking", s.Ask(booking, book))

			c.revive(proxy)
			poll(t, "responses are current again", func() bool {
				a := s.Ask(listsOfStaff, nil)
				return len(a.Errors) == 0 && staleSince(t, a).IsZero()
			})
			poll(t, "bookings are made again", func() bool { return len(s.Ask(booking, book).Errors) == 0 })
		})
	}
}

// followed makes a server follow the changes until the test ends.
func followed(t *testing.T, s *school) *school {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	stopped := s.FollowChanges(ctx)
	t.Cleanup(func() { stop(); stopped() })
	return s
}

// asStudent sends a query as a student, and not as an administrator.
func asStudent(s *school, student, query string) answer {
	before := s.Actor.Load()
	defer s.Actor.Store(before)
	s.Act(booking.RoleStudent, int64(number(s.T, student)))
	return s.Ask(query, nil)
}

// poll repeats a check until it succeeds, for at most a minute.
func poll(t *testing.T, what string, holds func() bool) {
	t.Helper()
	late := time.After(time.Minute)
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
