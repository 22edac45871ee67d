package gqlhttp_test

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/store"
)

// With the maximum number of operations running, the next waits and then gets a retryable
// refusal, over every transport. A subscription waits. Once the operations are done,
// every request is answered at once.
func TestConcurrentOperationLimit(t *testing.T) {
	t.Parallel()
	s := newSchoolWith(t, store.Options{}, func(o *gqlhttp.Options) { o.MaxOperations, o.MaxOperationsPerCaller = 2, 2 })
	handler := s.Handler.(*gqlhttp.Handler)
	c := s.Connect()
	c.Subscribed(follow, nil) // takes no permit
	unlock := s.lockStudents()
	const blocked = `{"query": "{ students { totalCount } }"}`
	working := make(chan string, 2)
	for range cap(working) {
		go func() {
			_, text := s.exchange(exchange{method: http.MethodPost, body: blocked})
			working <- text
		}()
	}
	s.DB.AwaitLockWaits(t, 2, "students")
	if handler.AtWork() != 2 {
		t.Errorf("%d operations are running, want 1", handler.AtWork())
	}

	s.exchanges([]exchange{
		{name: "one more", body: askName, status: 503, says: "UNAVAILABLE", answer: map[string]string{"Retry-After": "1"}},
		{name: "one more as a stream", headers: accepting("text/event-stream"), body: askName, status: 503, says: "UNAVAILABLE",
			answer: map[string]string{"Retry-After": "1"}},
	})
	c.Send(`{"type":"subscribe","id":"a","payload":{"query":"{ __typename }"}}`)
	if text := string(c.Wants("error", "a")); !strings.Contains(text, "UNAVAILABLE") {
		t.Errorf("one more over a socket: got %s", text)
	}
	if handler.Shed() != 3 {
		t.Errorf("%d operations were shed, want 3", handler.Shed())
	}
	c.Send(fmt.Sprintf(`{"type":"subscribe","id":"y","payload":{"query":%q}}`, follow))
	c.Send(`{"type":"ping"}`)

	waiting := make(chan string, 1)
	go func() {
		_, text := s.exchange(exchange{method: http.MethodPost, body: askName})
		waiting <- text
	}()
	s.awaitWaiting(2)
	unlock()
	c.Wants("pong", "") // so the second subscription has begun
	for range cap(working) {
		if text := <-working; !strings.Contains(text, `"totalCount":0`) {
			t.Errorf("the running operation: got %s", text)
		}
	}
	if text := <-waiting; !strings.Contains(text, saysName) {
		t.Errorf("the waiting operation: got %s", text)
	}
	if handler.AtWork() != 0 || handler.Waiting() != 0 || handler.Shed() != 3 {
		t.Errorf("%d operations are running, %d waiting, %d were shed", handler.AtWork(), handler.Waiting(), handler.Shed())
	}
}

// A subscription sent as a plain request is refused and releases its permit.
func TestRefusedSubscriptionsReleaseTheirPermit(t *testing.T) {
	t.Parallel()
	s := newSchoolWith(t, store.Options{}, func(o *gqlhttp.Options) {
		o.MaxOperations, o.MaxOperationsPerCaller, o.Streams.Watches = 1, 1, 1
	})
	s.Connect().Subscribed(follow, nil)
	body := fmt.Sprintf(`{"query": %q}`, follow)
	s.exchanges([]exchange{
		{name: "as a request", body: body, status: 406, says: "a subscription requires a WebSocket"},
		{name: "as a stream over the limit", headers: accepting("text/event-stream"), body: body, status: 429, says: "subscriptionsPerCaller"},
		{name: "a query afterwards", body: askName, status: 200, says: saysName},
	})
	same(t, "running", s.Handler.(*gqlhttp.Handler).AtWork(), 0)
}

// lockStudents blocks every operation that reads students until unlock is called.
func (s *school) lockStudents() (unlock func()) { return s.lockTable("students") }

func (s *school) lockTable(name string) (unlock func()) {
	s.T.Helper()
	lock, err := s.DB.SQL(s.T).BeginTx(s.T.Context(), nil)
	if err != nil {
		s.T.Fatal(err)
	}
	unlock = func() { _ = lock.Rollback() }
	s.T.Cleanup(unlock)
	if _, err := lock.ExecContext(s.T.Context(), "LOCK TABLE "+name+" IN ACCESS EXCLUSIVE MODE"); err != nil {
		s.T.Fatal(err)
	}
	return unlock
}

// awaitWaiting waits until n operations wait for execution.
func (s *school) awaitWaiting(n int) {
	s.T.Helper()
	for late := time.After(soon); s.Handler.(*gqlhttp.Handler).Waiting() != n; runtime.Gosched() {
		select {
		case <-late:
			s.T.Fatalf("%d operations are waiting, want %d", s.Handler.(*gqlhttp.Handler).Waiting(), n)
		default:
		}
	}
}

