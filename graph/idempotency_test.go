package graph_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// keyed sends a mutation with a key and returns the raw payload.
func (s *school) keyed(mutation, key string, input in) string {
	s.T.Helper()
	a := s.Post("application/json", keyedBody(mutation, key, input))
	if len(a.Errors) > 0 {
		s.T.Fatalf("response = %s, want no errors", a.Body)
	}
	return string(a.Data)
}

func keyedBody(mutation, key string, input in) string {
	fields := "interview { id status start rescheduleCount cancelledAt } "
	if mutation == "holdSlot" {
		fields = "hold { id placedAt expiresAt extended } "
	}
	with := in{"idempotencyKey": key}
	for name, value := range input {
		with[name] = value
	}
	body, err := json.Marshal(in{
		"query": fmt.Sprintf("mutation($in: %s!) { it: %s(input: $in) { %s %s } }",
			strings.ToUpper(mutation[:1])+mutation[1:]+"Input", mutation, fields, refusedFields),
		"variables": in{"in": with},
	})
	if err != nil {
		panic(err)
	}
	return string(body)
}

// codesIn returns the codes of a payload's errors.
func codesIn(t *testing.T, payload string) []string {
	t.Helper()
	var data struct{ It struct{ Errors []refused } }
	if err := json.Unmarshal([]byte(payload), &data); err != nil {
		t.Fatal(err)
	}
	return codes(data.It.Errors)
}

