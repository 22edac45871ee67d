package app_test

import (
	"testing"
	"time"

	"rehearse/internal/app"
	"rehearse/internal/app/reservation"
	"rehearse/internal/booking"
)

var (
	// placesHold matches the first write of a new hold.
	placesHold = contains("ended_at = expires_at")
	// insertsHold matches the insert of a hold, after conflicting expired holds have
	// ended.
	insertsHold = contains("INSERT INTO holds")
	// extendsHold and endsHold match the first writes of these operations.
	extendsHold = contains("extended = true")
	endsHold    = contains("WITH slot AS", "UPDATE holds SET ended_at")
	// booksSlots matches the first write of an import of bookings.
	booksSlots = contains("UPDATE slots SET status = 'BOOKED'", "ANY")
	// usesHold matches the first write of a move to a held slot.
	usesHold = contains("least(expires_at")
)

// Invariants that break without the locks.
const (
	oneHolder          = "a slot is held exactly while it has a live hold"
	oneHold            = "a student has at most one live hold"
	oneInterviewOnSlot = "a slot is BOOKED exactly when it has one live interview"
)

// Queries that count the interviews and holds of a race's only student.
const (
	countUsed = `SELECT (SELECT count(*) FROM interviews WHERE status IN ('BOOKED', 'COMPLETED', 'STUDENT_NO_SHOW'))
		+ (SELECT count(*) FROM holds WHERE ended_at IS NULL)`
	countHolds = "SELECT count(*) FROM holds WHERE ended_at IS NULL"
)

// holdTime is the duration in the policy. At onTime a hold placed at t0 is live; at late
// it has expired.
const (
	holdTime = 5 * time.Minute
	onTime   = holdTime - time.Second
	late     = holdTime + time.Second
)

func (w *world) books(s booking.Student, slot booking.Slot) request {
	return func(on *app.App) error {
		_, err := on.Book(w.t.Context(), reservation.BookSlotInput{StudentID: s.ID, SlotID: slot.ID})
		return err
	}
}

func (w *world) holds(s booking.Student, slot booking.Slot) request {
	return func(on *app.App) error {
		_, err := on.HoldSlot(w.t.Context(), reservation.HoldSlotInput{StudentID: s.ID, SlotID: slot.ID})
		return err
	}
}

// held places a hold at t0.
func (w *world) held(s booking.Student, slot booking.Slot) booking.Hold {
	w.t.Helper()
	hold, err := app.New(w.store, clock).HoldSlot(w.t.Context(), reservation.HoldSlotInput{StudentID: s.ID, SlotID: slot.ID})
	wantOutcome(w.t, "the hold", err, "ok")
	return *hold
}

func (w *world) releases(h booking.Hold) request {
	return func(on *app.App) error {
		_, err := on.ReleaseHold(w.t.Context(), reservation.ReleaseHoldInput{HoldID: h.ID})
		return err
	}
}

func (w *world) booksHeld(h booking.Hold) request {
	return func(on *app.App) error {
		_, err := on.Book(w.t.Context(), reservation.BookSlotInput{StudentID: h.StudentID, SlotID: h.SlotID, HoldID: &h.ID})
		return err
	}
}