// One caller has a quarter of the permits, over all transports together. Further requests
// of the caller wait and are then refused, even if permits are free. Another caller is
// answered at once.
func TestConcurrentOperationLimitPerCaller(t *testing.T) {
	t.Parallel()
	s := newSchoolWith(t, store.Options{}, func(o *gqlhttp.Options) {
		o.MaxOperations, o.MaxOperationsPerCaller = 11, 0
	}) // a quarter of them is 2
	handler := s.Handler.(*gqlhttp.Handler)
	s.Act(booking.RoleAdmin, 1)
	greedy := s.Connect()
	unlock := s.lockStudents()
	const blocked = `{ students { totalCount } }`
	onSocket := greedy.Begin(blocked, nil)
	posted := make(chan string, 1)
	go func() {
		_, text := s.exchange(exchange{method: http.MethodPost, body: `{"query": "` + blocked + `"}`})
		posted <- text
	}()
	s.DB.AwaitLockWaits(t, 2, "students")

	retry := map[string]string{"Retry-After": "1"}
	const says = `"allowed":2,"code":"RATE_LIMITED","limit":"operationsPerCaller"`
	s.exchanges([]exchange{
		{name: "a third", body: askName, status: 429, says: says, answer: retry},
		{name: "a third as a stream", headers: accepting("text/event-stream"), body: askName, status: 429, says: says, answer: retry},
	})
	third := greedy.Begin("{ __typename }", nil)
	if code := greedy.Fails(third); code != "RATE_LIMITED" {
		t.Errorf("a third over the socket: got %s", code)
	}
	same(t, "running", handler.AtWork(), 2)
	same(t, "shed for the callers' limits", handler.ShedOfCallers(), 3)
	same(t, "shed", handler.Shed(), 0)

	const backlog = 5
	late := make(chan string, backlog)
	for range backlog {
		go func() {
			_, text := s.exchange(exchange{method: http.MethodPost, body: askName})
			late <- text
		}()
	}
	s.awaitWaiting(backlog)
	for _, other := range []booking.Actor{{Role: booking.RoleStudent, ID: 1}, {Role: booking.RoleAdmin, ID: 2}, {Role: booking.RoleAdmin}} {
		s.Act(other.Role, other.ID)
		s.exchanges([]exchange{{name: "another caller", body: askName, status: 200, says: saysName}})
	}
	unlock()
	greedy.Event(onSocket, &struct{}{})
	if text := <-posted; !strings.Contains(text, `"totalCount":0`) {
		t.Errorf("the POST requests: got %s", text)
	}
	for range backlog {
		if text := <-late; !strings.Contains(text, saysName) && !strings.Contains(text, "RATE_LIMITED") {
			t.Errorf("the backlog: got %s", text)
		}
	}
}

// Bookings that wait for a locked row leave permits for lists.
func TestWaitingMutationsLeavePermitsForQueries(t *testing.T) {
	t.Parallel()
	const permits = 4
	for _, c := range []struct {
		name      string
		mutations int // 0 means the default
		atWork    int
		status    int
	}{
		{"by default", 0, 3, http.StatusOK},
		{"if mutations may take all permits", permits, permits, http.StatusServiceUnavailable}, // negative control
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newSchoolWith(t, store.Options{}, func(o *gqlhttp.Options) {
				o.MaxOperations, o.MaxOperationsPerCaller = permits, permits
				gqlhttp.SetMaxMutations(o, c.mutations)
			})
			busy, other := s.Student(nil), s.Student(nil)
			interviewer := s.Interviewer(nil)
			var slots []string
			for i := range permits {
				slots = append(slots, s.Slot(interviewer, day+time.Duration(i)*time.Hour))
			}
			lock, err := s.DB.SQL(t).BeginTx(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = lock.Rollback() }()
			if _, err := lock.ExecContext(t.Context(), "SELECT FROM students WHERE id = $1 FOR UPDATE", busy); err != nil {
				t.Fatal(err)
			}
			answers := make(chan string, permits)
			for _, slot := range slots {
				go func() {
					_, text := s.exchange(exchange{method: http.MethodPost, body: fmt.Sprintf(
						`{"query": "mutation { bookSlot(input: {studentId: %s, slotId: %s}) { interview { id } errors { code } } }"}`, busy, slot)})
					answers <- text
				}()
			}
			s.DB.AwaitLockWaits(t, c.atWork, "students")
			s.awaitWaiting(permits - c.atWork)
			response, text := s.exchange(exchange{method: http.MethodPost, body: fmt.Sprintf(
				`{"query": "{ availableSlots(studentId: %s, start: \"2026-06-01T08:00:00Z\", end: \"2026-06-08T08:00:00Z\") { totalCount } }"}`, other)})
			if response.StatusCode != c.status {
				t.Errorf("the list: got status %d and %s, want status %d", response.StatusCode, text, c.status)
			}
			if err := lock.Rollback(); err != nil {
				t.Fatal(err)
			}
			for range slots {
				<-answers
			}
		})
	}
}
