package booking

import (
	"fmt"
	"slices"
	"time"
)

// SlotFor is the slot that an imported interview stands on: one that is
// published for just its time, or none, when there is room for it. An interview
// that was called off takes no room. A slot that the student holds himself is his.
func (a Agenda) SlotFor(i Interview, now time.Time) (*Slot, Refused) {
	in := a.During(i.Span())
	for _, slot := range in {
		switch {
		case !slot.Span().Equal(i.Span()):
		case i.Status != Cancelled && slot.Status == SlotBooked:
			return nil, Refuse(SlotTaken, "start", "The interviewer's slot at that time has another interview.")
		case i.Status != Cancelled && slot.HeldAt(now) && slot.HeldBy != i.StudentID:
			return nil, Refuse(SlotHeld, "start", "Another student holds the interviewer's slot at that time.")
		default:
			return &slot, nil
		}
	}
	if len(in) > 0 && i.Status != Cancelled {
		return nil, Refused{{
			Code: AvailabilityConflict, Field: "start", Conflicting: in, Message: "The time overlaps another slot of the interviewer.",
		}}
	}
	return nil, nil
}

// Window is the availability of an imported interview that had none. Nobody
// publishes the time of one that was cancelled: its window is removed already.
func (i Interview) Window() Availability {
	window := Availability{
		InterviewerID: i.InterviewerID, Start: i.Start, End: i.End,
		SlotMinutes: int(i.Span().Length() / time.Minute), CreatedAt: i.BookedAt,
	}
	if i.Status == Cancelled {
		window.RemovedAt = &window.CreatedAt
	}
	return window
}

// SlotStatusFor is the state of the slot of an imported interview; there is
// says whether it was published before.
func SlotStatusFor(i Interview, there *Slot) SlotStatus {
	switch {
	case i.Status != Cancelled:
		return SlotBooked
	case there != nil:
		return there.Status
	default:
		return SlotWithdrawn
	}
}

// CompleteImported fills in what a file does not say of an interview, and
// reports what cannot be.
func (i Interview) CompleteImported(bookedAt *time.Time, now time.Time) (Interview, Refused) {
	i.BookedAt, i.UpdatedAt = earlier(i.Start, now), now
	if bookedAt != nil {
		i.BookedAt = *bookedAt
	}
	refused := i.checkImportedTimes(now)
	if i.Grade != nil {
		refused = append(refused, checkBounds("grade", *i.Grade, MinGrade, MaxGrade)...)
		if i.Status != Completed {
			refused = append(refused, Refuse(InvalidInput, "grade", fmt.Sprintf(
				"grade is %d on an interview that is %s; it is allowed only on one that is COMPLETED.", *i.Grade, i.Status))...)
		}
	}
	if i.Note != nil {
		refused = append(refused, checkLength("note", *i.Note, 0, MaxNote)...)
	}
	if i.CancelReason != nil {
		refused = append(refused, checkLength("cancelReason", *i.CancelReason, 1, MaxReason)...)
	}
	refused = append(refused, i.onlyOn(Completed, "completedAt", i.CompletedAt != nil)...)
	refused = append(refused, i.onlyOn(Cancelled, "cancelledAt", i.CancelledAt != nil)...)
	refused = append(refused, i.onlyOn(Cancelled, "cancelReason", i.CancelReason != nil)...)
	switch end := earlier(i.End, now); {
	case i.Status == Completed && i.CompletedAt == nil:
		i.CompletedAt = &end
	case i.Status == Cancelled && i.CancelledAt == nil:
		i.CancelledAt = &i.BookedAt
	case i.Status == StudentNoShow || i.Status == InterviewerNoShow:
		i.NoShowAt = &end
	}
	return i, refused
}

func (i Interview) onlyOn(status InterviewStatus, field string, given bool) Refused {
	if !given || i.Status == status {
		return nil
	}
	return Refuse(InvalidInput, field, fmt.Sprintf("%s is set on an interview that is %s; it is allowed only on one that is %s.",
		field, i.Status, status))
}

