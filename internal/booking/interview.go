package booking

import (
	"fmt"
	"slices"
	"time"

	"rehearse/internal/calendar"
)

// InterviewStatus is what became of a booking.
type InterviewStatus string

const (
	Booked            InterviewStatus = "BOOKED"
	Completed         InterviewStatus = "COMPLETED"
	Cancelled         InterviewStatus = "CANCELLED"
	StudentNoShow     InterviewStatus = "STUDENT_NO_SHOW"
	InterviewerNoShow InterviewStatus = "INTERVIEWER_NO_SHOW"
)

// Grades are whole numbers; an interview that has no grade has nil, never 0.
const (
	MinGrade = 0
	MaxGrade = 5
)

// Longest texts people may write, in characters.
const (
	MaxNote   = 4000
	MaxReason = 500
)

// Interview is a booking and what became of it.
type Interview struct {
	ID            InterviewID
	StudentID     StudentID
	InterviewerID InterviewerID
	SlotID        SlotID
	Start, End    time.Time // the slot's, UTC
	Status        InterviewStatus
	Grade         *int
	Note          *string
	NoteShared    bool // with the student
	BookedAt      time.Time
	CompletedAt   *time.Time // set exactly while COMPLETED
	CancelledAt   *time.Time // set exactly while CANCELLED
	CancelReason  *string
	NoShowAt      *time.Time // when the no-show was marked; set exactly while it is one
	Reschedules   int        // how often it was moved
	Waivers       []WaiverID // that it stands on
	// Exempt: it stands though a rule said no. It was taken in from elsewhere, or
	// its student meets the interviewer again by a waiver.
	Exempt bool
	Revision
}

// LastChange is the last time that is known of the interview.
func (i Interview) LastChange() time.Time {
	last := i.UpdatedAt
	for _, at := range []*time.Time{&i.BookedAt, i.CompletedAt, i.CancelledAt, i.NoShowAt} {
		if at != nil && at.After(last) {
			last = *at
		}
	}
	return last
}

// Span is the interval of the interview.
func (i Interview) Span() calendar.Span { return calendar.Span{Start: i.Start, End: i.End} }

// Commitment is what the rules need to know of an interview, or of a live hold as
// the booking it may become. It is not an Interview: what shows one to people
// reads it whole, by its id.
type Commitment struct {
	ID            InterviewID // 0 for a hold
	InterviewerID InterviewerID
	SlotID        SlotID
	Start, End    time.Time // UTC
	Status        InterviewStatus
	Grade         *int
	Waivers       []WaiverID
}

// Commitment returns what the rules need to know of the interview.
func (i Interview) Commitment() Commitment {
	return Commitment{
		ID: i.ID, InterviewerID: i.InterviewerID, SlotID: i.SlotID, Start: i.Start, End: i.End, Status: i.Status,
		Grade: i.Grade, Waivers: i.Waivers,
	}
}

// Span is the interval of the commitment.
func (c Commitment) Span() calendar.Span { return calendar.Span{Start: c.Start, End: c.End} }

// CountsAgainstLimit reports whether an interview uses up one of its student's,
// by rule 2. A cancelled interview and one the interviewer missed are given back.
func (s InterviewStatus) CountsAgainstLimit() bool {
	switch s {
	case Booked, Completed, StudentNoShow:
		return true
	case Cancelled, InterviewerNoShow:
		return false
	}
	return false
}

// TookOrTakesPlace reports whether an interview was given or is going to be. It
// keeps the pair from meeting again (rule 3) and the student's time busy.
func (s InterviewStatus) TookOrTakesPlace() bool { return s == Booked || s == Completed }

// NewInterview is a booking of the slot made at now; its id is not set.
func NewInterview(student StudentID, slot Slot, now time.Time) Interview {
	return Interview{
		StudentID: student, InterviewerID: slot.InterviewerID, SlotID: slot.ID,
		Start: slot.Start, End: slot.End, Status: Booked, BookedAt: now,
	}
}

// Completion is what the interviewer reports after an interview. A nil grade
// or note leaves what is there; a nil time means now.
type Completion struct {
	Grade *int
	Note  *string
	Share *bool // the note, with the student
	At    *time.Time
}

// Complete records that the interview took place, or grades it later, or
// changes its grade. The same completion again changes nothing.
func (i Interview) Complete(c Completion, now time.Time) (Interview, Refused) {
	if refused := c.validate(i, now); len(refused) > 0 {
		return i, refused
	}
	if refused := i.MayComplete(now); len(refused) > 0 {
		return i, refused
	}
	if i.Status == Booked {
		i.Status = Completed
		i.CompletedAt = &now
	}
	if c.At != nil {
		i.CompletedAt = c.At
	}
	if c.Grade != nil {
		i.Grade = c.Grade
	}
	if c.Note != nil {
		i.Note = c.Note
	}
	if c.Share != nil {
		i.NoteShared = *c.Share
	}
	return i, nil
}

