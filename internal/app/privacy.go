package app

import (
	"context"
	"encoding/json"

	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// ExportStudent is everything that is held about a student, as JSON: the rows of
// the database, by table.
func (v View) ExportStudent(ctx context.Context, id booking.StudentID) (json.RawMessage, error) {
	if err := v.may.only(); err != nil {
		return nil, err
	}
	return v.app.store.ExportStudent(ctx, id)
}

// AnonymiseStudentInput takes a student's name away.
type AnonymiseStudentInput struct{ StudentID booking.StudentID }

// AnonymiseStudent takes away the student's name and e-mail, and what people have
// written about him. What he has done stays, for the school's figures. It cannot
// be undone; doing it again changes nothing.
func (a *App) AnonymiseStudent(ctx context.Context, in AnonymiseStudentInput) (*booking.Student, error) {
	if err := accessOf(ctx).only(); err != nil {
		return nil, err
	}
	now := a.Now()
	return write(ctx, a, writing{now: now}, func(tx *store.Tx) (*booking.Student, error) {
		student, err := tx.LockStudent(ctx, in.StudentID)
		if err != nil {
			return nil, err
		}
		record, err := tx.Record(ctx, in.StudentID)
		if err != nil {
			return nil, err
		}
		anonymous, refused := record.Anonymise(now)
		if err := refused.Err(); err != nil {
			return nil, err
		}
		event := anonymous.Event(booking.StudentAnonymised, student)
		if len(event.Changes) == 0 {
			return &anonymous, nil
		}
		if anonymous, err = tx.AnonymiseStudent(ctx, anonymous, now); err != nil {
			return nil, err
		}
		return &anonymous, tell(ctx, tx, now, event)
	})
}