// A repeated request gets the first response and is executed once, whatever happens in
// between.
func TestSameKeySameResponse(t *testing.T) {
	t.Parallel()
	type scene struct {
		*school
		student, booked, open, taken string
	}
	for _, test := range []struct {
		name, mutation string
		input          func(scene) in
		between        func(scene)
		want           []string
	}{
		{"a booking", "bookSlot", func(s scene) in { return in{"studentId": s.student, "slotId": s.open} },
			func(s scene) { s.exec("UPDATE students SET interview_limit = 0") }, []string{}},
		{"a booking that was cancelled since", "bookSlot", func(s scene) in { return in{"studentId": s.student, "slotId": s.open} },
			func(s scene) { s.Accepted(s.Cancel(s.bookingOn(s.open)).Errors) }, []string{}},
		{"a refused booking", "bookSlot", func(s scene) in { return in{"studentId": s.student, "slotId": s.taken} },
			func(s scene) { s.Accepted(s.Cancel(s.bookingOn(s.taken)).Errors) }, []string{"SLOT_TAKEN"}},
		{"a booking of what is not there", "bookSlot", func(s scene) in { return in{"studentId": s.student, "slotId": "999"} },
			func(scene) {}, []string{"NOT_FOUND"}},
		{"a booking for nobody", "bookSlot", func(s scene) in { return in{"studentId": "999", "slotId": s.open} },
			func(scene) {}, []string{"NOT_FOUND"}},
		{"a refusal with evidence", "bookSlot", func(s scene) in { return in{"studentId": s.studentAtLimit(), "slotId": s.open} },
			func(s scene) { s.exec("UPDATE students SET interview_limit = 3") }, []string{"LIMIT_REACHED"}},
		{"a hold", "holdSlot", func(s scene) in { return in{"studentId": s.student, "slotId": s.open} },
			func(s scene) { s.SetClock(t0.Add(time.Minute)) }, []string{}},
		{"a hold that has expired since", "holdSlot", func(s scene) in { return in{"studentId": s.student, "slotId": s.open} },
			func(s scene) { s.SetClock(t0.Add(time.Hour)) }, []string{}},
		{"a refused hold", "holdSlot", func(s scene) in { return in{"studentId": s.student, "slotId": s.taken} },
			func(s scene) { s.Accepted(s.Cancel(s.bookingOn(s.taken)).Errors) }, []string{"SLOT_TAKEN"}},
		{"a cancellation", "cancelInterview", func(s scene) in { return in{"interviewId": s.booked, "reason": "ill"} },
			func(s scene) { s.SetClock(t0.Add(time.Minute)) }, []string{}},
		{"a refused cancellation", "cancelInterview", func(s scene) in { return in{"interviewId": s.booked, "reason": ""} },
			func(scene) {}, []string{"INVALID_INPUT"}},
		{"a cancellation of nothing", "cancelInterview", func(scene) in { return in{"interviewId": "999", "reason": "ill"} },
			func(scene) {}, []string{"NOT_FOUND"}},
		{"a move", "rescheduleInterview", func(s scene) in { return in{"interviewId": s.booked, "slotId": s.open} },
			func(s scene) { s.Accepted(s.Cancel(s.booked).Errors) }, []string{}},
		{"a refused move", "rescheduleInterview", func(s scene) in { return in{"interviewId": s.booked, "slotId": s.taken} },
			func(s scene) { s.Accepted(s.Cancel(s.bookingOn(s.taken)).Errors) }, []string{"SLOT_TAKEN"}},
		{"an intake", "updateInterviewIntake", func(s scene) in { return in{"interviewId": s.booked, "intake": "I know Go."} },
			func(s scene) { s.Accepted(s.Cancel(s.booked).Errors) }, []string{}},
		{"a refused intake", "updateInterviewIntake", func(s scene) in { return in{"interviewId": s.booked, "intake": strings.Repeat("x", 2001)} },
			func(scene) {}, []string{"INVALID_INPUT"}},
		{"a move to what is not there", "rescheduleInterview", func(s scene) in { return in{"interviewId": s.booked, "slotId": "999"} },
			func(scene) {}, []string{"NOT_FOUND"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := scene{school: newSchool(t)}
			s.student = s.Student(nil)
			s.booked = s.Booked(s.student, s.NewSlot(day))
			s.taken, s.open = s.takenSlot(5*day), s.NewSlot(4*day)
			input := test.input(s)
			first := s.keyed(test.mutation, "key", input)
			same(t, "refusal codes of the first answer", codesIn(t, first), test.want)
			test.between(s)
			before := s.Rows()
			second := s.keyed(test.mutation, "key", input)
			if len(test.want) > 0 && test.want[0] == "SLOT_TAKEN" {
				// The alternatives are current ones.
				same(t, "refusal codes of the second answer", codesIn(t, second), test.want)
				same(t, "second answer has an open slot", strings.Contains(second, `"status":"OPEN"`), true)
			} else {
				same(t, "second answer", second, first)
			}
			same(t, "rows", s.Rows(), before)
			s.Sound()
		})
	}
}

// bookingOn returns the booked interview of a slot.
func (s *school) bookingOn(slot string) string {
	s.T.Helper()
	var id int
	err := s.DB.SQL(s.T).QueryRowContext(s.T.Context(),
		"SELECT id FROM interviews WHERE slot_id = $1 AND status = 'BOOKED'", number(s.T, slot)).Scan(&id)
	if err != nil {
		s.T.Fatalf("find the booking on slot %s: %v", slot, err)
	}
	return fmt.Sprint(id)
}

func (s *school) studentAtLimit() string { return s.Student(in{"interviewLimit": 0}) }

