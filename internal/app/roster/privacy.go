package roster

import (
	"context"

	"rehearse/internal/app/operation"
	"rehearse/internal/app/reservation"
	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// AnonymiseStudentInput names the student whose personal data is removed.
type AnonymiseStudentInput struct{ StudentID booking.StudentID }

// AnonymiseStudent removes the student's name and e-mail and all text written about them,
// and ends their hold and waivers. Their activity is kept for statistics. It cannot be
// undone. It is idempotent, and a repeated call also removes data that was added since.
func (r *Roster) AnonymiseStudent(ctx context.Context, in AnonymiseStudentInput) (*booking.Student, error) {
	if err := operation.AccessOf(ctx).Only(); err != nil {
		return nil, err
	}
	now := r.now()
	return operation.Write(ctx, r.store, operation.Options{Now: now}, func(tx *store.Tx) (*booking.Student, error) {
		if _, err := tx.LockStudent(ctx, in.StudentID); err != nil {
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
		if err := reservation.EndHoldAndWaivers(ctx, tx, record, now); err != nil {
			return nil, err
		}
		removed, err := tx.AnonymiseStudent(ctx, in.StudentID, now)
		if err != nil {
			return nil, err
		}
		event := anonymous.Event(booking.StudentAnonymised, record.Student)
		if len(event.Changes) > 0 {
			if anonymous, err = tx.UpdateStudent(ctx, anonymous, now); err != nil {
				return nil, err
			}
		} else if !removed {
			return &anonymous, nil
		}
		return &anonymous, operation.AppendEvents(ctx, tx, now, event)
	})
}
