package roster

import (
	"context"

	"rehearse/internal/app/availability"
	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// CreateStudentInput describes a new student.
type CreateStudentInput struct {
	booking.StudentDetails
	IdempotencyKey *string
}

// CreateStudent creates a student.
func (r *Roster) CreateStudent(ctx context.Context, in CreateStudentInput) (*booking.Student, error) {
	if err := operation.AccessOf(ctx).Only(); err != nil {
		return nil, err
	}
	ctx = operation.WithKey(ctx, "createStudent", in.IdempotencyKey, in, studentForm)
	now := r.now()
	student, refused := booking.Student{StudentDetails: in.StudentDetails, CreatedAt: now}.Normalise()
	if err := refused.Err(); err != nil {
		return nil, err
	}
	return operation.Write(ctx, r.store, operation.Options{Now: now}, func(tx *store.Tx) (*booking.Student, error) {
		created, err := tx.CreateStudent(ctx, student)
		if err != nil {
			return nil, err
		}
		return &created, operation.AppendEvents(ctx, tx, created.CreatedAt, created.Event(booking.StudentCreated, booking.Student{}))
	})
}

// UpdateStudentInput names the student and the change.
type UpdateStudentInput struct {
	StudentID       booking.StudentID
	ExpectedVersion *int // refuse if the student's version differs
	booking.StudentChange
}

// UpdateStudent changes a student. Lowering the limit cancels nothing.
func (r *Roster) UpdateStudent(ctx context.Context, in UpdateStudentInput) (*booking.Student, error) {
	if err := operation.AccessOf(ctx).Only(); err != nil {
		return nil, err
	}
	now := r.now()
	return operation.Write(ctx, r.store, operation.Options{Now: now}, func(tx *store.Tx) (*booking.Student, error) {
		before, err := tx.LockStudent(ctx, in.StudentID)
		if err != nil {
			return nil, err
		}
		if err := before.CheckNotAnonymised("studentId").Err(); err != nil {
			return nil, err
		}
		if err := before.CheckExpected(in.ExpectedVersion, "student").Err(); err != nil {
			return nil, err
		}
		after, refused := in.Apply(before).Normalise()
		if err := refused.Err(); err != nil {
			return nil, err
		}
		event := after.Event(booking.StudentUpdated, before)
		if len(event.Changes) == 0 {
			return &after, nil
		}
		if after, err = tx.UpdateStudent(ctx, after, now); err != nil {
			return nil, err
		}
		return &after, operation.AppendEvents(ctx, tx, now, event)
	})
}

// CreateInterviewerInput describes a new interviewer.
type CreateInterviewerInput struct {
	booking.InterviewerDetails
	IdempotencyKey *string
}

// CreateInterviewer creates an active interviewer.
func (r *Roster) CreateInterviewer(ctx context.Context, in CreateInterviewerInput) (*booking.Interviewer, error) {
	if err := operation.AccessOf(ctx).Only(); err != nil {
		return nil, err
	}
	ctx = operation.WithKey(ctx, "createInterviewer", in.IdempotencyKey, in, interviewerForm)
	now := r.now()
	interviewer, refused := booking.Interviewer{
		InterviewerDetails: in.InterviewerDetails, Active: true, CreatedAt: now,
	}.Normalise()
	if err := refused.Err(); err != nil {
		return nil, err
	}
	return operation.Write(ctx, r.store, operation.Options{Now: now}, func(tx *store.Tx) (*booking.Interviewer, error) {
		created, err := tx.CreateInterviewer(ctx, interviewer)
		if err != nil {
			return nil, err
		}
		return &created, operation.AppendEvents(ctx, tx, created.CreatedAt, created.Event(booking.InterviewerCreated, booking.Interviewer{}))
	})
}

// UpdateInterviewerInput names the interviewer and the change.
type UpdateInterviewerInput struct {
	InterviewerID   booking.InterviewerID
	ExpectedVersion *int // refuse if the interviewer's version differs
	CancelBooked    bool // when deactivating, also cancel booked interviews
	booking.InterviewerChange
}

// check refuses the fields that the caller may not change.
func (in UpdateInterviewerInput) check(caller operation.Access) error {
	if caller.Everything() {
		return nil
	}
	refused := in.CheckOwn()
	if in.CancelBooked {
		refused = append(refused, booking.ForAdministrators("cancelBooked")...)
	}
	return refused.Err()
}

// UpdatedInterviewer is an interviewer after a change, with the effects of closing or
// reopening their calendar.
type UpdatedInterviewer struct {
	Interviewer booking.Interviewer
	availability.Closed
}

// UpdateInterviewer changes an interviewer. Deactivating one closes their open slots in the
// future. Activating one publishes the slots of their availability again, up to where it was
// published before; the regular extension adds what a rule missed in between. Interviewers may
// change a part of their own profile.
func (r *Roster) UpdateInterviewer(ctx context.Context, in UpdateInterviewerInput) (*UpdatedInterviewer, error) {
	access := operation.AccessOf(ctx)
	if err := access.AsInterviewer(in.InterviewerID); err != nil {
		return nil, err
	}
	if err := in.check(access); err != nil {
		return nil, err
	}
	target := availability.CalendarTarget{InterviewerID: in.InterviewerID, CancelBooked: in.CancelBooked, Reason: availability.CancelReason}
	return availability.ChangeCalendar(ctx, r.store, r.now, target, func(c *availability.CalendarChange) (*UpdatedInterviewer, error) {
		if err := c.Lock(ctx); err != nil {
			return nil, err
		}
		before := c.Interviewer
		if err := before.CheckExpected(in.ExpectedVersion, "interviewer").Err(); err != nil {
			return nil, err
		}
		after, refused := in.Apply(before).Normalise()
		if err := refused.Err(); err != nil {
			return nil, err
		}
		if err := c.Activate(ctx, after.Active); err != nil {
			return nil, err
		}
		if in.MaxPerDay.IsSet() || in.MaxPerWeek.IsSet() || in.TimeZone != nil {
			if err := operation.Recount(ctx, c.Tx, after, operation.Always); err != nil {
				return nil, err
			}
		}
		changes := after.Changes(before)
		if err := c.AppendEvent(ctx, booking.Event{Kind: booking.InterviewerUpdated, Changes: changes}); err != nil {
			return nil, err
		}
		if len(changes) == 0 {
			return &UpdatedInterviewer{Interviewer: after, Closed: c.Result}, nil
		}
		// Update the row last: a new e-mail locks it against the foreign key check of a booking,
		// and that booking already holds its slot.
		after, err := c.Tx.UpdateInterviewer(ctx, after, c.Now)
		return &UpdatedInterviewer{Interviewer: after, Closed: c.Result}, err
	})
}
