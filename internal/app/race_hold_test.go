package app_test

import (
	"testing"
	"time"

	"rehearse/internal/app"
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
	oneHolder = "a slot is held exactly while it has a live hold"
	oneHold   = "a student has at most one live hold"
	oneOnSlot = "a slot is BOOKED exactly when it has one live interview"
)

// Queries that count the interviews and holds of a scene's only student.
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
		_, err := on.Book(w.t.Context(), app.BookSlotInput{StudentID: s.ID, SlotID: slot.ID})
		return err
	}
}

func (w *world) holds(s booking.Student, slot booking.Slot) request {
	return func(on *app.App) error {
		_, err := on.HoldSlot(w.t.Context(), app.HoldSlotInput{StudentID: s.ID, SlotID: slot.ID})
		return err
	}
}

// held places a hold at t0.
func (w *world) held(s booking.Student, slot booking.Slot) booking.Hold {
	w.t.Helper()
	hold, err := app.New(w.store, clock).HoldSlot(w.t.Context(), app.HoldSlotInput{StudentID: s.ID, SlotID: slot.ID})
	wantOutcome(w.t, "the hold", err, "ok")
	return *hold
}

func (w *world) releases(h booking.Hold) request {
	return func(on *app.App) error {
		_, err := on.ReleaseHold(w.t.Context(), app.ReleaseHoldInput{HoldID: h.ID})
		return err
	}
}

func (w *world) booksWith(h booking.Hold) request {
	return func(on *app.App) error {
		_, err := on.Book(w.t.Context(), app.BookSlotInput{StudentID: h.StudentID, SlotID: h.SlotID, HoldID: &h.ID})
		return err
	}
}

var holdMeetings = []meeting{
	{
		name: "two students hold one slot",
		scene: func(w *world) (first, second request) {
			slot := w.slots(1)[0]
			return w.holds(w.student(), slot), w.holds(w.student(), slot)
		},
		gate: insertsHold, waits: "FROM slots WHERE", want: [2]string{"ok", "SLOT_HELD"},
		without: []string{"slots"}, drop: "DROP INDEX holds_slot_key", open: [2]string{"ok", "ok"}, broken: oneHolder,
	},
	{
		name: "one student holds two slots",
		scene: func(w *world) (first, second request) {
			s, slots := w.student(), w.slots(2)
			return w.holds(s, slots[0]), w.holds(s, slots[1])
		},
		gate: insertsHold, waits: "FROM students WHERE", want: [2]string{"ok", "ALREADY_HOLDING"},
		without: []string{"students"}, drop: "DROP INDEX holds_student_key", open: [2]string{"ok", "ok"}, broken: oneHold,
	},
	{
		name: "a slot is held, and booked by another",
		scene: func(w *world) (first, second request) {
			slot := w.slots(1)[0]
			return w.holds(w.student(), slot), w.books(w.student(), slot)
		},
		gate: placesHold, waits: "FROM slots WHERE", want: [2]string{"ok", "SLOT_HELD"},
		without: []string{"slots"}, open: [2]string{"ok", "ok"}, broken: oneHolder,
	},
	{
		name: "a slot is booked, and held by another",
		scene: func(w *world) (first, second request) {
			slot := w.slots(1)[0]
			return w.books(w.student(), slot), w.holds(w.student(), slot)
		},
		gate: insertsInterview, waits: "FROM slots WHERE", want: [2]string{"ok", "SLOT_TAKEN"},
		without: []string{"slots"}, open: [2]string{"ok", "ok"}, broken: oneHolder,
	},
	{
		name: "a student at 14 of 15 holds, and books",
		scene: func(w *world) (first, second request) {
			s, slots := w.fourteen(), w.slots(2)
			return w.holds(s, slots[0]), w.books(s, slots[1])
		},
		gate: placesHold, waits: "FROM students WHERE", want: [2]string{"ok", "ok"},
		without: []string{"students"}, open: [2]string{"ok", "ok"},
		count: countUsed, sound: 15, different: 16,
	},
	{
		name: "a student at 14 of 15 books, and holds",
		scene: func(w *world) (first, second request) {
			s, slots := w.fourteen(), w.slots(2)
			return w.books(s, slots[0]), w.holds(s, slots[1])
		},
		gate: insertsInterview, waits: "FROM students WHERE", want: [2]string{"ok", "LIMIT_REACHED"},
		without: []string{"students"}, open: [2]string{"ok", "ok"},
		count: countUsed, sound: 15, different: 16,
	},
	{
		name: "a failing grade, and a hold",
		scene: func(w *world) (first, second request) {
			s, slot := w.student(), w.slots(1)[0]
			return w.holds(s, slot), w.grades(w.pastBooking(s), 1)
		},
		gate: placesHold, waits: "FROM students WHERE", want: [2]string{"ok", "ok"},
		without: []string{"students"}, open: [2]string{"ok", "ok"},
		// The events are in this order: the hold, then the grade. Rule 4 forbids a hold
		// after the grade.
		count: countHappened("INTERVIEW_COMPLETED", "HOLD_PLACED"), sound: 0, different: 1,
	},
	{
		name: "a hold is released, and its student books with it",
		scene: func(w *world) (first, second request) {
			h := w.held(w.student(), w.slots(1)[0])
			return w.releases(h), w.booksWith(h)
		},
		gate: endsHold, waits: "FROM students WHERE", want: [2]string{"ok", "HOLD_EXPIRED"},
		without: []string{"students", "slots"}, open: [2]string{"ok", "ok"}, broken: toldOfSlot,
		count: "SELECT count(*) FROM interviews", sound: 0, different: 1,
	},
	{
		name: "a student books with their hold while releasing it",
		scene: func(w *world) (first, second request) {
			h := w.held(w.student(), w.slots(1)[0])
			return w.booksWith(h), w.releases(h)
		},
		gate: insertsInterview, waits: "FROM students WHERE", want: [2]string{"ok", "ok"},
		without: []string{"students", "slots"}, open: [2]string{"ok", "ok"},
		// The hold is released and used for a booking.
		count: "SELECT count(*) FROM events WHERE kind = 'HOLD_RELEASED'", sound: 0, different: 1,
	},
}

