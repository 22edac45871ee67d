package booking

import (
	"slices"
	"time"

	"rehearse/internal/calendar"
)

// Offer is what a student may book at one instant. It is the single source of the
// slot rules: Judge applies it to a slot, and the list query translates its fields
// into its WHERE clause.
type Offer struct {
	Student     StudentID
	Eligibility Eligibility
	Now         time.Time
	Earliest    time.Time       // slots that start earlier are too soon
	Notice      time.Time       // slots that start from Earliest and before it need the notice waiver
	Met         []InterviewerID // interviewers that the student has met or booked
	Again       []InterviewerID // interviewers that a waiver lets the student meet again
	Self        InterviewerID   // the interviewer with the student's e-mail address; 0 for none
	Busy        []calendar.Span // times of the commitments
	commitments []Commitment    // the source of Met and Busy

	// Own is the student's live hold; nil if there is none. The held slot, and no
	// other, is judged as if the hold did not exist.
	Own *OwnHold
}

// OwnHold is a hold and the student's offer without it.
type OwnHold struct {
	HeldSlot
	without Offer
}

// Resolution is the smallest time step that the database stores.
const Resolution = time.Microsecond

// Offer returns what the student may book at now.
func (r Record) Offer(now time.Time) Offer { return r.offer(r.question(now)) }

// OfferToMove returns the slots to which the student's interview may be moved at
// now. The limit and the pair ignore the interview, and the grades do not matter.
func (r Record) OfferToMove(i Interview, now time.Time) Offer {
	r = r.withoutInterview(i)
	q := r.questionWithHold(now)
	q.usedWaivers, q.rescheduling = i.Waivers, true
	return r.offer(q)
}

// withoutInterview returns the record without the interview.
func (r Record) withoutInterview(i Interview) Record {
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
		Met:         met(q.commitments),
		Self:        r.Self,
		Busy:        busy(q.commitments),
		commitments: q.commitments,
	}
	o.Notice = o.Earliest
	if o.waives(WaivePair) {
		o.Met, o.Again = nil, o.Met
	}
	if o.waives(WaiveNotice) {
		o.Earliest = q.now.Add(Resolution)
	}
	if hold, live := r.LiveHold(q.now); live {
		q.commitments, q.usedWaivers = r.History, slices.Concat(q.usedWaivers, hold.Waivers)
		r.Hold = nil
		o.Own = &OwnHold{HeldSlot: hold, without: r.offer(q)}
	}
	return o
}

// Judge returns a refusal for every rule that keeps the student from booking the
// slot, or none if they can book it.
func (o Offer) Judge(slot Slot) Refused {
	about, own := o.about(slot.ID)
	return about.judge(slot, own)
}

// about returns the offer by which to judge the slot, and whether the student
// holds it.
func (o Offer) about(slot SlotID) (offer Offer, own bool) {
	if o.Own != nil && o.Own.SlotID == slot {
		return o.Own.without, true
	}
	return o, false
}

func (o Offer) judge(slot Slot, own bool) Refused {
	var refused Refused
	for _, rule := range verdictRules {
		refused = append(refused, rule.judge(o, slot, own)...)
	}
	return append(refused, o.ineligible()...)
}

// inTheWay returns the student's first commitment that blocks the slot: an
// interview, or the live hold, which has no interview id.
func (o Offer) inTheWay(blocks func(Commitment) bool) (InterviewID, HoldID) {
	for _, i := range o.commitments {
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

// ineligible returns the reasons of the student's eligibility as refusals.
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

// Excluded returns the interviewers whose slots the student cannot book.
func (o Offer) Excluded() []InterviewerID {
	if o.Self == 0 {
		return o.Met
	}
	return append(slices.Clone(o.Met), o.Self)
}

// WaiversFor returns the waivers that a booking of the slot uses.
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

// needs reports whether a booking of the slot breaks a waived rule.
func (o Offer) needs(rule WaivableRule, slot Slot) bool {
	switch rule {
	case WaivePair:
		return slices.Contains(o.Again, slot.InterviewerID)
	case WaiveNotice:
		return slot.Start.Before(o.Notice) && !slot.InPast(o.Now)
	default: // the waiver is in effect, so it applies to every slot
		return true
	}
}

func (o Offer) waives(rule WaivableRule) bool {
	return slices.ContainsFunc(o.Eligibility.Waivers, func(w Waiver) bool { return w.Rule == rule })
}

// Booking returns a booking of a slot that Judge allows, without an id.
func (o Offer) Booking(slot Slot) Interview {
	i := NewInterview(o.Student, slot, o.Now)
	i.Waivers = o.WaiversFor(slot)
	// An exempt interview is not subject to the database constraint on pairs.
	about, _ := o.about(slot.ID)
	i.Exempt = slices.Contains(about.Again, slot.InterviewerID)
	return i
}

// ListsOwn reports whether the student may book the held slot. It does not read
// the slot's row; the caller must check that the slot is neither withdrawn nor
// full.
func (o Offer) ListsOwn() bool {
	const own = true
	return o.Own != nil && len(o.Own.without.judge(SlotRef{
		ID: o.Own.SlotID, InterviewerID: o.Own.InterviewerID, Start: o.Own.Start, End: o.Own.End,
	}.open(), own)) == 0
}

// Sees reports whether the student may know of the slot: they can book it or have
// an interview on it that is not cancelled.
func (r Record) Sees(slot Slot, now time.Time) bool {
	stands := func(c Commitment) bool { return c.SlotID == slot.ID }
	return slices.ContainsFunc(r.History, stands) || len(r.Offer(now).Judge(slot)) == 0
}

// BookingOf returns the student's live booking of the slot, if any.
func (r Record) BookingOf(slot SlotID) (InterviewID, bool) {
	for _, i := range r.History {
		if i.SlotID == slot && i.Status == Booked {
			return i.ID, true
		}
	}
	return 0, false
}
