package store

import (
	"database/sql/driver"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgtype"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/spelling"
)

// A row type mirrors its table. Its domain method converts it to the type of package
// booking.

type studentRow struct {
	ID             booking.StudentID
	Name           string
	NameFolded     string // for search and ordering
	Email          string
	TimeZone       string
	InterviewLimit *int
	CreatedAt      time.Time
	AnonymisedAt   *time.Time
	Revised        revised `gorm:"embedded"`
}

func (studentRow) TableName() string { return "students" }

func newStudentRow(s booking.Student) studentRow {
	row := studentRow{
		ID: s.ID, Name: s.Name, NameFolded: spelling.Fold(s.Name), Email: s.Email, TimeZone: s.TimeZone,
		InterviewLimit: s.LimitOverride, CreatedAt: s.CreatedAt, Revised: revised(s.Revision),
	}
	if !s.AnonymisedAt.IsZero() {
		row.AnonymisedAt = &s.AnonymisedAt
	}
	return row
}

func (r studentRow) domain() booking.Student {
	s := booking.Student{
		ID: r.ID, Name: r.Name, Email: r.Email, TimeZone: r.TimeZone,
		LimitOverride: r.InterviewLimit, CreatedAt: r.CreatedAt.UTC(), Revision: r.Revised.revision(),
	}
	if r.AnonymisedAt != nil {
		s.AnonymisedAt = r.AnonymisedAt.UTC()
	}
	return s
}

type interviewerRow struct {
	ID         booking.InterviewerID
	Name       string
	NameFolded string // for search and ordering
	Email      string
	TimeZone   string
	Tags       texts
	MaxPerDay  *int
	MaxPerWeek *int
	MeetingURL *string
	Headline   *string
	Bio        *string
	PhotoURL   *string
	Languages  texts
	Active     bool
	CreatedAt  time.Time
	Revised    revised `gorm:"embedded"`
}

func (interviewerRow) TableName() string { return "interviewers" }

func (r interviewerRow) domain() booking.Interviewer {
	return booking.Interviewer{
		ID: r.ID, Name: r.Name, Email: r.Email, TimeZone: r.TimeZone, Tags: r.Tags, Active: r.Active,
		MaxPerDay: r.MaxPerDay, MaxPerWeek: r.MaxPerWeek, MeetingURL: r.MeetingURL, CreatedAt: r.CreatedAt.UTC(),
		Headline: r.Headline, Bio: r.Bio, PhotoURL: r.PhotoURL, Languages: r.Languages, Revision: r.Revised.revision(),
	}
}

func newInterviewerRow(i booking.Interviewer) interviewerRow {
	return interviewerRow{
		ID: i.ID, Name: i.Name, NameFolded: spelling.Fold(i.Name), Email: i.Email, TimeZone: i.TimeZone, Tags: i.Tags, Active: i.Active, CreatedAt: i.CreatedAt,
		MaxPerDay: i.MaxPerDay, MaxPerWeek: i.MaxPerWeek, MeetingURL: i.MeetingURL,
		Headline: i.Headline, Bio: i.Bio, PhotoURL: i.PhotoURL, Languages: i.Languages, Revised: revised(i.Revision),
	}
}

type slotRow struct {
	ID             booking.SlotID
	InterviewerID  booking.InterviewerID
	AvailabilityID booking.AvailabilityID
	StartsAt       time.Time
	EndsAt         time.Time
	Status         booking.SlotStatus
	HeldBy         *booking.StudentID
	HeldUntil      *time.Time
	FullUntil      *time.Time
	TakenBack      bool
}

func (slotRow) TableName() string { return "slots" }

func (r slotRow) domain() booking.Slot {
	slot := booking.Slot{
		ID: r.ID, InterviewerID: r.InterviewerID, Start: r.StartsAt.UTC(), End: r.EndsAt.UTC(), Status: r.Status,
		TakenBack: r.TakenBack,
	}
	if r.HeldBy != nil {
		slot.HeldBy, slot.HeldUntil = *r.HeldBy, r.HeldUntil.UTC()
	}
	if r.FullUntil != nil {
		slot.FullUntil = r.FullUntil.UTC()
	}
	return slot
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
	NoteShared    bool
	BookedAt      time.Time
	CompletedAt   *time.Time
	CancelledAt   *time.Time
	CancelReason  *string
	NoShowAt      *time.Time

	RescheduleCount int
	Waivers         ids[booking.WaiverID]
	Exempt          bool
	Revised         revised `gorm:"embedded"`
}

