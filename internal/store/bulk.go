package store

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/spelling"
)

// loadBatch is the number of rows that one statement of a load writes. A statement must
// finish within the statement timeout even on a slow machine, where the indexes do not
// fit into memory and each row costs milliseconds.
const loadBatch = 1000

// tables lists the tables in the order in which they can be filled.
var tables = []string{"students", "interviewers", "availabilities", "slots", "interviews"}

// A LoadedSlot is a slot with the availability that published it.
type LoadedSlot struct {
	booking.Slot
	AvailabilityID booking.AvailabilityID
}

// The Load methods write many rows with explicit ids. The caller is responsible for the
// booking rules; only the database constraints are enforced here. Call SkipUsedIDs after
// the last Load method.

// LoadStudents writes students.
func (tx *Tx) LoadStudents(ctx context.Context, rows []booking.Student) error {
	return load(ctx, tx, "students", rows, []column[booking.Student]{
		{"id", "bigint", func(b []byte, s booking.Student) []byte { return strconv.AppendInt(b, int64(s.ID), 10) }},
		{"name", "text", func(b []byte, s booking.Student) []byte { return appendText(b, s.Name) }},
		{"name_folded", "text", func(b []byte, s booking.Student) []byte { return appendText(b, spelling.Fold(s.Name)) }},
		{"email", "text", func(b []byte, s booking.Student) []byte { return appendText(b, s.Email) }},
		{"time_zone", "text", func(b []byte, s booking.Student) []byte { return appendText(b, s.TimeZone) }},
		{"interview_limit", "integer", func(b []byte, s booking.Student) []byte { return orNull(b, s.LimitOverride, appendInt) }},
		{"created_at", "timestamptz", func(b []byte, s booking.Student) []byte { return appendTime(b, s.CreatedAt) }},
		{"updated_at", "timestamptz", func(b []byte, s booking.Student) []byte { return appendTime(b, s.CreatedAt) }},
	})
}

// LoadInterviewers writes interviewers.
func (tx *Tx) LoadInterviewers(ctx context.Context, rows []booking.Interviewer) error {
	return load(ctx, tx, "interviewers", rows, []column[booking.Interviewer]{
		{"id", "bigint", func(b []byte, i booking.Interviewer) []byte { return strconv.AppendInt(b, int64(i.ID), 10) }},
		{"name", "text", func(b []byte, i booking.Interviewer) []byte { return appendText(b, i.Name) }},
		{"name_folded", "text", func(b []byte, i booking.Interviewer) []byte { return appendText(b, spelling.Fold(i.Name)) }},
		{"email", "text", func(b []byte, i booking.Interviewer) []byte { return appendText(b, i.Email) }},
		{"time_zone", "text", func(b []byte, i booking.Interviewer) []byte { return appendText(b, i.TimeZone) }},
		{"tags", "text[]", func(b []byte, i booking.Interviewer) []byte { return appendTexts(b, i.Tags) }},
		{"max_per_day", "integer", func(b []byte, i booking.Interviewer) []byte { return orNull(b, i.MaxPerDay, appendInt) }},
		{"max_per_week", "integer", func(b []byte, i booking.Interviewer) []byte { return orNull(b, i.MaxPerWeek, appendInt) }},
		{"meeting_url", "text", func(b []byte, i booking.Interviewer) []byte { return orNull(b, i.MeetingURL, appendText) }},
		{"headline", "text", func(b []byte, i booking.Interviewer) []byte { return orNull(b, i.Headline, appendText) }},
		{"bio", "text", func(b []byte, i booking.Interviewer) []byte { return orNull(b, i.Bio, appendText) }},
		{"photo_url", "text", func(b []byte, i booking.Interviewer) []byte { return orNull(b, i.PhotoURL, appendText) }},
		{"languages", "text[]", func(b []byte, i booking.Interviewer) []byte { return appendTexts(b, i.Languages) }},
		{"active", "boolean", func(b []byte, i booking.Interviewer) []byte { return strconv.AppendBool(b, i.Active) }},
		{"created_at", "timestamptz", func(b []byte, i booking.Interviewer) []byte { return appendTime(b, i.CreatedAt) }},
		{"updated_at", "timestamptz", func(b []byte, i booking.Interviewer) []byte { return appendTime(b, i.CreatedAt) }},
	})
}

