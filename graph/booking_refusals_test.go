package graph_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rehearse/internal/booking"
	"rehearse/internal/schooltest"
	"rehearse/internal/store"
)

type bookingRefusal struct {
	ID, At, Operation, RequestID string
	Codes                        []string
	Actor                        struct {
		Role string
		ID   *string
	}
	Student, Slot, Interview *struct{ ID string }
}

const bookingRefusalFields = "id at operation codes requestId actor { role id } student { id } slot { id } interview { id }"

func (r bookingRefusal) String() string {
	name := func(of *struct{ ID string }) string {
		if of == nil {
			return "-"
		}
		return of.ID
	}
	return fmt.Sprintf("%s %s by %s: student %s, slot %s, interview %s",
		r.Operation, strings.Join(r.Codes, "+"), r.Actor.Role, name(r.Student), name(r.Slot), name(r.Interview))
}

// refusals returns all refusals that match the filter, newest first.
func (s *school) refusals(filter string) []bookingRefusal {
	s.T.Helper()
	var data struct {
		BookingRefusals struct{ Nodes []bookingRefusal }
	}
	s.Ask("{ bookingRefusals(first: 100, filter: {"+filter+"}) { nodes { "+bookingRefusalFields+" } } }", nil).Into(&data)
	return data.BookingRefusals.Nodes
}

// refusedIn tries to hold a slot in a request with this id.
func (s *school) refusedIn(id, student, slot string) {
	s.T.Helper()
	body, err := json.Marshal(in{"query": fmt.Sprintf(
		"mutation { holdSlot(input: {studentId: %s, slotId: %s}) { errors { code } } }", student, slot)})
	if err != nil {
		s.T.Fatal(err)
	}
	request, err := http.NewRequestWithContext(s.T.Context(), http.MethodPost, s.URL, bytes.NewReader(body))
	if err != nil {
		s.T.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Request-Id", id)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.T.Fatal(err)
	}
	if err := response.Body.Close(); err != nil || response.StatusCode != http.StatusOK {
		s.T.Fatalf("status = %d (%v)", response.StatusCode, err)
	}
}

// Refusals by each of the three booking mutations are recorded, with the caller and the
// input.
func TestRefusedBookingsAreRecorded(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, other, limited := s.Student(nil), s.Student(nil), s.studentAtLimit()
	taken, far := s.NewSlot(2*day), s.NewSlot(5*day)
	s.Booked(other, taken)
	interview := s.Booked(student, far)
	for _, test := range []struct {
		name string
		do   func(*school) []refused
		want string
	}{
		{"a booking", func(s *school) []refused { return s.Book(student, taken).Errors },
			"BOOK_SLOT SLOT_TAKEN by ADMIN: student " + student + ", slot " + taken + ", interview -"},
		{"a booking with two refusals", func(s *school) []refused { return s.Book(limited, taken).Errors },
			"BOOK_SLOT SLOT_TAKEN+LIMIT_REACHED by ADMIN: student " + limited + ", slot " + taken + ", interview -"},
		{"a hold", func(s *school) []refused { return s.hold(student, taken).Errors },
			"HOLD_SLOT SLOT_TAKEN by ADMIN: student " + student + ", slot " + taken + ", interview -"},
		{"a reschedule", func(s *school) []refused { return s.move(interview, taken).Errors },
			"RESCHEDULE_INTERVIEW SLOT_TAKEN by ADMIN: student " + student + ", slot " + taken + ", interview " + interview},
		{"an unknown slot", func(s *school) []refused { return s.Book(student, missing).Errors },
			"BOOK_SLOT NOT_FOUND by ADMIN: student " + student + ", slot -, interview -"},
		{"an unknown student", func(s *school) []refused { return s.hold(missing, taken).Errors },
			"HOLD_SLOT NOT_FOUND by ADMIN: student -, slot " + taken + ", interview -"},
		{"an unknown interview", func(s *school) []refused { return s.move(missing, taken).Errors },
			"RESCHEDULE_INTERVIEW NOT_FOUND by ADMIN: student -, slot " + taken + ", interview -"},
		{"a booking by a student", func(s *school) (errors []refused) {
			s.as(booking.RoleStudent, student, func() { errors = s.Book(student, taken).Errors })
			return errors
		}, "BOOK_SLOT SLOT_TAKEN by STUDENT: student " + student + ", slot " + taken + ", interview -"},
		{"a reschedule of another student's interview", func(s *school) (errors []refused) {
			s.as(booking.RoleStudent, other, func() { errors = s.move(interview, taken).Errors })
			return errors
		}, "RESCHEDULE_INTERVIEW NOT_FOUND by STUDENT: student " + student + ", slot " + taken + ", interview " + interview},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := s.For(t)
			before := len(s.refusals(""))
			if errors := test.do(s); len(errors) == 0 {
				t.Fatal("the request was not refused")
			}
			after := s.refusals("")
			if len(after) != before+1 {
				t.Fatalf("%d refusals were recorded, want 1", len(after)-before)
			}
			same(t, "recorded refusal", after[0].String(), test.want)
			same(t, "time of the recorded refusal", after[0].At, "2026-06-01T08:00:00Z")
		})
	}
	s.refusedIn("a-request", student, taken)
	same(t, "request id of the recorded refusal", s.refusals("")[0].RequestID, "a-request")
	s.Sound()
}