func TestKeyWithOtherInput(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, slot, other := s.Student(nil), s.NewSlot(day), s.NewSlot(2*day)
	input := in{"studentId": student, "slotId": slot}
	s.keyed("holdSlot", "key", input)
	for _, test := range []struct {
		name, mutation string
		input          in
	}{
		{"another mutation", "bookSlot", input},
		{"another slot", "holdSlot", in{"studentId": student, "slotId": other}},
		{"a slot that is not there", "holdSlot", in{"studentId": student, "slotId": "999"}},
		{"another student", "holdSlot", in{"studentId": s.Student(nil), "slotId": slot}},
		{"an interview that is not there", "cancelInterview", in{"interviewId": "999", "reason": "x"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := s.For(t)
			before := s.Rows()
			answer := s.keyed(test.mutation, "key", test.input)
			same(t, "refusal codes", codesIn(t, answer), []string{"IDEMPOTENCY_MISMATCH"})
			same(t, "path of the refusal", strings.Contains(answer, `"path":["input","idempotencyKey"]`), true)
			same(t, "rows", s.Rows(), before)
		})
	}
	same(t, "refusal codes with another hold", codesIn(t, s.keyed("bookSlot", "book", in{"studentId": student, "slotId": slot, "holdId": "999"})), []string{"NOT_FOUND"})
	same(t, "refusal codes without the hold", codesIn(t, s.keyed("bookSlot", "book", input)), []string{"IDEMPOTENCY_MISMATCH"})
	same(t, "refusal codes with the key in upper case", codesIn(t, s.keyed("bookSlot", "BOOK", input)), []string{})
	s.Sound()
}

func TestKeysAreScopedToCaller(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	slot := s.NewSlot(day)
	student, another := s.Student(nil), s.Student(nil)
	same(t, "refusal codes of an administrator's booking", codesIn(t, s.keyed("bookSlot", "key", in{"studentId": student, "slotId": slot})), []string{})
	for name, id := range map[string]string{"the student of the booking": student, "another student": another} {
		t.Run(name, func(t *testing.T) {
			s := s.For(t)
			other := s.NewSlot(2 * day)
			s.as(booking.RoleStudent, id, func() {
				same(t, "refusal codes", codesIn(t, s.keyed("holdSlot", "key", in{"studentId": id, "slotId": other})), []string{})
			})
		})
	}
	s.Sound()
}

func TestKeyIsStoredForADay(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, slot, other := s.Student(nil), s.NewSlot(3*day), s.NewSlot(4*day)
	first := s.keyed("bookSlot", "key", in{"studentId": student, "slotId": slot})
	s.SetClock(t0.Add(day))
	same(t, "answer a day later", s.keyed("bookSlot", "key", in{"studentId": student, "slotId": slot}), first)
	if n, err := s.App.DeleteExpiredKeys(t.Context()); n != 0 || err != nil {
		t.Errorf("deleted %d keys (%v), want none", n, err)
	}
	s.SetClock(t0.Add(day + time.Microsecond))
	same(t, "refusal codes after the day",
		codesIn(t, s.keyed("bookSlot", "key", in{"studentId": student, "slotId": other})), []string{})
	same(t, "refusal codes of another input after the day", codesIn(t, s.keyed("bookSlot", "key", in{"studentId": student, "slotId": slot})),
		[]string{"IDEMPOTENCY_MISMATCH"})
	s.SetClock(t0.Add(3 * day))
	if n, err := s.App.DeleteExpiredKeys(t.Context()); n != 1 || err != nil {
		t.Errorf("deleted %d keys (%v), want 1", n, err)
	}
	s.Sound()
}

func TestInvalidKeys(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	input := in{"studentId": s.Student(nil), "slotId": s.NewSlot(day)}
	before := s.Rows()
	for name, key := range map[string]string{
		"empty": "", "blank": "  ", "long": strings.Repeat("é", 201), "NUL": "a\x00b", "a line break": "a\nb", "DEL": "\x7f",
	} {
		t.Run(name, func(t *testing.T) {
			s := s.For(t)
			answer := s.keyed("bookSlot", key, input)
			same(t, "refusal codes", codesIn(t, answer), []string{"INVALID_INPUT"})
			same(t, "path of the refusal", strings.Contains(answer, `"path":["input","idempotencyKey"]`), true)
		})
	}
	same(t, "rows", s.Rows(), before)
	same(t, "refusal codes of a key of 200 characters", codesIn(t, s.keyed("bookSlot", strings.Repeat("é", 200), input)), []string{})
}

