package booking

import (
	"slices"
	"time"

	"rehearse/internal/calendar"
)

// Difference is the difference between two offers to one student. Both judge any
// slot outside it alike, except for the elapsed time and the student's own held
// slot.
type Difference struct {
	Everything   bool            // eligibility or the minimum notice differs
	Interviewers []InterviewerID // excluded in one of them
	Spans        []calendar.Span // busy in one of them
}

// Since returns the difference from an earlier offer.
func (o Offer) Since(before Offer) Difference {
	return Difference{
		Everything:   o.Eligibility.Eligible != before.Eligibility.Eligible || o.Earliest.Sub(o.Now) != before.Earliest.Sub(before.Now),
		Interviewers: inOne(o.Excluded(), before.Excluded(), func(a, b InterviewerID) bool { return a == b }),
		Spans:        inOne(o.Busy, before.Busy, calendar.Span.Equal),
	}
}

// inOne returns the elements that are in exactly one of the lists.
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
	return o.Allows(slot.Ref().open())
}

// AllowsBookable reports whether the slot, which was read for another offer to the
// student, can be booked.
func (o Offer) AllowsBookable(slot BookableSlot) bool {
	open := slot.open()
	open.HeldUntil = slot.HeldUntil
	return o.Allows(open)
}

// BookedSince returns the slots of the interviews that an earlier record lacks.
func (r Record) BookedSince(earlier Record) []Slot {
	var slots []Slot
	for _, i := range r.History {
		if !slices.ContainsFunc(earlier.History, func(e Commitment) bool { return e.SlotID == i.SlotID }) {
			slots = append(slots, Slot{ID: i.SlotID, InterviewerID: i.InterviewerID, Start: i.Start, End: i.End, Status: SlotBooked})
		}
	}
	return slots
}

// Expires returns when the next hold or waiver in the record expires, or Forever.
// At that time the record's verdicts change without a write.
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
