package app_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"rehearse/internal/app"
	"rehearse/internal/app/reservation"
	"rehearse/internal/app/transfer"
	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
)

// loadsInterviews matches the first insert of an import of interviews.
var loadsInterviews = contains("INSERT INTO interviews (")

var wholeFile = transfer.ImportOptions{MaxRows: 10_000, MaxSlots: 10_000, Zone: time.UTC}

const historyColumns = "studentEmail,interviewerEmail,start,end,status\n"

func historyLine(s booking.Student, by booking.Interviewer, hours int, status booking.InterviewStatus) string {
	start := t0.Add(time.Duration(hours) * time.Hour)
	return fmt.Sprintf("%s,%s,%s,%s,%s\n", s.Email, by.Email,
		start.Format(time.RFC3339), start.Add(time.Hour).Format(time.RFC3339), status)
}

// importHistory returns the refusal of the first failed row, or nil.
func importHistory(w *world, on *app.App, lines ...string) error {
	imported, err := on.ImportInterviews(w.t.Context(), strings.NewReader(historyColumns+strings.Join(lines, "")), wholeFile)
	if err != nil {
		return err
	}
	for _, row := range imported.Rows {
		for _, e := range row.Errors {
			return booking.Refuse(e.Code, "", e.Message)
		}
	}
	return imported.Refused.Err()
}

// importRace is a student at 14 of 15, a slot to book, and a past interview to import,
// which together exceed the limit.
type importRace struct {
	*world
	student booking.Student
	slot    booking.Slot
	line    string
}

func newImportRace(t *testing.T) importRace {
	t.Helper()
	w := newWorld(t)
	s := w.studentWithOneLeft()
	return importRace{world: w, student: s, slot: w.slot(w.interviewer(), 1), line: historyLine(s, w.interviewer(), -500, booking.Completed)}
}

func (r importRace) book(on *app.App) error {
	_, err := on.Book(r.t.Context(), reservation.BookSlotInput{StudentID: r.student.ID, SlotID: r.slot.ID})
	return err
}

func (r importRace) wantUsed(used int) {
	r.t.Helper()
	if got := r.eligibility(r.student.ID).InterviewsUsed; got != used {
		r.t.Errorf("InterviewsUsed = %d, want %d", got, used)
	}
}

func TestImportWaitsForABooking(t *testing.T) {
	t.Parallel()
	r := newImportRace(t)
	gate := pgtest.NewGate(insertsInterview)
	first, second := r.server(pgtest.Intercept{Before: gate.Hold}), r.server(pgtest.Intercept{})
	booked := inBackground(func() error { return r.book(first) })
	gate.Await(t, 1)
	taken := inBackground(func() error { return importHistory(r.world, second, r.line) })
	r.db.AwaitLockWaits(t, 1, "FROM students WHERE")
	gate.Open()
	wantOutcome(t, "the booking", booked(), "ok")
	wantOutcome(t, "the import", taken(), "LIMIT_REACHED")
	r.wantUsed(15)
	r.wantNoFindings()
}

func TestBookingWaitsForAnImport(t *testing.T) {
	t.Parallel()
	r := newImportRace(t)
	gate := pgtest.NewGate(loadsInterviews)
	first, second := r.server(pgtest.Intercept{Before: gate.Hold}), r.server(pgtest.Intercept{})
	taken := inBackground(func() error { return importHistory(r.world, first, r.line) })
	gate.Await(t, 1)
	booked := inBackground(func() error { return r.book(second) })
	r.db.AwaitLockWaits(t, 1, "FROM students WHERE")
	gate.Open()
	wantOutcome(t, "the import", taken(), "ok")
	wantOutcome(t, "the booking", booked(), "LIMIT_REACHED")
	r.wantUsed(15)
	r.wantNoFindings()
}

// Without the students' locks both succeed, and the student has used 16 of 15.
func TestImportDuringABookingUnprotected(t *testing.T) {
	t.Parallel()
	r := newImportRace(t)
	gate := pgtest.NewGate(loadsInterviews)
	first := r.server(pgtest.Intercept{Before: gate.Hold, Rewrite: withoutLocks("students")})
	second := r.server(pgtest.Intercept{Rewrite: withoutLocks("students")})
	taken := inBackground(func() error { return importHistory(r.world, first, r.line) })
	gate.Await(t, 1)
	wantOutcome(t, "the booking", r.book(second), "ok")
	gate.Open()
	wantOutcome(t, "the import", taken(), "ok")
	r.wantUsed(16)
}

