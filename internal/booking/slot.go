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
	SlotOpen      SlotStatus = "OPEN"      // published, nobody has it
	SlotBooked    SlotStatus = "BOOKED"    // a live interview stands on it
	SlotWithdrawn SlotStatus = "WITHDRAWN" // taken back by its interviewer or an administrator
)

// Slot is one bookable interval [Start, End) of one interviewer. Its times and
// its interviewer never change.
type Slot struct {
	ID            SlotID
	InterviewerID InterviewerID
	Start, End    time.Time // UTC
	Status        SlotStatus
	// Full: its interviewer gives as many interviews on its day, or in its week,
	// as he will.
	Full bool
}

// Span is the interval of the slot.
func (s Slot) Span() calendar.Span { return calendar.Span{Start: s.Start, End: s.End} }

// InPast reports whether the slot has begun: from its start on it can be
// neither published nor booked, and its interview can be completed.
func (s Slot) InPast(now time.Time) bool { return !s.Start.After(now) }

// StatusAfterCancel: a slot whose interview is cancelled opens again while it
// lies in the future and its interviewer is there to give it.
func (s Slot) StatusAfterCancel(interviewer Interviewer, now time.Time) SlotStatus {
	if s.InPast(now) || !interviewer.Active {
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
