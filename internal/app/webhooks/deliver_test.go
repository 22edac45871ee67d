package webhooks_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/schooltest"
)

const hour = time.Hour

// An event is sent once, signed, with the ids of everything it is about.
func TestDelivered(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	student := w.Student(nil)
	interviewer := w.Interviewer(nil)
	slot := w.Slot(interviewer, 48*hour)
	h := w.hook(r.URL, nil, "INTERVIEW_BOOKED", "INTERVIEW_CANCELLED")
	booked := w.Book(student, slot).Interview
	w.deliver()
	w.deliver()
	got := r.take()
	schooltest.Same(t, "the kinds", kinds(got), []string{"INTERVIEW_BOOKED"})
	one := got[0]
	if !one.verified(t, h.Secret) || one.verified(t, "whsec_"+strings.Repeat("A", 44)) {
		t.Errorf("the library of the specification does not accept the signature %v", one.Header)
	}
	data := one.Body.Data
	if data.Version != 1 || *data.StudentID != student || *data.InterviewerID != interviewer || *data.InterviewID != booked.ID || *data.SlotID != slot {
		t.Errorf("the body is %s", one.Text)
	}
	if i := data.Interview; i == nil || i.ID != booked.ID || i.Status != booking.Booked || !i.Start.Equal(schooltest.T0.Add(48*hour)) {
		t.Errorf("the interview is %+v", data.Interview)
	}
	if string(data.Previous["status"]) != "null" {
		t.Errorf("previous is %s", data.Previous)
	}
	if one.ID() != "evt_"+data.Event.ID || one.Header.Get("Content-Type") != "application/json" {
		t.Errorf("the headers are %v", one.Header)
	}
	at, err := strconv.ParseInt(one.Header.Get("webhook-timestamp"), 10, 64)
	if err != nil || time.Since(time.Unix(at, 0)).Abs() > schooltest.Soon {
		t.Errorf("webhook-timestamp is %q, %v", one.Header.Get("webhook-timestamp"), err)
	}
	all := w.state(h).Deliveries.Nodes
	if len(all) != 1 || all[0].Status != "SUCCEEDED" || all[0].Attempts != 1 || *all[0].ResponseStatus != 200 || all[0].NextAttemptAt != nil {
		t.Errorf("the deliveries are %+v", all)
	}
	if w.Measures.counts["delivered"] != 1 {
		t.Errorf("measured %v", w.Measures.counts)
	}
}

// A webhook receives only the events that all of its filters match, from its creation on.
func TestFilters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, second := w.Student(nil), w.Student(nil)
	interviewer, other := w.Interviewer(nil), w.Interviewer(nil)
	receivers := map[string]*receiver{}
	for name, set := range map[string]in{
		"all": nil, "of the first": {"studentIds": []string{first}}, "of the interviewer": {"interviewerIds": []string{interviewer}},
		"of both": {"studentIds": []string{first}, "interviewerIds": []string{interviewer}},
	} {
		receivers[name] = newReceiver(t)
		w.hook(receivers[name].URL, set, "INTERVIEW_BOOKED", "HOLD_PLACED")
	}
	for i, b := range []struct{ student, interviewer string }{{first, interviewer}, {first, other}, {second, interviewer}, {second, other}} {
		if got := w.Book(b.student, w.Slot(b.interviewer, time.Duration(48+i)*hour)); got.Interview == nil {
			t.Fatalf("%+v", got.Errors)
		}
	}
	w.deliver()
	w.deliver() // as many as a webhook may receive at a time
	for name, want := range map[string]int{"all": 4, "of the first": 2, "of the interviewer": 2, "of both": 1} {
		if got := len(receivers[name].take()); got != want {
			t.Errorf("%s: %d requests, want %d", name, got, want)
		}
	}
}

// The events of one interview are sent in their order: a later one waits for an earlier one.
func TestOrderOfAnInterview(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	h := w.hook(r.URL, nil, "INTERVIEW_BOOKED", "INTERVIEW_CANCELLED")
	student, slot := w.Student(nil), w.NewSlot(48*hour)
	interview := w.Book(student, slot).Interview.ID
	w.Cancel(interview)
	again := w.Book(student, w.NewSlot(72*hour)).Interview.ID
	r.answers(func(to http.ResponseWriter, got request) {
		if *got.Body.Data.InterviewID == interview {
			to.WriteHeader(http.StatusInternalServerError)
		}
	})
	w.deliver()
	w.deliver()
	got := r.take()
	schooltest.Same(t, "the kinds while the first fails", kinds(got), []string{"INTERVIEW_BOOKED", "INTERVIEW_BOOKED"})
	if about := []string{*got[0].Body.Data.InterviewID, *got[1].Body.Data.InterviewID}; !slices.Contains(about, again) {
		t.Errorf("the other interview waits: %v", about)
	}
	r.answers(nil)
	w.later(5 * time.Second)
	w.deliver()
	schooltest.Same(t, "the kinds after the first", kinds(r.take()), []string{"INTERVIEW_BOOKED"})
	w.deliver()
	schooltest.Same(t, "the rest", kinds(r.take()), []string{"INTERVIEW_CANCELLED"})
	for _, d := range w.state(h).Deliveries.Nodes {
		if d.Status != "SUCCEEDED" {
			t.Errorf("the delivery %+v is not done", d)
		}
	}
}

