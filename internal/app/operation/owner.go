package operation

import (
	"context"

	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// AsOwner returns an error unless exactly one of the ids is given and the caller may act as
// that person.
func (a Access) AsOwner(student booking.StudentID, interviewer booking.InterviewerID) error {
	if err := a.Only(Parties...); err != nil {
		return err
	}
	if err := booking.CheckOwner(student, interviewer).Err(); err != nil {
		return err
	}
	if student != 0 && !a.IsStudent(student) {
		return booking.Missing("student", "studentId")
	}
	if interviewer != 0 && !a.IsInterviewer(interviewer) {
		return booking.Missing("interviewer", "interviewerId")
	}
	return nil
}

// LockOwner locks a student, who must not be anonymised, or an interviewer.
func LockOwner(ctx context.Context, tx *store.Tx, owner booking.Actor) error {
	if owner.Role != booking.RoleStudent {
		_, err := tx.LockInterviewer(ctx, booking.InterviewerID(owner.ID))
		return err
	}
	student, err := tx.LockStudent(ctx, booking.StudentID(owner.ID))
	if err != nil {
		return err
	}
	return student.CheckNotAnonymised("studentId").Err()
}

// OrZero returns the id, or 0 if there is none.
func OrZero[ID ~int64](id *ID) ID {
	if id == nil {
		return 0
	}
	return *id
}