// MayComplete judges whether the interview can be completed or graded at now.
func (i Interview) MayComplete(now time.Time) Refused {
	switch {
	case i.Status != Booked && i.Status != Completed:
		return wrongStatus(i, "completed", Booked, Completed)
	case i.Status == Booked && now.Before(i.Start):
		return tooSoon("interviewId", i.Start, "The interview has not started; it can be completed after its start.")
	}
	return nil
}

func (c Completion) validate(i Interview, now time.Time) Refused {
	var refused Refused
	if c.Grade != nil {
		refused = append(refused, checkBounds("grade", *c.Grade, MinGrade, MaxGrade)...)
	}
	if c.Note != nil {
		refused = append(refused, checkLength("note", *c.Note, 0, MaxNote)...)
	}
	if c.At != nil && (c.At.Before(i.Start) || c.At.After(now)) {
		refused = append(refused, Invalid("completedAt", Allowed{Kind: AllowedTime, NotBefore: &i.Start, NotAfter: &now},
			"completedAt must be between the interview's start and now.")...)
	}
	return refused
}

// Cancel calls the interview off. Cancelling again changes nothing. A student
// can until the policy's cutoff before the start; the others always.
func (i Interview) Cancel(reason string, by Actor, p Policy, now time.Time) (Interview, Refused) {
	if refused := checkLength("reason", reason, 1, MaxReason); len(refused) > 0 {
		return i, refused
	}
	if i.Status == Cancelled {
		return i, nil
	}
	if refused := i.MayCancel(by, p, now); len(refused) > 0 {
		return i, refused
	}
	i.Status = Cancelled
	i.CancelledAt = &now
	i.CancelReason = &reason
	return i, nil
}

// MayCancel judges whether the actor can cancel the interview at now: a student
// until the policy's cutoff before the start, the others always.
func (i Interview) MayCancel(by Actor, p Policy, now time.Time) Refused {
	if i.Status != Booked {
		return wrongStatus(i, "cancelled", Booked)
	}
	if last := i.CancelableUntil(p); by.IsStudent() && now.After(last) {
		return tooLate(CancelTooLate, last, "The interview starts too soon for a student to cancel it.")
	}
	return nil
}

// CancelableUntil returns the last instant at which a student can cancel.
func (i Interview) CancelableUntil(p Policy) time.Time {
	return i.Start.Add(-time.Duration(p.CancelCutoffSeconds) * time.Second)
}

// MayMove judges whether the actor can move the interview at now, wherever to: a
// student until the policy's cutoff before the start, and everybody only as often
// as the policy allows.
func (i Interview) MayMove(by Actor, p Policy, now time.Time) Refused {
	if i.Status != Booked {
		return wrongStatus(i, "rescheduled", Booked)
	}
	var refused Refused
	switch last := i.ReschedulableUntil(p); {
	case !i.Start.After(now):
		refused = Refuse(SlotInPast, "interviewId", "The interview has started; only a future interview can be rescheduled.")
	case by.IsStudent() && now.After(last):
		refused = tooLate(RescheduleTooLate, last, "The interview starts too soon for a student to reschedule it.")
	}
	if i.ReschedulesLeft(p) == 0 {
		refused = append(refused, Refusal{
			Code: TooManyReschedules, Field: "interviewId", Used: i.Reschedules, Limit: p.MaxReschedules,
			Message: fmt.Sprintf("The interview was rescheduled %d times; at most %d times are allowed.", i.Reschedules, p.MaxReschedules),
		})
	}
	return refused
}

// ReschedulableUntil returns the last instant at which a student can move the
// interview.
func (i Interview) ReschedulableUntil(p Policy) time.Time {
	return i.Start.Add(-time.Duration(p.RescheduleCutoffSeconds) * time.Second)
}

// ReschedulesLeft returns how often the interview can still be moved.
func (i Interview) ReschedulesLeft(p Policy) int { return max(0, p.MaxReschedules-i.Reschedules) }