// LoadAvailabilities writes windows and weekly rules of existing interviewers.
func (tx *Tx) LoadAvailabilities(ctx context.Context, availabilities []booking.Availability) error {
	rows := make([]availabilityRow, len(availabilities))
	for i, a := range availabilities {
		rows[i] = newAvailabilityRow(a)
	}
	return load(ctx, tx, "availabilities", rows, []column[availabilityRow]{
		{"id", "bigint", func(b []byte, a availabilityRow) []byte { return strconv.AppendInt(b, int64(a.ID), 10) }},
		{"interviewer_id", "bigint", func(b []byte, a availabilityRow) []byte { return strconv.AppendInt(b, int64(a.InterviewerID), 10) }},
		{"starts_at", "timestamptz", func(b []byte, a availabilityRow) []byte { return appendTime(b, a.StartsAt) }},
		{"ends_at", "timestamptz", func(b []byte, a availabilityRow) []byte { return orNull(b, a.EndsAt, appendTime) }},
		{"slot_minutes", "integer", func(b []byte, a availabilityRow) []byte { return appendInt(b, a.SlotMinutes) }},
		{"gap_minutes", "integer", func(b []byte, a availabilityRow) []byte { return appendInt(b, a.GapMinutes) }},
		{"tags", "text[]", func(b []byte, a availabilityRow) []byte { return appendTexts(b, a.Tags) }},
		{"created_at", "timestamptz", func(b []byte, a availabilityRow) []byte { return appendTime(b, a.CreatedAt) }},
		{"updated_at", "timestamptz", func(b []byte, a availabilityRow) []byte { return appendTime(b, a.CreatedAt) }},
		{"removed_at", "timestamptz", func(b []byte, a availabilityRow) []byte { return orNull(b, a.RemovedAt, appendTime) }},
		{"time_zone", "text", func(b []byte, a availabilityRow) []byte { return orNull(b, a.TimeZone, appendText) }},
		{"start_date", "date", func(b []byte, a availabilityRow) []byte { return orNull(b, a.StartDate, appendDate) }},
		{"end_date", "date", func(b []byte, a availabilityRow) []byte { return orNull(b, a.EndDate, appendDate) }},
		{"weekdays", "smallint", func(b []byte, a availabilityRow) []byte { return orNull(b, a.Weekdays, appendInt) }},
		{"start_minute", "smallint", func(b []byte, a availabilityRow) []byte { return orNull(b, a.StartMinute, appendInt) }},
		{"end_minute", "smallint", func(b []byte, a availabilityRow) []byte { return orNull(b, a.EndMinute, appendInt) }},
		{"every_weeks", "smallint", func(b []byte, a availabilityRow) []byte { return orNull(b, a.EveryWeeks, appendInt) }},
		{"published_until", "timestamptz", func(b []byte, a availabilityRow) []byte { return orNull(b, a.PublishedUntil, appendTime) }},
	})
}

// LoadSlots writes slots of existing availabilities.
func (tx *Tx) LoadSlots(ctx context.Context, rows []LoadedSlot) error {
	return load(ctx, tx, "slots", rows, []column[LoadedSlot]{
		{"id", "bigint", func(b []byte, s LoadedSlot) []byte { return strconv.AppendInt(b, int64(s.ID), 10) }},
		{"interviewer_id", "bigint", func(b []byte, s LoadedSlot) []byte { return strconv.AppendInt(b, int64(s.InterviewerID), 10) }},
		{"availability_id", "bigint", func(b []byte, s LoadedSlot) []byte { return strconv.AppendInt(b, int64(s.AvailabilityID), 10) }},
		{"starts_at", "timestamptz", func(b []byte, s LoadedSlot) []byte { return appendTime(b, s.Start) }},
		{"ends_at", "timestamptz", func(b []byte, s LoadedSlot) []byte { return appendTime(b, s.End) }},
		{"status", "text", func(b []byte, s LoadedSlot) []byte { return append(b, s.Status...) }},
	})
}

