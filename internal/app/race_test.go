package app_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"rehearse/internal/app"
	"rehearse/internal/app/reservation"
	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
)

// A race has up to three tests: with all protection, where the rule holds; without the locks
// but with the constraints; and without both, where the rule must break. The last is the
// control that shows that the first tests something.
//
// Where a lock is disabled, a gate stops every transaction between its checks and its
// first write, so that the violation is deterministic.

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// contains matches the statements that contain every part.
func contains(parts ...string) func(string) bool {
	return func(statement string) bool {
		for _, part := range parts {
			if !strings.Contains(statement, part) {
				return false
			}
		}
		return true
	}
}

var (
	// locksStudent matches the first statement of every change of a student's interviews.
	locksStudent = contains("FROM students WHERE", "FOR NO KEY UPDATE")
	// insertsInterview matches the first write of a booking.
	insertsInterview = contains("booked AS (INSERT INTO interviews")
)

// withoutLocks removes the row locks on the given tables.
func withoutLocks(tables ...string) func(string) string {
	return func(statement string) string {
		for _, table := range tables {
			if strings.Contains(statement, "FROM "+table+" ") {
				statement = strings.ReplaceAll(statement, " FOR NO KEY UPDATE", "")
				statement = strings.ReplaceAll(statement, " FOR SHARE", "")
			}
		}
		return statement
	}
}

// bookConcurrently makes the bookings on two servers. All of them reach the gate before any
// continues.
func (w *world) bookConcurrently(gate *pgtest.Gate, rewrite func(string) string, inputs []reservation.BookSlotInput) []error {
	w.t.Helper()
	servers := w.servers(pgtest.Intercept{Before: gate.Hold, Rewrite: rewrite})
	wait := concurrently(len(inputs), func(i int) error {
		_, err := servers[i%2].Book(w.t.Context(), inputs[i])
		return err
	})
	gate.Await(w.t, len(inputs))
	gate.Open()
	return wait()
}

// fiftyBookingsOfOneSlot returns bookings of fifty students for the same one of six slots.
func fiftyBookingsOfOneSlot(w *world) (inputs []reservation.BookSlotInput, wanted booking.Slot) {
	slots := w.slots(6)
	for _, s := range w.students(50) {
		inputs = append(inputs, reservation.BookSlotInput{StudentID: s.ID, SlotID: slots[0].ID})
	}
	return inputs, slots[0]
}

func TestFiftyStudentsForOneSlot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	inputs, _ := fiftyBookingsOfOneSlot(w)
	errs := w.bookConcurrently(pgtest.NewGate(locksStudent), nil, inputs)
	wantOutcomes(t, errs, map[string]int{"ok": 1, "SLOT_TAKEN": 49})
	w.wantNoFindings()
	w.wantAlternatives(inputs, errs)
}

// wantAlternatives fails unless every SLOT_TAKEN has alternatives that the student can
// book.
func (w *world) wantAlternatives(inputs []reservation.BookSlotInput, errs []error) {
	w.t.Helper()
	server := app.New(w.store, clock)
	for i, err := range errs {
		var refused booking.Refused
		if !errors.As(err, &refused) {
			continue // the winner
		}
		offered := refused[0].Alternatives
		if len(offered) != 5 {
			w.t.Errorf("student %d gets %d alternatives, want 5", inputs[i].StudentID, len(offered))
		}
		for _, slot := range offered {
			_, err := server.Book(w.t.Context(), reservation.BookSlotInput{StudentID: inputs[i].StudentID, SlotID: slot.ID, DryRun: true})
			wantOutcome(w.t, "the booking of an alternative", err, "ok")
		}
	}
}

func TestFiftyStudentsForOneSlotByTheConstraintAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	inputs, wanted := fiftyBookingsOfOneSlot(w)
	errs := w.bookConcurrently(pgtest.NewGate(insertsInterview), withoutLocks("students", "slots"), inputs)
	wantOutcomes(t, errs, map[string]int{"ok": 1, "SLOT_TAKEN": 49})
	if status := w.slotStatus(wanted.ID); status != booking.SlotBooked {
		t.Errorf("the slot is %s, want BOOKED", status)
	}
	w.wantNoFindings()
}

func TestFiftyStudentsForOneSlotUnprotected(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec("DROP INDEX interviews_slot_key")
	inputs, _ := fiftyBookingsOfOneSlot(w)
	errs := w.bookConcurrently(pgtest.NewGate(insertsInterview), withoutLocks("students", "slots"), inputs)
	wantOutcomes(t, errs, map[string]int{"ok": 50})
	w.wantBroken("a slot is BOOKED exactly when it has one live interview")
}