// Move judges moving the interview to another slot, which is locked, and answers
// what it becomes. Moving it to where it is changes nothing.
func (r Record) Move(i Interview, to Slot, by Actor, now time.Time) (Interview, Refused) {
	if i.Status == Booked && i.SlotID == to.ID {
		return i, nil
	}
	refused := i.MayMove(by, r.Policy, now)
	if i.Status != Booked {
		return i, refused
	}
	offer := r.OfferToMove(i, now)
	for _, refusal := range offer.Judge(to) {
		if refusal.Field == "studentId" { // who asks has named the interview, not the student
			refusal.Field = "interviewId"
		}
		refused = append(refused, refusal)
	}
	if len(refused) > 0 {
		return i, refused
	}
	moved := offer.Booking(to)
	i.SlotID, i.InterviewerID, i.Start, i.End = moved.SlotID, moved.InterviewerID, moved.Start, moved.End
	i.Exempt, i.Reschedules = moved.Exempt, i.Reschedules+1
	i.Waivers = union(r.without(i.Waivers, WaivePair, WaiveNotice), moved.Waivers)
	return i, nil
}

// without leaves out the waivers of rules that depend on the slot.
func (r Record) without(ids []WaiverID, rules ...WaivableRule) []WaiverID {
	return slices.DeleteFunc(slices.Clone(ids), func(id WaiverID) bool {
		return slices.ContainsFunc(r.Waivers, func(w Waiver) bool { return w.ID == id && slices.Contains(rules, w.Rule) })
	})
}

// Party is who did not come.
type Party string

const (
	PartyStudent     Party = "STUDENT"
	PartyInterviewer Party = "INTERVIEWER"
)

// noShow returns the status of an interview to which the party did not come.
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
	// NoShowAfter is how long after the start somebody counts as not coming.
	NoShowAfter = 10 * time.Minute
	// UndoNoShowFor is how long a no-show can be undone after it was marked.
	UndoNoShowFor = 48 * time.Hour
)

// MarkNoShow records that somebody did not come. The same again changes nothing.
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
			"A no-show can be marked from %d minutes after the interview's start.", int(NoShowAfter.Minutes())))
	}
	i.Status = noShow
	i.NoShowAt = &now
	return i, nil
}

// UndoNoShow takes a no-show back: the interview is booked again, and counts
// again, so the limit, the pair and the student's own time are asked.
func (r Record) UndoNoShow(i Interview, now time.Time) (Interview, Refused) {
	if i.Status != StudentNoShow && i.Status != InterviewerNoShow {
		return i, wrongStatus(i, "set back to BOOKED", StudentNoShow, InterviewerNoShow)
	}
	if last := i.NoShowAt.Add(UndoNoShowFor); now.After(last) {
		return i, Refused{{
			Code: WrongStatus, Field: "interviewId", Status: i.Status, Deadline: &last,
			Message: fmt.Sprintf("A no-show can be undone within %d hours after it was marked.", int(UndoNoShowFor.Hours())),
		}}
	}
	slot := Slot{ID: i.SlotID, InterviewerID: i.InterviewerID, Start: i.Start, End: i.End, Status: SlotOpen}
	offer := r.OfferToMove(i, now)
	var refused Refused
	for _, refusal := range offer.Judge(slot) {
		if refusal.Code != SlotInPast { // of course it is
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
	i.Waivers = union(r.apart(i).withRoom(i.Waivers, now), again.Waivers)
	return i, nil
}

// withRoom leaves out the waivers whose uses are all made.
func (r Record) withRoom(ids []WaiverID, now time.Time) []WaiverID {
	var some []WaiverID
	for _, w := range r.AllWaivers(now) {
		if slices.Contains(ids, w.ID) && w.hasRoom() {
			some = append(some, w.ID)
		}
	}
	return some
}

// union is the ids of both, each once, in order.
func union(a, b []WaiverID) []WaiverID {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

func wrongStatus(i Interview, verb string, allowed ...InterviewStatus) Refused {
	return Refused{{
		Code: WrongStatus, Field: "interviewId", Status: i.Status, Expected: allowed,
		Message: fmt.Sprintf("The interview is %s; only an interview that is %s can be %s.", i.Status, joinOr(allowed), verb),
	}}
}

func tooSoon(field string, earliest time.Time, message string) Refused {
	return Refused{{Code: TooSoon, Field: field, Message: message, Earliest: &earliest}}
}

func tooLate(code RefusalCode, deadline time.Time, message string) Refused {
	return Refused{{Code: code, Field: "interviewId", Message: message, Deadline: &deadline}}
}

// InterviewIDs are the ids of interviews.
func InterviewIDs(interviews []Interview) []InterviewID {
	ids := make([]InterviewID, len(interviews))
	for i, interview := range interviews {
		ids[i] = interview.ID
	}
	return ids
}