// One import contains bookings of slots that others book at the same time.
func TestImportsDuringBookings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const n = 12
	locals, brought := w.students(n), w.students(n)
	var slots []booking.Slot
	var lines []string
	for i := range n {
		by := w.interviewer()
		slots = append(slots, w.slot(by, float64(i+1)))
		lines = append(lines, historyLine(brought[i], by, i+1, booking.Booked))
	}
	failed := &failures{}
	servers := w.servers(pgtest.Intercept{After: failed.count})
	partial := wholeFile
	partial.Partial = true
	imports := concurrently(4, func(i int) error {
		_, err := servers[i%2].ImportInterviews(t.Context(), strings.NewReader(historyColumns+strings.Join(lines, "")), partial)
		return err
	})
	bookings := concurrently(n, func(i int) error {
		_, err := servers[i%2].Book(t.Context(), reservation.BookSlotInput{StudentID: locals[i].ID, SlotID: slots[i].ID})
		return err
	})
	for _, err := range append(imports(), bookings()...) {
		var refused booking.Refused
		if err != nil && (!errors.As(err, &refused) || !refused.Has(booking.SlotTaken)) {
			t.Errorf("got %v, want success or SLOT_TAKEN", err)
		}
	}
	if made := one[int](w, "SELECT count(*) FROM interviews"); made != n {
		t.Errorf("got %d interviews, want %d", made, n)
	}
	failed.want(t, 0)
	w.wantNoFindings()
}

// Of two concurrent imports of the same people, the second finds the rows of the first.
func TestTwoImportsOfTheSamePeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const n = 300
	forth, back := "name,email\n", "name,email\n"
	for i := range n {
		forth += fmt.Sprintf("S,s%d@example.org\n", i)
		back += fmt.Sprintf("S,s%d@example.org\n", n-1-i)
	}
	servers := w.servers(pgtest.Intercept{})
	errs := concurrently(6, func(i int) error {
		imported, err := servers[i%2].ImportStudents(t.Context(), strings.NewReader([]string{forth, back}[i%2]), wholeFile)
		if err != nil {
			return err
		}
		return imported.Refused.Err()
	})()
	wantOutcomes(t, errs, map[string]int{"ok": 6})
	if there := one[int](w, "SELECT count(*) FROM students"); there != n {
		t.Errorf("got %d students, want %d", there, n)
	}
}

// lastPlace returns a booking and an import line for the same day of an interviewer with a
// cap of one interview a day.
func lastPlace(t *testing.T) (w *world, book func(*app.App) error, line string) {
	t.Helper()
	w = newWorld(t)
	inputs := twoBookingsOfTheLastPlace(w)
	by, err := w.store.Interviewer(t.Context(), one[booking.InterviewerID](w, "SELECT min(id) FROM interviewers"))
	if err != nil {
		t.Fatal(err)
	}
	book = func(on *app.App) error {
		_, err := on.Book(t.Context(), inputs[0])
		return err
	}
	return w, book, historyLine(w.student(), by, 6, booking.Booked)
}

func (w *world) wantInterviews(n int) {
	w.t.Helper()
	if given := one[int](w, "SELECT count(*) FROM interviews"); given != n {
		w.t.Errorf("got %d interviews, want %d", given, n)
	}
}

func TestImportWaitsForTheLastPlaceOfADay(t *testing.T) {
	t.Parallel()
	w, book, line := lastPlace(t)
	gate := pgtest.NewGate(insertsInterview)
	first, second := w.server(pgtest.Intercept{Before: gate.Hold}), w.server(pgtest.Intercept{})
	booked := inBackground(func() error { return book(first) })
	gate.Await(t, 1)
	taken := inBackground(func() error { return importHistory(w, second, line) })
	w.db.AwaitLockWaits(t, 1, "FROM interviewers WHERE")
	gate.Open()
	wantOutcome(t, "the booking", booked(), "ok")
	wantOutcome(t, "the import", taken(), "INTERVIEWER_FULL")
	w.wantInterviews(1)
	w.wantNoFindings()
}

func TestBookingWaitsForAnImportOfTheLastPlace(t *testing.T) {
	t.Parallel()
	w, book, line := lastPlace(t)
	gate := pgtest.NewGate(loadsInterviews)
	first, second := w.server(pgtest.Intercept{Before: gate.Hold}), w.server(pgtest.Intercept{})
	taken := inBackground(func() error { return importHistory(w, first, line) })
	gate.Await(t, 1)
	booked := inBackground(func() error { return book(second) })
	w.db.AwaitLockWaits(t, 1, "FROM interviewers WHERE")
	gate.Open()
	wantOutcome(t, "the import", taken(), "ok")
	wantOutcome(t, "the booking", booked(), "INTERVIEWER_FULL")
	w.wantInterviews(1)
	w.wantNoFindings()
}

// Without the interviewers' locks both succeed, on a day with a cap of one.
func TestImportOfTheLastPlaceUnprotected(t *testing.T) {
	t.Parallel()
	w, book, line := lastPlace(t)
	gate := pgtest.NewGate(loadsInterviews)
	first := w.server(pgtest.Intercept{Before: gate.Hold, Rewrite: withoutLocks("interviewers")})
	second := w.server(pgtest.Intercept{Rewrite: withoutLocks("interviewers")})
	taken := inBackground(func() error { return importHistory(w, first, line) })
	gate.Await(t, 1)
	wantOutcome(t, "the booking", book(second), "ok")
	gate.Open()
	wantOutcome(t, "the import", taken(), "ok")
	w.wantInterviews(2)
}
