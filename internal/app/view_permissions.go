package app

import (
	"time"

	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
)

// The methods below report what the caller may see of an object or do with it.

// KnowsInterviewers returns nil if the caller may see every field of each interviewer, and
// an error if they may see only public profiles.
func (v View) KnowsInterviewers(of []booking.InterviewerID) error {
	for _, id := range of {
		if !v.may.IsInterviewer(id) {
			return v.may.Only()
		}
	}
	return nil
}

// KnowsStudents returns nil if the caller may see every field of each student, and an error
// if they may see only what an interviewer sees: names, e-mails, time zones and shared
// interviews.
func (v View) KnowsStudents(of []booking.StudentID) error {
	for _, id := range of {
		if !v.may.IsStudent(id) {
			return v.may.Only()
		}
	}
	return nil
}

// IsParty reports whether the caller is a party to the interview.
func (v View) IsParty(i booking.Interview) bool { return v.may.IsParty(i) }

// Holds reports whether the hold is the caller's.
func (v View) Holds(h booking.Hold) bool { return v.may.IsStudent(h.StudentID) }

// CanCancel reports whether the caller may cancel the interview at now.
func (v View) CanCancel(i booking.Interview, p booking.Policy, now time.Time) bool {
	return v.may.Only(operation.Parties...) == nil && v.may.IsParty(i) && len(i.MayCancel(v.may.Actor, p, now)) == 0
}

// CanReschedule reports whether the caller may move the interview at now, given a suitable
// slot.
func (v View) CanReschedule(i booking.Interview, p booking.Policy, now time.Time) bool {
	return v.may.Only(operation.Students...) == nil && v.may.IsStudent(i.StudentID) && len(i.MayMove(v.may.Actor, p, now)) == 0
}

// CanComplete reports whether the caller may complete or grade the interview at now.
func (v View) CanComplete(i booking.Interview, now time.Time) bool {
	return v.may.Only(operation.Staff...) == nil && v.may.IsInterviewer(i.InterviewerID) && len(i.MayComplete(now)) == 0
}

// MeetingURL returns where the interview takes place, or nil if the caller may not see it at
// now. room is the interviewer's.
func (v View) MeetingURL(i booking.Interview, room *string, p booking.Policy, now time.Time) *string {
	if !v.may.IsParty(i) {
		return nil
	}
	return i.MeetingURLFor(v.may.Role, room, p, now)
}

// MeetingURLTemplate returns the template for meeting links, or nil for none. Only
// administrators may see it, because it may contain a password.
func (v View) MeetingURLTemplate(p booking.Policy) (*string, error) {
	if err := v.may.Only(); err != nil || p.MeetingURLTemplate == "" {
		return nil, err
	}
	return &p.MeetingURLTemplate, nil
}

// Note returns the interviewer's note, or nil if the caller may not read it. A student reads
// only shared notes.
func (v View) Note(i booking.Interview) *string {
	if v.may.IsInterviewer(i.InterviewerID) || i.NoteShared {
		return i.Note
	}
	return nil
}

// changes returns the changes of an event that the caller may see. Only the student sees
// waivers. The student sees a note only if the event shares it.
func (v View) changes(e booking.Event) booking.Changes {
	changes := booking.Changes(e.Changes)
	if !v.may.IsStudent(e.StudentID) {
		changes = changes.Except("waivers")
	}
	if !v.may.IsInterviewer(e.InterviewerID) && !changes.Share() {
		changes = changes.Except("note")
	}
	return changes
}

// SeesActor reports whether a caller who sees an event may see who caused it. A student may
// not see another student.
func (v View) SeesActor(a booking.Actor) bool {
	return a.Role != booking.RoleStudent || v.may.Role != booking.RoleStudent || v.may.IsStudent(booking.StudentID(a.ID))
}
