package booking

import (
	"fmt"
	"time"
)

// Party is the participant who missed an interview.
type Party string

const (
	PartyStudent     Party = "STUDENT"
	PartyInterviewer Party = "INTERVIEWER"
)

// noShow returns the interview status for an absence of the party.
func (p Party) noShow() (InterviewStatus, Refused) {
	switch p {
	case PartyStudent:
		return StudentNoShow, nil
	case PartyInterviewer:
		return InterviewerNoShow, nil
	default:
		return "", notOneOf("party", p, PartyStudent, PartyInterviewer)
	}
}

const (
	// NoShowAfter is how long after the start a no-show can be marked.
	NoShowAfter = 10 * time.Minute
	// UndoNoShowFor is how long after it was marked a no-show can be undone.
	UndoNoShowFor = 48 * time.Hour
)

// MarkNoShow records that the party missed the interview. Repeating it changes
// nothing.
func (i Interview) MarkNoShow(party Party, now time.Time) (Interview, Refused) {
	noShow, refused := party.noShow()
	from := i.Start.Add(NoShowAfter)
	switch {
	case len(refused) > 0:
		return i, refused
	case i.Status == noShow:
		return i, nil
	case i.Status != Booked:
		return i, wrongStatus(i, "marked as a no-show", Booked)
	case now.Before(from):
		return i, tooSoon("interviewId", from, fmt.Sprintf(
			"It is too early to mark a no-show; this is possible from %d minutes after the interview's start.", int(NoShowAfter.Minutes())))
	}
	i.Status = noShow
	i.NoShowAt = &now
	return i, nil
}

// UndoNoShow reverts a no-show. The interview is booked and counts again, so the
// limit, the pair and the student's own time are checked.
func (r Record) UndoNoShow(i Interview, now time.Time) (Interview, Refused) {
	if !i.Status.IsNoShow() {
		return i, wrongStatus(i, "set back to BOOKED", StudentNoShow, InterviewerNoShow)
	}
	if last := i.NoShowAt.Add(UndoNoShowFor); now.After(last) {
		return i, Refused{{
			Code: WrongStatus, Field: "interviewId", Status: i.Status, Deadline: &last,
			Message: fmt.Sprintf("The no-show was marked more than %[1]d hours ago; it can be undone within %[1]d hours.", int(UndoNoShowFor.Hours())),
		}}
	}
	slot := Slot{ID: i.SlotID, InterviewerID: i.InterviewerID, Start: i.Start, End: i.End, Status: SlotOpen}
	offer := r.OfferToMove(i, now)
	var refused Refused
	for _, refusal := range offer.Judge(slot) {
		if refusal.Code != SlotInPast { // a no-show implies that the slot has started
			refusal.Field = "interviewId"
			refused = append(refused, refusal)
		}
	}
	if len(refused) > 0 {
		return i, refused
	}
	again := offer.Booking(slot)
	i.Status, i.NoShowAt = Booked, nil
	i.Exempt = i.Exempt || again.Exempt
	i.Waivers = union(r.withoutInterview(i).withRoom(i.Waivers, now), again.Waivers)
	return i, nil
}
