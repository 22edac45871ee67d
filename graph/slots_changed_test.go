package graph_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rehearse/graph"
	"rehearse/internal/app"
	"rehearse/internal/identity"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// living is a school with a second server on its database, to which subscribers
// connect: whatever they are told happens on the first.
func living(t *testing.T, set ...func(*graph.HandlerOptions)) (first, second *school) {
	t.Helper()
	return livingWith(t, store.Options{}, set...)
}

// livingWith opens the second server's store with o.
func livingWith(t *testing.T, storing store.Options, set ...func(*graph.HandlerOptions)) (first, second *school) {
	t.Helper()
	s := newSchool(t)
	other := &school{t: t, db: s.db, store: s.db.Open(t, storing), log: &logBuffer{}}
	other.setClock(t0)
	other.actor.Store(s.actor.Load())
	other.app = app.New(other.store, func() time.Time { return *other.clock.Load() })
	stopping, stop := context.WithCancel(context.Background())
	o := graph.HandlerOptions{
		Options: graph.Options{
			App: other.app, Reader: &other.store.Reader, Log: slog.New(slog.NewTextHandler(other.log, nil)), Zone: time.UTC, Timeout: soon,
		},
		MaxOperationsPerCaller: graph.DefaultMaxOperations, MaxImportsPerCaller: 4, Stopping: stopping, Streams: graph.StreamLimits{Init: soon},
		Sender: func(context.Context, []string) (identity.Sender, error) {
			return identity.Sender{Actor: *other.actor.Load()}, nil
		},
	}
	for _, change := range set {
		change(&o)
	}
	handler := graph.NewHandler(o)
	other.serve = handler
	server := httptest.NewUnstartedServer(handler)
	server.Config.ConnState = func(c net.Conn, state http.ConnState) {
		if state == http.StateNew { // so that what is not read is soon felt
			_ = c.(*net.TCPConn).SetWriteBuffer(4 << 10)
		}
	}
	server.Start()
	other.url = server.URL
	follow, err := other.app.Follow(t.Context(), o.Log)
	if err != nil {
		t.Fatal(err)
	}
	var following sync.WaitGroup
	following.Go(func() { follow(stopping) })
	t.Cleanup(func() {
		stop()
		handler.Drain()
		server.Close()
		following.Wait()
	})
	return s, other
}

type slotsChanged struct {
	SlotsChanged struct {
		Opened    []slot
		ClosedIDs []string
		Refetch   bool
	}
}

const slotsChangedOf = `subscription($s: ID!, $start: DateTime!, $end: DateTime!) {
	slotsChanged(studentId: $s, start: $start, end: $end) {
		opened { id start end status interviewer { id name } } closedIds refetch } }`

// changes reads events until they have told all that is wanted; an event may
// tell of several changes, and several events of one.
func (c *client) changes(id string, opened, closed []string) {
	c.t.Helper()
	var gotOpened, gotClosed []string
	for len(gotOpened) < len(opened) || len(gotClosed) < len(closed) {
		var e slotsChanged
		c.event(id, &e)
		gotOpened = append(gotOpened, ids(e.SlotsChanged.Opened)...)
		gotClosed = append(gotClosed, e.SlotsChanged.ClosedIDs...)
		if e.SlotsChanged.Refetch {
			c.t.Fatalf("it tells to ask again; %+v", e)
		}
	}
	same := func(got, want []string) string {
		got, want = slices.Clone(got), slices.Clone(want)
		slices.Sort(got)
		slices.Sort(want)
		return cmp.Diff(slices.Compact(want), slices.Compact(got))
	}
	if diff := same(gotOpened, opened) + same(gotClosed, closed); diff != "" {
		c.t.Fatalf("opened %v, closed %v:\n%s", gotOpened, gotClosed, diff)
	}
}

// follow subscribes to what a student may book in the 30 days from t0.
func (c *client) follow(student string) string {
	c.t.Helper()
	return c.subscribed(slotsChangedOf, map[string]any{
		"s": student, "start": t0.Format(time.RFC3339), "end": t0.Add(30 * day).Format(time.RFC3339),
	})
}

func TestSlotsChangeOnAnotherServer(t *testing.T) {
	t.Parallel()
	s, second := living(t)
	me, other := s.student(nil), s.student(nil)
	first, elsewhere := s.interviewer(nil), s.interviewer(nil)
	c := second.connect()
	id := c.follow(me)
	told := func(opened, closed []string) {
		t.Helper()
		c.changes(id, opened, closed)
	}

	window := s.publish(first, t0.Add(7*day), 3*time.Hour, 60)
	slots := ids(window.Slots)
	told(slots, nil)
	s.slot(first, 31*day) // outside
	parallel := s.slot(elsewhere, 7*day)
	told([]string{parallel}, nil)

	interview := s.booked(other, slots[0])
	told(nil, slots[:1])
	s.accepted(s.cancel(interview).Errors)
	told(slots[:1], nil)
	hold := s.held(other, slots[1])
	told(nil, slots[1:2])
	s.accepted(s.release(hold).Errors)
	told(slots[1:2], nil)
	s.accepted(s.closing("withdrawSlot", "", in{"slotId": slots[2]}).Errors)
	told(nil, slots[2:])

	mine := s.booked(me, slots[0])
	told(nil, []string{slots[0], slots[1], parallel}) // taken, of whom he meets, and at that time
	s.accepted(s.cancel(mine).Errors)
	told([]string{slots[0], slots[1], parallel}, nil)

	limit := func(n any) {
		t.Helper()
		var payload struct{ Errors []refused }
		s.mutate("updateStudent", "student { id }", map[string]any{"studentId": me, "interviewLimit": n}, &payload)
		s.accepted(payload.Errors)
	}
	limit(0)
	told(nil, []string{slots[0], slots[1], parallel})
	limit(nil)
	told([]string{slots[0], slots[1], parallel}, nil)
}

