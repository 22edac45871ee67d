package booking

import (
	"slices"
	"time"

	"rehearse/internal/calendar"
)

// Difference is where two offers to one student differ. A slot that it does not
// name is judged alike by both, but for the time that has passed between them
// and for the slot of his own hold.
type Difference struct {
	Everything   bool            // one of them offers nothing, or slots of another notice
	Interviewers []InterviewerID // one of them keeps the student from
	Spans        []calendar.Span // are busy in one of them
}

// Since is how the offer differs from an earlier one.
func (o Offer) Since(before Offer) Difference {
	return Difference{
		Everything:   o.Eligibility.Eligible != before.Eligibility.Eligible || o.Earliest.Sub(o.Now) != before.Earliest.Sub(before.Now),
		Interviewers: inOne(o.Excluded(), before.Excluded(), func(a, b InterviewerID) bool { return a == b }),
		Spans:        inOne(o.Busy, before.Busy, calendar.Span.Equal),
	}
}

// inOne is what stands in one of the lists and not in the other.
func inOne[T any](a, b []T, same func(T, T) bool) []T {
	missing := func(from, list []T) []T {
		return slices.DeleteFunc(slices.Clone(list), func(one T) bool {
			return slices.ContainsFunc(from, func(other T) bool { return same(one, other) })
		})
	}
	return append(missing(a, b), missing(b, a)...)
}

// Allows reports whether the slot can be booked.
func (o Offer) Allows(slot Slot) bool { return len(o.Judge(slot)) == 0 }

// WouldAllow reports whether the slot could be booked if it were free.
func (o Offer) WouldAllow(slot Slot) bool {
	return o.Allows(Slot{ID: slot.ID, InterviewerID: slot.InterviewerID, Start: slot.Start, End: slot.End, Status: SlotOpen})
}

// BookedSince are the slots of the interviews that an earlier record of the
// student has not.
func (r Record) BookedSince(earlier Record) []Slot {
	var slots []Slot
	for _, i := range r.History {
		if !slices.ContainsFunc(earlier.History, func(e Commitment) bool { return e.SlotID == i.SlotID }) {
			slots = append(slots, Slot{ID: i.SlotID, InterviewerID: i.InterviewerID, Start: i.Start, End: i.End, Status: SlotBooked})
		}
	}
	return slots
}

// Expires is when the record comes to say something else though nothing is
// written, because a hold or a waiver ends; Forever when none does.
func (r Record) Expires(now time.Time) time.Time {
	next := Forever
	if hold, live := r.LiveHold(now); live {
		next = hold.ExpiresAt
	}
	for _, w := range r.Waivers {
		if w.ExpiresAt != nil && w.ExpiresAt.After(now) && w.ExpiresAt.Before(next) {
			next = *w.ExpiresAt
		}
	}
	return next
}
