package schooltest

import (
	"context"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rehearse/graph"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/identity"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// Living returns two servers on one database. Subscribers connect to the second and observe
// changes made on the first.
func Living(t *testing.T, set ...func(*gqlhttp.Options)) (first, second *School) {
	t.Helper()
	return LivingWith(t, store.Options{}, set...)
}

// LivingWith is like Living, with options for the second server's store.
func LivingWith(t *testing.T, storing store.Options, set ...func(*gqlhttp.Options)) (first, second *School) {
	t.Helper()
	s := New(t)
	other := onStore(t, s.DB, storing)
	stopping, stop := context.WithCancel(context.Background())
	o := gqlhttp.Options{
		Options: graph.Options{
			App: other.App, Log: slog.New(slog.NewTextHandler(other.Log, nil)), Zone: time.UTC, Timeout: Soon,
		},
		MaxOperationsPerCaller: gqlhttp.DefaultMaxOperations, MaxImports: 4, Stopping: stopping, Streams: gqlhttp.StreamLimits{Init: Soon},
		Sender: func(context.Context, []string) (identity.Sender, error) {
			return identity.Sender{Actor: *other.Actor.Load()}, nil
		},
	}
	for _, change := range set {
		change(&o)
	}
	handler := gqlhttp.NewHandler(o)
	other.Handler = handler
	server := httptest.NewUnstartedServer(handler)
	server.Config.ConnState = func(c net.Conn, state http.ConnState) {
		if state == http.StateNew { // a small buffer, so that a slow reader blocks the server early
			_ = c.(*net.TCPConn).SetWriteBuffer(4 << 10)
		}
	}
	server.Start()
	other.URL = server.URL
	stopped := other.FollowChanges(stopping)
	t.Cleanup(func() {
		stop()
		handler.Drain()
		server.Close()
		stopped()
	})
	return s, other
}

// FollowChanges makes the server follow the changes of all servers until ctx ends. stopped
// waits until it no longer does.
func (s *School) FollowChanges(ctx context.Context) (stopped func()) {
	s.T.Helper()
	follow, err := s.App.Follow(ctx, slog.New(slog.NewTextHandler(s.Log, nil)))
	if err != nil {
		s.T.Fatal(err)
	}
	var following sync.WaitGroup
	following.Go(func() { follow(ctx) })
	return following.Wait
}

// AwaitSlotsInMemory waits until the server has the open slots in memory.
func (s *School) AwaitSlotsInMemory() {
	s.T.Helper()
	pgtest.AwaitSlotsInMemory(s.T, s.Store)
}

type SlotsChanged struct {
	SlotsChanged struct {
		Opened    []Slot
		ClosedIDs []string
		Refetch   bool
	}
}

const SlotsChangedDocument = `subscription($s: ID!, $start: DateTime!, $end: DateTime!) {
	slotsChanged(studentId: $s, start: $start, end: $end) {
		opened { id start end status interviewer { id name } } closedIds refetch } }`

// Changes reads events until they contain all expected slots. An event may report several
// changes, and several events may report the same change.
func (c *Client) Changes(id string, opened, closed []string) {
	c.T.Helper()
	gotOpened, gotClosed := map[string]bool{}, map[string]bool{}
	for len(gotOpened) < len(opened) || len(gotClosed) < len(closed) {
		var e SlotsChanged
		c.Event(id, &e)
		for _, slot := range e.SlotsChanged.Opened {
			gotOpened[slot.ID] = true
		}
		for _, slot := range e.SlotsChanged.ClosedIDs {
			gotClosed[slot] = true
		}
		if e.SlotsChanged.Refetch {
			c.T.Fatalf("an event asks for a refetch: %+v", e)
		}
	}
	same := func(got map[string]bool, want []string) string {
		return cmp.Diff(slices.Sorted(slices.Values(want)), slices.Sorted(maps.Keys(got)), cmpopts.EquateEmpty())
	}
	if diff := same(gotOpened, opened) + same(gotClosed, closed); diff != "" {
		c.T.Fatalf("opened %v, closed %v:\n%s", gotOpened, gotClosed, diff)
	}
}

// Follow subscribes to the slots that a student may book in the 30 days from T0.
func (c *Client) Follow(student string) string {
	c.T.Helper()
	return c.Subscribed(SlotsChangedDocument, map[string]any{
		"s": student, "start": T0.Format(time.RFC3339), "end": T0.Add(30 * Day).Format(time.RFC3339),
	})
}

// Until reads events until one satisfies wanted.
func (c *Client) Until(id string, wanted func(SlotsChanged) bool) {
	c.T.Helper()
	for {
		var e SlotsChanged
		if c.Event(id, &e); wanted(e) {
			return
		}
	}
}
