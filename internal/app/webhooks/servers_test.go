package webhooks_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rehearse/internal/app/webhooks"
	"rehearse/internal/booking"
	"rehearse/internal/schooltest"
	"rehearse/internal/store"
)

// running runs the dispatcher until stop is called. The context ends when the test has waited
// too long.
func (w *world) running() (limit context.Context, stop func()) {
	limit, cancelLimit := context.WithTimeout(w.T.Context(), schooltest.Soon)
	ctx, cancel := context.WithCancel(w.T.Context())
	var running sync.WaitGroup
	running.Go(func() { w.Run(ctx) })
	return limit, func() {
		cancel()
		running.Wait()
		cancelLimit()
	}
}

// A server that dies between the steps loses nothing: what it has claimed is sent by another
// one when the claim expires.
func TestServerDies(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	h := w.hook(r.URL, nil, "STUDENT_CREATED")
	w.Student(nil)
	now := *w.Clock.Load()
	if _, err := w.Store.DispatchEvents(t.Context(), now); err != nil { // it dies after this
		t.Fatal(err)
	}
	if _, err := w.Store.DispatchEvents(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	id := booking.WebhookID(1)
	claimed, err := w.Store.ClaimDeliveries(t.Context(), map[booking.WebhookID]int{id: 4}, now, now.Add(time.Minute)) // it dies after this
	if err != nil || len(claimed) != 1 {
		t.Fatalf("claimed %v, %v", claimed, err)
	}
	w.deliver()
	if got := r.take(); len(got) != 0 {
		t.Fatalf("what is claimed is sent: %v", got)
	}
	w.later(time.Minute)
	w.deliver()
	if got := r.take(); len(got) != 1 {
		t.Fatalf("%d requests after the claim has expired, want 1", len(got))
	}
	w.deliver()
	if got := w.state(h).Deliveries.Nodes; len(r.take()) != 0 || len(got) != 1 || got[0].Status != "SUCCEEDED" || got[0].Attempts != 2 {
		t.Errorf("the deliveries are %+v", got)
	}
}

// The result of an attempt whose claim has expired does not replace that of the next one.
func TestLateResult(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	h := w.hook(r.URL, nil, "STUDENT_CREATED")
	w.Student(nil)
	other := worldOn(w.School)
	var requests atomic.Int32
	r.answers(func(to http.ResponseWriter, _ request) {
		if requests.Add(1) == 1 { // the first server has not got its response yet
			w.later(hour)
			other.deliver()
			to.WriteHeader(http.StatusInternalServerError)
		}
	})
	w.deliver()
	if got := w.state(h).Deliveries.Nodes; len(got) != 1 || got[0].Status != "SUCCEEDED" || got[0].Attempts != 2 {
		t.Errorf("the deliveries are %+v", got)
	}
}

// Two servers share the work: each event is sent once, those of an interview in their order.
func TestTwoServers(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	other := worldOn(w.School)
	w.hook(r.URL, nil, "INTERVIEW_BOOKED", "INTERVIEW_CANCELLED")
	const interviews = 10
	received := make(chan struct{}, 3*interviews)
	r.answers(func(http.ResponseWriter, request) { received <- struct{}{} })
	limit, stop := w.running()
	defer stop()
	_, stopOther := other.running()
	defer stopOther()
	student := w.Student(nil)
	for n := range interviews {
		booked := w.Book(student, w.NewSlot(time.Duration(48+n)*hour))
		if booked.Interview == nil {
			t.Fatalf("%+v", booked.Errors)
		}
		w.Cancel(booked.Interview.ID)
		w.App.Committed()
	}
	for n := range 2 * interviews {
		select {
		case <-received:
		case <-limit.Done():
			t.Fatalf("%d events are sent, want %d", n, 2*interviews)
		}
	}
	seen := map[string][]string{}
	for _, one := range r.take() {
		seen[*one.Body.Data.InterviewID] = append(seen[*one.Body.Data.InterviewID], string(one.Body.Type))
	}
	for id, kinds := range seen {
		if !slices.Equal(kinds, []string{"INTERVIEW_BOOKED", "INTERVIEW_CANCELLED"}) {
			t.Errorf("interview %s: %v", id, kinds)
		}
	}
	if len(seen) != interviews {
		t.Errorf("%d interviews, want %d", len(seen), interviews)
	}
}

// While requests keep the database busy, events wait, but not for good.
func TestEventsAreSentWhileTheDatabaseIsBusy(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	w.hook(r.URL, nil, "STUDENT_CREATED")
	received := make(chan struct{}, 1)
	r.answers(func(http.ResponseWriter, request) { received <- struct{}{} })
	w.Student(nil)
	w.busy()
	limit, stop := w.running()
	defer stop()
	select {
	case <-received:
	case <-limit.Done():
		t.Fatal("the event is not sent")
	}
}

// While the database is busy, a round dispatches and sends only a few events. After a minute, it no
// longer waits.
func TestRoundWhileTheDatabaseIsBusy(t *testing.T) {
	t.Parallel()
	const events, half = 3 * webhooks.Claimed, webhooks.Claimed / 2
	w, r := newWorld(t), newReceiver(t)
	first, second := w.hook(r.URL, nil, "STUDENT_CREATED"), w.hook(r.URL, nil, "STUDENT_CREATED")
	for range events {
		w.Student(nil)
	}
	round := func(name string, requests, deliveries int) {
		t.Helper()
		w.deliver()
		schooltest.Same(t, "requests of "+name, len(r.take()), 2*requests)
		for _, h := range []hook{first, second} {
			schooltest.Same(t, "deliveries after "+name, len(w.state(h).Deliveries.Nodes), deliveries)
		}
	}
	release := w.busy()
	round("the first round", half, half)
	round("the second round", half, 2*half)
	w.later(time.Minute)
	round("a round after a minute", webhooks.Claimed, events)
	release()
	round("a round with an idle database", webhooks.Claimed, events)
	w.Sound()
}

// A backlog is not dispatched at once, so the first requests do not wait for all of it.
func TestBacklogIsDispatchedInParts(t *testing.T) {
	t.Parallel()
	const events = 600
	w, r := newWorld(t), newReceiver(t)
	hooks := []hook{w.hook(r.URL, nil, "DATA_IMPORTED"), w.hook(r.URL, nil, "DATA_IMPORTED")}
	w.append("DATA_IMPORTED", events)
	for round, want := range []int{1000, 2 * events, 2 * events} {
		w.deliver()
		var deliveries int
		if err := w.DB.SQL(t).QueryRowContext(t.Context(), "SELECT count(*) FROM webhook_deliveries").Scan(&deliveries); err != nil {
			t.Fatal(err)
		}
		schooltest.Same(t, fmt.Sprintf("deliveries after round %d", round), deliveries, want)
		schooltest.Same(t, fmt.Sprintf("requests of round %d", round), len(r.take()), len(hooks)*webhooks.Claimed)
	}
	w.Sound()
}

// append adds events of a kind.
func (w *world) append(kind string, events int) {
	w.T.Helper()
	_, err := w.DB.SQL(w.T).ExecContext(w.T.Context(), `INSERT INTO events (at, kind, actor_role, actor_id, request_id, changes)
		SELECT now(), $1, 'ADMIN', 1, '', '[{"field": "created", "before": null, "after": 1}]' FROM generate_series(1, $2)`, kind, events)
	if err != nil {
		w.T.Fatal(err)
	}
}

// busy keeps half of the database connections in use until the returned function is called, or
// the test ends.
func (w *world) busy() (release func()) {
	w.T.Helper()
	if w.Store.Busy() {
		w.T.Error("the database is busy although nobody uses it")
	}
	begun, end := make(chan error, 32), make(chan struct{})
	var busy sync.WaitGroup
	release = sync.OnceFunc(func() {
		close(end)
		busy.Wait()
	})
	w.T.Cleanup(release)
	for range 16 {
		busy.Go(func() {
			_, err := store.InTx(w.T.Context(), w.Store, func(*store.Tx) (struct{}, error) {
				begun <- nil
				<-end
				return struct{}{}, nil
			})
			if err != nil {
				begun <- err
			}
		})
	}
	for range 16 {
		if err := <-begun; err != nil {
			w.T.Fatal(err)
		}
	}
	if !w.Store.Busy() {
		w.T.Error("the database is not busy although half of its connections are in use")
	}
	return release
}
