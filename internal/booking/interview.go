package booking

import (
	"fmt"
	"slices"
	"time"

	"rehearse/internal/calendar"
)

// InterviewStatus is the status of an interview.
type InterviewStatus string

const (
	Booked            InterviewStatus = "BOOKED"
	Completed         InterviewStatus = "COMPLETED"
	Cancelled         InterviewStatus = "CANCELLED"
	StudentNoShow     InterviewStatus = "STUDENT_NO_SHOW"
	InterviewerNoShow InterviewStatus = "INTERVIEWER_NO_SHOW"
)

// Grades are integers. The grade of an ungraded interview is nil, not 0.
const (
	MinGrade = 0
	MaxGrade = 5
)

// Maximum text lengths, in characters.
const (
	MaxNote   = 4000
	MaxReason = 500
	MaxIntake = 2000
)

// Interview is a booking and its outcome.
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
	CompletedAt   *time.Time // set if and only if COMPLETED
	CancelledAt   *time.Time // set if and only if CANCELLED
	CancelReason  *string
	NoShowAt      *time.Time // when the no-show was marked; set if and only if it is one
	Reschedules   int        // how often it was rescheduled
	Waivers       []WaiverID // the waivers that it uses
	// MeetingURL is the interview's own link, set when it was booked or imported; nil if it
	// takes place in the interviewer's room.
	MeetingURL *string
	// Intake is what the student tells the interviewer before the interview; nil for nothing.
	Intake *string
	// Exempt marks an interview that a rule would refuse: it was imported, or a
	// waiver lets the student meet the interviewer again.
	Exempt bool
	Revision
}

// LastChange returns the latest timestamp of the interview.
func (i Interview) LastChange() time.Time {
	last := i.UpdatedAt
	for _, at := range []*time.Time{&i.BookedAt, i.CompletedAt, i.CancelledAt, i.NoShowAt} {
		if at != nil && at.After(last) {
			last = *at
		}
	}
	return last
}

// Span returns the interval of the interview.
func (i Interview) Span() calendar.Span { return calendar.Span{Start: i.Start, End: i.End} }

// Commitment is the part of an interview that the rules need, or a live hold as
// the booking it may become. To show an interview to people, load it by id.
type Commitment struct {
	ID            InterviewID // 0 for a hold
	InterviewerID InterviewerID
	SlotID        SlotID
	Start, End    time.Time // UTC
	Status        InterviewStatus
	Grade         *int
	Waivers       []WaiverID
}

// Commitment returns the part of the interview that the rules need.
func (i Interview) Commitment() Commitment {
	return Commitment{
		ID: i.ID, InterviewerID: i.InterviewerID, SlotID: i.SlotID, Start: i.Start, End: i.End, Status: i.Status,
		Grade: i.Grade, Waivers: i.Waivers,
	}
}

// Span returns the interval of the commitment.
func (c Commitment) Span() calendar.Span { return calendar.Span{Start: c.Start, End: c.End} }

// InterviewStatuses returns all statuses.
func InterviewStatuses() []InterviewStatus {
	return []InterviewStatus{Booked, Completed, Cancelled, StudentNoShow, InterviewerNoShow}
}

// CountsAgainstLimit reports whether an interview with this status counts against
// the student's limit. Cancelled interviews and those that the interviewer missed do not.
func (s InterviewStatus) CountsAgainstLimit() bool {
	switch s {
	case Booked, Completed, StudentNoShow:
		return true
	case Cancelled, InterviewerNoShow:
		return false
	}
	return false
}

// TookOrTakesPlace reports whether an interview with this status was or will be
// given. Such an interview keeps the pair from meeting again and the student's
// time busy.
func (s InterviewStatus) TookOrTakesPlace() bool { return s == Booked || s == Completed }

// KeepsSlot reports whether an interview with this status keeps its slot booked. A slot
// has at most one such interview.
func (s InterviewStatus) KeepsSlot() bool { return s != Cancelled }

// IsNoShow reports whether the student or the interviewer missed the interview.
func (s InterviewStatus) IsNoShow() bool { return s == StudentNoShow || s == InterviewerNoShow }

// NewInterview returns a booking of the slot made at now, without an id.
func NewInterview(student StudentID, slot Slot, now time.Time) Interview {
	return Interview{
		StudentID: student, InterviewerID: slot.InterviewerID, SlotID: slot.ID,
		Start: slot.Start, End: slot.End, Status: Booked, BookedAt: now,
	}
}

