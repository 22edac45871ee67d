package gqlhttp_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/store"
)

// The reads of one caller use at most a quarter of the connections at a time, over all
// operations of the caller and for every way to send a statement. Further reads wait.
// Without a share, each read uses a connection.
func TestConcurrentReadsPerCaller(t *testing.T) {
	t.Parallel()
	const (
		count  = `a{n}: students(filter: {search: "a{n}"}) { totalCount } `
		record = `a{n}: eligibility(studentId: "1") { eligible } `
		list   = `a{n}: availableSlots(studentId: "1", start: "2026-06-01T08:00:00Z", end: "2026-06-0{n+1}T09:00:00Z") { nodes { id } } `
	)
	for _, c := range []struct {
		name, field     string
		perCaller       int // of 11 connections
		atWork, waiting int // of 10 reads
	}{
		{"counts", count, 0, 2, 8},
		{"records", record, 0, 2, 8},
		{"lists", list, 0, 2, 8},
		{"counts with three connections", count, 3, 3, 7},
		{"counts without a share", count, 11, 10, 0},
		{"records without a share", record, 11, 10, 0},
		{"lists without a share", list, 11, 10, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newSchoolWith(t, store.Options{MaxConns: 11, MaxConnsPerCaller: c.perCaller})
			s.Student(nil)
			s.Act(booking.RoleAdmin, 1)
			unlock := s.lockStudents()
			answers := s.begin(2, `{`+numbered(5, c.field)+`}`)
			s.DB.AwaitLockWaits(t, c.atWork, "students")
			s.awaitWaitingReads(c.waiting)

			unlock()
			for range 2 {
				if text := <-answers; strings.Contains(text, "errors") || !strings.Contains(text, `"a4":{`) {
					t.Errorf("got the response %s", text)
				}
			}
			s.awaitWaitingReads(0)
		})
	}
}

// The share of a caller's reads delays neither other callers nor the caller's
// transactions.
func TestReadShareDelaysNoOthers(t *testing.T) {
	t.Parallel()
	s := newSchoolWith(t, store.Options{MaxConns: 11})
	s.Act(booking.RoleAdmin, 1)
	unlock := s.lockStudents()
	answers := s.begin(1, `{`+numbered(5, `a{n}: students(filter: {search: "a{n}"}) { totalCount } `)+`}`)
	s.DB.AwaitLockWaits(t, 2, "students")
	s.awaitWaitingReads(3)

	var created struct {
		CreateInterviewer struct{ Interviewer person }
	}
	s.Ask(`mutation { createInterviewer(input: {name: "Ida", email: "ida@example.org"}) { interviewer { id } errors { code } } }`, nil).Into(&created)
	if created.CreateInterviewer.Interviewer.ID == "" {
		t.Error("a mutation of the same caller created no interviewer")
	}
	for _, other := range []booking.Actor{{Role: booking.RoleAdmin, ID: 2}, {Role: booking.RoleStudent, ID: 1}, {Role: booking.RoleAdmin}} {
		s.Act(other.Role, other.ID)
		var read struct{ Interviewers struct{ Nodes []person } }
		s.Ask(`{ interviewers { nodes { name } } }`, nil).Into(&read)
		same(t, "interviewers", len(read.Interviewers.Nodes), 1)
	}
	s.Act(booking.RoleAdmin, 2)
	others := s.begin(1, `{ students { totalCount } }`)
	s.DB.AwaitLockWaits(t, 3, "students")
	s.awaitWaitingReads(3)

	unlock()
	for _, answers := range []<-chan string{answers, others} {
		if text := <-answers; strings.Contains(text, "errors") {
			t.Errorf("got the response %s", text)
		}
	}
}

// A read waits for its share until the operation ends: at its deadline, or when its
// client disconnects.
func TestWaitingReadsEndWithTheOperation(t *testing.T) {
	t.Parallel()
	const document = `{ a: students { totalCount } b: students { totalCount } }`
	t.Run("at the deadline", func(t *testing.T) {
		t.Parallel()
		s := newSchoolWith(t, store.Options{MaxConns: 4}, func(o *gqlhttp.Options) { o.Timeout = 300 * time.Millisecond })
		defer s.lockStudents()()
		if text := <-s.begin(1, document); !strings.Contains(text, "TIMEOUT") {
			t.Errorf("got the response %s", text)
		}
		s.awaitWaitingReads(0)
	})
	t.Run("when the client leaves", func(t *testing.T) {
		t.Parallel()
		s := newSchoolWith(t, store.Options{MaxConns: 4})
		unlock := s.lockStudents()
		ctx, leave := context.WithCancel(t.Context())
		defer leave()
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL, bytes.NewReader(body(s.T, document, nil)))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", plainJSON)
		left := make(chan error, 1)
		go func() {
			response, err := http.DefaultClient.Do(request)
			if err == nil {
				err = response.Body.Close()
			}
			left <- err
		}()
		s.DB.AwaitLockWaits(t, 1, "students")
		s.awaitWaitingReads(1)
		leave()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("the request ended with %v", err)
		}
		s.awaitWaitingReads(0)
		unlock()
		var read struct{ A, B struct{ TotalCount int } }
		s.Ask(document, nil).Into(&read)
	})
}

// begin sends an operation n times concurrently.
func (s *school) begin(n int, document string) (answers <-chan string) {
	s.T.Helper()
	all := make(chan string, n)
	for range n {
		go func() {
			_, text := s.exchange(exchange{method: http.MethodPost, body: string(body(s.T, document, nil))})
			all <- text
		}()
	}
	return all
}

// awaitWaitingReads waits until n reads wait for their caller's share.
func (s *school) awaitWaitingReads(n int) {
	s.T.Helper()
	for late := time.After(soon); s.Store.WaitingReads() != n; runtime.Gosched() {
		select {
		case <-late:
			s.T.Fatalf("%d reads are waiting, want %d", s.Store.WaitingReads(), n)
		default:
		}
	}
}
