package booking

import (
	"fmt"
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
	BookedAt      time.Time
	CompletedAt   *time.Time // set exactly while COMPLETED
	CancelledAt   *time.Time // set exactly while CANCELLED
	CancelReason  *string
	Exempt        bool // taken in from elsewhere though a rule said no
}

// Span is the interval of the interview.
func (i Interview) Span() calendar.Span { return calendar.Span{Start: i.Start, End: i.End} }

// CountsAgainstLimit: what a student has used up, by rule 2. A cancelled
// interview and one the interviewer missed are given back.
func (i Interview) CountsAgainstLimit() bool {
	switch i.Status {
	case Booked, Completed, StudentNoShow:
		return true
	case Cancelled, InterviewerNoShow:
		return false
	}
	return false
}

// TookOrTakesPlace: the interview was given or is going to be. It keeps the
// pair from meeting again (rule 3) and the student's time busy.
func (i Interview) TookOrTakesPlace() bool {
	return i.Status == Booked || i.Status == Completed
}

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
	At    *time.Time
}

// Complete records that the interview took place, or grades it later, or
// changes its grade. The same completion again changes nothing.
func (i Interview) Complete(c Completion, now time.Time) (Interview, Refused) {
	if refused := c.validate(i, now); len(refused) > 0 {
		return i, refused
	}
	switch i.Status {
	case Booked:
		if now.Before(i.Start) {
			return i, Refuse(TooSoon, "interviewId", fmt.Sprintf(
				"the interview starts at %s; it can be completed from then on", i.Start.Format(time.RFC3339)))
		}
		i.Status = Completed
		i.CompletedAt = &now
	case Completed:
	case Cancelled, StudentNoShow, InterviewerNoShow:
		return i, wrongStatus(i, "completed", Booked, Completed)
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
	return i, nil
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
		refused = append(refused, Refuse(InvalidInput, "completedAt", fmt.Sprintf(
			"completedAt is %s; a time from the interview's start at %s until now is allowed",
			c.At.UTC().Format(time.RFC3339), i.Start.Format(time.RFC3339)))...)
	}
	return refused
}

// Cancel calls the interview off. Cancelling again changes nothing.
func (i Interview) Cancel(reason string, now time.Time) (Interview, Refused) {
	if refused := checkLength("reason", reason, 1, MaxReason); len(refused) > 0 {
		return i, refused
	}
	switch i.Status {
	case Booked:
		i.Status = Cancelled
		i.CancelledAt = &now
		i.CancelReason = &reason
	case Cancelled:
	case Completed, StudentNoShow, InterviewerNoShow:
		return i, wrongStatus(i, "cancelled", Booked)
	}
	return i, nil
}

func wrongStatus(i Interview, verb string, allowed ...InterviewStatus) Refused {
	return Refuse(WrongStatus, "interviewId", fmt.Sprintf(
		"the interview is %s; only one that is %s can be %s", i.Status, joinOr(allowed), verb))
}