// countHappened returns a query that counts the pairs of events in this order.
func countHappened(before, after string) string {
	return "SELECT count(*) FROM events a JOIN events b ON a.id < b.id WHERE a.kind = '" + before + "' AND b.kind = '" + after + "'"
}

func TestHoldsWait(t *testing.T) {
	t.Parallel()
	wait(t, holdMeetings)
}

func TestHoldsUnprotected(t *testing.T) {
	t.Parallel()
	collide(t, holdMeetings)
}

// heldTwice returns a scene with an expired hold: another student holds the slot, and the
// holder's request arrived before the hold expired.
func heldTwice(holder func(w *world, s booking.Student, slot booking.Slot) request) func(*world) (expired, inTime request) {
	return func(w *world) (expired, inTime request) {
		s, slot := w.student(), w.slot(w.interviewer(), 24)
		w.held(s, slot)
		return w.holds(w.student(), slot), holder(w, s, slot)
	}
}

func swap(scene func(*world) (a, b request)) func(*world) (b, a request) {
	return func(w *world) (b, a request) { a, b = scene(w); return b, a }
}

// holderMoves moves an interview of the holder to the held slot.
func holderMoves(w *world, s booking.Student, slot booking.Slot) request {
	return w.moves(w.booked(s, w.slot(w.interviewer(), 48)), slot)
}

