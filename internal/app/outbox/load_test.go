package outbox_test

import (
	"io"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"rehearse/internal/app/outbox"
	"rehearse/internal/mail"
	"rehearse/internal/schooltest"
)

// A sink is an SMTP server that counts messages and stores none.
type sink struct {
	messages, open, most atomic.Int64
}

func newSink(t *testing.T) (*sink, mail.Server) {
	t.Helper()
	s := &sink{}
	server := smtp.NewServer(s)
	server.Domain, server.ReadTimeout = "mail.test", time.Minute
	return s, serve(t, server)
}

// NewSession implements smtp.Backend.
func (s *sink) NewSession(*smtp.Conn) (smtp.Session, error) {
	open := s.open.Add(1)
	for most := s.most.Load(); open > most && !s.most.CompareAndSwap(most, open); {
		most = s.most.Load()
	}
	return sinkSession{s}, nil
}

type sinkSession struct{ *sink }

func (sinkSession) Mail(string, *smtp.MailOptions) error { return nil }
func (sinkSession) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (sinkSession) Reset()                               {}
func (s sinkSession) Data(r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	s.messages.Add(1)
	return err
}

func (s sinkSession) Logout() error {
	s.open.Add(-1)
	return nil
}

// many is the number of events that TestManyEvents drains. docs/explanation/measurements.md has
// the result with 10,000.
const many = 1000

// Many events are drained with a few connections and bounded memory.
func TestManyEvents(t *testing.T) {
	t.Parallel()
	s, server := newSink(t)
	w := worldOn(schooltest.New(t), &mailbox{t: t, Server: server})
	var payload struct{ Errors []schooltest.Refusal }
	w.Mutate("grantWaiver", "", in{"studentId": w.Student(nil), "rule": "LIMIT", "reason": "hardship"}, &payload)
	w.Accepted(payload.Errors)
	if _, err := w.DB.SQL(t).ExecContext(t.Context(), `INSERT INTO events (at, kind, actor_role, actor_id, request_id, changes, student_id)
		SELECT e.at, e.kind, e.actor_role, e.actor_id, '', e.changes, e.student_id
		FROM events e, generate_series(2, $1::int) WHERE e.kind = 'WAIVER_GRANTED' AND pg_current_xact_id() IS NOT NULL`, many); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	before, most := stats.HeapInuse, stats.HeapInuse
	for n := 0; s.messages.Load() < many && n < many; n++ {
		if err := w.Round(t.Context()); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&stats)
		most = max(most, stats.HeapInuse)
	}
	schooltest.Same(t, "the messages", w.statuses(), map[string]int{"SENT accepted": many})
	if n := s.most.Load(); n > outbox.Connections {
		t.Errorf("%d connections at once, want at most %d", n, outbox.Connections)
	}
	t.Logf("%d messages in %v; the heap of all tests grows from %d to %d KiB", many, time.Since(began), before>>10, most>>10)
	w.Sound()
}
