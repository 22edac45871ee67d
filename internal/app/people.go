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
	InterviewLimit *int // nil for the policy's limit

	IdempotencyKey *string
}

// CreateStudent creates a student.
func (a *App) CreateStudent(ctx context.Context, in CreateStudentInput) (*booking.Student, error) {
	if err := accessOf(ctx).only(); err != nil {
		return nil, err
	}
	ctx = WithKey(ctx, "createStudent", in.IdempotencyKey, in)
	now := a.Now()
	student, refused := booking.Student{
		Name: in.Name, Email: in.Email, TimeZone: in.TimeZone, LimitOverride: in.InterviewLimit, CreatedAt: now,
	}.Normalise()
	if err := refused.Err(); err != nil {
		return nil, err
	}
	return write(ctx, a, writeOptions{now: now}, func(tx *store.Tx) (*booking.Student, error) {
		created, err := tx.CreateStudent(ctx, student)
		if err != nil {
			return nil, err
		}
		return &created, appendEvents(ctx, tx, created.CreatedAt, created.Event(booking.StudentCreated, booking.Student{}))
	})
}

// StudentChange changes the fields that are not nil.
type StudentChange struct {
	StudentID       booking.StudentID
	ExpectedVersion *int // refuse if the student's version differs
	Name            *string
	Email           *string
	TimeZone        *string
	InterviewLimit  Optional[int] // nil removes the student's own limit
}

// UpdateStudent changes a student. Lowering the limit cancels nothing.
func (a *App) UpdateStudent(ctx context.Context, in StudentChange) (*booking.Student, error) {
	if err := accessOf(ctx).only(); err != nil {
		return nil, err
	}
	now := a.Now()
	return write(ctx, a, writeOptions{now: now}, func(tx *store.Tx) (*booking.Student, error) {
		before, err := tx.LockStudent(ctx, in.StudentID)
		if err != nil {
			return nil, err
		}
		if err := before.MayBeWrittenAbout("studentId").Err(); err != nil {
			return nil, err
		}
		if err := before.CheckExpected(in.ExpectedVersion, "student").Err(); err != nil {
			return nil, err
		}
		after, refused := in.apply(before).Normalise()
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
		return &after, appendEvents(ctx, tx, now, event)
	})
}

func (in StudentChange) apply(to booking.Student) booking.Student {
	set(&to.Name, in.Name)
	set(&to.Email, in.Email)
	set(&to.TimeZone, in.TimeZone)
	to.LimitOverride = in.InterviewLimit.Or(to.LimitOverride)
	return to
}

// CreateInterviewerInput describes a new interviewer.
type CreateInterviewerInput struct {
	Name     string
	Email    string
	TimeZone string
	Tags     []string

	MaxPerDay, MaxPerWeek *int
	MeetingURL            *string

	Headline, Bio, PhotoURL *string
	Languages               []string

	IdempotencyKey *string
}

// CreateInterviewer creates an active interviewer.
func (a *App) CreateInterviewer(ctx context.Context, in CreateInterviewerInput) (*booking.Interviewer, error) {
	if err := accessOf(ctx).only(); err != nil {
		return nil, err
	}
	ctx = WithKey(ctx, "createInterviewer", in.IdempotencyKey, in)
	now := a.Now()
	interviewer, refused := booking.Interviewer{
		Name: in.Name, Email: in.Email, TimeZone: in.TimeZone, Tags: in.Tags, Active: true, CreatedAt: now,
		MaxPerDay: in.MaxPerDay, MaxPerWeek: in.MaxPerWeek, MeetingURL: in.MeetingURL,
		Headline: in.Headline, Bio: in.Bio, PhotoURL: in.PhotoURL, Languages: in.Languages,
	}.Normalise()
	if err := refused.Err(); err != nil {
		return nil, err
	}
	return write(ctx, a, writeOptions{now: now}, func(tx *store.Tx) (*booking.Interviewer, error) {
		created, err := tx.CreateInterviewer(ctx, interviewer)
		if err != nil {
			return nil, err
		}
		return &created, appendEvents(ctx, tx, created.CreatedAt, created.Event(booking.InterviewerCreated, booking.Interviewer{}))
	})
}

