package booking

import (
	"slices"
	"time"
)

// Hold is a short, exclusive claim of one student on one slot. A student has at
// most one that is live. It is extended at most once.
type Hold struct {
	ID        HoldID
	StudentID StudentID
	SlotID    SlotID
	PlacedAt  time.Time
	ExpiresAt time.Time
	Extended  bool
	EndedAt   *time.Time // released or used; nil says nothing of whether it has expired
	Waivers   []WaiverID // that it stands on
}

// HeldSlot is a hold with what its slot tells.
type HeldSlot struct {
	Hold
	InterviewerID InterviewerID
	Start, End    time.Time
}

// Live reports whether the hold still claims its slot: by the clock, whether or
// not anything has swept it.
func (h Hold) Live(now time.Time) bool { return h.EndedAt == nil && now.Before(h.ExpiresAt) }

// asBooking is the booking that the hold may become: wherever a booking counts,
// a live hold counts like it.
func (h HeldSlot) asBooking() Commitment {
	return Commitment{
		InterviewerID: h.InterviewerID, SlotID: h.SlotID, Start: h.Start, End: h.End, Status: Booked, Waivers: h.Waivers,
	}
}

// Place judges a hold on the slot, and answers it without an id. Holding one's
// own held slot again extends the hold, once; after that, and where it would
// make the hold no longer, it changes nothing.
func (r Record) Place(slot Slot, now time.Time) (HeldSlot, Refused) {
	expires := now.Add(time.Duration(r.Policy.HoldSeconds) * time.Second)
	current, holding := r.LiveHold(now)
	offer := r.Offer(now)
	refused := offer.Judge(slot)
	if _, own := r.BookingOf(slot.ID); own { // it is not another student who has taken it
		refused = slices.DeleteFunc(refused, func(r Refusal) bool { return r.Code == SlotTaken })
	}
	switch {
	case holding && current.SlotID != slot.ID:
		refused = append(refused, Refusal{
			Code: AlreadyHolding, Field: "slotId", Hold: current.ID,
			Message: "The student holds another slot; only one slot at a time is allowed.",
		})
	case len(refused) > 0:
	case holding && (current.Extended || !expires.After(current.ExpiresAt)):
		return current, nil
	case holding:
		current.Extended, current.ExpiresAt = true, expires
		return current, nil
	}
	return HeldSlot{
		Hold: Hold{
			StudentID: r.Student.ID, SlotID: slot.ID, PlacedAt: now, ExpiresAt: expires, Waivers: offer.WaiversFor(slot),
		},
		InterviewerID: slot.InterviewerID, Start: slot.Start, End: slot.End,
	}, refused
}

// LiveHold is the student's hold, if it is live.
func (r Record) LiveHold(now time.Time) (HeldSlot, bool) {
	if r.Hold == nil || !r.Hold.Live(now) {
		return HeldSlot{}, false
	}
	return *r.Hold, true
}

// Seeing is the record once the slot is locked. Whoever finds a hold expired, or
// takes its slot out of the calendar, ends it without its student's lock, so it
// may have ended since the record was read: the slot says who holds it.
func (r Record) Seeing(slot Slot) Record {
	if r.Hold != nil && r.Hold.SlotID == slot.ID && slot.HeldBy != r.Student.ID {
		r.Hold = nil
	}
	return r
}

// CheckHold refuses a booking of the slot with a hold that is not good for it.
func (r Record) CheckHold(h Hold, slot SlotID, now time.Time) Refused {
	switch {
	case h.StudentID != r.Student.ID:
		return Missing("hold", "holdId")
	case h.SlotID != slot:
		return Refuse(InvalidInput, "holdId", "The hold is for another slot than slotId; they must be the same.")
	case !h.Live(now):
		return Refuse(HoldExpired, "holdId", "The hold has expired or was released.")
	}
	return nil
}

// claims are what counts of the student: his interviews, and his live hold as
// the booking it may become.
func (r Record) claims(now time.Time) []Commitment {
	if hold, live := r.LiveHold(now); live {
		return append(slices.Clone(r.History), hold.asBooking())
	}
	return r.History
}
