//go:build linux

package chaos

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// follower subscribes to the events of the school, on one server after the other. Whenever the
// subscription ends, it continues after the last event that it has received.
type follower struct {
	school *school
	lost   atomic.Int64 // number of subscriptions that ended

	mu    sync.Mutex
	last  string              // the id of the last event
	kinds map[string][]string // of the events of each interview
}

// event is an event as the subscription selects it.
type event struct {
	ID, Kind  string
	Interview *struct{ ID string }
}

// newFollower returns a follower of the events that have not been committed yet.
func newFollower(b *testing.B, s *school) *follower {
	b.Helper()
	f := &follower{school: s, kinds: map[string][]string{}}
	after := "null"
	for more := true; more; {
		var got struct {
			EventsAfter struct {
				LastID  string
				HasMore bool
			}
		}
		if code := s.ask(s.servers[0], fmt.Sprintf(`{ eventsAfter(id: %s, first: 100) { lastId hasMore } }`, after), &got); code != "" {
			b.Fatalf("events: %s", code)
		}
		f.last, more = got.EventsAfter.LastID, got.EventsAfter.HasMore
		after = fmt.Sprintf("%q", f.last)
	}
	return f
}

// run subscribes until ctx ends.
func (f *follower) run(ctx context.Context) {
	for n := 0; ctx.Err() == nil; n++ {
		if err := f.subscribe(ctx, f.school.servers[n%len(f.school.servers)]); err != nil {
			f.lost.Add(1)
		}
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// subscribe receives events from a server until the subscription ends.
func (f *follower) subscribe(ctx context.Context, on *server) error {
	body, err := json.Marshal(map[string]string{
		"query": fmt.Sprintf(`subscription { eventAdded(after: %q) { id kind interview { id } } }`, f.position()),
	})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, on.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "text/event-stream")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		data, found := strings.CutPrefix(lines.Text(), "data: ")
		if !found || data == "" {
			continue
		}
		var got struct {
			Data   struct{ EventAdded *event }
			Errors []json.RawMessage
		}
		if err := json.Unmarshal([]byte(data), &got); err != nil {
			return err
		}
		if got.Data.EventAdded == nil || len(got.Errors) > 0 { // without a database, the event lacks its interview
			return fmt.Errorf("the subscription ended with %s", data)
		}
		f.received(*got.Data.EventAdded)
	}
	return errors.New("the subscription ended")
}

// position returns the id of the last event.
func (f *follower) position() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last
}

func (f *follower) received(e event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last = e.ID
	if e.Interview != nil {
		f.kinds[e.Interview.ID] = append(f.kinds[e.Interview.ID], e.Kind)
	}
}

// faulty returns an interview of which other events than a booking and then a cancellation were
// received, or nothing.
func (f *follower) faulty() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	for id := range f.school.booked {
		if want := []string{"INTERVIEW_BOOKED", "INTERVIEW_CANCELLED"}; !slices.Equal(f.kinds[id], want) {
			return fmt.Sprintf("interview %s: %v, want %v", id, f.kinds[id], want)
		}
	}
	return ""
}
