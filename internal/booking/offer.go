package booking

import (
	"fmt"
	"slices"
	"time"

	"rehearse/internal/calendar"
)

// Offer is what one student may book at one instant. It is the only place
// where the rules about slots stand: Judge asks it about a slot, and the list
// query renders its fields, one by one, into its WHERE clause.
type Offer struct {
	Student     StudentID
	Eligibility Eligibility
	Now         time.Time
	Earliest    time.Time       // a slot that starts before this is too soon
	Met         []InterviewerID // whom rule 3 keeps the student from
	Again       []InterviewerID // whom a waiver lets him meet again
	Self        InterviewerID   // nobody interviews themselves; 0 for none
	Busy        []calendar.Span // the student's own interviews, and his hold

	// Own is what the student's live hold comes to; nil when he has none. His
	// held slot is judged as though he did not hold it, and no other is.
	Own *OwnHold
}

// OwnHold is a hold, and the offer to its student without it.
type OwnHold struct {
	HeldSlot
	without Offer
}

// Resolution is the smallest step of time: what the database keeps.
const Resolution = time.Microsecond

// Offer is what the student may book at now.
func (r Record) Offer(now time.Time) Offer { return r.offer(r.question(now)) }

// OfferToMove is where the student's interview may be moved to at now: rules 2
// and 3 see it as not there, and rule 4 is not asked again.
func (r Record) OfferToMove(i Interview, now time.Time) Offer {
	r = r.apart(i)
	q := r.question(now)
	q.spent, q.moving = i.Waivers, true
	return r.offer(q)
}

// apart is the record without the interview.
func (r Record) apart(i Interview) Record {
	r.History = slices.DeleteFunc(slices.Clone(r.History), func(other Commitment) bool { return other.ID == i.ID })
	return r
}

func (r Record) offer(q question) Offer {
	notice := time.Duration(r.Policy.MinimumNoticeSeconds) * time.Second
	o := Offer{
		Student:     r.Student.ID,
		Eligibility: r.eligibility(q),
		Now:         q.now,
		Earliest:    q.now.Add(max(notice, Resolution)),
		Met:         met(q.claims),
		Self:        r.Self,
		Busy:        busy(q.claims),
	}
	if slices.ContainsFunc(o.Eligibility.Waivers, func(w Waiver) bool { return w.Rule == WaivePair }) {
		o.Met, o.Again = nil, o.Met
	}
	if hold, live := r.LiveHold(q.now); live {
		q.claims, q.spent = r.History, slices.Concat(q.spent, hold.Waivers)
		r.Hold = nil
		o.Own = &OwnHold{HeldSlot: hold, without: r.offer(q)}
	}
	return o
}

// Judge says whether the slot can be booked: every rule that fails, none when
// it can.
func (o Offer) Judge(slot Slot) Refused {
	about, own := o.about(slot.ID)
	return about.judge(slot, own)
}

// about is the offer that a slot is judged by, and whether it is the student's
// own held one.
func (o Offer) about(slot SlotID) (offer Offer, own bool) {
	if o.Own != nil && o.Own.SlotID == slot {
		return o.Own.without, true
	}
	return o, false
}

func (o Offer) judge(slot Slot, own bool) Refused {
	refused := o.judgeSlot(slot, own)
	no := func(code RefusalCode, message string) {
		refused = append(refused, Refusal{Code: code, Field: "slotId", Message: message})
	}
	if slices.Contains(o.Met, slot.InterviewerID) {
		no(AlreadyInterviewed, "the student has met, or is going to meet, this interviewer")
	}
	if o.Self != 0 && slot.InterviewerID == o.Self {
		no(SelfInterview, "the interviewer has the student's own e-mail; nobody interviews themselves")
	}
	if slices.ContainsFunc(o.Busy, slot.Span().Overlaps) {
		no(OwnOverlap, "the student has another interview at that time")
	}
	return append(refused, o.ineligible()...)
}

// judgeSlot is what keeps everybody from the slot, but for its own holder.
func (o Offer) judgeSlot(slot Slot, own bool) Refused {
	var refused Refused
	no := func(code RefusalCode, message string) {
		refused = append(refused, Refusal{Code: code, Field: "slotId", Message: message})
	}
	switch {
	case slot.Status == SlotBooked:
		no(SlotTaken, "somebody else has booked this slot")
	case slot.Status == SlotWithdrawn:
		no(SlotIsWithdrawn, "the slot was withdrawn")
	case !own && slot.HeldAt(o.Now):
		no(SlotHeld, fmt.Sprintf("somebody else holds this slot, until %s at the latest", slot.HeldUntil.Format(time.RFC3339)))
	}
	switch {
	case slot.InPast(o.Now):
		no(SlotInPast, fmt.Sprintf("the slot started at %s", slot.Start.Format(time.RFC3339)))
	case slot.Start.Before(o.Earliest):
		no(TooSoon, fmt.Sprintf("the slot starts at %s; only slots from %s on can be booked now",
			slot.Start.Format(time.RFC3339), o.Earliest.Format(time.RFC3339)))
	}
	if slot.FullAt(o.Now, own) {
		no(InterviewerFull, interviewerFull)
	}
	return refused
}

// ineligible is what the student's eligibility says, as refusals.
func (o Offer) ineligible() Refused {
	var refused Refused
	for _, reason := range o.Eligibility.Reasons {
		refused = append(refused, Refusal{
			Code: reason.Code, Message: reason.Message, Field: "studentId", Eligibility: &o.Eligibility,
		})
	}
	return refused
}

// Excluded is every interviewer whose slots the student cannot book.
func (o Offer) Excluded() []InterviewerID {
	if o.Self == 0 {
		return o.Met
	}
	return append(slices.Clone(o.Met), o.Self)
}

// WaiversFor are the waivers that a booking of the slot stands on.
func (o Offer) WaiversFor(slot Slot) []WaiverID {
	o, _ = o.about(slot.ID)
	var ids []WaiverID
	for _, w := range o.Eligibility.Waivers {
		if w.Rule != WaivePair || slices.Contains(o.Again, slot.InterviewerID) {
			ids = append(ids, w.ID)
		}
	}
	return ids
}

// Booking is the booking of a slot that Judge allows; its id is not set.
func (o Offer) Booking(slot Slot) Interview {
	i := NewInterview(o.Student, slot, o.Now)
	i.Waivers = o.WaiversFor(slot)
	// Who is met again must not be seen by the pair's constraint.
	about, _ := o.about(slot.ID)
	i.Exempt = slices.Contains(about.Again, slot.InterviewerID)
	return i
}

// ListsOwn reports whether the held slot is among what the student may book, as
// far as can be told without the slot's row: it must be neither withdrawn nor
// full.
func (o Offer) ListsOwn() bool {
	return o.Own != nil && len(o.Own.without.judge(Slot{
		ID: o.Own.SlotID, InterviewerID: o.Own.InterviewerID, Start: o.Own.Start, End: o.Own.End, Status: SlotOpen,
	}, true)) == 0
}

// Sees reports whether the student may know of the slot: he can book it, or has
// an interview on it that was not cancelled.
func (r Record) Sees(slot Slot, now time.Time) bool {
	stands := func(c Commitment) bool { return c.SlotID == slot.ID }
	return slices.ContainsFunc(r.History, stands) || len(r.Offer(now).Judge(slot)) == 0
}

// BookingOf is the student's own live booking of the slot, if there is one.
func (r Record) BookingOf(slot SlotID) (InterviewID, bool) {
	for _, i := range r.History {
		if i.SlotID == slot && i.Status == Booked {
			return i.ID, true
		}
	}
	return 0, false
}