func (interviewRow) TableName() string { return "interviews" }

func newInterviewRow(i booking.Interview) interviewRow {
	return interviewRow{
		ID: i.ID, StudentID: i.StudentID, InterviewerID: i.InterviewerID, SlotID: i.SlotID,
		StartsAt: i.Start, EndsAt: i.End, Status: i.Status, Grade: i.Grade, Note: i.Note, NoteShared: i.NoteShared,
		BookedAt: i.BookedAt, CompletedAt: i.CompletedAt, CancelledAt: i.CancelledAt, CancelReason: i.CancelReason,
		NoShowAt: i.NoShowAt, RescheduleCount: i.Reschedules, Waivers: i.Waivers, Exempt: i.Exempt, Revised: revised(i.Revision),
	}
}

func (r interviewRow) domain() booking.Interview {
	return booking.Interview{
		ID: r.ID, StudentID: r.StudentID, InterviewerID: r.InterviewerID, SlotID: r.SlotID,
		Start: r.StartsAt.UTC(), End: r.EndsAt.UTC(), Status: r.Status, Grade: r.Grade, Note: r.Note, NoteShared: r.NoteShared,
		BookedAt: r.BookedAt.UTC(), CompletedAt: utc(r.CompletedAt), CancelledAt: utc(r.CancelledAt),
		CancelReason: r.CancelReason, NoShowAt: utc(r.NoShowAt), Reschedules: r.RescheduleCount, Waivers: r.Waivers,
		Exempt: r.Exempt, Revision: r.Revised.revision(),
	}
}

// revised is the revision of a row. GORM must not set the time, because an operation
// uses one clock throughout.
type revised struct {
	Version   int
	UpdatedAt time.Time `gorm:"autoUpdateTime:false"`
}

func (r revised) revision() booking.Revision {
	return booking.Revision{Version: r.Version, UpdatedAt: r.UpdatedAt.UTC()}
}

const revisionColumns = "version, updated_at"

// row is implemented by every row type.
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

// instant is a scan target for a time: it converts to UTC, and NULL to the zero time.
type instant time.Time

// ScanTimestamptz implements pgtype.TimestamptzScanner.
func (t *instant) ScanTimestamptz(v pgtype.Timestamptz) error {
	*t = instant(v.Time.UTC())
	return nil
}

// ids is a Postgres array. Unlike `IN ?`, `= ANY(?)` keeps the statement's text and its
// number of parameters independent of the number of ids.
type ids[T ~int64] []T

// Value implements driver.Valuer.
func (a ids[T]) Value() (driver.Value, error) {
	parts := make([]string, len(a))
	for i, id := range a {
		parts[i] = strconv.FormatInt(int64(id), 10)
	}
	return "{" + strings.Join(parts, ",") + "}", nil
}

// Scan implements sql.Scanner.
func (a *ids[T]) Scan(from any) error {
	var numbers []int64
	if err := arrays.SQLScanner(&numbers).Scan(from); err != nil {
		return err
	}
	*a = typed[T](numbers)
	return nil
}

// numbers converts ids to an array that pgx can encode.
func numbers[T ~int64](ids []T) []int64 {
	list := make([]int64, len(ids))
	for i, id := range ids {
		list[i] = int64(id)
	}
	return list
}

// typed converts numbers to ids. It returns nil for an empty slice.
func typed[T ~int64](numbers []int64) []T {
	var list []T
	for _, n := range numbers {
		list = append(list, T(n))
	}
	return list
}

// texts is a Postgres array of texts.
type texts []string

// Value implements driver.Valuer.
func (a texts) Value() (driver.Value, error) {
	text, err := arrays.Encode(pgtype.TextArrayOID, pgtype.TextFormatCode, []string(a), nil)
	if text == nil || err != nil {
		return "{}", err
	}
	return string(text), nil
}

// Scan implements sql.Scanner.
func (a *texts) Scan(from any) error {
	return arrays.SQLScanner((*[]string)(a)).Scan(from)
}

// arrays encodes and decodes arrays. It must not be modified.
var arrays = pgtype.NewMap()

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

func bounds(spans []calendar.Span) (starts, ends []time.Time) {
	for _, s := range spans {
		starts, ends = append(starts, s.Start), append(ends, s.End)
	}
	return starts, ends
}
