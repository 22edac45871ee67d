package store

import (
	"database/sql/driver"
	"strconv"
	"strings"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

// A row type mirrors its table; its method is the one way to booking's type.

type studentRow struct {
	ID             booking.StudentID
	Name           string
	Email          string
	TimeZone       string
	InterviewLimit *int
	CreatedAt      time.Time
}

func (studentRow) TableName() string { return "students" }

func newStudentRow(s booking.Student) studentRow {
	return studentRow{
		ID: s.ID, Name: s.Name, Email: s.Email, TimeZone: s.TimeZone,
		InterviewLimit: s.LimitOverride, CreatedAt: s.CreatedAt,
	}
}

func (r studentRow) domain() booking.Student {
	return booking.Student{
		ID: r.ID, Name: r.Name, Email: r.Email, TimeZone: r.TimeZone,
		LimitOverride: r.InterviewLimit, CreatedAt: r.CreatedAt.UTC(),
	}
}

type interviewerRow struct {
	ID        booking.InterviewerID
	Name      string
	Email     string
	TimeZone  string
	Active    bool
	CreatedAt time.Time
}

func (interviewerRow) TableName() string { return "interviewers" }

func (r interviewerRow) domain() booking.Interviewer {
	return booking.Interviewer{
		ID: r.ID, Name: r.Name, Email: r.Email, TimeZone: r.TimeZone, Active: r.Active, CreatedAt: r.CreatedAt.UTC(),
	}
}

type availabilityRow struct {
	ID            booking.AvailabilityID
	InterviewerID booking.InterviewerID
	StartsAt      time.Time
	EndsAt        time.Time
	SlotMinutes   int
	CreatedAt     time.Time
}

func (availabilityRow) TableName() string { return "availabilities" }

func (r availabilityRow) domain() booking.Availability {
	return booking.Availability{
		ID: r.ID, InterviewerID: r.InterviewerID, Start: r.StartsAt.UTC(), End: r.EndsAt.UTC(),
		SlotMinutes: r.SlotMinutes, CreatedAt: r.CreatedAt.UTC(),
	}
}

type slotRow struct {
	ID             booking.SlotID
	InterviewerID  booking.InterviewerID
	AvailabilityID booking.AvailabilityID
	StartsAt       time.Time
	EndsAt         time.Time
	Status         booking.SlotStatus
}

func (slotRow) TableName() string { return "slots" }

func (r slotRow) domain() booking.Slot {
	return booking.Slot{
		ID: r.ID, InterviewerID: r.InterviewerID, Start: r.StartsAt.UTC(), End: r.EndsAt.UTC(), Status: r.Status,
	}
}

type interviewRow struct {
	ID            booking.InterviewID
	StudentID     booking.StudentID
	InterviewerID booking.InterviewerID
	SlotID        booking.SlotID
	StartsAt      time.Time
	EndsAt        time.Time
	Status        booking.InterviewStatus
	Grade         *int
	Note          *string
	BookedAt      time.Time
	CompletedAt   *time.Time
	CancelledAt   *time.Time
	CancelReason  *string
	Exempt        bool
}

func (interviewRow) TableName() string { return "interviews" }

func newInterviewRow(i booking.Interview) interviewRow {
	return interviewRow{
		ID: i.ID, StudentID: i.StudentID, InterviewerID: i.InterviewerID, SlotID: i.SlotID,
		StartsAt: i.Start, EndsAt: i.End, Status: i.Status, Grade: i.Grade, Note: i.Note,
		BookedAt: i.BookedAt, CompletedAt: i.CompletedAt, CancelledAt: i.CancelledAt, CancelReason: i.CancelReason,
		Exempt: i.Exempt,
	}
}

func (r interviewRow) domain() booking.Interview {
	return booking.Interview{
		ID: r.ID, StudentID: r.StudentID, InterviewerID: r.InterviewerID, SlotID: r.SlotID,
		Start: r.StartsAt.UTC(), End: r.EndsAt.UTC(), Status: r.Status, Grade: r.Grade, Note: r.Note,
		BookedAt: r.BookedAt.UTC(), CompletedAt: utc(r.CompletedAt), CancelledAt: utc(r.CancelledAt),
		CancelReason: r.CancelReason, Exempt: r.Exempt,
	}
}

// row is what every row type can do.
type row[T any] interface{ domain() T }

func domains[T any, R row[T]](rows []R) []T {
	out := make([]T, len(rows))
	for i, r := range rows {
		out[i] = r.domain()
	}
	return out
}

func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC()
	return &u
}

// ids is a Postgres array: `= ANY(?)` keeps one statement text, and one
// parameter, whatever the number of ids, where `IN ?` would not.
type ids[T ~int64] []T

// Value implements driver.Valuer.
func (a ids[T]) Value() (driver.Value, error) {
	parts := make([]string, len(a))
	for i, id := range a {
		parts[i] = strconv.FormatInt(int64(id), 10)
	}
	return "{" + strings.Join(parts, ",") + "}", nil
}

// instants is a Postgres array of timestamps.
type instants []time.Time

// Value implements driver.Valuer.
func (a instants) Value() (driver.Value, error) {
	parts := make([]string, len(a))
	for i, t := range a {
		parts[i] = t.UTC().Format(time.RFC3339Nano)
	}
	return "{" + strings.Join(parts, ",") + "}", nil
}

func bounds(spans []calendar.Span) (starts, ends instants) {
	for _, s := range spans {
		starts, ends = append(starts, s.Start), append(ends, s.End)
	}
	return starts, ends
}