func TestOnlyRefusedBookingsAreRecorded(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, other := s.Student(nil), s.Student(nil)
	taken, open, next := s.NewSlot(2*day), s.NewSlot(3*day), s.NewSlot(4*day)
	s.Booked(other, taken)
	s.Accepted(s.hold(student, open).Errors)
	interview := s.Booked(student, open)
	s.Accepted(s.move(interview, next).Errors)
	same(t, "refusal codes of a dry run", codes(s.TryBook(student, taken).Errors), []string{"SLOT_TAKEN"})
	same(t, "refusal codes of another mutation", codes(s.Complete(interview, 3).Errors), []string{"TOO_SOON"})
	s.as(booking.RoleInterviewer, "1", func() {
		same(t, "error code of a role that may not book", s.Ask("mutation { bookSlot(input: {studentId: 1, slotId: 1}) { errors { code } } }", nil).Code(), "FORBIDDEN")
	})
	same(t, "refusals", len(s.refusals("")), 0)
}

// A refusal that is replayed for its key is recorded once.
func TestReplayedRefusalsAreRecordedOnce(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, other := s.Student(nil), s.Student(nil)
	taken := s.NewSlot(2 * day)
	s.Booked(other, taken)
	interview := s.Booked(student, s.NewSlot(3*day))
	for _, test := range []struct {
		name, mutation string
		input          in
	}{
		{"booking a taken slot", "bookSlot", in{"studentId": student, "slotId": taken}},
		{"booking an unknown slot", "bookSlot", in{"studentId": student, "slotId": missing}},
		{"holding a taken slot", "holdSlot", in{"studentId": student, "slotId": taken}},
		{"moving to a taken slot", "rescheduleInterview", in{"interviewId": interview, "slotId": taken}},
		{"moving an unknown interview", "rescheduleInterview", in{"interviewId": missing, "slotId": taken}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := s.For(t)
			before := len(s.refusals(""))
			first := codesIn(t, s.keyed(test.mutation, test.name, test.input))
			for range 2 {
				same(t, "refusal codes of a replay", codesIn(t, s.keyed(test.mutation, test.name, test.input)), first)
			}
			same(t, "recorded refusals", len(s.refusals("")), before+1)
		})
	}
	s.keyed("bookSlot", "key", in{"studentId": student, "slotId": taken})
	before := len(s.refusals(""))
	same(t, "refusal codes of another request with a used key",
		codesIn(t, s.keyed("holdSlot", "key", in{"studentId": student, "slotId": taken})), []string{"IDEMPOTENCY_MISMATCH"})
	same(t, "recorded refusals of another request with a used key", len(s.refusals("")), before+1)
}

