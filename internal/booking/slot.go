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
	SlotOpen      SlotStatus = "OPEN"      // published, nobody has booked it
	SlotIsHeld    SlotStatus = "HELD"      // open, and somebody holds it; never stored
	SlotBooked    SlotStatus = "BOOKED"    // a live interview stands on it
	SlotWithdrawn SlotStatus = "WITHDRAWN" // taken back by its interviewer or an administrator
)

// Slot is one bookable interval [Start, End) of one interviewer. Its times and
// its interviewer never change.
type Slot struct {
	ID            SlotID
	InterviewerID InterviewerID
	Start, End    time.Time // UTC
	// Status is OPEN for a held slot, too: whether it is held, the clock decides.
	// StatusAt is what people see.
	Status    SlotStatus
	HeldBy    StudentID // 0 for nobody
	HeldUntil time.Time // zero for nobody
	// FullUntil is until when its interviewer gives as many interviews on its day,
	// or in its week, as he will: Forever when they are booked, else when the hold
	// expires that is one too many. Zero when there is room. Not kept of a withdrawn
	// slot.
	FullUntil time.Time
	// TakenBack: booked, and its interviewer is not there for anybody else.
	TakenBack bool
}

// Forever is later than anything that happens.
var Forever = time.Date(9999, time.December, 31, 0, 0, 0, 0, time.UTC)

// HeldAt reports whether somebody holds the slot.
func (s Slot) HeldAt(now time.Time) bool { return s.Status == SlotOpen && now.Before(s.HeldUntil) }

// FullAt reports whether its interviewer gives no more interviews then. For
// who holds the slot only what is booked counts: his place was kept. Of a slot
// that was withdrawn nobody counts any more whether there would be room.
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

// StatusAt is the state of the slot as people see it.
func (s Slot) StatusAt(now time.Time) SlotStatus {
	if s.HeldAt(now) {
		return SlotIsHeld
	}
	return s.Status
}

// Span is the interval of the slot.
func (s Slot) Span() calendar.Span { return calendar.Span{Start: s.Start, End: s.End} }

// SpansOf are the intervals of slots.
func SpansOf(slots []Slot) []calendar.Span {
	spans := make([]calendar.Span, len(slots))
	for i, slot := range slots {
		spans[i] = slot.Span()
	}
	return spans
}

// InPast reports whether the slot has begun: from its start on it can be
// neither published nor booked, and its interview can be completed.
func (s Slot) InPast(now time.Time) bool { return !s.Start.After(now) }

// StatusWhenFree is what becomes of a slot whose interview is cancelled, or
// moved away: it opens again while it lies in the future and its interviewer is
// there to give it.
func (s Slot) StatusWhenFree(interviewer Interviewer, now time.Time) SlotStatus {
	if s.InPast(now) || s.TakenBack || !interviewer.Active {
		return SlotWithdrawn
	}
	return SlotOpen
}

// ByStart sorts slots by start, then id: the order of every list of slots.
func ByStart(slots []Slot) []Slot {
	slices.SortFunc(slots, func(a, b Slot) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.ID, b.ID))
	})
	return slots
}

// SlotIDs are the ids of slots.
func SlotIDs(slots []Slot) []SlotID {
	ids := make([]SlotID, len(slots))
	for i, slot := range slots {
		ids[i] = slot.ID
	}
	return ids
}