// In expiryMeetings a hold has expired for one request and not for the other, because the
// clocks of the servers differ or the holder's request had to wait. The row of the slot
// decides who gets it, and exactly one request succeeds.
//
// A holder's record that is read before the slot is locked would be stale here: it still
// has the hold after the slot went to the other student.
var expiryMeetings = []meeting{
	{
		name:  "another holds the slot, and its holder books it",
		scene: heldTwice((*world).books),
		gate:  placesHold, clocks: [2]time.Duration{late, onTime}, waits: "FROM slots WHERE", want: [2]string{"ok", "SLOT_HELD"},
		without: []string{"slots"}, open: [2]string{"ok", "ok"}, broken: oneHolder,
	},
	{
		name:  "another student holds the slot while the holder extends the hold",
		scene: heldTwice((*world).holds),
		gate:  placesHold, clocks: [2]time.Duration{late, onTime}, waits: "FROM slots WHERE", want: [2]string{"ok", "SLOT_HELD"},
		without: []string{"slots"}, open: [2]string{"ok", "ok"}, // both requests report a hold
	},
	{
		name:  "another holds the slot, and its holder moves there",
		scene: heldTwice(holderMoves),
		gate:  placesHold, clocks: [2]time.Duration{late, onTime}, waits: "FROM slots WHERE", want: [2]string{"ok", "SLOT_HELD"},
		without: []string{"slots"}, open: [2]string{"ok", "ok"}, broken: oneHolder,
	},
	{
		name:  "the holder books the slot, and another holds it",
		scene: swap(heldTwice((*world).books)),
		gate:  insertsInterview, clocks: [2]time.Duration{onTime, late}, waits: "FROM slots WHERE", want: [2]string{"ok", "SLOT_TAKEN"},
		without: []string{"slots"}, open: [2]string{"ok", "ok"},
		// The new student's hold is ended, although its response promised it.
		count: "SELECT count(*) FROM holds", sound: 1, different: 2,
	},
	{
		name:  "the holder extends the hold while another student holds the slot",
		scene: swap(heldTwice((*world).holds)),
		gate:  extendsHold, clocks: [2]time.Duration{onTime, late}, waits: "FROM slots WHERE", want: [2]string{"ok", "SLOT_HELD"},
		without: []string{"slots"}, open: [2]string{"ok", "ok"}, broken: oneHolder,
	},
	{
		name:  "the holder moves to the slot, and another holds it",
		scene: swap(heldTwice(holderMoves)),
		gate:  usesHold, clocks: [2]time.Duration{onTime, late}, waits: "FROM slots WHERE", want: [2]string{"ok", "SLOT_TAKEN"},
		without: []string{"slots"}, open: [2]string{"ok", "ok"},
		count: "SELECT count(*) FROM holds", sound: 1, different: 2,
	},
	{
		name: "the holder books the slot, and another books it",
		scene: func(w *world) (first, second request) {
			s, slot := w.student(), w.slots(1)[0]
			w.held(s, slot)
			return w.books(s, slot), w.books(w.student(), slot)
		},
		gate: insertsInterview, clocks: [2]time.Duration{onTime, late}, waits: "FROM slots WHERE", want: [2]string{"ok", "SLOT_TAKEN"},
		without: []string{"slots"}, drop: "DROP INDEX interviews_slot_key", open: [2]string{"ok", "ok"}, broken: oneOnSlot,
	},
}

func TestExpiringHoldsWait(t *testing.T) {
	t.Parallel()
	wait(t, expiryMeetings)
}

func TestExpiringHoldsUnprotected(t *testing.T) {
	t.Parallel()
	collide(t, expiryMeetings)
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

var importMeetings = []meeting{
	{
		name: "a slot is held, and an import brings its booking", scene: heldAndImported,
		gate: placesHold, waits: "FROM interviewers WHERE", want: [2]string{"ok", "SLOT_HELD"},
		without: []string{"interviewers", "slots"}, open: [2]string{"ok", "ok"}, broken: oneHolder,
	},
	{
		name: "an import brings the booking of a slot, and another holds it", scene: swap(heldAndImported),
		gate: booksSlots, waits: "FROM interviewers WHERE", want: [2]string{"ok", "SLOT_TAKEN"},
		without: []string{"interviewers", "slots"}, open: [2]string{"ok", "ok"},
	},
}

func TestHoldsAndImportsWait(t *testing.T) {
	t.Parallel()
	wait(t, importMeetings)
}

func TestHoldsAndImportsUnprotected(t *testing.T) {
	t.Parallel()
	collide(t, importMeetings)
}