func TestRefusedBookingsAreDeletedAfterRetention(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	s.Book(student, missing)
	s.SetClock(t0.Add(day))
	s.hold(student, missing)
	type outcome struct{ Deleted, Left int }
	forget := func(after time.Duration) outcome {
		t.Helper()
		s.SetClock(t0.Add(after))
		n, err := s.App.DeleteExpiredBookingRefusals(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return outcome{n, len(s.refusals(""))}
	}
	same(t, "refusals after 90 days", forget(90*day), outcome{Deleted: 0, Left: 2})
	same(t, "refusals after more than 90 days", forget(90*day+time.Microsecond), outcome{Deleted: 1, Left: 1})
	same(t, "refusals 90 days after the second", forget(91*day), outcome{Deleted: 0, Left: 1})
	same(t, "refusals after 92 days", forget(92*day), outcome{Deleted: 1, Left: 0})
}

func TestRefusedBookingsAreFilteredAndPaged(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ada, bob := s.Student(nil), s.studentAtLimit()
	taken := s.NewSlot(2 * day)
	s.Booked(s.Student(nil), taken)
	s.Book(ada, taken)
	s.SetClock(t0.Add(time.Hour))
	s.Book(bob, taken)
	s.hold(ada, missing)
	for _, test := range []struct {
		name, filter string
		want         int
	}{
		{"no filter", "", 3},
		{"a student", "studentId: " + ada, 2},
		{"an unknown student", "studentId: 999", 0},
		{"a code", "code: SLOT_TAKEN", 2},
		{"another code", "code: LIMIT_REACHED", 1},
		{"a code of no refusal", "code: TOO_SOON", 0},
		{"a start", `start: "2026-06-01T09:00:00Z"`, 2},
		{"an end", `end: "2026-06-01T09:00:00Z"`, 1},
		{"nulls", "code: null, studentId: null", 3},
		{"all filters", "code: SLOT_TAKEN, studentId: " + ada + `, start: "2026-06-01T08:00:00Z", end: "2026-06-01T08:30:00Z"`, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			same(t, "refusals", len(s.For(t).refusals(test.filter)), test.want)
		})
	}
	type refusalPage struct {
		TotalCount int
		Nodes      []struct{ Operation string }
		PageInfo   struct {
			HasNextPage            bool
			StartCursor, EndCursor string
		}
	}
	read := func(arguments string) refusalPage {
		t.Helper()
		var data struct{ BookingRefusals refusalPage }
		s.Ask("{ bookingRefusals("+arguments+") { totalCount nodes { operation } pageInfo { hasNextPage startCursor endCursor } } }", nil).Into(&data)
		return data.BookingRefusals
	}
	newest := read("first: 2")
	same(t, "total", newest.TotalCount, 3)
	same(t, "operation of the newest", newest.Nodes[0].Operation, "HOLD_SLOT")
	same(t, "has a next page", newest.PageInfo.HasNextPage, true)
	rest := read(fmt.Sprintf("first: 2, after: %q", newest.PageInfo.EndCursor))
	same(t, "refusals of the second page", len(rest.Nodes), 1)
	same(t, "has a page after the second", rest.PageInfo.HasNextPage, false)
	oldest := read("last: 1")
	same(t, "start cursor of the last one", oldest.PageInfo.StartCursor, rest.PageInfo.StartCursor)
	earlier := read(fmt.Sprintf("last: 5, before: %q", oldest.PageInfo.StartCursor))
	same(t, "refusals before the last one", len(earlier.Nodes), 2)
	reversed := s.Ask(`{ bookingRefusals(filter: {start: "2026-06-02T00:00:00Z", end: "2026-06-01T00:00:00Z"}) { totalCount } }`, nil)
	same(t, "error code of a reversed range", reversed.Code(), "BAD_USER_INPUT")
	for role, code := range map[booking.Role]string{
		booking.RoleStudent: "FORBIDDEN", booking.RoleInterviewer: "FORBIDDEN", booking.RoleAnonymous: "UNAUTHENTICATED",
	} {
		t.Run(string(role), func(t *testing.T) {
			s := s.For(t)
			s.as(role, ada, func() { same(t, "error code", s.Ask("{ bookingRefusals { totalCount } }", nil).Code(), code) })
		})
	}
}

// A refusal that cannot be recorded is still returned, and counted.
func TestUnrecordedRefusalsAreCounted(t *testing.T) {
	t.Parallel()
	logged := &schooltest.Log{}
	s := newSchoolWith(t, store.Options{Log: slog.New(slog.NewTextHandler(logged, nil))})
	if _, err := s.DB.SQL(t).ExecContext(t.Context(), "ALTER TABLE booking_refusals RENAME TO gone"); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		same(t, "refusal codes", codes(s.Book(s.Student(nil), missing).Errors), []string{"NOT_FOUND"})
	}
	if n := strings.Count(logged.String(), `level=WARN msg="cannot store a refused booking"`); n != 1 {
		t.Errorf("log has %d lines about the losses: %s", n, logged)
	}
	registry := prometheus.NewRegistry()
	for _, c := range s.Store.Collectors() {
		registry.MustRegister(c)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() == "rehearse_booking_refusals_lost_total" {
			same(t, "refusals that were not recorded", family.GetMetric()[0].GetCounter().GetValue(), 3.0)
			return
		}
	}
	t.Error("no metric counts the losses")
}