// LoadInterviews writes interviews of existing students and slots.
func (tx *Tx) LoadInterviews(ctx context.Context, rows []booking.Interview) error {
	return load(ctx, tx, "interviews", rows, []column[booking.Interview]{
		{"id", "bigint", func(b []byte, i booking.Interview) []byte { return strconv.AppendInt(b, int64(i.ID), 10) }},
		{"student_id", "bigint", func(b []byte, i booking.Interview) []byte { return strconv.AppendInt(b, int64(i.StudentID), 10) }},
		{"interviewer_id", "bigint", func(b []byte, i booking.Interview) []byte { return strconv.AppendInt(b, int64(i.InterviewerID), 10) }},
		{"slot_id", "bigint", func(b []byte, i booking.Interview) []byte { return strconv.AppendInt(b, int64(i.SlotID), 10) }},
		{"starts_at", "timestamptz", func(b []byte, i booking.Interview) []byte { return appendTime(b, i.Start) }},
		{"ends_at", "timestamptz", func(b []byte, i booking.Interview) []byte { return appendTime(b, i.End) }},
		{"status", "text", func(b []byte, i booking.Interview) []byte { return append(b, i.Status...) }},
		{"grade", "smallint", func(b []byte, i booking.Interview) []byte { return orNull(b, i.Grade, appendInt) }},
		{"note", "text", func(b []byte, i booking.Interview) []byte { return orNull(b, i.Note, appendText) }},
		{"booked_at", "timestamptz", func(b []byte, i booking.Interview) []byte { return appendTime(b, i.BookedAt) }},
		{"completed_at", "timestamptz", func(b []byte, i booking.Interview) []byte { return orNull(b, i.CompletedAt, appendTime) }},
		{"cancelled_at", "timestamptz", func(b []byte, i booking.Interview) []byte { return orNull(b, i.CancelledAt, appendTime) }},
		{"cancel_reason", "text", func(b []byte, i booking.Interview) []byte { return orNull(b, i.CancelReason, appendText) }},
		{"no_show_at", "timestamptz", func(b []byte, i booking.Interview) []byte { return orNull(b, i.NoShowAt, appendTime) }},
		{"updated_at", "timestamptz", func(b []byte, i booking.Interview) []byte { return appendTime(b, i.LastChange()) }},
		{"exempt", "boolean", func(b []byte, i booking.Interview) []byte { return strconv.AppendBool(b, i.Exempt) }},
	})
}

// A column describes how a value of a row is written as an element of a Postgres array.
type column[R any] struct {
	name, kind string
	element    func([]byte, R) []byte
}

type columns[R any] []column[R]

// insert returns a statement that inserts rows from one array per column. Its text is
// the same for every batch size.
func (c columns[R]) insert(table string, rows []R) (text string, args []any) {
	var names, values, arrays []string
	for _, c := range c {
		names, values = append(names, c.name), append(values, c.name+"::"+c.kind)
		arrays = append(arrays, "?::"+travels(c.kind)+"[]")
		args = append(args, array(rows, c.element))
	}
	given := strings.Join(names, ", ")
	return "INSERT INTO " + table + " (" + given + ") SELECT " + strings.Join(values, ", ") +
		" FROM unnest(" + strings.Join(arrays, ", ") + ") AS given (" + given + ")", args
}

// load writes rows in batches, one statement each.
func load[R any](ctx context.Context, tx *Tx, table string, rows []R, of columns[R]) error {
	for batch := range slices.Chunk(rows, loadBatch) {
		text, args := of.insert(table, batch)
		if err := tx.db.WithContext(ctx).Exec(text, args...).Error; err != nil {
			return fault(err, "load %d rows into %s", len(batch), table)
		}
	}
	return nil
}

