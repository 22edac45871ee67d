package calendarweb_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"rehearse/internal/gqlhttp"
	"rehearse/internal/pgtest"
	"rehearse/internal/schooltest"
	"rehearse/internal/store"
)

// sent records the statements of a store.
type sent struct {
	mu   sync.Mutex
	list []string
}

func (s *sent) keep(statement string, _ []any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, statement)
}

func (s *sent) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := s.list
	s.list = nil
	return taken
}

// A wrong secret takes the same path whatever it is: one statement, which looks up a hash of a
// fixed length in an index, and the same response. What a guess has in common with a secret is
// lost in the hash, so the time of the lookup says nothing about it.
func TestWrongSecretsTakeTheSamePath(t *testing.T) {
	t.Parallel()
	trace := &sent{}
	s := newSchoolWith(t, store.Options{Tracer: pgtest.Trace(trace.keep)})
	address, id := s.feedOf(schooltest.In{"studentId": s.Student(nil)})
	other, _ := s.feedOf(schooltest.In{"interviewerId": s.Interviewer(nil)})
	revoked, valid := secretOf(t, address), secretOf(t, other)
	s.Accepted(s.delete(id))
	trace.take()
	var want []string
	for _, path := range []string{
		strings.Repeat("A", len(valid)) + ".ics", revoked + ".ics", valid[:len(valid)-1] + "_.ics", valid[1:] + ".ics", valid + "A.ics",
		"guess.ics", ".ics", valid, "", "a/" + valid + ".ics", strings.Repeat("x", 5000) + ".ics",
	} {
		got := s.get(http.MethodGet, s.public+"/calendar/"+path)
		same(t, "status of "+path, got.status, http.StatusNotFound)
		statements := trace.take()
		if want == nil {
			want = statements
		}
		same(t, "statements for "+path, statements, want)
	}
	if len(want) != 1 || !strings.Contains(want[0], "secret_hash = $1") {
		t.Errorf("a wrong secret sends %q, want one lookup by hash", want)
	}
	var index bool
	err := s.DB.SQL(t).QueryRowContext(t.Context(), `SELECT EXISTS (SELECT FROM pg_indexes
		WHERE tablename = 'calendar_feeds' AND indexdef LIKE 'CREATE UNIQUE INDEX %(secret_hash)')`).Scan(&index)
	if err != nil || !index {
		t.Errorf("the hash has a unique index: %t (%v)", index, err)
	}
	s.text(other)
	if len(trace.take()) <= 1 {
		t.Error("the trace misses the statements of a right secret")
	}
}

// A feed has the nearest 1,000 open slots, however many there are.
func TestFeedHasAtMost1000OpenSlots(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(nil)
	begin := schooltest.T0.Add(schooltest.Day)
	const slots = 1010
	for n := 0; n < slots; n += 202 {
		var published struct{ Errors []schooltest.Refusal }
		from := begin.Add(time.Duration(n) * 15 * time.Minute)
		s.Mutate("addAvailability", "publishedCount", schooltest.In{
			"interviewerId": ann, "slotMinutes": 15, "start": from.Format(time.RFC3339), "end": from.Add(202 * 15 * time.Minute).Format(time.RFC3339),
		}, &published)
		s.Accepted(published.Errors)
	}
	address, _ := s.feedOf(schooltest.In{"interviewerId": ann})
	events := parsed(t, s.text(address))
	same(t, "number of events", len(events), 1000)
	last, err := events[999].DateTimeStart(nil)
	same(t, "error of the last start", err, nil)
	same(t, "start of the last one", last.UTC(), begin.Add(999*15*time.Minute))
}

// The URL of a feed begins with PUBLIC_URL, whatever host the request names; without it, with
// the host of the request.
func TestURLBeginsWithThePublicURL(t *testing.T) {
	t.Parallel()
	for public, want := range map[string]string{"https://rehearse.example.org/school": "https://rehearse.example.org/school/calendar/", "": "http://attacker.example/calendar/"} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			s := newSchool(t, func(o *gqlhttp.Options) { o.PublicURL = public })
			body := fmt.Sprintf(`{"query": "mutation { createCalendarFeed(input: {studentId: %s}) { url } }"}`, s.Student(nil))
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			request.Host = "attacker.example"
			request.Header.Set("Content-Type", "application/json")
			request.Header.Set("X-Forwarded-Host", "other.example")
			got := s.send(request)
			if !strings.Contains(got.body, `"url":"`+want) {
				t.Errorf("got %s, want a URL that begins with %s", got.body, want)
			}
		})
	}
}
