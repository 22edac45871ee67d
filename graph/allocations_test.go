//go:build !race

package graph_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const allocationsFile = "../testdata/allocations.txt"

// The allocations of an operation, from the parsed request to the written response, are
// recorded in a file. They may not rise by more than the measurement error, and a
// decrease is recorded so that it lasts. `go test ./graph -run Allocations -update`
// rewrites the file.
//
//nolint:paralleltest // the allocations of other tests would be counted
func TestAllocations(t *testing.T) {
	const rises, falls = 1.03, 0.9
	s := newSchool(t)
	measured := s.allocations()
	if *update {
		text := "# What an operation allocates; `go test ./graph -run Allocations -update` rewrites it.\n"
		for _, m := range measured {
			text += fmt.Sprintf("%s %.0f\n", m.operation, m.count)
		}
		if err := os.WriteFile(filepath.FromSlash(allocationsFile), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	text, err := os.ReadFile(filepath.FromSlash(allocationsFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range measured {
		_, line, _ := strings.Cut(string(text), "\n"+m.operation+" ")
		var written float64
		if _, err := fmt.Sscan(line, &written); err != nil {
			t.Errorf("%s has no line for %s: %v", allocationsFile, m.operation, err)
			continue
		}
		switch {
		case m.count > written*rises:
			t.Errorf("%s allocates %.0f times, want at most %.0f", m.operation, m.count, written)
		case m.count < written*falls:
			t.Errorf("%s allocates %.0f times; record that instead of %.0f", m.operation, m.count, written)
		}
	}
}

type allocated struct {
	operation string
	count     float64
}

// allocations measures the most frequent operations. Each runs several times before it is
// measured, so that parsing and preparation are not counted. The smallest round counts:
// background work, such as the check of the local database's processes every second, only
// adds to a round.
func (s *school) allocations() (measured []allocated) {
	s.T.Helper()
	const warm, rounds, counted = 20, 4, 10
	student := fmt.Sprint(busySchool(s)["student"])
	for n := range 5 {
		s.Booked(student, s.NewSlot(time.Duration(10+n)*day))
	}
	bookings := make(chan []byte, warm+rounds*(counted+1)) // each round begins with one that is not counted
	for range cap(bookings) {
		bookings <- body(s.T, bookSlotDocument, map[string]any{"student": s.Student(nil), "slot": s.NewSlot(15 * day)})
	}
	asks := func(document string, variables map[string]any) func() []byte {
		text := body(s.T, document, variables)
		return func() []byte { return text }
	}
	// A list is answered from memory. The follower of the changes would add its allocations
	// to those of a booking.
	following, stop := context.WithCancel(s.T.Context())
	defer stop()
	stopped := s.FollowChanges(following)
	s.AwaitSlotsInMemory()
	for _, operation := range []struct {
		name string
		body func() []byte
	}{
		{"availableSlots", asks(`query($s: ID!, $start: DateTime!, $end: DateTime!) {
			availableSlots(studentId: $s, start: $start, end: $end, first: 50) { nodes { id start end interviewer { id name } } } }`,
			map[string]any{"s": student, "start": t0.Format(time.RFC3339), "end": t0.Add(7 * day).Format(time.RFC3339)})},
		{"bookSlot", func() []byte { return <-bookings }},
		{"eligibility", asks(`query($s: ID!) { student(id: $s) { name eligibility { eligible interviewsUsed reasons { code message } } } }`,
			map[string]any{"s": student})},
		{"interviews", asks(`query($s: ID!) { student(id: $s) { interviews(first: 20) {
			nodes { id start status grade interviewer { name } } } } }`, map[string]any{"s": student})},
	} {
		for range warm {
			s.serveOne(operation.body())
		}
		least := math.Inf(1)
		for range rounds {
			least = min(least, testing.AllocsPerRun(counted, func() { s.serveOne(operation.body()) }))
		}
		measured = append(measured, allocated{operation.name, least})
		stop() // after the list
		stopped()
	}
	return measured
}

const bookSlotDocument = `mutation($student: ID!, $slot: ID!) { bookSlot(input: {studentId: $student, slotId: $slot}) ` + asInterview

// serveOne serves a request without a network.
func (s *school) serveOne(body []byte) {
	s.T.Helper()
	request := httptest.NewRequestWithContext(s.T.Context(), http.MethodPost, "/graphql", bytes.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	answer := httptest.NewRecorder()
	s.Handler.ServeHTTP(answer, request)
	if answer.Code != http.StatusOK || strings.Contains(answer.Body.String(), `"message"`) {
		s.T.Fatalf("status = %d: %s", answer.Code, answer.Body)
	}
}