// twentyBookingsWithOneLeft returns twenty bookings of a student at 14 of 15.
func twentyBookingsWithOneLeft(w *world) (inputs []reservation.BookSlotInput) {
	s := w.studentWithOneLeft()
	for _, slot := range w.slots(20) {
		inputs = append(inputs, reservation.BookSlotInput{StudentID: s.ID, SlotID: slot.ID})
	}
	return inputs
}

func TestTwentyBookingsWithOneLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	inputs := twentyBookingsWithOneLeft(w)
	errs := w.bookConcurrently(pgtest.NewGate(locksStudent), nil, inputs)
	wantOutcomes(t, errs, map[string]int{"ok": 1, "LIMIT_REACHED": 19})
	if used := w.eligibility(inputs[0].StudentID).InterviewsUsed; used != 15 {
		t.Errorf("%d interviews are used, want 15", used)
	}
	w.wantNoFindings()
}

// No constraint can enforce the limit, because it is a count. Without the student's lock,
// and with every constraint and every slot's lock in place, all twenty bookings succeed.
func TestTwentyBookingsWithOneLeftUnprotected(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	inputs := twentyBookingsWithOneLeft(w)
	errs := w.bookConcurrently(pgtest.NewGate(insertsInterview), withoutLocks("students"), inputs)
	wantOutcomes(t, errs, map[string]int{"ok": 20})
	if used := w.eligibility(inputs[0].StudentID).InterviewsUsed; used != 34 {
		t.Errorf("%d of 15 interviews are used, want 34", used)
	}
	w.wantBroken(standingOfStudent) // nothing that a constraint enforces
}

// twoSlotsOfOneInterviewer returns bookings of a student for two slots of one interviewer.
func twoSlotsOfOneInterviewer(w *world) []reservation.BookSlotInput {
	s, by := w.student(), w.interviewer()
	return []reservation.BookSlotInput{
		{StudentID: s.ID, SlotID: w.slot(by, 1).ID},
		{StudentID: s.ID, SlotID: w.slot(by, 2).ID},
	}
}

// twoOverlappingSlots returns bookings of a student for overlapping slots of two interviewers.
func twoOverlappingSlots(w *world) []reservation.BookSlotInput {
	s := w.student()
	return []reservation.BookSlotInput{
		{StudentID: s.ID, SlotID: w.slot(w.interviewer(), 1).ID},
		{StudentID: s.ID, SlotID: w.slot(w.interviewer(), 1.5).ID},
	}
}

// pairs are the races between two bookings of one student that a constraint prevents as
// well.
var pairs = []struct {
	name      string
	inputs    func(*world) []reservation.BookSlotInput
	refusal   booking.RefusalCode
	drop      string
	invariant string
}{
	{
		"two slots of one interviewer", twoSlotsOfOneInterviewer, booking.AlreadyInterviewed,
		"DROP INDEX interviews_pair_key", "a student meets an interviewer once",
	},
	{
		"two slots at one time", twoOverlappingSlots, booking.OwnOverlap,
		"ALTER TABLE interviews DROP CONSTRAINT interviews_no_overlap", "a student's interviews do not overlap",
	},
}

func TestConcurrentBookingsOfOneStudent(t *testing.T) {
	t.Parallel()
	for _, c := range pairs {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			inputs := c.inputs(w)
			gate := pgtest.NewGate(insertsInterview)
			first, second := w.server(pgtest.Intercept{Before: gate.Hold}), w.server(pgtest.Intercept{})
			one := inBackground(func() error { _, err := first.Book(t.Context(), inputs[0]); return err })
			gate.Await(t, 1)
			other := inBackground(func() error { _, err := second.Book(t.Context(), inputs[1]); return err })
			w.db.AwaitLockWaits(t, 1, "FROM students WHERE")
			gate.Open()
			wantOutcome(t, "the booking that came first", one(), "ok")
			wantOutcome(t, "the booking that waited", other(), string(c.refusal))
			w.wantNoFindings()
		})
	}
}

func TestConcurrentBookingsOfOneStudentByTheConstraintAlone(t *testing.T) {
	t.Parallel()
	for _, c := range pairs {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			errs := w.bookConcurrently(pgtest.NewGate(insertsInterview), withoutLocks("students", "slots"), c.inputs(w))
			wantOutcomes(t, errs, map[string]int{"ok": 1, string(c.refusal): 1})
			w.wantNoFindings()
		})
	}
}

