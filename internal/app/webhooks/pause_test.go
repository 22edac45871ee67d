package webhooks_test

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"rehearse/internal/app/webhooks"
	"rehearse/internal/booking"
	"rehearse/internal/schooltest"
)

// A webhook whose receiver is unavailable pauses as a whole: each pause ends with one request,
// however many events wait. All of them are sent once the receiver is back.
func TestUnavailableReceiver(t *testing.T) {
	t.Parallel()
	const events = webhooks.Claimed + 2
	w, r, other := newWorld(t), newReceiver(t), newReceiver(t)
	h := w.hook(r.URL, nil, "STUDENT_CREATED")
	w.hook(other.URL, nil, "STUDENT_CREATED")
	r.answers(status(http.StatusBadGateway))
	for range events {
		w.Student(nil)
	}
	w.deliver() // the first ones are sent before the state is known
	began := w.Clock.Load()
	schooltest.Same(t, "requests before the receiver is known to be unavailable", len(r.take()), webhooks.Claimed)
	for _, pause := range []time.Duration{5 * time.Second, 10 * time.Second, 30 * time.Second} {
		s := w.state(h)
		if s.FailingSince == nil || !s.FailingSince.Equal(*began) || s.PausedUntil.Sub(*w.Clock.Load()) != pause {
			t.Fatalf("the webhook is %+v, want a pause of %v", s, pause)
		}
		w.later(pause - time.Microsecond)
		w.deliver()
		schooltest.Same(t, "requests in the pause", len(r.take()), 0)
		w.later(time.Microsecond)
		w.deliver()
		w.deliver()
		schooltest.Same(t, "requests after the pause", len(r.take()), 1)
	}
	schooltest.Same(t, "failing webhooks", w.Measures.failing, 1)
	for range 3 {
		w.deliver()
	}
	schooltest.Same(t, "requests to the other receiver", len(other.take()), events)
	r.answers(nil)
	w.later(90 * time.Second)
	for range 4 {
		w.deliver()
	}
	schooltest.Same(t, "requests to the receiver that is back", len(r.take()), events)
	if s := w.state(h); s.FailingSince != nil || s.PausedUntil != nil || s.Version != 1 {
		t.Errorf("the webhook is %+v", s)
	}
	schooltest.Same(t, "failing webhooks at the end", w.Measures.failing, 0)
}

// A receiver can ask for a longer pause, of up to an hour, in seconds or by a date.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		header func() string
		least  time.Duration
		most   time.Duration
	}{
		"seconds":     {429, func() string { return "120" }, 2 * time.Minute, 2 * time.Minute},
		"a date":      {503, func() string { return time.Now().Add(20 * time.Minute).UTC().Format(http.TimeFormat) }, 18 * time.Minute, 20 * time.Minute},
		"a day":       {503, func() string { return "86400" }, time.Hour, time.Hour},
		"too much":    {503, func() string { return "99999999999999999999999" }, time.Hour, time.Hour},
		"negative":    {503, func() string { return "-5" }, 5 * time.Second, 5 * time.Second},
		"nonsense":    {429, func() string { return "soon" }, 5 * time.Second, 5 * time.Second},
		"in the past": {429, func() string { return "Mon, 02 Jan 2006 15:04:05 GMT" }, 5 * time.Second, 5 * time.Second},
		"a refusal":   {400, func() string { return "120" }, 5 * time.Second, 5 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, r := newWorld(t), newReceiver(t)
			h := w.hook(r.URL, nil, "STUDENT_CREATED")
			r.answers(func(to http.ResponseWriter, _ request) {
				to.Header().Set("Retry-After", test.header())
				to.WriteHeader(test.status)
			})
			w.Student(nil)
			w.deliver()
			s := w.state(h)
			pause := s.Deliveries.Nodes[0].NextAttemptAt.Sub(*w.Clock.Load())
			if pause < test.least || pause > test.most || (s.PausedUntil != nil) != (test.status != 400) {
				t.Errorf("the next attempt is after %v, want %v to %v; the webhook is %+v", pause, test.least, test.most, s)
			}
		})
	}
}

// A receiver that is never available is disabled after 72 hours, although each attempt may be
// of another event.
func TestUnavailableFor72Hours(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	h := w.hook(r.URL, nil, "STUDENT_CREATED")
	r.answers(status(http.StatusServiceUnavailable))
	for range 200 { // more than are attempted
		w.Student(nil)
	}
	began := *w.Clock.Load()
	w.deliver()
	attempts := 0
	for w.state(h).Enabled {
		attempts++
		w.later(w.state(h).PausedUntil.Sub(*w.Clock.Load()))
		w.deliver()
	}
	if took := w.Clock.Load().Sub(began); took < 70*time.Hour || took > 72*time.Hour || attempts > 90 {
		t.Errorf("disabled after %v and %d pauses", took, attempts)
	}
	if s := w.state(h); s.FailingSince != nil || s.PausedUntil != nil {
		t.Errorf("the webhook is %+v", s)
	}
}