func (i Interview) checkImportedTimes(now time.Time) Refused {
	refused := CheckOrder(i.Span())
	minutes := int(i.Span().Length() / time.Minute)
	if len(refused) == 0 && (minutes < MinSlotMinutes || minutes > MaxSlotMinutes || i.Span().Length()%time.Minute != 0) {
		refused = invalidRange("end", between(AllowedMinutes, MinSlotMinutes, MaxSlotMinutes), fmt.Sprintf(
			"The interview lasts %s; whole minutes from %d to %d are allowed.",
			i.Span().Length(), MinSlotMinutes, MaxSlotMinutes))
	}
	if i.BookedAt.After(now) {
		refused = append(refused, Invalid("bookedAt", Allowed{Kind: AllowedTime, NotAfter: &now}, "bookedAt is in the future.")...)
	}
	if i.CompletedAt != nil && (i.CompletedAt.Before(i.Start) || i.CompletedAt.After(now)) {
		refused = append(refused, Invalid("completedAt", Allowed{Kind: AllowedTime, NotBefore: &i.Start, NotAfter: &now},
			"completedAt must be between the interview's start and now.")...)
	}
	if i.CancelledAt != nil && i.CancelledAt.After(now) {
		refused = append(refused, Invalid("cancelledAt", Allowed{Kind: AllowedTime, NotAfter: &now}, "cancelledAt is in the future.")...)
	}
	if i.Start.After(now) && i.Status != Booked && i.Status != Cancelled {
		refused = append(refused, tooSoon("status", i.Start, fmt.Sprintf("The interview is %s but starts in the future; a future interview is BOOKED or CANCELLED.", i.Status))...)
	}
	return refused
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// JudgeImported says which rules keep an interview that was booked elsewhere
// from standing beside the student's others: the limit, the pair, the student's
// own time and, when it is still to come, the grades. The minimum notice is not
// asked: it was booked long ago.
func (r Record) JudgeImported(i Interview, now time.Time) Refused {
	var refused Refused
	no := func(code RefusalCode, field, message string) {
		refused = append(refused, Refusal{Code: code, Field: field, Message: message})
	}
	r.Waivers = nil // they are for what is booked here
	claims := r.claims(now)
	if r.Self != 0 && r.Self == i.InterviewerID {
		no(SelfInterview, "interviewerEmail", selfInterview)
	}
	if i.Status.TookOrTakesPlace() && slices.Contains(met(claims), i.InterviewerID) {
		no(AlreadyInterviewed, "interviewerEmail", alreadyInterviewed)
	}
	if i.Status.TookOrTakesPlace() && slices.ContainsFunc(busy(claims), i.Span().Overlaps) {
		no(OwnOverlap, "start", ownOverlap)
	}
	for _, reason := range r.eligibility(r.beside(now)).Reasons {
		if (reason.Code == LimitReached && i.Status.CountsAgainstLimit()) || i.ToCome(now) {
			no(reason.Code, "studentEmail", reason.Message)
		}
	}
	return refused
}

// ToCome reports whether an imported interview is still to be given.
func (i Interview) ToCome(now time.Time) bool { return i.Status == Booked && i.Start.After(now) }

// CanBeExempt reports whether an administrator may take an interview in all the
// same: what overlaps, or cannot have been, is never exempt.
func (r Refused) CanBeExempt() bool {
	for _, refusal := range r {
		switch refusal.Code {
		case LimitReached, GradesTooLow, AlreadyInterviewed, InterviewerFull:
		default:
			return false
		}
	}
	return len(r) > 0
}

// DiffersFrom refuses an imported interview that is there already as another:
// an import changes none.
func (i Interview) DiffersFrom(there Interview) Refused {
	refused := differsIn("the existing interview", "status", string(there.Status), string(i.Status))
	refused = append(refused, differsIn("the existing interview", "grade", number(there.Grade), number(i.Grade))...)
	if i.Note != nil && (there.Note == nil || *there.Note != *i.Note) {
		refused = append(refused, Refuse(InvalidInput, "note", "note differs from the note of the existing interview; an import does not change existing data.")...)
	}
	return refused
}