// Completion is the interviewer's report on an interview. A nil grade or note
// keeps the current one; a nil time means now.
type Completion struct {
	Grade *int
	Note  *string
	Share *bool // whether the student can read the note
	At    *time.Time
}

// Complete records that the interview took place, or adds or changes its grade.
// Repeating a completion changes nothing.
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

// MayComplete reports why the interview cannot be completed or graded at now.
func (i Interview) MayComplete(now time.Time) Refused {
	switch {
	case i.Status != Booked && i.Status != Completed:
		return wrongStatus(i, "completed", Booked, Completed)
	case i.Status == Booked && now.Before(i.Start):
		return tooSoon("interviewId", i.Start, "The interview has not started; it can be completed after its start.")
	}
	return nil
}

// badCompletion is the message about a time at which an interview cannot have been completed.
const badCompletion = "completedAt is before the interview's start or in the future; a time between the start and now is expected."

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
			badCompletion)...)
	}
	return refused
}

// Cancel cancels the interview. Cancelling it again changes nothing. Students can
// cancel until the policy's cutoff before the start, other callers at any time.
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

// MayCancel reports why the actor cannot cancel the interview at now. The cutoff
// before the start applies to students only.
func (i Interview) MayCancel(by Actor, p Policy, now time.Time) Refused {
	if i.Status != Booked {
		return wrongStatus(i, "cancelled", Booked)
	}
	if last := i.CancelableUntil(p); by.IsStudent() && now.After(last) {
		return tooLate(CancelTooLate, last, "The interview starts too soon for a student to cancel it.")
	}
	return nil
}

// NormaliseIntake trims what a student tells an interviewer. A blank text becomes nil.
func NormaliseIntake(intake *string) (*string, Refused) {
	return optionalText(MaxIntake)("intake", intake)
}

// WithIntake changes what the student tells the interviewer, which is possible until the
// interview starts. Repeating a change changes nothing.
func (i Interview) WithIntake(intake *string, now time.Time) (Interview, Refused) {
	intake, refused := NormaliseIntake(intake)
	switch {
	case i.Status != Booked:
		refused = append(refused, wrongStatus(i, "given an intake", Booked)...)
	case !i.Start.After(now):
		refused = append(refused, Refuse(SlotInPast, "interviewId",
			"The interview has started; its intake can be changed only before the start.")...)
	}
	if len(refused) > 0 {
		return i, refused
	}
	i.Intake = intake
	return i, nil
}

// CancelableUntil returns the last instant at which a student can cancel.
func (i Interview) CancelableUntil(p Policy) time.Time {
	return i.Start.Add(-time.Duration(p.CancelCutoffSeconds) * time.Second)
}

// MayMove reports why the actor cannot move the interview at now, whatever the
// target slot. The cutoff before the start applies to students only; the maximum
// number of reschedules applies to everyone.
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

// ReschedulesLeft returns how many more times the interview can be moved.
func (i Interview) ReschedulesLeft(p Policy) int { return max(0, p.MaxReschedules-i.Reschedules) }

// Move judges rescheduling the interview to another slot and returns the moved
// interview. The slot must be locked. Moving to the current slot changes nothing.
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
		if refusal.Field == "studentId" { // the request names the interview, not the student
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

// without returns the ids without the waivers of the given rules.
func (r Record) without(ids []WaiverID, rules ...WaivableRule) []WaiverID {
	return slices.DeleteFunc(slices.Clone(ids), func(id WaiverID) bool {
		return slices.ContainsFunc(r.Waivers, func(w Waiver) bool { return w.ID == id && slices.Contains(rules, w.Rule) })
	})
}

// withRoom returns the waivers among ids that have unused uses.
func (r Record) withRoom(ids []WaiverID, now time.Time) []WaiverID {
	var some []WaiverID
	for _, w := range r.AllWaivers(now) {
		if slices.Contains(ids, w.ID) && w.hasRoom() {
			some = append(some, w.ID)
		}
	}
	return some
}

// union returns the ids of both lists, sorted and without duplicates.
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

// InterviewIDs returns the ids of the interviews.
func InterviewIDs(interviews []Interview) []InterviewID {
	ids := make([]InterviewID, len(interviews))
	for i, interview := range interviews {
		ids[i] = interview.ID
	}
	return ids
}
