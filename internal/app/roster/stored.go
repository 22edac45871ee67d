package roster

import (
	"context"

	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
	"rehearse/internal/store"
)

var studentForm = operation.NewForm(newStoredStudent, func(s *booking.Student) booking.StudentID { return s.ID })

// storedStudent is the id of a student, whose fields are read again on replay.
type storedStudent struct {
	ID booking.StudentID `json:"id"`
}

func newStoredStudent(s *booking.Student) storedStudent { return storedStudent{s.ID} }

func (stored storedStudent) Restore(ctx context.Context, r *store.Reader) (*booking.Student, error) {
	student, err := r.Student(ctx, stored.ID)
	return &student, err
}

var interviewerForm = operation.NewForm(newStoredInterviewer, nil)

// storedInterviewer is the id of an interviewer, whose fields are read again on replay.
type storedInterviewer struct {
	ID booking.InterviewerID `json:"id"`
}

func newStoredInterviewer(i *booking.Interviewer) storedInterviewer { return storedInterviewer{i.ID} }

func (stored storedInterviewer) Restore(ctx context.Context, r *store.Reader) (*booking.Interviewer, error) {
	interviewer, err := r.Interviewer(ctx, stored.ID)
	return &interviewer, err
}
