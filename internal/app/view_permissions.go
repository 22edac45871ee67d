package app

import (
	"time"

	"rehearse/internal/booking"
)

// The methods below say what the caller may see of one object, or do with it.

// KnowsInterviewers returns nil when the caller may see every field of each
// interviewer, and an error when they see public profiles only.
func (v View) KnowsInterviewers(of []booking.InterviewerID) error {
	for _, id := range of {
		if !v.may.isInterviewer(id) {
			return v.may.only()
		}
	}
	return nil
}

// KnowsStudents returns nil when the caller may see every field of each student,
// and an error when they see what an interviewer sees: names, e-mails, time zones,
// and the interviews that they share.
func (v View) KnowsStudents(of []booking.StudentID) error {
	for _, id := range of {
		if !v.may.isStudent(id) {
			return v.may.only()
		}
	}
	return nil
}

// IsParty reports whether the interview is the caller's.
func (v View) IsParty(i booking.Interview) bool { return v.may.isParty(i) }

// Holds reports whether the hold is the caller's.
func (v View) Holds(h booking.Hold) bool { return v.may.isStudent(h.StudentID) }

// CanCancel reports whether the caller could cancel the interview at now.
func (v View) CanCancel(i booking.Interview, p booking.Policy, now time.Time) bool {
	return v.may.only(parties...) == nil && v.may.isParty(i) && len(i.MayCancel(v.may.Actor, p, now)) == 0
}

// CanReschedule reports whether the caller could move the interview at now, if a
// slot fits.
func (v View) CanReschedule(i booking.Interview, p booking.Policy, now time.Time) bool {
	return v.may.only(students...) == nil && v.may.isStudent(i.StudentID) && len(i.MayMove(v.may.Actor, p, now)) == 0
}

// CanComplete reports whether the caller could complete or grade the interview at
// now.
func (v View) CanComplete(i booking.Interview, now time.Time) bool {
	return v.may.only(staff...) == nil && v.may.isInterviewer(i.InterviewerID) && len(i.MayComplete(now)) == 0
}

// Meets reports whether the interview is the caller's and going to take place, so
// that they may know where.
func (v View) Meets(i booking.Interview) bool {
	return i.Status == booking.Booked && v.may.isParty(i)
}

// Note returns what the interviewer wrote, if the caller may read it. A student
// reads only what is shared with them.
func (v View) Note(i booking.Interview) *string {
	if v.may.isInterviewer(i.InterviewerID) || i.NoteShared {
		return i.Note
	}
	return nil
}

// changes returns what the caller may read of an event of their interview.
// Waivers are the student's alone, and a student does not hear of a note that the
// event does not share with them.
func (v View) changes(e booking.Event) booking.Changes {
	changes := booking.Changes(e.Changes)
	if !v.may.isStudent(e.StudentID) {
		changes = changes.Except("waivers")
	}
	if !v.may.isInterviewer(e.InterviewerID) && !changes.Share() {
		changes = changes.Except("note")
	}
	return changes
}

// SeesActor reports whether the caller, who sees an event, may see who caused it:
// a student does not see another student.
func (v View) SeesActor(a booking.Actor) bool {
	return a.Role != booking.RoleStudent || v.may.Role != booking.RoleStudent || v.may.isStudent(booking.StudentID(a.ID))
}
