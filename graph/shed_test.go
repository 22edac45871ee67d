package graph_test

import (
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"rehearse/graph"
	"rehearse/internal/store"
)

// With as many operations at work as may be, the next waits and is told to come
// again, over every transport; subscriptions take no place, and when the work is
// done everybody is answered at once.
func TestTooManyOperationsAtWork(t *testing.T) {
	t.Parallel()
	s := newSchoolWith(t, store.Options{}, func(o *graph.Options) { o.MaxOperations = 2 })
	handler := s.serve.(*graph.Handler)
	lock, err := s.db.SQL(t).BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = lock.Rollback() }()
	if _, err := lock.ExecContext(t.Context(), "LOCK TABLE students IN ACCESS EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	const blocked = `{"query": "{ students { totalCount } }"}`
	working := make(chan string, 2)
	for range cap(working) {
		go func() {
			_, text := s.exchange(exchange{method: http.MethodPost, body: blocked})
			working <- text
		}()
	}
	s.db.AwaitLockWaits(t, 2, "students")
	if handler.AtWork() != 2 {
		t.Errorf("%d are at work", handler.AtWork())
	}

	s.exchanges([]exchange{
		{name: "one more", body: askName, status: 503, says: "UNAVAILABLE", answer: map[string]string{"Retry-After": "1"}},
		{name: "one more, as a stream", headers: accepting("text/event-stream"), body: askName, status: 503, says: "UNAVAILABLE",
			answer: map[string]string{"Retry-After": "1"}},
	})
	c := s.connect()
	c.send(`{"type":"subscribe","id":"a","payload":{"query":"{ __typename }"}}`)
	if text := string(c.wants("error", "a")); !strings.Contains(text, "UNAVAILABLE") {
		t.Errorf("one more, over a socket: %s", text)
	}
	if handler.Shed() != 3 {
		t.Errorf("%d were shed", handler.Shed())
	}
	c.send(`{"type":"subscribe","id":"b","payload":{"query":"subscription { interviewChanged { id } }"}}`)
	c.send(`{"type":"ping"}`)
	c.wants("pong", "") // so the subscription has begun

	waiting := make(chan string, 1)
	go func() {
		_, text := s.exchange(exchange{method: http.MethodPost, body: askName})
		waiting <- text
	}()
	for late := time.After(soon); handler.Waiting() == 0; runtime.Gosched() {
		select {
		case <-late:
			t.Fatal("nobody waits")
		default:
		}
	}
	if err := lock.Rollback(); err != nil {
		t.Fatal(err)
	}
	for range cap(working) {
		if text := <-working; !strings.Contains(text, `"totalCount":0`) {
			t.Errorf("who was at work is answered %s", text)
		}
	}
	if text := <-waiting; !strings.Contains(text, saysName) {
		t.Errorf("who waited is answered %s", text)
	}
	if handler.AtWork() != 0 || handler.Waiting() != 0 || handler.Shed() != 3 {
		t.Errorf("%d at work, %d wait, %d shed", handler.AtWork(), handler.Waiting(), handler.Shed())
	}
}