// travels returns the type in which a value of the given type is sent. unnest flattens
// nested arrays, so an array is sent as text.
func travels(kind string) string {
	if strings.HasSuffix(kind, "[]") {
		return "text"
	}
	return kind
}

func array[R any](rows []R, element func([]byte, R) []byte) string {
	text := []byte{'{'}
	for i, row := range rows {
		if i > 0 {
			text = append(text, ',')
		}
		text = element(text, row)
	}
	return string(append(text, '}'))
}

func orNull[T any](b []byte, value *T, element func([]byte, T) []byte) []byte {
	if value == nil {
		return append(b, "NULL"...)
	}
	return element(b, *value)
}

func appendInt(b []byte, n int) []byte { return strconv.AppendInt(b, int64(n), 10) }

func appendTime(b []byte, t time.Time) []byte { return t.UTC().AppendFormat(b, time.RFC3339Nano) }

func appendDate(b []byte, t time.Time) []byte { return t.AppendFormat(b, time.DateOnly) }

func appendText(b []byte, text string) []byte {
	b = append(b, '"')
	b = append(b, arrayLiteral.Replace(text)...)
	return append(b, '"')
}

// appendTexts appends an array, encoded as text.
func appendTexts(b []byte, texts []string) []byte { return appendText(b, array(texts, appendText)) }

var arrayLiteral = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// fillRange is the number of ids that one statement of fillInRanges covers.
const fillRange = 20 * loadBatch

// fillInRanges runs a statement for each range of the ids of a table. The statement's
// arguments are the exclusive lower and the inclusive upper bound.
func fillInRanges(ctx context.Context, tx *Tx, table, statement string) error {
	var last int64
	if err := tx.db.WithContext(ctx).Raw("SELECT coalesce(max(id), 0) FROM " + table).Scan(&last).Error; err != nil {
		return fault(err, "read the last id of %s", table)
	}
	for after := int64(0); after < last; after += fillRange {
		if err := tx.db.WithContext(ctx).Exec(statement, after, after+fillRange).Error; err != nil {
			return fault(err, "derive rows from %d to %d of %s", after+1, after+fillRange, table)
		}
	}
	return nil
}

// DeferStandings disables the per-write update of the students' standings until
// FillStandings runs. Otherwise, a load of a whole school would update each student once
// for each batch.
func (tx *Tx) DeferStandings(ctx context.Context) error {
	return tx.setLoading(ctx, "on")
}

// FillStandings derives the standings of all students from their interviews.
func (tx *Tx) FillStandings(ctx context.Context) error {
	err := fillInRanges(ctx, tx, "students", `
		UPDATE students SET (interviews_counted, recent_grades) = (SELECT counted, grades FROM standing(students.id))
		WHERE id > ? AND id <= ?`)
	if err != nil {
		return err
	}
	return tx.setLoading(ctx, "off")
}

func (tx *Tx) setLoading(ctx context.Context, to string) error {
	err := tx.db.WithContext(ctx).Exec("SELECT set_config('rehearse.loading', ?, true)", to).Error
	return fault(err, "set rehearse.loading to %s", to)
}

// SkipUsedIDs advances the id sequences beyond the ids that the Load methods wrote.
func (tx *Tx) SkipUsedIDs(ctx context.Context) error {
	for _, table := range tables {
		err := tx.db.WithContext(ctx).Exec("SELECT setval(pg_get_serial_sequence('" + table + "', 'id'), " +
			"coalesce(max(id), 1), max(id) IS NOT NULL) FROM " + table).Error
		if err != nil {
			return fault(err, "skip the ids of %s", table)
		}
	}
	return nil
}

// Vacuum vacuums and analyses the tables, so that Postgres plans well and lists slots
// with index-only scans. Call it after a load; otherwise autovacuum does the same.
func (s *Store) Vacuum(ctx context.Context) error {
	for _, table := range tables {
		if _, err := s.pool.ExecContext(ctx, "VACUUM (ANALYZE) "+table); err != nil {
			return fault(err, "vacuum %s", table)
		}
	}
	return nil
}