// InterviewerChange changes the fields that are not nil.
type InterviewerChange struct {
	InterviewerID   booking.InterviewerID
	ExpectedVersion *int // refuse if the interviewer's version differs
	Name            *string
	Email           *string
	TimeZone        *string
	Tags            []string // nil leaves them unchanged
	Active          *bool
	CancelBooked    bool // when deactivating, also cancel booked interviews

	MaxPerDay, MaxPerWeek Optional[int]    // nil removes the cap
	MeetingURL            Optional[string] // nil removes the URL

	Headline, Bio, PhotoURL Optional[string] // nil removes the value
	Languages               []string         // nil leaves them unchanged
}

// UpdatedInterviewer is an interviewer after a change, with the effects of closing or
// reopening their calendar.
type UpdatedInterviewer struct {
	Interviewer booking.Interviewer
	Closed
}

// UpdateInterviewer changes an interviewer. Deactivating one closes their open slots in the
// future. Activating one publishes the slots of their availability again, up to where it was
// published before; the regular extension adds what a rule missed in between.
func (a *App) UpdateInterviewer(ctx context.Context, in InterviewerChange) (*UpdatedInterviewer, error) {
	if err := accessOf(ctx).only(); err != nil {
		return nil, err
	}
	target := calendarTarget{interviewerID: in.InterviewerID, cancelBooked: in.CancelBooked, reason: cancelReason}
	return changeCalendar(ctx, a, target, func(c *calendarChange) (*UpdatedInterviewer, error) {
		if err := c.lock(ctx); err != nil {
			return nil, err
		}
		before := c.interviewer
		if err := before.CheckExpected(in.ExpectedVersion, "interviewer").Err(); err != nil {
			return nil, err
		}
		after, refused := in.apply(before).Normalise()
		if err := refused.Err(); err != nil {
			return nil, err
		}
		if err := c.activate(ctx, after.Active); err != nil {
			return nil, err
		}
		if in.MaxPerDay.IsSet() || in.MaxPerWeek.IsSet() || in.TimeZone != nil {
			if err := recount(ctx, c.tx, after, always); err != nil {
				return nil, err
			}
		}
		changes := after.Changes(before)
		if err := c.appendEvent(ctx, booking.Event{Kind: booking.InterviewerUpdated, Changes: changes}); err != nil {
			return nil, err
		}
		if len(changes) == 0 {
			return &UpdatedInterviewer{Interviewer: after, Closed: c.result}, nil
		}
		// Update the row last: a new e-mail locks it against the foreign key check of a booking,
		// and that booking already holds its slot.
		after, err := c.tx.UpdateInterviewer(ctx, after, c.now)
		return &UpdatedInterviewer{Interviewer: after, Closed: c.result}, err
	})
}

// activate closes the interviewer's calendar if they become inactive, and publishes it again
// if they become active.
func (c *calendarChange) activate(ctx context.Context, active bool) (err error) {
	was := c.interviewer.Active
	c.interviewer.Active = active
	switch {
	case !active:
		return c.close(ctx, closing{})
	case !was:
		c.result.OpenedSlots, err = c.fill(ctx, []calendar.Span{{Start: c.now, End: always.End}})
	}
	return err
}

func (in InterviewerChange) apply(to booking.Interviewer) booking.Interviewer {
	set(&to.Name, in.Name)
	set(&to.Email, in.Email)
	set(&to.TimeZone, in.TimeZone)
	set(&to.Active, in.Active)
	to.MaxPerDay = in.MaxPerDay.Or(to.MaxPerDay)
	to.MaxPerWeek = in.MaxPerWeek.Or(to.MaxPerWeek)
	to.MeetingURL = in.MeetingURL.Or(to.MeetingURL)
	to.Headline = in.Headline.Or(to.Headline)
	to.Bio = in.Bio.Or(to.Bio)
	to.PhotoURL = in.PhotoURL.Or(to.PhotoURL)
	if in.Languages != nil {
		to.Languages = in.Languages
	}
	if in.Tags != nil {
		to.Tags = in.Tags
	}
	return to
}

// set assigns *change to *field unless change is nil.
func set[T any](field *T, change *T) {
	if change != nil {
		*field = *change
	}
}
