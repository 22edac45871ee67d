package booking

import (
	"cmp"
	"slices"
	"time"

	"rehearse/internal/calendar"
)

// SlotStatus is the state of a slot.
type SlotStatus string

const (
	SlotOpen      SlotStatus = "OPEN"      // published and not booked
	SlotIsHeld    SlotStatus = "HELD"      // open, but held by a student; never stored
	SlotBooked    SlotStatus = "BOOKED"    // has a live interview
	SlotWithdrawn SlotStatus = "WITHDRAWN" // withdrawn by the interviewer or an administrator
)

// Slot is a bookable interval [Start, End) of an interviewer. Its times and
// interviewer never change.
type Slot struct {
	ID            SlotID
	InterviewerID InterviewerID
	Start, End    time.Time // UTC
	// Status is OPEN for a held slot, because whether the hold is live depends on
	// the clock. StatusAt returns the effective status.
	Status    SlotStatus
	HeldBy    StudentID // 0 for none
	HeldUntil time.Time // zero for none
	// FullUntil is when the interviewer's day or week stops being full: Forever if
	// bookings fill it, otherwise the expiry of the hold that does. It is zero if
	// there is room, and not maintained for a withdrawn slot.
	FullUntil time.Time
	// WithdrawWhenFree marks a booked slot that its interviewer has withdrawn. It is
	// withdrawn if its interview is cancelled.
	WithdrawWhenFree bool
}

// SlotRef is a slot without its state. None of its fields ever changes.
type SlotRef struct {
	ID            SlotID
	InterviewerID InterviewerID
	Start, End    time.Time // UTC
}

// Ref returns the slot without its state.
func (s Slot) Ref() SlotRef {
	return SlotRef{ID: s.ID, InterviewerID: s.InterviewerID, Start: s.Start, End: s.End}
}

// Compare orders slots by start, then id, the order of all slot lists.
func (r SlotRef) Compare(other SlotRef) int {
	return cmp.Or(r.Start.Compare(other.Start), cmp.Compare(r.ID, other.ID))
}

// open returns a slot that is open, not held and not full.
func (r SlotRef) open() Slot {
	return Slot{ID: r.ID, InterviewerID: r.InterviewerID, Start: r.Start, End: r.End, Status: SlotOpen}
}

// BookableSlot is a slot that a student may book, as a list reads it: the slot is open,
// the interviewer is not full, and no other student holds it.
type BookableSlot struct {
	SlotRef
	HeldUntil time.Time // when the student's own hold on the slot expires; zero for none
}

// Bookable returns the slot as a list of bookable slots shows it. The student must be
// allowed to book it.
func (s Slot) Bookable() BookableSlot { return BookableSlot{SlotRef: s.Ref(), HeldUntil: s.HeldUntil} }

// SlotView is a slot as the API shows it, whatever list it comes from. Fields that a list
// of bookable slots does not read are not part of it; they need a read by id.
type SlotView struct {
	SlotRef
	status    SlotStatus
	heldUntil time.Time
}

// View returns the slot as the API shows it.
func (s Slot) View() SlotView {
	return SlotView{SlotRef: s.Ref(), status: s.Status, heldUntil: s.HeldUntil}
}

// View returns the slot as the API shows it.
func (s BookableSlot) View() SlotView {
	return SlotView{SlotRef: s.SlotRef, status: SlotOpen, heldUntil: s.HeldUntil}
}

// StatusAt returns the effective status of the slot at now.
func (v SlotView) StatusAt(now time.Time) SlotStatus {
	return Slot{Status: v.status, HeldUntil: v.heldUntil}.StatusAt(now)
}

// Views returns the slots as the API shows them.
func Views[S interface{ View() SlotView }](slots []S) []SlotView {
	views := make([]SlotView, len(slots))
	for i, slot := range slots {
		views[i] = slot.View()
	}
	return views
}

// Forever is a time after all others.
var Forever = time.Date(9999, time.December, 31, 0, 0, 0, 0, time.UTC)

// HeldAt reports whether a student holds the slot at now.
func (s Slot) HeldAt(now time.Time) bool { return s.Status == SlotOpen && now.Before(s.HeldUntil) }

// FullAt reports whether the interviewer's day or week is full at now. For the
// student who holds the slot (own), only bookings count, because the hold reserved
// a place. FullUntil is not maintained for withdrawn slots, so they are never
// full.
func (s Slot) FullAt(now time.Time, own bool) bool {
	switch {
	case s.Status == SlotWithdrawn:
		return false
	case own:
		return s.FullUntil.Equal(Forever)
	default:
		return now.Before(s.FullUntil)
	}
}

// StatusAt returns the effective status of the slot at now.
func (s Slot) StatusAt(now time.Time) SlotStatus {
	if s.HeldAt(now) {
		return SlotIsHeld
	}
	return s.Status
}

// Span returns the interval of the slot.
func (s Slot) Span() calendar.Span { return calendar.Span{Start: s.Start, End: s.End} }

// SpansOf returns the intervals of the slots.
func SpansOf(slots []Slot) []calendar.Span {
	spans := make([]calendar.Span, len(slots))
	for i, slot := range slots {
		spans[i] = slot.Span()
	}
	return spans
}

// InPast reports whether the slot has started. From then on it can be neither
// published nor booked, and its interview can be completed.
func (s Slot) InPast(now time.Time) bool { return !s.Start.After(now) }

// StatusWhenFree returns the status of a slot whose interview is cancelled or
// moved. The slot opens again if it is in the future, not withdrawn, and its
// interviewer is active.
func (s Slot) StatusWhenFree(interviewer Interviewer, now time.Time) SlotStatus {
	if s.InPast(now) || s.WithdrawWhenFree || !interviewer.Active {
		return SlotWithdrawn
	}
	return SlotOpen
}

// ByStart sorts slots by start, then id, the order of all slot lists.
func ByStart(slots []Slot) []Slot {
	slices.SortFunc(slots, func(a, b Slot) int { return a.Ref().Compare(b.Ref()) })
	return slots
}

// SlotIDs returns the ids of the slots.
func SlotIDs(slots []Slot) []SlotID {
	ids := make([]SlotID, len(slots))
	for i, slot := range slots {
		ids[i] = slot.ID
	}
	return ids
}