var holdRaces = []race{
	{
		name: "two students hold one slot",
		setup: func(w *world) (first, second request) {
			slot := w.slots(1)[0]
			return w.holds(w.student(), slot), w.holds(w.student(), slot)
		},
		gate: insertsHold, waitsIn: "FROM slots WHERE", want: [2]string{"ok", "SLOT_HELD"},
		unlocked: []string{"slots"}, drop: "DROP INDEX holds_slot_key", wantUnprotected: [2]string{"ok", "ok"}, wantBroken: oneHolder,
	},
	{
		name: "one student holds two slots",
		setup: func(w *world) (first, second request) {
			s, slots := w.student(), w.slots(2)
			return w.holds(s, slots[0]), w.holds(s, slots[1])
		},
		gate: insertsHold, waitsIn: "FROM students WHERE", want: [2]string{"ok", "ALREADY_HOLDING"},
		unlocked: []string{"students"}, drop: "DROP INDEX holds_student_key", wantUnprotected: [2]string{"ok", "ok"}, wantBroken: oneHold,
	},
	{
		name: "a slot is held, then booked by another student",
		setup: func(w *world) (first, second request) {
			slot := w.slots(1)[0]
			return w.holds(w.student(), slot), w.books(w.student(), slot)
		},
		gate: placesHold, waitsIn: "FROM slots WHERE", want: [2]string{"ok", "SLOT_HELD"},
		unlocked: []string{"slots"}, wantUnprotected: [2]string{"ok", "ok"}, wantBroken: oneHolder,
	},
	{
		name: "a slot is booked, then held by another student",
		setup: func(w *world) (first, second request) {
			slot := w.slots(1)[0]
			return w.books(w.student(), slot), w.holds(w.student(), slot)
		},
		gate: insertsInterview, waitsIn: "FROM slots WHERE", want: [2]string{"ok", "SLOT_TAKEN"},
		unlocked: []string{"slots"}, wantUnprotected: [2]string{"ok", "ok"}, wantBroken: oneHolder,
	},
	{
		name: "a student at 14 of 15 holds, then books",
		setup: func(w *world) (first, second request) {
			s, slots := w.studentWithOneLeft(), w.slots(2)
			return w.holds(s, slots[0]), w.books(s, slots[1])
		},
		gate: placesHold, waitsIn: "FROM students WHERE", want: [2]string{"ok", "ok"},
		unlocked: []string{"students"}, wantUnprotected: [2]string{"ok", "ok"},
		query: countUsed, wantCount: 15, wantCountUnprotected: 16,
	},
	{
		name: "a student at 14 of 15 books, then holds",
		setup: func(w *world) (first, second request) {
			s, slots := w.studentWithOneLeft(), w.slots(2)
			return w.books(s, slots[0]), w.holds(s, slots[1])
		},
		gate: insertsInterview, waitsIn: "FROM students WHERE", want: [2]string{"ok", "LIMIT_REACHED"},
		unlocked: []string{"students"}, wantUnprotected: [2]string{"ok", "ok"},
		query: countUsed, wantCount: 15, wantCountUnprotected: 16,
	},
	{
		name: "a hold, then a failing grade",
		setup: func(w *world) (first, second request) {
			s, slot := w.student(), w.slots(1)[0]
			return w.holds(s, slot), w.grades(w.pastBooking(s), 1)
		},
		gate: placesHold, waitsIn: "FROM students WHERE", want: [2]string{"ok", "ok"},
		unlocked: []string{"students"}, wantUnprotected: [2]string{"ok", "ok"},
		// The events are in this order: the hold, then the grade. Rule 4 forbids a hold
		// after the grade.
		query: countHappened("INTERVIEW_COMPLETED", "HOLD_PLACED"), wantCount: 0, wantCountUnprotected: 1,
	},
	{
		name: "a hold is released, then its student books with it",
		setup: func(w *world) (first, second request) {
			h := w.held(w.student(), w.slots(1)[0])
			return w.releases(h), w.booksHeld(h)
		},
		gate: endsHold, waitsIn: "FROM students WHERE", want: [2]string{"ok", "HOLD_EXPIRED"},
		unlocked: []string{"students", "slots"}, wantUnprotected: [2]string{"ok", "ok"}, wantBroken: historyOfSlot,
		query: "SELECT count(*) FROM interviews", wantCount: 0, wantCountUnprotected: 1,
	},
	{
		name: "a student books with their hold, then releases it",
		setup: func(w *world) (first, second request) {
			h := w.held(w.student(), w.slots(1)[0])
			return w.booksHeld(h), w.releases(h)
		},
		gate: insertsInterview, waitsIn: "FROM students WHERE", want: [2]string{"ok", "ok"},
		unlocked: []string{"students", "slots"}, wantUnprotected: [2]string{"ok", "ok"},
		// The hold is released and used for a booking.
		query: "SELECT count(*) FROM events WHERE kind = 'HOLD_RELEASED'", wantCount: 0, wantCountUnprotected: 1,
	},
}

// countHappened returns a query that counts the pairs of events in this order.
func countHappened(before, after string) string {
	return "SELECT count(*) FROM events a JOIN events b ON a.id < b.id WHERE a.kind = '" + before + "' AND b.kind = '" + after + "'"
}

func TestHoldRaces(t *testing.T) {
	t.Parallel()
	testRaces(t, holdRaces)
}

func TestHoldRacesUnprotected(t *testing.T) {
	t.Parallel()
	testUnprotected(t, holdRaces)
}

// heldByAnother returns a setup with an expired hold: another student holds the slot, and the
// holder's request arrived before the hold expired.
func heldByAnother(holder func(w *world, s booking.Student, slot booking.Slot) request) func(*world) (expired, inTime request) {
	return func(w *world) (expired, inTime request) {
		s, slot := w.student(), w.slot(w.interviewer(), 24)
		w.held(s, slot)
		return w.holds(w.student(), slot), holder(w, s, slot)
	}
}

func swap(setup func(*world) (a, b request)) func(*world) (b, a request) {
	return func(w *world) (b, a request) { a, b = setup(w); return b, a }
}

// holderReschedules moves an interview of the holder to the held slot.
func holderReschedules(w *world, s booking.Student, slot booking.Slot) request {
	return w.reschedules(w.booked(s, w.slot(w.interviewer(), 48)), slot)
}