// A booking is heard of in several messages. Whichever is first, the slot is told
// of as closed: here that of the slot never comes.
func TestAnOwnBookingIsToldOfByTheInterviewAlone(t *testing.T) {
	t.Parallel()
	s, second := living(t)
	me, by := s.student(nil), s.interviewer(nil)
	c := second.connect()
	id := c.follow(me)
	slots := []string{s.slot(by, 7*day), s.slot(by, 8*day), s.slot(s.interviewer(nil), 7*day)}
	c.changes(id, slots, nil)
	if _, err := s.db.SQL(t).ExecContext(t.Context(), "ALTER TABLE slots DISABLE TRIGGER slots_changed"); err != nil {
		t.Fatal(err)
	}
	s.booked(me, slots[0])
	c.changes(id, nil, slots)
}

// However many slots an event has, of however many interviewers, and however deep
// it leads: what has changed is read once for all who are told, and each field
// once for an event.
func TestAnEventTakesAsManyStatementsAsItHasFields(t *testing.T) {
	t.Parallel()
	trace := &statements{}
	s, second := livingWith(t, store.Options{Tracer: pgtest.Trace(trace.keep)})
	second.setClock(t0)
	c := second.connect()
	id := c.subscribed(`subscription($s: ID!, $start: DateTime!, $end: DateTime!) {
		slotsChanged(studentId: $s, start: $start, end: $end) { opened { id interviewer { slots(first: 3) { nodes { id interviewer { name } } } } } } }`,
		in{"s": s.student(nil), "start": moment(0), "end": moment(30 * day)})
	for _, n := range []int{2, 12} {
		csv := "interviewer,start,end\n"
		for range n {
			email := fmt.Sprintf("colleague%d@example.org", s.counter.Add(1))
			s.interviewer(in{"email": email})
			csv += email + "," + moment(7*day) + "," + moment(7*day+time.Hour) + "\n"
		}
		trace.take()
		var payload struct{ Errors []refused }
		s.mutate("importAvailability", "created", in{"csv": csv}, &payload)
		s.accepted(payload.Errors)
		for told := 0; told < n; {
			var e slotsChanged
			c.event(id, &e)
			told += len(e.SlotsChanged.Opened)
		}
		// The slots that have changed, interviewers, and their slots; whose these are is known.
		if sent := trace.take(); len(sent) != 3 {
			t.Errorf("an event of %d slots takes %d statements:\n%s", n, len(sent), strings.Join(sent, "\n"))
		}
	}
}

// A server that hears of changes reads an interviewer once, and again when he is
// not as he was.
func TestWhoIsKnownIsNotReadAgain(t *testing.T) {
	t.Parallel()
	trace := &statements{}
	s, second := livingWith(t, store.Options{Tracer: pgtest.Trace(trace.keep)})
	second.setClock(t0)
	me, by := s.student(nil), s.interviewer(in{"name": "Ann"})
	c := second.connect()
	id := c.follow(me)
	c.changes(id, []string{s.slot(by, 7*day)}, nil) // it does hear
	list := func() (name string, read bool) {
		trace.take()
		var data struct {
			AvailableSlots struct {
				Nodes []struct{ Interviewer struct{ Name string } }
			}
		}
		second.ask(`query($s: ID!, $start: DateTime!, $end: DateTime!) {
			availableSlots(studentId: $s, start: $start, end: $end) { nodes { interviewer { name } } } }`,
			in{"s": me, "start": moment(0), "end": moment(30 * day)}).into(&data)
		return data.AvailableSlots.Nodes[0].Interviewer.Name, strings.Contains(strings.Join(trace.take(), "\n"), "FROM interviewers\n")
	}
	list()
	if name, read := list(); name != "Ann" || read {
		t.Errorf("%s is read again: %v", name, read)
	}
	var payload struct{ Errors []refused }
	second.mutate("updateInterviewer", "interviewer { id }", in{"interviewerId": by, "name": "Anna"}, &payload)
	s.accepted(payload.Errors)
	if name, read := list(); name != "Anna" || !read {
		t.Errorf("after the change she is called %s, read again: %v", name, read)
	}
	c.changes(id, []string{s.slot(by, 8*day)}, nil) // so the message of the change has come before, at which she is forgotten
	list()
	if name, read := list(); name != "Anna" || read {
		t.Errorf("%s is read again: %v", name, read)
	}
}
