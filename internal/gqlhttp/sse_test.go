package gqlhttp_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/identity"
	"rehearse/internal/schooltest"
)

// stream is a response of server-sent events.
type stream struct {
	t        *testing.T
	response *http.Response
	lines    *bufio.Scanner
}

// open starts a stream of events.
func (s *school) open(document string, variables in) *stream {
	s.T.Helper()
	body, err := json.Marshal(in{"query": document, "variables": variables})
	if err != nil {
		s.T.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(s.T.Context(), soon)
	s.T.Cleanup(cancel)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL, bytes.NewReader(body))
	if err != nil {
		s.T.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "text/event-stream")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.T.Fatal(err)
	}
	s.T.Cleanup(func() { _ = response.Body.Close() })
	return &stream{t: s.T, response: response, lines: bufio.NewScanner(response.Body)}
}

// event returns the name and the data of the next event; it skips keep-alive comments.
func (s *stream) event() (name, data string) {
	s.t.Helper()
	for s.lines.Scan() {
		switch field, value, _ := strings.Cut(s.lines.Text(), ":"); field {
		case "event":
			name = strings.TrimSpace(value)
		case "data":
			data = strings.TrimSpace(value)
		case "":
			if name != "" {
				return name, data
			}
		default:
			s.t.Fatalf("unexpected line %q", s.lines.Text())
		}
	}
	s.t.Fatalf("the stream has ended: %v", s.lines.Err())
	return "", ""
}

// next decodes the next response into data.
func (s *stream) next(data any) {
	s.t.Helper()
	name, text := s.event()
	a := answer{T: s.t, Body: text}
	if err := json.Unmarshal([]byte(text), &a); name != "next" || err != nil {
		s.t.Fatalf("%s %s: %v", name, text, err)
	}
	a.Into(data)
}

// wantEnd reads the end of the stream, after an error with the code if one is given.
func (s *stream) wantEnd(code string) {
	s.t.Helper()
	name, text := s.event()
	if code != "" {
		var a answer
		if err := json.Unmarshal([]byte(text), &a); err != nil || len(a.Errors) == 0 || a.Errors[0].Extensions.Code != code || a.Data != nil {
			s.t.Fatalf("got %s %s, want the error %s and no data", name, text, code)
		}
		name, text = s.event()
	}
	if name != "complete" || text != "" || s.lines.Scan() && s.lines.Text() != "" {
		s.t.Fatalf("got %s %q, want the end", name, text)
	}
}

func TestServerSentEvents(t *testing.T) {
	t.Parallel()
	s, second := living(t)
	me := s.Student(nil)
	e := second.open(schooltest.SlotsChangedDocument, in{"s": me, "start": moment(0), "end": moment(30 * day)})
	if h := e.response.Header; e.response.StatusCode != http.StatusOK || h.Get("Content-Type") != "text/event-stream" ||
		h.Get("Cache-Control") != "no-store" {
		t.Fatalf("%s, %v", e.response.Status, h)
	}
	slot := s.NewSlot(7 * day)
	var changed slotsChanged
	if e.next(&changed); len(changed.SlotsChanged.Opened) != 1 || changed.SlotsChanged.Opened[0].ID != slot {
		t.Errorf("got the event %+v", changed)
	}
	added := second.open("subscription { eventAdded(after: 1) { id kind } }", nil)
	var resumed struct{ EventAdded struct{ ID, Kind string } }
	if added.next(&resumed); resumed.EventAdded.ID != "2" || resumed.EventAdded.Kind != "INTERVIEWER_CREATED" {
		t.Errorf("after event 1: got the event %+v, want 2, INTERVIEWER_CREATED", resumed)
	}
	one := second.open("{ bookingPolicy { interviewLimit } }", nil)
	var read struct{ BookingPolicy struct{ InterviewLimit int } }
	if one.next(&read); read.BookingPolicy.InterviewLimit != 15 {
		t.Errorf("a query: got %+v", read)
	}
	one.wantEnd("")
	second.open("{ nothing }", nil).wantEnd("BAD_USER_INPUT")
	second.open("subscription { interviewChanged(studentId: 987654) { id } }", nil).wantEnd("NOT_FOUND")
}

func TestStreamEndsOnShutdownAndTokenExpiry(t *testing.T) {
	t.Parallel()
	stopping, stop := context.WithCancel(t.Context())
	_, s := living(t, func(o *gqlhttp.Options) { o.Stopping = stopping })
	e := s.open("subscription { interviewChanged { id } }", nil)
	stop()
	e.wantEnd("UNAVAILABLE")

	_, s = living(t, func(o *gqlhttp.Options) {
		o.Sender = func(context.Context, []string) (identity.Sender, error) {
			return identity.Sender{Actor: booking.Actor{Role: booking.RoleAdmin}, Left: 50 * time.Millisecond}, nil
		}
	})
	s.open("subscription { interviewChanged { id } }", nil).wantEnd("UNAUTHENTICATED")
}

func TestStreamKeepAlive(t *testing.T) {
	t.Parallel()
	_, s := living(t, func(o *gqlhttp.Options) { gqlhttp.SetKeepAlive(o, 10*time.Millisecond) })
	e := s.open("subscription { interviewChanged { id } }", nil)
	for range 6 { // each is a comment and an empty line, like the beginning
		if !e.lines.Scan() || (e.lines.Text() != ":" && e.lines.Text() != "") {
			t.Fatalf("unexpected line %q: %v", e.lines.Text(), e.lines.Err())
		}
	}
}

func TestStreamLimitPerCaller(t *testing.T) {
	t.Parallel()
	_, s := living(t, func(o *gqlhttp.Options) { o.Streams.PerCaller = 1 })
	first := s.open("subscription { interviewChanged { id } }", nil)
	if e := s.open("subscription { interviewChanged { id } }", nil); e.response.StatusCode != http.StatusTooManyRequests ||
		e.response.Header.Get("Retry-After") == "" {
		t.Errorf("a second stream: got %s", e.response.Status)
	}
	s.Act(booking.RoleAdmin, 7)
	second := s.open("subscription { interviewChanged { id } }", nil)
	if first.response.StatusCode != http.StatusOK || second.response.StatusCode != http.StatusOK {
		t.Errorf("the first stream: %s; another caller's: %s", first.response.Status, second.response.Status)
	}
}