// In expiryRaces a hold has expired for one request and not for the other, because the
// clocks of the servers differ or the holder's request had to wait. The row of the slot
// decides who gets it, and exactly one request succeeds.
//
// A holder's record that is read before the slot is locked would be stale here: it still
// has the hold after the slot went to the other student.
var expiryRaces = []race{
	{
		name:  "another student holds the slot, then its holder books it",
		setup: heldByAnother((*world).books),
		gate:  placesHold, clocks: [2]time.Duration{late, onTime}, waitsIn: "FROM slots WHERE", want: [2]string{"ok", "SLOT_HELD"},
		unlocked: []string{"slots"}, wantUnprotected: [2]string{"ok", "ok"}, wantBroken: oneHolder,
	},
	{
		name:  "another student holds the slot, then its holder extends the hold",
		setup: heldByAnother((*world).holds),
		gate:  placesHold, clocks: [2]time.Duration{late, onTime}, waitsIn: "FROM slots WHERE", want: [2]string{"ok", "SLOT_HELD"},
		unlocked: []string{"slots"}, wantUnprotected: [2]string{"ok", "ok"}, // both requests report a hold
	},
	{
		name:  "another student holds the slot, then its holder reschedules to it",
		setup: heldByAnother(holderReschedules),
		gate:  placesHold, clocks: [2]time.Duration{late, onTime}, waitsIn: "FROM slots WHERE", want: [2]string{"ok", "SLOT_HELD"},
		unlocked: []string{"slots"}, wantUnprotected: [2]string{"ok", "ok"}, wantBroken: oneHolder,
	},
	{
		name:  "the holder books the slot, then another student holds it",
		setup: swap(heldByAnother((*world).books)),
		gate:  insertsInterview, clocks: [2]time.Duration{onTime, late}, waitsIn: "FROM slots WHERE", want: [2]string{"ok", "SLOT_TAKEN"},
		unlocked: []string{"slots"}, wantUnprotected: [2]string{"ok", "ok"},
		// The new student's hold is ended, although its response promised it.
		query: "SELECT count(*) FROM holds", wantCount: 1, wantCountUnprotected: 2,
	},
	{
		name:  "the holder extends the hold, then another student holds the slot",
		setup: swap(heldByAnother((*world).holds)),
		gate:  extendsHold, clocks: [2]time.Duration{onTime, late}, waitsIn: "FROM slots WHERE", want: [2]string{"ok", "SLOT_HELD"},
		unlocked: []string{"slots"}, wantUnprotected: [2]string{"ok", "ok"}, wantBroken: oneHolder,
	},
	{
		name:  "the holder reschedules to the slot, then another student holds it",
		setup: swap(heldByAnother(holderReschedules)),
		gate:  usesHold, clocks: [2]time.Duration{onTime, late}, waitsIn: "FROM slots WHERE", want: [2]string{"ok", "SLOT_TAKEN"},
		unlocked: []string{"slots"}, wantUnprotected: [2]string{"ok", "ok"},
		query: "SELECT count(*) FROM holds", wantCount: 1, wantCountUnprotected: 2,
	},
	{
		name: "the holder books the slot, then another student books it",
		setup: func(w *world) (first, second request) {
			s, slot := w.student(), w.slots(1)[0]
			w.held(s, slot)
			return w.books(s, slot), w.books(w.student(), slot)
		},
		gate: insertsInterview, clocks: [2]time.Duration{onTime, late}, waitsIn: "FROM slots WHERE", want: [2]string{"ok", "SLOT_TAKEN"},
		unlocked: []string{"slots"}, drop: "DROP INDEX interviews_slot_key", wantUnprotected: [2]string{"ok", "ok"}, wantBroken: oneInterviewOnSlot,
	},
}

func TestExpiringHoldRaces(t *testing.T) {
	t.Parallel()
	testRaces(t, expiryRaces)
}

func TestExpiringHoldRacesUnprotected(t *testing.T) {
	t.Parallel()
	testUnprotected(t, expiryRaces)
}

// importing imports a booking of the slot.
func importing(w *world, slot booking.Slot) request {
	by, err := w.store.Interviewer(w.t.Context(), slot.InterviewerID)
	if err != nil {
		w.t.Fatal(err)
	}
	line := historyLine(w.student(), by, int(slot.Start.Sub(t0)/time.Hour), booking.Booked)
	return func(on *app.App) error { return importHistory(w, on, line) }
}

func heldAndImported(w *world) (first, second request) {
	slot := w.slots(1)[0]
	return w.holds(w.student(), slot), importing(w, slot)
}

var importRaces = []race{
	{
		name: "a slot is held, then an import books it", setup: heldAndImported,
		gate: placesHold, waitsIn: "FROM interviewers WHERE", want: [2]string{"ok", "SLOT_HELD"},
		unlocked: []string{"interviewers", "slots"}, wantUnprotected: [2]string{"ok", "ok"}, wantBroken: oneHolder,
	},
	{
		name: "an import books a slot, then a student holds it", setup: swap(heldAndImported),
		gate: booksSlots, waitsIn: "FROM interviewers WHERE", want: [2]string{"ok", "SLOT_TAKEN"},
		unlocked: []string{"interviewers", "slots"}, wantUnprotected: [2]string{"ok", "ok"},
	},
}

func TestHoldAndImportRaces(t *testing.T) {
	t.Parallel()
	testRaces(t, importRaces)
}

func TestHoldAndImportRacesUnprotected(t *testing.T) {
	t.Parallel()
	testUnprotected(t, importRaces)
}
