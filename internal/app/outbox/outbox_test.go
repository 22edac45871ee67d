package outbox_test

import (
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"rehearse/internal/app/outbox"
	"rehearse/internal/booking"
	"rehearse/internal/mail"
	"rehearse/internal/schooltest"
)

const hour = time.Hour

type in = map[string]any

// A world is a school with a mailbox and a dispatcher that runs when the test says so.
type world struct {
	*schooltest.School
	*outbox.Dispatcher

	Mailbox  *mailbox
	Measures *measures
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return worldOn(schooltest.New(t), newMailbox(t))
}

func worldOn(s *schooltest.School, b *mailbox, set ...func(*outbox.Options)) *world {
	s.T.Helper()
	templates, err := mail.LoadTemplates("")
	if err != nil {
		s.T.Fatal(err)
	}
	m := &measures{counts: map[string]int{}}
	options := outbox.Options{
		Server: b.Server, From: mail.Address{Name: "Rehearse", Address: "rehearse@school.test"}, Admin: "office@school.test",
		Templates: templates, Log: slog.New(slog.NewTextHandler(s.Log, nil)), Observer: m,
	}
	for _, change := range set {
		change(&options)
	}
	w := &world{s, outbox.New(s.Store, s.App.Now, options), b, m}
	if err := w.Begin(s.T.Context()); err != nil {
		s.T.Fatal(err)
	}
	return w
}

// deliver runs rounds until nothing is due.
func (w *world) deliver() {
	w.T.Helper()
	for range 100 {
		if err := w.Round(w.T.Context()); err != nil {
			w.T.Fatal(err)
		}
		var due bool
		err := w.DB.SQL(w.T).QueryRowContext(w.T.Context(),
			"SELECT EXISTS (SELECT FROM mail WHERE status = 'PENDING' AND next_attempt_at <= $1)", *w.Clock.Load()).Scan(&due)
		if err != nil {
			w.T.Fatal(err)
		}
		if !due {
			return
		}
	}
	w.T.Fatal("messages stay due")
}

// later moves the clock.
func (w *world) later(d time.Duration) { w.SetClock(w.Clock.Load().Add(d)) }

// statuses returns the number of messages by status and result.
func (w *world) statuses() map[string]int {
	w.T.Helper()
	rows, err := w.DB.SQL(w.T).QueryContext(w.T.Context(), "SELECT trim(status || ' ' || result), count(*) FROM mail GROUP BY 1")
	if err != nil {
		w.T.Fatal(err)
	}
	defer rows.Close()
	found := map[string]int{}
	for rows.Next() {
		var status string
		var n int
		if err := rows.Scan(&status, &n); err != nil {
			w.T.Fatal(err)
		}
		found[status] = n
	}
	if err := rows.Err(); err != nil {
		w.T.Fatal(err)
	}
	return found
}

// measures is an Observer.
type measures struct {
	mu     sync.Mutex
	counts map[string]int
	oldest time.Duration
}

func (m *measures) MailAttempted(kind booking.MailKind, result string, _ time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.counts[string(kind)+" "+result]++
}

func (m *measures) OldestMail(age time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.oldest = age
}

// A booking tells both parties, each in their time zone, with an invitation that has the UID
// and the sequence of the calendar.
func TestBooked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	student := w.Student(in{"name": "Zoë Ångström", "email": "zoe@student.test", "timeZone": "America/New_York"})
	interviewer := w.Interviewer(in{"name": "Łukasz", "email": "lukasz@staff.test", "timeZone": "Europe/Berlin"})
	// The clocks of New York change on 1 November 2026 and those of Berlin on 25 October.
	start := time.Date(2026, 10, 30, 14, 0, 0, 0, time.UTC)
	interview := w.Booked(student, w.Slot(interviewer, start.Sub(schooltest.T0)))
	w.deliver()

	var data struct{ Interview struct{ Ics string } }
	w.Ask("query($id: ID!) { interview(id: $id) { ics } }", in{"id": interview}).Into(&data)
	toStudent, toInterviewer := w.Mailbox.one("zoe@student.test"), w.Mailbox.one("lukasz@staff.test")
	for _, test := range []struct {
		letter
		name, other, when string
	}{
		{toStudent, "Zoë Ångström", "Łukasz", "Friday, 30 October 2026, 10:00 to 11:00 (America/New_York, UTC-04:00)"},
		{toInterviewer, "Łukasz", "Zoë Ångström", "Friday, 30 October 2026, 15:00 to 16:00 (Europe/Berlin, UTC+01:00)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			schooltest.Same(t, "the subject", test.subject(t), "Mock interview with "+test.other+" on Friday, 30 October 2026")
			for _, part := range []string{test.Text, test.HTML} {
				if !strings.Contains(part, "Hello "+test.name) || !strings.Contains(part, test.when) && !strings.Contains(part, strings.ReplaceAll(test.when, "+", "&#43;")) {
					t.Errorf("the text has no %q:\n%s", test.when, part)
				}
			}
			schooltest.Same(t, "the sender", test.Header.Get("From"), `"Rehearse" <rehearse@school.test>`)
			schooltest.Same(t, "Auto-Submitted", test.Header.Get("Auto-Submitted"), "auto-generated")
			schooltest.Same(t, "the method", test.Method, "REQUEST")
			schooltest.Same(t, "the status", test.property(t, "STATUS"), "CONFIRMED")
			schooltest.Same(t, "the sequence", test.property(t, "SEQUENCE"), "0")
			schooltest.Same(t, "the organizer", test.property(t, "ORGANIZER"), "mailto:rehearse@school.test")
			schooltest.Same(t, "the attendee", test.property(t, "ATTENDEE"), "mailto:"+test.To)
			if uid := test.property(t, "UID"); !strings.Contains(data.Interview.Ics, "UID:"+uid) {
				t.Errorf("the UID is %q; the calendar has\n%s", uid, data.Interview.Ics)
			}
			if at, err := test.event(t).DateTimeStart(nil); err != nil || !at.Equal(start) {
				t.Errorf("the invitation starts at %s (%v)", at, err)
			}
		})
	}
	if toStudent.Header.Get("Message-Id") == toInterviewer.Header.Get("Message-Id") {
		t.Error("two messages have the same Message-ID")
	}
	w.deliver()
	if again := w.Mailbox.take(); len(again) > 0 {
		t.Errorf("%d messages are sent again", len(again))
	}
	schooltest.Same(t, "the messages", w.statuses(), map[string]int{"SENT accepted": 2})
	w.Sound()
}