// An administrator who has repaired the receiver need not wait for the end of the pause.
func TestPauseIsEnded(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(w *world, h hook, delivery string) []schooltest.Refusal{
		"redeliver": func(w *world, _ hook, delivery string) []schooltest.Refusal {
			return w.change("redeliver", in{"deliveryId": delivery})
		},
		"another URL": func(w *world, h hook, _ string) []schooltest.Refusal {
			return w.change("updateWebhook", in{"webhookId": h.ID, "url": h.URL + "/other"})
		},
		"disabled and enabled": func(w *world, h hook, _ string) []schooltest.Refusal {
			w.Accepted(w.change("updateWebhook", in{"webhookId": h.ID, "enabled": false}))
			return w.change("updateWebhook", in{"webhookId": h.ID, "enabled": true})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, r := newWorld(t), newReceiver(t)
			h := w.hook(r.URL, nil, "STUDENT_CREATED")
			r.answers(status(http.StatusTooManyRequests))
			w.Student(nil)
			w.deliver()
			r.answers(nil)
			w.deliver()
			schooltest.Same(t, "requests before the end", len(r.take()), 1)
			w.Accepted(end(w, h, w.state(h).Deliveries.Nodes[0].ID))
			if s := w.state(h); s.PausedUntil != nil {
				t.Errorf("the webhook is %+v", s)
			}
			w.deliver()
			schooltest.Same(t, "requests after the end", len(r.take()), 1)
		})
	}
}

// What a server with a fast clock has claimed, and the pauses that it has set, do not outlast the
// correction of the clock.
func TestClockIsPutBack(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]int{"refused": 500, "unavailable": 503} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, r := newWorld(t), newReceiver(t)
			h := w.hook(r.URL, nil, "STUDENT_CREATED")
			for range 2 {
				w.Student(nil)
			}
			w.later(30 * schooltest.Day)
			if _, err := w.Store.DispatchEvents(t.Context(), *w.Clock.Load()); err != nil {
				t.Fatal(err)
			}
			fast := *w.Clock.Load()
			id := booking.WebhookID(1)
			claimed, err := w.Store.ClaimDeliveries(t.Context(), map[booking.WebhookID]int{id: 1}, fast, fast.Add(time.Minute)) // it dies after this
			if err != nil || len(claimed) != 1 {
				t.Fatalf("claimed %v, %v", claimed, err)
			}
			r.answers(status(code))
			w.deliver() // the other one
			schooltest.Same(t, "requests with the fast clock", len(r.take()), 1)
			r.answers(nil)
			w.later(-30 * schooltest.Day)
			for range 3 {
				w.deliver()
			}
			schooltest.Same(t, "requests with the right clock", len(r.take()), 2)
			if s := w.state(h); s.FailingSince != nil || s.Deliveries.Nodes[0].Status != "SUCCEEDED" || s.Deliveries.Nodes[1].Status != "SUCCEEDED" {
				t.Errorf("the webhook is %+v", s)
			}
		})
	}
}

// However many events wait, no more requests are in progress at a time than a webhook may have,
// and few connections are opened. Each event is sent once.
func TestBacklog(t *testing.T) {
	t.Parallel()
	const events = 1500 // more than are dispatched at once
	w, r := newWorld(t), newReceiver(t)
	w.hook(r.URL, nil, "DATA_IMPORTED")
	w.append("DATA_IMPORTED", events)
	var running, most atomic.Int32
	done := make(chan struct{})
	var received atomic.Int32
	r.answers(func(http.ResponseWriter, request) {
		now := running.Add(1)
		defer running.Add(-1)
		for seen := most.Load(); now > seen && !most.CompareAndSwap(seen, now); seen = most.Load() {
		}
		if received.Add(1) == events {
			close(done)
		}
	})
	limit, stop := w.running()
	defer stop()
	select {
	case <-done:
	case <-limit.Done():
		t.Fatalf("%d events are sent, want %d", received.Load(), events)
	}
	if most.Load() > 4 || r.opened.Load() > 8 { // a connection ends if its response races with the next request
		t.Errorf("%d requests at a time by %d connections", most.Load(), r.opened.Load())
	}
	ids := map[string]bool{}
	for _, one := range r.take() {
		ids[one.ID()] = true
	}
	schooltest.Same(t, "different events", len(ids), events)
}