// A delivery that is refused is attempted again after longer and longer pauses, with the same
// id. After 72 hours it fails, and the webhook is disabled.
func TestRetriedAndDisabled(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	h := w.hook(r.URL, nil, "STUDENT_CREATED")
	watching := newReceiver(t)
	w.hook(watching.URL, nil, "WEBHOOK_DISABLED")
	r.answers(func(to http.ResponseWriter, _ request) {
		http.Error(to, strings.Repeat("sorry ", 1000), http.StatusInternalServerError)
	})
	w.Student(nil)
	began := *w.Clock.Load()
	var pauses []time.Duration
	attempts, id := 0, ""
	for w.state(h).Enabled {
		w.deliver()
		got := r.take()
		if len(got) != 1 || id != "" && got[0].ID() != id {
			t.Fatalf("attempt %d: got the requests %v", attempts+1, got)
		}
		attempts, id = attempts+1, got[0].ID()
		one := w.state(h).Deliveries.Nodes[0]
		if one.Attempts != attempts || *one.ResponseStatus != 500 || len(*one.ResponseBody) != 1024 {
			t.Fatalf("attempt %d: the delivery is %+v", attempts, one)
		}
		if one.NextAttemptAt == nil {
			break
		}
		pause := one.NextAttemptAt.Sub(*w.Clock.Load())
		pauses = append(pauses, pause)
		w.later(pause - time.Microsecond)
		if w.deliver(); len(r.take()) > 0 {
			t.Fatalf("attempt %d: it is attempted before its time", attempts+1)
		}
		w.later(time.Microsecond)
	}
	schooltest.Same(t, "the first pauses", pauses[:5], []time.Duration{5 * time.Second, 10 * time.Second, 30 * time.Second, 90 * time.Second, 270 * time.Second})
	if last := w.Clock.Load().Sub(began); !slices.IsSorted(pauses) || pauses[len(pauses)-1] != 6*hour || last > 72*hour || last < 60*hour {
		t.Errorf("the last attempt is after %v, the pauses are %v", last, pauses)
	}
	s := w.state(h)
	if s.Enabled || s.DisabledAt == nil || s.Deliveries.Nodes[0].Status != "FAILED" {
		t.Errorf("the webhook is %+v", s)
	}
	w.Student(nil) // while it is disabled
	w.deliver()
	schooltest.Same(t, "the requests to the other", kinds(watching.take()), []string{"WEBHOOK_DISABLED"})
	if len(r.take()) > 0 || w.Measures.counts["disabled"] != 1 {
		t.Errorf("the disabled webhook gets requests; measured %v", w.Measures.counts)
	}

	w.Accepted(w.change("updateWebhook", in{"webhookId": h.ID, "enabled": true}))
	r.answers(nil)
	w.Student(nil)
	w.deliver()
	if got := r.take(); len(got) != 1 || got[0].ID() == id {
		t.Errorf("the webhook gets %v after it is enabled", got)
	}
}

// The status 410 disables a webhook at once.
func TestGone(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	h := w.hook(r.URL, nil, "STUDENT_CREATED")
	r.answers(status(http.StatusGone))
	w.Student(nil)
	w.deliver()
	if s := w.state(h); s.Enabled || s.Deliveries.Nodes[0].Status != "FAILED" {
		t.Errorf("the webhook is %+v", s)
	}
}

