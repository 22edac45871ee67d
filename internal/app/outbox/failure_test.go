package outbox_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"rehearse/internal/app/outbox"
	"rehearse/internal/booking"
	"rehearse/internal/mail"
	"rehearse/internal/schooltest"
	"rehearse/internal/store"
)

// A message that is refused for now is sent later, with the same Message-ID, after longer and
// longer pauses. Other people do not wait for it.
func TestDeferred(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	student, interviewer := w.people()
	var ids []string
	w.Mailbox.responds(func(to string) error {
		if to == "sam@student.test" {
			return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "greylisted " + to}
		}
		return nil
	}, nil)
	w.Booked(student, w.Slot(interviewer, 90*hour))
	w.deliver()
	ids = append(ids, w.Mailbox.one("ann@staff.test").id())
	schooltest.Same(t, "the messages", w.statuses(), map[string]int{"PENDING 451 4.7.1": 1, "SENT accepted": 1})
	var pauses []time.Duration
	for range 8 {
		var next time.Time
		if err := w.DB.SQL(t).QueryRowContext(t.Context(), "SELECT next_attempt_at FROM mail WHERE status = 'PENDING'").Scan(&next); err != nil {
			t.Fatal(err)
		}
		pauses = append(pauses, next.Sub(*w.Clock.Load()))
		w.SetClock(next)
		w.deliver()
	}
	schooltest.Same(t, "the pauses", pauses, []time.Duration{
		30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 16 * time.Minute, 30 * time.Minute, 30 * time.Minute,
	})
	w.Mailbox.responds(nil, nil)
	w.later(30 * time.Minute)
	w.deliver()
	if id := w.Mailbox.one("sam@student.test").id(); id == "" || id == ids[0] {
		t.Errorf("the Message-ID is %q", id)
	}
	if log := w.Log.String(); strings.Contains(log, "sam@") || strings.Contains(log, "greylisted") {
		t.Errorf("the log contains personal data:\n%s", log)
	}
}

// A message that is never accepted fails after a day.
func TestGivenUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	student, interviewer := w.people()
	w.Mailbox.responds(func(string) error {
		return &smtp.SMTPError{Code: 452, EnhancedCode: smtp.EnhancedCode{4, 2, 2}, Message: "full"}
	}, nil)
	w.Booked(student, w.Slot(interviewer, 90*hour))
	w.deliver()
	for range 60 {
		w.later(30 * time.Minute)
		w.deliver()
	}
	schooltest.Same(t, "the messages", w.statuses(), map[string]int{"FAILED 452 4.2.2": 2})
	if n := w.Measures.counts["booked refused"]; n != 2 {
		t.Errorf("%d are counted, want 2", n)
	}
}

// A message that is refused for good fails at once.
func TestRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	student, interviewer := w.people()
	w.Mailbox.responds(func(to string) error {
		if to == "sam@student.test" {
			return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no mailbox " + to}
		}
		return nil
	}, nil)
	interview := w.Booked(student, w.Slot(interviewer, 24*hour))
	w.deliver()
	schooltest.Same(t, "the messages", w.statuses(), map[string]int{"FAILED 550 5.1.1": 1, "SENT accepted": 1})
	schooltest.Same(t, "the count", w.Measures.counts["booked refused"], 1)
	w.Mailbox.responds(nil, func() error {
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "spam"}
	})
	w.Accepted(w.Cancel(interview).Errors)
	w.deliver()
	schooltest.Same(t, "the messages", w.statuses(), map[string]int{"FAILED 550 5.1.1": 1, "FAILED 554 5.7.1": 2, "SENT accepted": 1})
}