func TestConcurrentBookingsOfOneStudentUnprotected(t *testing.T) {
	t.Parallel()
	for _, c := range pairs {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.exec(c.drop)
			errs := w.bookConcurrently(pgtest.NewGate(insertsInterview), withoutLocks("students", "slots"), c.inputs(w))
			wantOutcomes(t, errs, map[string]int{"ok": 2})
			w.wantBroken(c.invariant)
		})
	}
}

// A dry run takes the same locks and returns the same verdict as a booking, and changes
// nothing.
func TestDryRunsRaceABooking(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	inputs, wanted := fiftyBookingsOfOneSlot(w)
	inputs = inputs[:20]
	for i := range inputs[1:] {
		inputs[i+1].DryRun = true
	}
	errs := w.bookConcurrently(pgtest.NewGate(locksStudent), nil, inputs)
	wantOutcome(t, "the booking", errs[0], "ok")
	for _, err := range errs[1:] {
		if got := outcome(err); !slices.Contains([]string{"ok", "SLOT_TAKEN"}, got) {
			t.Errorf("outcome of a dry run = %s, want ok or SLOT_TAKEN", got)
		}
	}
	if by := one[int64](w, "SELECT student_id FROM interviews WHERE slot_id = $1", wanted.ID); by != int64(inputs[0].StudentID) {
		t.Errorf("the slot is booked by student %d, want %d", by, inputs[0].StudentID)
	}
	w.wantNoFindings()
}

// dryRunBeforeRollback stops a dry run before its rollback while another student books the
// slot, and returns the outcomes of both.
func dryRunBeforeRollback(w *world, rewrite func(string) string, booked func(book func() error) (wait func() error)) (dry, real error) {
	inputs, _ := fiftyBookingsOfOneSlot(w)
	inputs[0].DryRun = true
	gate := pgtest.NewGate(func(sql string) bool { return sql == "rollback" })
	first := w.server(pgtest.Intercept{Before: gate.Hold, Rewrite: rewrite})
	second := w.server(pgtest.Intercept{Rewrite: rewrite})
	dryRun := inBackground(func() error { _, err := first.Book(w.t.Context(), inputs[0]); return err })
	gate.Await(w.t, 1)
	wait := booked(func() error { _, err := second.Book(w.t.Context(), inputs[1]); return err })
	gate.Open()
	return dryRun(), wait()
}

func TestDryRunHoldsItsSlot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dry, real := dryRunBeforeRollback(w, nil, func(book func() error) func() error {
		wait := inBackground(book)
		w.db.AwaitLockWaits(t, 1, "FROM slots WHERE")
		return wait
	})
	wantOutcome(t, "the dry run", dry, "ok")
	wantOutcome(t, "the booking that waited for the dry run", real, "ok")
	w.wantNoFindings()
}

// Without the slot's lock and its constraint, a dry run succeeds for a slot that is taken.
func TestDryRunUnprotected(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec("DROP INDEX interviews_slot_key")
	dry, real := dryRunBeforeRollback(w, withoutLocks("slots"), func(book func() error) func() error {
		err := book() // committed while the dry run waits at the gate
		return func() error { return err }
	})
	wantOutcome(t, "the booking", real, "ok")
	wantOutcome(t, "the dry run of a slot that is taken", dry, "ok")
	w.wantNoFindings()
}

func TestDryRunsChangeNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	inputs, _ := fiftyBookingsOfOneSlot(w)
	inputs = inputs[:20]
	for i := range inputs {
		inputs[i].DryRun = true
	}
	before := w.fingerprint()
	errs := w.bookConcurrently(pgtest.NewGate(locksStudent), nil, inputs)
	wantOutcomes(t, errs, map[string]int{"ok": 20})
	if w.fingerprint() != before {
		t.Error("dry runs changed the database")
	}
	inputs[0].DryRun = false
	wantOutcomes(t, w.bookConcurrently(pgtest.NewGate(locksStudent), nil, inputs[:1]), map[string]int{"ok": 1})
	if w.fingerprint() == before {
		t.Error("the fingerprint is the same after a booking, so the test would not detect a change")
	}
}

// fingerprint changes with every row that an operation writes, even if the new row equals
// the old one.
func (w *world) fingerprint() string {
	w.t.Helper()
	var prints []string
	for _, table := range []string{
		"students", "interviewers", "availabilities", "slots", "interviews", "booking_policy", "holds", "waivers", "events", "idempotency_keys",
	} {
		prints = append(prints, one[string](w,
			"SELECT md5(coalesce(string_agg(ctid::text || rows::text, '|' ORDER BY ctid), '')) FROM "+table+" AS rows"))
	}
	return strings.Join(prints, " ")
}