// Redirects are not followed, and a receiver that does not respond counts as unreachable.
func TestResponses(t *testing.T) {
	t.Parallel()
	elsewhere := newReceiver(t)
	for name, test := range map[string]struct {
		respond func(http.ResponseWriter, request)
		status  int // 0 for none
		fault   string
	}{
		"a redirect": {func(to http.ResponseWriter, _ request) {
			to.Header().Set("Location", elsewhere.URL)
			to.WriteHeader(http.StatusTemporaryRedirect)
		}, 307, ""},
		"no content": {status(http.StatusNoContent), 204, ""},
		"no answer":  {func(http.ResponseWriter, request) { panic(http.ErrAbortHandler) }, 0, "the connection failed"},
		"binary":     {func(to http.ResponseWriter, _ request) { _, _ = to.Write([]byte("a\x00b\xff")) }, 200, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, r := newWorld(t), newReceiver(t)
			h := w.hook(r.URL, nil, "STUDENT_CREATED")
			r.answers(test.respond)
			w.Student(nil)
			w.deliver()
			one := w.state(h).Deliveries.Nodes[0]
			succeeds := test.status >= 200 && test.status < 300
			if (one.Status == "SUCCEEDED") != succeeds || (test.status == 0) != (one.ResponseStatus == nil) || one.ResponseStatus != nil && *one.ResponseStatus != test.status {
				t.Errorf("the delivery is %+v", one)
			}
			if (one.Error == nil) != (test.fault == "") || one.Error != nil && *one.Error != test.fault {
				t.Errorf("the delivery is %+v, want the error %q", one, test.fault)
			}
		})
	}
	t.Cleanup(func() {
		if len(elsewhere.take()) > 0 {
			t.Error("a redirect was followed")
		}
	})
}

// While a secret is rotated, requests are signed with the old and with the new secret.
func TestRotation(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	old := w.hook(r.URL, nil, "STUDENT_CREATED")
	var rotated struct {
		Secret string
		Errors []schooltest.Refusal
	}
	w.Mutate("rotateWebhookSecret", "secret", in{"webhookId": old.ID}, &rotated)
	w.Accepted(rotated.Errors)
	if rotated.Secret == old.Secret || !strings.HasPrefix(rotated.Secret, "whsec_") {
		t.Errorf("the new secret is %q", rotated.Secret)
	}
	check := func(when string, withOld bool) {
		t.Helper()
		w.Student(nil)
		w.deliver()
		got := r.take()
		if len(got) != 1 || got[0].verified(t, old.Secret) != withOld || !got[0].verified(t, rotated.Secret) {
			t.Errorf("%s: %v", when, got)
		}
		if s := w.state(old); (s.PreviousSecretExpiresAt != nil) != withOld {
			t.Errorf("%s, the previous secret expires at %v", when, s.PreviousSecretExpiresAt)
		}
	}
	check("at once", true)
	w.later(24*hour - time.Second)
	check("before the end", true)
	w.later(time.Second)
	check("at the end", false)
	if log := w.Log.String(); strings.Contains(log, "whsec_") {
		t.Errorf("a secret is in the log: %s", log)
	}
}

// A delivery can be sent again, and so can everything from an event on.
func TestRedeliver(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	w.Student(nil) // before the webhook
	h := w.hook(r.URL, nil, "STUDENT_CREATED")
	w.Student(nil)
	w.Student(nil)
	w.deliver()
	sent := r.take()
	if len(sent) != 2 {
		t.Fatalf("%d requests, want 2", len(sent))
	}
	all := w.state(h).Deliveries.Nodes
	w.Accepted(w.change("redeliver", in{"deliveryId": all[1].ID}))
	w.deliver()
	if got := r.take(); len(got) != 1 || got[0].ID() != "evt_"+all[1].EventID {
		t.Errorf("the delivery is sent as %v", got)
	}
	var first struct {
		Events struct{ Nodes []struct{ ID string } }
	}
	w.Ask("{ events(first: 1) { nodes { id } } }", nil).Into(&first)
	var payload struct {
		Queued int
		Errors []schooltest.Refusal
	}
	w.Mutate("redeliver", "queued", in{"webhookId": h.ID, "fromEventId": first.Events.Nodes[0].ID}, &payload)
	w.Accepted(payload.Errors)
	w.deliver()
	if got := r.take(); payload.Queued != 3 || len(got) != 3 {
		t.Errorf("queued %d, sent %d, want 3", payload.Queued, len(got))
	}
	if n := len(w.state(h).Deliveries.Nodes); n != 3 {
		t.Errorf("there are %d deliveries, want one for each of the 3 events", n)
	}
}

// A slow receiver delays only the requests to itself.
func TestSlowReceiver(t *testing.T) {
	t.Parallel()
	w, slow, quick := newWorld(t), newReceiver(t), newReceiver(t)
	w.hook(slow.URL, nil, "STUDENT_CREATED")
	w.hook(quick.URL, nil, "STUDENT_CREATED")
	release := make(chan struct{})
	done := make(chan struct{}, 20)
	slow.answers(func(http.ResponseWriter, request) { <-release })
	quick.answers(func(http.ResponseWriter, request) { done <- struct{}{} })
	for range 12 {
		w.Student(nil)
	}
	ctx, stop := w.running()
	defer stop()
	for range 12 {
		select {
		case <-done:
		case <-ctx.Done():
			t.Fatal("the quick receiver waits")
		}
	}
	if n := len(slow.take()); n > 4 {
		t.Errorf("the slow receiver gets %d requests at a time, want at most 4", n)
	}
	close(release)
}
