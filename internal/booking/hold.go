package booking

import (
	"slices"
	"time"
)

// Hold is a short, exclusive reservation of a slot by a student. A student has at
// most one live hold. A hold can be extended once.
type Hold struct {
	ID        HoldID
	StudentID StudentID
	SlotID    SlotID
	PlacedAt  time.Time
	ExpiresAt time.Time
	Extended  bool
	EndedAt   *time.Time // when the hold ended; nil does not mean that it is live
	Waivers   []WaiverID // the waivers that it uses
}

// HeldSlot is a hold with the data of its slot.
type HeldSlot struct {
	Hold
	InterviewerID InterviewerID
	Start, End    time.Time
}

// Live reports whether the hold still reserves its slot. It depends only on the
// clock, not on a cleanup job.
func (h Hold) Live(now time.Time) bool { return h.EndedAt == nil && now.Before(h.ExpiresAt) }

// asBooking returns the hold as the booking it may become. A live hold counts
// wherever a booking counts.
func (h HeldSlot) asBooking() Commitment {
	return Commitment{
		InterviewerID: h.InterviewerID, SlotID: h.SlotID, Start: h.Start, End: h.End, Status: Booked, Waivers: h.Waivers,
	}
}

// Place judges a hold on the slot and returns it without an id. Holding the same
// slot again extends the hold once. Further calls, and calls that would not
// lengthen the hold, change nothing.
func (r Record) Place(slot Slot, now time.Time) (HeldSlot, Refused) {
	expires := now.Add(time.Duration(r.Policy.HoldSeconds) * time.Second)
	current, holding := r.LiveHold(now)
	offer := r.Offer(now)
	refused := offer.Judge(slot)
	if _, own := r.BookingOf(slot.ID); own { // the slot is not taken by another student
		refused = slices.DeleteFunc(refused, func(r Refusal) bool { return r.Code == SlotTaken })
	}
	switch {
	case holding && current.SlotID != slot.ID:
		refusal := RuleOneHold.Refusal("slotId")
		refusal.Hold = current.ID
		refused = append(refused, refusal)
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

// LiveHold returns the student's hold if it is live.
func (r Record) LiveHold(now time.Time) (HeldSlot, bool) {
	if r.Hold == nil || !r.Hold.Live(now) {
		return HeldSlot{}, false
	}
	return *r.Hold, true
}

// Seeing returns the record as of the locked slot. Expiry and withdrawal of the
// slot end a hold without the student's lock, so the hold may have ended since the
// record was read. The slot's HeldBy is authoritative.
func (r Record) Seeing(slot Slot) Record {
	if r.Hold != nil && r.Hold.SlotID == slot.ID && slot.HeldBy != r.Student.ID {
		r.Hold = nil
	}
	return r
}

// CheckHold refuses to book the slot with a hold that does not match it or is not
// live.
func (r Record) CheckHold(h Hold, slot SlotID, now time.Time) Refused {
	switch {
	case h.StudentID != r.Student.ID:
		return Missing("hold", "holdId")
	case h.SlotID != slot:
		return Refuse(InvalidInput, "holdId", "The hold is for another slot than slotId; a hold of the slot to be booked is expected.")
	case !h.Live(now):
		return Refuse(HoldExpired, "holdId", "The hold has expired or was released.")
	}
	return nil
}

// commitments returns the student's interviews and, if live, the hold as the booking it
// may become.
func (r Record) commitments(now time.Time) []Commitment {
	if hold, live := r.LiveHold(now); live {
		return append(slices.Clone(r.History), hold.asBooking())
	}
	return r.History
}

// holdFields are the fields that an event of a hold can contain.
var holdFields = []string{"expiresAt", "endedAt", "waivers"}

// Event returns the event of a change of the hold. A nil before means that the
// hold is new.
func (h HeldSlot) Event(kind EventKind, before *HeldSlot) Event {
	was := HeldSlot{}
	if before != nil {
		was = *before
	}
	return Event{
		Kind: kind, StudentID: h.StudentID, InterviewerID: h.InterviewerID, SlotID: h.SlotID,
		Changes: Changes{}.Add("expiresAt", was.ExpiresAt, h.ExpiresAt).Add("endedAt", was.EndedAt, h.EndedAt).
			Add("waivers", was.Waivers, h.Waivers),
	}
}
