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
	Eligibility Eligibility
	Now         time.Time
	Earliest    time.Time       // a slot that starts before this is too soon
	Met         []InterviewerID // rule 3
	Self        InterviewerID   // nobody interviews themselves; 0 for none
	Busy        []calendar.Span // the student's own interviews
}

// Resolution is the smallest step of time: what the database keeps.
const Resolution = time.Microsecond

// Offer is what the student may book at now.
func (r Record) Offer(now time.Time) Offer {
	notice := time.Duration(r.Policy.MinimumNoticeSeconds) * time.Second
	return Offer{
		Eligibility: r.Eligibility(),
		Now:         now,
		Earliest:    now.Add(max(notice, Resolution)),
		Met:         r.met(),
		Self:        r.Self,
		Busy:        r.busy(),
	}
}

// Judge says whether the slot can be booked: every rule that fails, none when
// it can.
func (o Offer) Judge(slot Slot) Refused {
	var refused Refused
	no := func(code RefusalCode, message string) {
		refused = append(refused, Refusal{Code: code, Field: "slotId", Message: message})
	}
	switch slot.Status {
	case SlotOpen:
	case SlotBooked:
		no(SlotTaken, "somebody else has booked this slot")
	case SlotWithdrawn:
		no(SlotIsWithdrawn, "the slot was withdrawn")
	}
	switch {
	case slot.InPast(o.Now):
		no(SlotInPast, fmt.Sprintf("the slot started at %s", slot.Start.Format(time.RFC3339)))
	case slot.Start.Before(o.Earliest):
		no(TooSoon, fmt.Sprintf("the slot starts at %s; only slots from %s on can be booked now",
			slot.Start.Format(time.RFC3339), o.Earliest.Format(time.RFC3339)))
	}
	if slices.Contains(o.Met, slot.InterviewerID) {
		no(AlreadyInterviewed, "the student has met, or is going to meet, this interviewer")
	}
	if o.Self != 0 && slot.InterviewerID == o.Self {
		no(SelfInterview, "the interviewer has the student's own e-mail; nobody interviews themselves")
	}
	if slot.Full {
		no(InterviewerFull, interviewerFull)
	}
	if slices.ContainsFunc(o.Busy, slot.Span().Overlaps) {
		no(OwnOverlap, "the student has another interview at that time")
	}
	return append(refused, o.ineligible()...)
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

// BookingOf is the student's own live booking of the slot, if there is one.
func (r Record) BookingOf(slot SlotID) (InterviewID, bool) {
	for _, i := range r.History {
		if i.SlotID == slot && i.Status == Booked {
			return i.ID, true
		}
	}
	return 0, false
}
