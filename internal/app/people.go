package app

import (
	"context"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/store"
)

// CreateStudentInput describes a new student.
type CreateStudentInput struct {
	Name           string
	Email          string
	TimeZone       string
	InterviewLimit *int // nil: the policy's
}

// CreateStudent admits a student.
func (a *App) CreateStudent(ctx context.Context, in CreateStudentInput) (*booking.Student, error) {
	if err := accessOf(ctx).only(); err != nil {
		return nil, err
	}
	student, refused := booking.Student{
		Name: in.Name, Email: in.Email, TimeZone: in.TimeZone, LimitOverride: in.InterviewLimit, CreatedAt: a.Now(),
	}.Normalise()
	if err := refused.Err(); err != nil {
		return nil, err
	}
	err := a.store.InTx(ctx, func(tx *store.Tx) (err error) {
		if student, err = tx.CreateStudent(ctx, student); err != nil {
			return err
		}
		return tell(ctx, tx, student.CreatedAt, student.Event(booking.StudentCreated, booking.Student{}))
	})
	if err != nil {
		return nil, err
	}
	return &student, nil
}

// StudentChange changes the fields that are not nil.
type StudentChange struct {
	StudentID      booking.StudentID
	Name           *string
	Email          *string
	TimeZone       *string
	InterviewLimit **int // a pointer to nil takes the student's own limit away
}

// UpdateStudent changes a student. A lower limit cancels nothing.
func (a *App) UpdateStudent(ctx context.Context, in StudentChange) (*booking.Student, error) {
	if err := accessOf(ctx).only(); err != nil {
		return nil, err
	}
	var student booking.Student
	now := a.Now()
	err := a.store.InTx(ctx, func(tx *store.Tx) error {
		before, err := tx.LockStudent(ctx, in.StudentID)
		if err != nil {
			return err
		}
		was := before
		set(&before.Name, in.Name)
		set(&before.Email, in.Email)
		set(&before.TimeZone, in.TimeZone)
		set(&before.LimitOverride, in.InterviewLimit)
		after, refused := before.Normalise()
		if err := refused.Err(); err != nil {
			return err
		}
		student = after
		event := after.Event(booking.StudentUpdated, was)
		if len(event.Changes) == 0 {
			return nil
		}
		if err := tx.UpdateStudent(ctx, after); err != nil {
			return err
		}
		return tell(ctx, tx, now, event)
	})
	if err != nil {
		return nil, err
	}
	return &student, nil
}

// CreateInterviewerInput describes a new interviewer.
type CreateInterviewerInput struct {
	Name     string
	Email    string
	TimeZone string
	Tags     []string

	MaxPerDay, MaxPerWeek *int
	MeetingURL            *string
}

// CreateInterviewer takes an interviewer on; he is active.
func (a *App) CreateInterviewer(ctx context.Context, in CreateInterviewerInput) (*booking.Interviewer, error) {
	if err := accessOf(ctx).only(); err != nil {
		return nil, err
	}
	interviewer, refused := booking.Interviewer{
		Name: in.Name, Email: in.Email, TimeZone: in.TimeZone, Tags: in.Tags, Active: true, CreatedAt: a.Now(),
		MaxPerDay: in.MaxPerDay, MaxPerWeek: in.MaxPerWeek, MeetingURL: in.MeetingURL,
	}.Normalise()
	if err := refused.Err(); err != nil {
		return nil, err
	}
	err := a.store.InTx(ctx, func(tx *store.Tx) (err error) {
		if interviewer, err = tx.CreateInterviewer(ctx, interviewer); err != nil {
			return err
		}
		return tell(ctx, tx, interviewer.CreatedAt, interviewer.Event(booking.InterviewerCreated, booking.Interviewer{}))
	})
	if err != nil {
		return nil, err
	}
	return &interviewer, nil
}

// InterviewerChange changes the fields that are not nil.
type InterviewerChange struct {
	InterviewerID booking.InterviewerID
	Name          *string
	Email         *string
	TimeZone      *string
	Tags          []string // nil leaves them
	Active        *bool
	CancelBooked  bool // with active false: also what is booked

	MaxPerDay, MaxPerWeek **int    // a pointer to nil takes the cap away
	MeetingURL            **string // a pointer to nil takes the room away
}

// UpdatedInterviewer is an interviewer after a change, and what closing his
// calendar, or opening it again, did.
type UpdatedInterviewer struct {
	Interviewer booking.Interviewer
	Slots       []booking.Slot // published again
	Closed
}

// UpdateInterviewer changes an interviewer. One who stops being active loses
// his open slots in the future; one who becomes active again has those of his
// availability published again, as far as it was published before. What a rule
// missed meanwhile is extended in its time.
func (a *App) UpdateInterviewer(ctx context.Context, in InterviewerChange) (*UpdatedInterviewer, error) {
	if err := accessOf(ctx).only(); err != nil {
		return nil, err
	}
	var after booking.Interviewer
	var slots []booking.Slot
	c, err := a.changeCalendar(ctx, in.InterviewerID, in.CancelBooked, cancelReason, func(c *closing) (err error) {
		slots = nil
		var refused booking.Refused
		if after, refused = in.apply(c.interviewer).Normalise(); len(refused) > 0 {
			return refused
		}
		switch {
		case !after.Active:
			err = c.close(ctx, store.SlotTarget{}, keepNone, false)
		case !c.interviewer.Active:
			slots, err = c.refill(ctx, calendar.Span{Start: c.now, End: always.End})
		}
		if err != nil {
			return err
		}
		if in.MaxPerDay != nil || in.MaxPerWeek != nil || in.TimeZone != nil {
			if err := recount(ctx, c.tx, after, always); err != nil {
				return err
			}
		}
		if err := c.tell(ctx, booking.InterviewerUpdated, 0, after.Event("", c.interviewer).Changes); err != nil {
			return err
		}
		// Last: a new e-mail locks the row against the foreign key of a booking,
		// too, which has its slot by then.
		return c.tx.UpdateInterviewer(ctx, after)
	})
	if err != nil {
		return nil, err
	}
	return &UpdatedInterviewer{Interviewer: after, Slots: slots, Closed: c.result}, nil
}

func (in InterviewerChange) apply(to booking.Interviewer) booking.Interviewer {
	set(&to.Name, in.Name)
	set(&to.Email, in.Email)
	set(&to.TimeZone, in.TimeZone)
	set(&to.Active, in.Active)
	set(&to.MaxPerDay, in.MaxPerDay)
	set(&to.MaxPerWeek, in.MaxPerWeek)
	set(&to.MeetingURL, in.MeetingURL)
	if in.Tags != nil {
		to.Tags = in.Tags
	}
	return to
}

// set changes a field when there is a change for it.
func set[T any](field *T, change *T) {
	if change != nil {
		*field = *change
	}
}