// A dry run returns the response recorded for its key and records none.
func TestDryRunUsesUpNoKey(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, slot, taken := s.Student(nil), s.NewSlot(day), s.takenSlot(2*day)
	dry := func(slot string) in { return in{"studentId": student, "slotId": slot, "dryRun": true} }
	for _, test := range []struct {
		name, slot string
		want       []string
	}{{"an open slot", slot, []string{}}, {"a taken slot", taken, []string{"SLOT_TAKEN"}}} {
		t.Run(test.name, func(t *testing.T) {
			s := s.For(t)
			before := s.Rows()
			same(t, "refusal codes", codesIn(t, s.keyed("bookSlot", "key", dry(test.slot))), test.want)
			same(t, "rows", s.Rows(), before)
		})
	}
	s.Accepted(s.Cancel(s.bookingOn(taken)).Errors)
	same(t, "refusal codes of a booking with the key of a dry run", codesIn(t, s.keyed("bookSlot", "key", in{"studentId": student, "slotId": taken})), []string{})
	same(t, "refusal codes of a dry run with a used key", codesIn(t, s.keyed("bookSlot", "key", dry(slot))), []string{"IDEMPOTENCY_MISMATCH"})
	s.Sound()
}

// A transient refusal is not recorded, so the same request may be retried.
func TestBusyResponseIsNotStored(t *testing.T) {
	t.Parallel()
	s := newSchoolWith(t, store.Options{LockTimeout: 100 * time.Millisecond})
	student, slot := s.Student(nil), s.NewSlot(day)
	lock, err := s.DB.SQL(t).BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lock.ExecContext(t.Context(), "SELECT FROM students WHERE id = $1 FOR UPDATE", number(t, student)); err != nil {
		t.Fatal(err)
	}
	input := in{"studentId": student, "slotId": slot}
	same(t, "refusal codes while the student is locked", codesIn(t, s.keyed("bookSlot", "key", input)), []string{"BUSY_RETRY"})
	if err := lock.Rollback(); err != nil {
		t.Fatal(err)
	}
	patient := newServer(t, s.DB, store.Options{}) // with the usual lock timeout, which is longer than a concurrent commit takes
	same(t, "refusal codes after the lock", codesIn(t, patient.keyed("bookSlot", "key", input)), []string{})
	s.Sound()
}

// Of many concurrent requests with one key, one is executed, and all get its response.
func TestOneKeyManyRequests(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		slot func(*school) string
		want []string
	}{
		{"that is done", func(s *school) string { return s.NewSlot(2 * day) }, []string{}},
		{"that is refused", func(s *school) string { return s.takenSlot(2 * day) }, []string{"SLOT_TAKEN"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newSchool(t)
			student := s.Student(nil)
			body := keyedBody("bookSlot", "key", in{"studentId": student, "slotId": test.slot(s)})
			const requests = 16
			answers := make([]string, requests)
			start := make(chan struct{})
			var all sync.WaitGroup
			for i := range answers {
				all.Go(func() {
					<-start
					answers[i] = postRaw(s.URL, body)
				})
			}
			close(start)
			all.Wait()
			for _, answer := range answers {
				same(t, "answer", answer, answers[0])
			}
			same(t, "booked", strings.Contains(answers[0], `"errors":[]`), len(test.want) == 0)
			var events, keys int
			err := s.DB.SQL(t).QueryRowContext(t.Context(), `SELECT count(*), (SELECT count(*) FROM idempotency_keys WHERE answer IS NOT NULL)
				FROM events WHERE kind = 'INTERVIEW_BOOKED' AND student_id = $1`, number(t, student)).Scan(&events, &keys)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "bookings and keys", [2]int{events, keys}, [2]int{1 - len(test.want), 1})
			s.Sound()
		})
	}
}

// postRaw returns the response, or the error in its place, so that any goroutine can call
// it.
func postRaw(url, body string) string {
	response, err := http.Post(url, "application/json", bytes.NewBufferString(body))
	if err != nil {
		return err.Error()
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