// While the mail server refuses the password, nothing is lost, and one message at a time
// shows whether it is available again.
func TestUnavailable(t *testing.T) {
	t.Parallel()
	b := newMailbox(t)
	b.user, b.password = "rehearse", "correct horse"
	s := schooltest.New(t)
	w := worldOn(s, b, func(o *outbox.Options) { o.Server.User, o.Server.Password = "rehearse", "wrong" })
	for n := range 10 {
		w.Booked(w.Student(nil), w.NewSlot(time.Duration(40+n)*hour))
	}
	if err := w.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	attempts := func() (n int) {
		t.Helper()
		if err := w.DB.SQL(t).QueryRowContext(t.Context(), "SELECT sum(attempts) FROM mail").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	first := attempts()
	w.later(time.Minute)
	if err := w.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := attempts(); n != first+1 {
		t.Errorf("%d attempts after a pause, want 1", n-first)
	}
	schooltest.Same(t, "the messages", w.statuses()["PENDING no connection"] > 0, true)
	if log := w.Log.String(); strings.Contains(log, "wrong") || !strings.Contains(log, "cannot send e-mail") {
		t.Errorf("the log is\n%s", log)
	}
	w = worldOn(s, b, func(o *outbox.Options) { o.Server.User, o.Server.Password = b.user, b.password })
	w.later(time.Minute)
	w.deliver()
	schooltest.Same(t, "the messages", w.statuses(), map[string]int{"SENT accepted": 20})
}

// If no mail server runs at the address, it counts as unavailable.
func TestNoServer(t *testing.T) {
	t.Parallel()
	s := schooltest.New(t)
	w := worldOn(s, newMailbox(t), func(o *outbox.Options) {
		o.Server = mail.Server{Host: "127.0.0.1", Port: 1, Encryption: mail.Unencrypted}
	})
	w.Booked(w.Student(nil), w.NewSlot(24*hour))
	w.deliver()
	schooltest.Same(t, "the messages", w.statuses(), map[string]int{"PENDING no connection": 2})
}

// If a server dies after the mail server has accepted a message, and before this is recorded,
// another server sends the message again: with the same Message-ID, and not before the claim of
// the dead server expires.
func TestDeathBeforeTheRecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	student, interviewer := w.people()
	w.Booked(student, w.Slot(interviewer, 24*hour))
	ctx, die := context.WithCancel(t.Context())
	var accepted sync.WaitGroup
	accepted.Add(2)
	w.Mailbox.responds(nil, func() error {
		accepted.Done()
		accepted.Wait()
		die()
		return nil
	})
	if err := w.Round(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("the round ends with %v", err)
	}
	w.Mailbox.responds(nil, nil)
	sent := map[string]string{}
	for len(sent) < 2 { // the mail server files a message after it has accepted it
		for _, l := range w.Mailbox.take() {
			sent[l.To] = l.id()
		}
		runtime.Gosched()
	}
	other := worldOn(w.School, w.Mailbox)
	other.deliver()
	schooltest.Same(t, "the messages within the claim", len(w.Mailbox.take()), 0)
	w.later(outbox.ClaimTime)
	other.deliver()
	again := map[string]string{}
	for _, l := range w.Mailbox.take() {
		again[l.To] = l.id()
	}
	schooltest.Same(t, "the Message-IDs", again, sent)
	schooltest.Same(t, "the messages", w.statuses(), map[string]int{"SENT accepted": 2})
}

// A server that dies with claimed messages loses none.
func TestDeathAfterTheClaim(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	student, interviewer := w.people()
	w.Booked(student, w.Slot(interviewer, 24*hour))
	now := *w.Clock.Load()
	if err := w.Store.DispatchMail(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	claimed, err := w.Store.ClaimMail(t.Context(), 10, now, now.Add(outbox.ClaimTime))
	if err != nil || len(claimed) != 2 {
		t.Fatalf("claimed %d (%v)", len(claimed), err)
	}
	w.deliver()
	schooltest.Same(t, "the messages within the claim", len(w.Mailbox.take()), 0)
	w.later(outbox.ClaimTime)
	w.deliver()
	schooltest.Same(t, "the messages", len(w.Mailbox.take()), 2)

	// What the dead server would record now has no effect.
	for i := range claimed {
		claimed[i] = claimed[i].After(booking.MailResult{Status: booking.MailFailed, Detail: "late"}, now)
	}
	if err := w.Store.RecordMail(t.Context(), claimed); err != nil {
		t.Fatal(err)
	}
	schooltest.Same(t, "the messages", w.statuses(), map[string]int{"SENT accepted": 2})
}

// An event whose dispatch is rolled back is dispatched again.
func TestDeathDuringTheDispatch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	student, interviewer := w.people()
	w.Booked(student, w.Slot(interviewer, 24*hour))
	broken := errors.New("the server dies")
	_, err := store.InTx(t.Context(), w.Store, func(tx *store.Tx) (store.Nothing, error) {
		if err := tx.AddMail(t.Context(), *w.Clock.Load(), []booking.Mail{{Kind: booking.MailBooked, Source: "event-0", Recipient: booking.Administrators}}); err != nil {
			return store.Nothing{}, err
		}
		return store.Nothing{}, broken
	})
	if !errors.Is(err, broken) {
		t.Fatal(err)
	}
	w.deliver()
	schooltest.Same(t, "the messages", w.statuses(), map[string]int{"SENT accepted": 2})
}

// Several servers send each message once.
func TestServersShareTheWork(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for n := range 20 {
		w.Booked(w.Student(nil), w.NewSlot(time.Duration(40+n)*hour))
	}
	var running sync.WaitGroup
	for range 4 {
		one := worldOn(w.School, w.Mailbox)
		running.Go(func() {
			for range 10 {
				if err := one.Round(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	running.Wait()
	w.deliver()
	seen := map[string]int{}
	for _, l := range w.Mailbox.take() {
		seen[l.id()]++
	}
	if len(seen) != 40 {
		t.Errorf("%d messages, want 40", len(seen))
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("%s is sent %d times", id, n)
		}
	}
	schooltest.Same(t, "the messages", w.statuses(), map[string]int{"SENT accepted": 40})
	w.Sound()
}

// A mail server that does not respond delays no booking.
func TestSlowServerDelaysNoBooking(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	release := make(chan struct{})
	w.Mailbox.responds(func(string) error { <-release; return nil }, nil)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.Run(ctx)
	}()
	for n := range 10 { // each has its response before a message is accepted
		w.Booked(w.Student(nil), w.NewSlot(time.Duration(40+n)*hour))
	}
	schooltest.Same(t, "the messages", len(w.Mailbox.take()), 0)
	close(release)
	stop()
	<-ended
	if n := w.statuses()["SENT accepted"]; n > 4*outbox.Connections {
		t.Errorf("%d messages were in progress, want at most %d", n, 4*outbox.Connections)
	}
}
