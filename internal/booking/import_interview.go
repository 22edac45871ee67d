package booking

import (
	"fmt"
	"time"
)

// SlotFor returns the slot for an imported interview: the published slot with
// exactly its times, or nil if the time is free. A cancelled interview conflicts
// with nothing. A slot that the student holds is available to that student.
func (a Agenda) SlotFor(i Interview, now time.Time) (*Slot, Refused) {
	in := a.During(i.Span())
	for _, slot := range in {
		if !slot.Span().Equal(i.Span()) {
			continue
		}
		for _, rule := range []*Rule{&RuleTaken, &RuleHeld} {
			if i.Status.KeepsSlot() && rule.forbids(Offer{Now: now}, slot, slot.HeldBy == i.StudentID) {
				return nil, rule.refuseImport()
			}
		}
		return &slot, nil
	}
	if len(in) > 0 && i.Status.KeepsSlot() {
		return nil, overlapsAgenda(in)
	}
	return nil, nil
}

// overlapsAgenda refuses an imported time that overlaps slots of the interviewer.
func overlapsAgenda(slots []Slot) Refused {
	refused := RuleAgenda.refuseImport()
	refused[0].Conflicting = slots
	return refused
}

// Window returns the availability to create for an imported interview that has no
// slot. For a cancelled interview it is already removed, so that its time is not
// published.
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

// SlotStatusFor returns the status of an imported interview's slot. there is the
// existing slot, or nil.
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

// CompleteImported fills in the fields that an import may omit and reports invalid
// ones.
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
	intake, bad := NormaliseIntake(i.Intake)
	i.Intake, refused = intake, append(refused, bad...)
	link, bad := normaliseMeetingURL("meetingUrl", i.MeetingURL)
	i.MeetingURL, refused = link, append(refused, bad...)
	refused = append(refused, i.onlyOn(Completed, "completedAt", i.CompletedAt != nil)...)
	refused = append(refused, i.onlyOn(Cancelled, "cancelledAt", i.CancelledAt != nil)...)
	refused = append(refused, i.onlyOn(Cancelled, "cancelReason", i.CancelReason != nil)...)
	switch end := earlier(i.End, now); {
	case i.Status == Completed && i.CompletedAt == nil:
		i.CompletedAt = &end
	case i.Status == Cancelled && i.CancelledAt == nil:
		i.CancelledAt = &i.BookedAt
	case i.Status.IsNoShow():
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
		refused = append(refused, Invalid("bookedAt", Allowed{Kind: AllowedTime, NotAfter: &now}, "bookedAt is in the future; the current time or an earlier one is expected.")...)
	}
	if i.CompletedAt != nil && (i.CompletedAt.Before(i.Start) || i.CompletedAt.After(now)) {
		refused = append(refused, Invalid("completedAt", Allowed{Kind: AllowedTime, NotBefore: &i.Start, NotAfter: &now},
			badCompletion)...)
	}
	if i.CancelledAt != nil && i.CancelledAt.After(now) {
		refused = append(refused, Invalid("cancelledAt", Allowed{Kind: AllowedTime, NotAfter: &now}, "cancelledAt is in the future; the current time or an earlier one is expected.")...)
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

// JudgeImported returns the rules that refuse an interview booked elsewhere: the
// limit, the pair, the student's own time and, for a future interview, the grades.
// The minimum notice does not apply, because the booking was made earlier.
func (r Record) JudgeImported(i Interview, now time.Time) Refused {
	var refused Refused
	r.Waivers = nil // waivers apply only to bookings made here
	offer := r.offer(r.questionWithHold(now))
	slot := Slot{InterviewerID: i.InterviewerID, Start: i.Start, End: i.End, Status: SlotOpen}
	const own = false
	for _, rule := range importRules {
		if rule.appliesTo(i, now) && rule.forbids(offer, slot, own) {
			refused = append(refused, rule.refuseImport()...)
		}
	}
	for _, reason := range offer.Eligibility.Reasons {
		if rule, known := ruleOf(reason.Code); known && rule.appliesTo(i, now) {
			refused = append(refused, Refusal{Code: reason.Code, Field: rule.imports.column, Message: reason.Message})
		}
	}
	return refused
}

// ToCome reports whether an imported interview is in the future.
func (i Interview) ToCome(now time.Time) bool { return i.Status == Booked && i.Start.After(now) }

// CanBeExempt reports whether an administrator may import an interview despite the
// refusals. Overlaps and invalid data are never exempt.
func (r Refused) CanBeExempt() bool {
	for _, refusal := range r {
		if rule, known := ruleOf(refusal.Code); !known || !rule.imports.exemptible {
			return false
		}
	}
	return len(r) > 0
}

// DiffersFrom refuses an imported interview that differs from the existing one. An
// import does not change existing interviews.
func (i Interview) DiffersFrom(there Interview) Refused {
	refused := differsIn("the existing interview", "status", string(there.Status), string(i.Status))
	refused = append(refused, differsIn("the existing interview", "grade", formatted(present(there.Grade)), formatted(present(i.Grade)))...)
	if i.Note != nil && (there.Note == nil || *there.Note != *i.Note) {
		refused = append(refused, Refuse(InvalidInput, "note", "note differs from the note of the existing interview; an import does not change existing data.")...)
	}
	if i.Intake != nil && (there.Intake == nil || *there.Intake != *i.Intake) {
		refused = append(refused, Refuse(InvalidInput, "intake", "intake differs from the intake of the existing interview; an import does not change existing data.")...)
	}
	if i.MeetingURL != nil {
		refused = append(refused, differsIn("the existing interview", "meetingUrl", formatted(present(there.MeetingURL)), *i.MeetingURL)...)
	}
	return refused
}
