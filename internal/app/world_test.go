package app_test

import (
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"rehearse/internal/app"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// t0 is the time of every test, a Monday.
var t0 = time.Date(2026, time.June, 1, 8, 0, 0, 0, time.UTC)

func clock() time.Time { return t0 }

// world is a school in a database of its own. Its builders insert consistent rows with
// defaults, so that a test states only what it depends on.
type world struct {
	t     *testing.T
	db    pgtest.Database
	store *store.Store // for the setup and the assertions
	sql   *sql.DB

	late time.Duration // clock offset of the assertions

	mu      sync.Mutex
	people  int // number of generated names
	history int // hours of the past that are in use
}

func newWorld(t *testing.T) *world {
	t.Helper()
	db := pgtest.New(t)
	db.WantLoggedWrites(t)
	return &world{t: t, db: db, store: db.Open(t, store.Options{}), sql: db.SQL(t)}
}

// server returns another server of the school with its own connection pool. The servers
// share only the database.
func (w *world) server(i pgtest.Intercept) *app.App {
	w.t.Helper()
	return app.New(w.db.Intercepted(w.t, i), clock)
}

// servers returns two servers with the same intercept.
func (w *world) servers(i pgtest.Intercept) [2]*app.App {
	w.t.Helper()
	return [2]*app.App{w.server(i), w.server(i)}
}

func write[T any](w *world, fn func(*store.Tx) (T, error)) T {
	w.t.Helper()
	written, err := store.InTx(w.t.Context(), w.store, fn)
	if err != nil {
		w.t.Fatalf("set up the school: %v", err)
	}
	return written
}

func (w *world) name(noun string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.people++
	return fmt.Sprintf("%s%d", noun, w.people)
}

// student creates a student with the given changes.
func (w *world) student(change ...func(*booking.Student)) booking.Student {
	w.t.Helper()
	name := w.name("student")
	s := booking.Student{StudentDetails: booking.StudentDetails{Name: name, Email: name + "@example.org", TimeZone: "UTC"}, CreatedAt: t0}
	for _, c := range change {
		c(&s)
	}
	return write(w, func(tx *store.Tx) (booking.Student, error) { return tx.CreateStudent(w.t.Context(), s) })
}

func (w *world) students(n int) []booking.Student {
	w.t.Helper()
	list := make([]booking.Student, n)
	for i := range list {
		list[i] = w.student()
	}
	return list
}

// interviewer creates an active interviewer.
func (w *world) interviewer() booking.Interviewer {
	w.t.Helper()
	name := w.name("interviewer")
	i := booking.Interviewer{
		InterviewerDetails: booking.InterviewerDetails{Name: name, Email: name + "@example.org", TimeZone: "UTC"}, Active: true, CreatedAt: t0,
	}
	return write(w, func(tx *store.Tx) (booking.Interviewer, error) { return tx.CreateInterviewer(w.t.Context(), i) })
}

// slot creates an open slot of an hour that starts the given number of hours after t0.
func (w *world) slot(by booking.Interviewer, hours float64) booking.Slot {
	w.t.Helper()
	start := t0.Add(time.Duration(hours * float64(time.Hour)))
	window := booking.Availability{
		InterviewerID: by.ID, Start: start, End: start.Add(time.Hour), SlotMinutes: 60, CreatedAt: t0,
	}
	slots := write(w, func(tx *store.Tx) ([]booking.Slot, error) {
		ids, err := tx.EnsureAvailabilities(w.t.Context(), []booking.Availability{window})
		if err != nil {
			return nil, err
		}
		window.ID = ids[0]
		return tx.CreateSlots(w.t.Context(), window, []calendar.Span{window.Window()})
	})
	return slots[0]
}

// slots creates open slots of n interviewers, one after the other from the next hour on.
func (w *world) slots(n int) []booking.Slot {
	w.t.Helper()
	list := make([]booking.Slot, n)
	for i := range list {
		list[i] = w.slot(w.interviewer(), float64(i+1))
	}
	return list
}

// booked books the slot without checking the rules, because history needs bookings that
// the rules would refuse at t0.
func (w *world) booked(s booking.Student, slot booking.Slot) booking.Interview {
	w.t.Helper()
	return write(w, func(tx *store.Tx) (booking.Interview, error) {
		i := booking.NewInterview(s.ID, slot, t0.AddDate(0, 0, -30))
		i.Revision = booking.FirstRevision(i.BookedAt)
		ids, err := tx.ReserveIDs(w.t.Context(), store.InterviewsTable, 1)
		if err != nil {
			return i, err
		}
		i.ID = booking.InterviewID(ids[0])
		if err := tx.LoadInterviews(w.t.Context(), []booking.Interview{i}); err != nil {
			return i, err
		}
		return i, tx.SetSlotStatus(w.t.Context(), slot.ID, booking.SlotBooked)
	})
}

// pastBooking books a past slot of a new interviewer, and does not complete the interview. The
// slot of each call is before those of the earlier calls.
func (w *world) pastBooking(s booking.Student) booking.Interview {
	w.t.Helper()
	w.history++
	return w.booked(s, w.slot(w.interviewer(), float64(-1-w.history)))
}

// completed creates interviews with these grades, newest first, each with a new
// interviewer.
func (w *world) completed(s booking.Student, grades ...int) {
	w.t.Helper()
	for _, grade := range grades {
		i := w.pastBooking(s)
		done, refused := i.Complete(booking.Completion{Grade: &grade}, i.End)
		if err := refused.Err(); err != nil {
			w.t.Fatalf("complete interview %d: %v", i.ID, err)
		}
		write(w, func(tx *store.Tx) (booking.Interview, error) { return tx.UpdateInterview(w.t.Context(), done, i.End) })
	}
}

// studentWithOneLeft creates a student who has used 14 of 15 interviews, and may book.
func (w *world) studentWithOneLeft() booking.Student {
	w.t.Helper()
	s := w.student()
	w.completed(s, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4)
	return s
}

// exec runs a statement directly on the database.
func (w *world) exec(statement string) {
	w.t.Helper()
	if _, err := w.sql.ExecContext(w.t.Context(), statement); err != nil {
		w.t.Fatalf("%s: %v", statement, err)
	}
}

// one reads a single value.
func one[T any](w *world, query string, args ...any) T {
	w.t.Helper()
	var value T
	if err := w.sql.QueryRowContext(w.t.Context(), query, args...).Scan(&value); err != nil {
		w.t.Fatalf("%s: %v", query, err)
	}
	return value
}

// slotStatus reads the committed status of the slot.
func (w *world) slotStatus(id booking.SlotID) booking.SlotStatus {
	w.t.Helper()
	slot, err := w.store.Slot(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return slot.Status
}

// eligibility returns the student's current eligibility.
func (w *world) eligibility(id booking.StudentID) booking.Eligibility {
	w.t.Helper()
	record, err := w.store.Record(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return record.Eligibility(t0.Add(w.late))
}

// findings returns the broken invariants as text.
func (w *world) findings() []string {
	w.t.Helper()
	found, err := w.store.Check(w.t.Context(), t0.Add(w.late))
	if err != nil {
		w.t.Fatal(err)
	}
	var lines []string
	for _, f := range found {
		lines = append(lines, f.Invariant+": "+f.Detail)
	}
	return lines
}

// wantNoFindings fails the test if an invariant is broken.
func (w *world) wantNoFindings() {
	w.t.Helper()
	if found := w.findings(); len(found) > 0 {
		w.t.Errorf("these invariants are broken:\n%s", strings.Join(found, "\n"))
	}
}

// Invariants that a control may break in addition to its own, when two requests change a
// slot or a student's interviews at once without locks.
const (
	historyOfSlot     = "the last entry of a slot's history has its status"
	standingOfStudent = "a student's row has the number of counted interviews and the last grades"
)

// wantBroken fails unless this invariant is broken, and no other except those above, so
// that a control fails for the intended reason.
func (w *world) wantBroken(invariant string) {
	w.t.Helper()
	names := map[string]bool{}
	for _, line := range w.findings() {
		name, _, _ := strings.Cut(line, ": ")
		names[name] = true
		if name != invariant && name != historyOfSlot && name != standingOfStudent {
			w.t.Errorf("an unexpected invariant is broken: %s", line)
		}
	}
	if !names[invariant] {
		w.t.Errorf("this invariant is not broken: %s", invariant)
	}
}

// outcome returns "ok", the codes of the refusal, or the internal error.
func outcome(err error) string {
	var refused booking.Refused
	switch {
	case err == nil:
		return "ok"
	case !errors.As(err, &refused):
		return "internal error: " + err.Error()
	}
	codes := make([]string, len(refused))
	for i, r := range refused {
		codes[i] = string(r.Code)
	}
	return strings.Join(codes, "+")
}

func wantOutcome(t *testing.T, what string, err error, want string) {
	t.Helper()
	if got := outcome(err); got != want {
		t.Errorf("outcome of %s = %s (%v), want %s", what, got, err, want)
	}
}

// wantOutcomes compares the number of each outcome.
func wantOutcomes(t *testing.T, errs []error, want map[string]int) {
	t.Helper()
	got := map[string]int{}
	for _, err := range errs {
		got[outcome(err)]++
	}
	if !maps.Equal(got, want) {
		t.Errorf("outcomes = %v, want %v", got, want)
	}
}

// concurrently runs call n times, each in its own goroutine, and returns a function that waits
// for all of them and returns their errors.
func concurrently(n int, call func(i int) error) (wait func() []error) {
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { errs[i] = call(i) })
	}
	return func() []error { all.Wait(); return errs }
}

// inBackground runs call in a goroutine and returns a function that waits for its error.
func inBackground(call func() error) (wait func() error) {
	done := concurrently(1, func(int) error { return call() })
	return func() error { return done()[0] }
}

func ptr[T any](v T) *T { return &v }
