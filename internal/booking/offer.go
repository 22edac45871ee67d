package booking

import (
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
	Notice      time.Time       // a slot that starts before this needs the waiver of the notice
	Met         []InterviewerID // whom rule 3 keeps the student from
	Again       []InterviewerID // whom a waiver lets him meet again
	Self        InterviewerID   // nobody interviews themselves; 0 for none
	Busy        []calendar.Span // the student's own interviews, and his hold
	claims      []Commitment    // what Met and Busy come from

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
	q := r.beside(now)
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
		claims:      q.claims,
	}
	o.Notice = o.Earliest
	if o.waives(WaivePair) {
		o.Met, o.Again = nil, o.Met
	}
	if o.waives(WaiveNotice) {
		o.Earliest = q.now.Add(Resolution)
	}
	if hold, live := r.LiveHold(q.now); live {
		q.claims, q.spent = r.History, slices.Concat(q.spent, hold.Waivers)
		r.Hold = nil
		o.Own = &OwnHold{HeldSlot: hold, without: r.offer(q)}
	}
	return o
}

// What a refusal says, wherever its rule is asked.
const (
	alreadyInterviewed = "The student has met this interviewer or has a booking with them."
	selfInterview      = "The interviewer has the same e-mail address as the student; nobody can interview themselves."
	ownOverlap         = "The student has another interview or holds a slot at that time."
)

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
	inTheWay := func(code RefusalCode, message string, blocks func(Commitment) bool) {
		no(code, message)
		last := &refused[len(refused)-1]
		last.Interview, last.Hold = o.inTheWay(blocks)
	}
	if slices.Contains(o.Met, slot.InterviewerID) {
		inTheWay(AlreadyInterviewed, alreadyInterviewed, func(i Commitment) bool { return i.InterviewerID == slot.InterviewerID })
	}
	if o.Self != 0 && slot.InterviewerID == o.Self {
		no(SelfInterview, selfInterview)
	}
	if slices.ContainsFunc(o.Busy, slot.Span().Overlaps) {
		inTheWay(OwnOverlap, ownOverlap, func(i Commitment) bool { return i.Span().Overlaps(slot.Span()) })
	}
	return append(refused, o.ineligible()...)
}

// inTheWay is the student's first interview that takes or took place and blocks
// the slot, or else the live hold, which has no interview yet.
func (o Offer) inTheWay(blocks func(Commitment) bool) (InterviewID, HoldID) {
	for _, i := range o.claims {
		switch {
		case !i.Status.TookOrTakesPlace() || !blocks(i):
		case i.ID != 0:
			return i.ID, 0
		case o.Own != nil:
			return 0, o.Own.ID
		}
	}
	return 0, 0
}

// judgeSlot is what keeps everybody from the slot, but for its own holder.
func (o Offer) judgeSlot(slot Slot, own bool) Refused {
	var refused Refused
	no := func(code RefusalCode, message string) {
		refused = append(refused, Refusal{Code: code, Field: "slotId", Message: message})
	}
	switch {
	case slot.Status == SlotBooked:
		no(SlotTaken, "Another student has booked this slot.")
	case slot.Status == SlotWithdrawn:
		no(SlotIsWithdrawn, "The slot was withdrawn.")
	case !own && slot.HeldAt(o.Now):
		no(SlotHeld, "Another student holds this slot.")
		refused[len(refused)-1].HeldUntil = &slot.HeldUntil
	}
	switch {
	case slot.InPast(o.Now):
		no(SlotInPast, "The slot has started.")
	case slot.Start.Before(o.Earliest):
		refused = append(refused, tooSoon("slotId", o.Earliest, "The slot starts sooner than the minimum notice allows.")...)
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
			Used: o.Eligibility.InterviewsUsed, Limit: o.Eligibility.InterviewLimit,
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
		if o.needs(w.Rule, slot) {
			ids = append(ids, w.ID)
		}
	}
	return ids
}

// needs reports whether a booking of the slot breaks a rule that is waived.
func (o Offer) needs(rule WaivableRule, slot Slot) bool {
	switch rule {
	case WaivePair:
		return slices.Contains(o.Again, slot.InterviewerID)
	case WaiveNotice:
		return slot.Start.Before(o.Notice) && !slot.InPast(o.Now)
	default: // waived for every slot, or it would not be at work
		return true
	}
}

func (o Offer) waives(rule WaivableRule) bool {
	return slices.ContainsFunc(o.Eligibility.Waivers, func(w Waiver) bool { return w.Rule == rule })
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
