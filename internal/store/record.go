package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgtype/zeronull"

	"rehearse/internal/booking"
)

// heldRow is the student's hold with its slot.
type heldRow struct {
	ID            booking.HoldID
	SlotID        booking.SlotID
	PlacedAt      time.Time
	ExpiresAt     time.Time
	Extended      pgtype.Bool
	Waivers       []int64 `gorm:"type:bigint[]"`
	InterviewerID booking.InterviewerID
	StartsAt      time.Time
	EndsAt        time.Time
}

func (r heldRow) domain(of booking.StudentID) booking.HeldSlot {
	return booking.HeldSlot{
		Hold: booking.Hold{
			ID: r.ID, StudentID: of, SlotID: r.SlotID, PlacedAt: r.PlacedAt, ExpiresAt: r.ExpiresAt, Extended: r.Extended.Bool,
			Waivers: typed[booking.WaiverID](r.Waivers),
		},
		InterviewerID: r.InterviewerID, Start: r.StartsAt, End: r.EndsAt,
	}
}

// commitmentRow is an interview of the student as the rules need it.
type commitmentRow struct {
	ID            booking.InterviewID
	InterviewerID booking.InterviewerID
	SlotID        booking.SlotID
	StartsAt      time.Time
	EndsAt        time.Time
	Status        booking.InterviewStatus
	Grade         *int
	Waivers       []int64 `gorm:"type:bigint[]"`
}

func (r commitmentRow) domain() booking.Commitment {
	return booking.Commitment{
		ID: r.ID, InterviewerID: r.InterviewerID, SlotID: r.SlotID, Start: r.StartsAt, End: r.EndsAt, Status: r.Status,
		Grade: r.Grade, Waivers: typed[booking.WaiverID](r.Waivers),
	}
}

// A student may have no hold and no interview.
var (
	heldColumns       = columnsOf[heldRow]().orZero()
	commitmentColumns = columnsOf[commitmentRow]().orZero()
)

// selectRecords returns a statement that reads the records of the students whose id meets the
// condition: a row for each student, without an interview, and a row for each interview, with
// the student's id alone. It is one statement, so its parts are consistent with each other. A
// join would repeat the student for each interview, and takes twice as long (BenchmarkBookSlot).
func selectRecords(condition string) string {
	nulls := func(n int) string { return strings.Repeat(", NULL", n) }
	return `
		SELECT ` + studentColumns.of("s.") + `,
			` + policyColumns.of("p.") + `,
			me.id, w.waivers,
			` + heldColumns.of("h.") + nulls(len(commitmentColumns)) + `
		FROM students s
		CROSS JOIN booking_policy p
		LEFT JOIN interviewers me ON me.email = s.email
		LEFT JOIN LATERAL (SELECT holds.*, slots.interviewer_id, slots.starts_at, slots.ends_at
			FROM holds JOIN slots ON slots.id = holds.slot_id WHERE holds.student_id = s.id AND ended_at IS NULL) h ON true
		LEFT JOIN LATERAL (SELECT json_agg(one ORDER BY one.id) AS waivers FROM waivers one WHERE one.student_id = s.id) w ON true
		WHERE s.id ` + condition + `
		UNION ALL (
			SELECT i.student_id` + nulls(len(studentColumns)+len(policyColumns)+len(heldColumns)+1) + `,
				` + commitmentColumns.of("i.") + `
			FROM interviews i WHERE i.student_id ` + condition + ` AND ` + keepsSlot("i.") + `
			ORDER BY i.student_id, i.starts_at, i.id)`
}

// Record returns the data about one student that the rules need, or NotFound.
func (r *Reader) Record(ctx context.Context, id booking.StudentID) (booking.Record, error) {
	row := newRecordRow(map[booking.StudentID]booking.Record{})
	if err := r.send(ctx, readRecords([]booking.StudentID{id}, row)); err != nil {
		return booking.Record{}, fault(err, "read the record of student %d", id)
	}
	record, found := row.records[id]
	if !found {
		return booking.Record{}, booking.Missing("student", "studentId")
	}
	return record, nil
}

// Records returns the records of the students with the given ids. Unknown ids are
// skipped. It reads a batch of students with one statement. The records of several batches
// are consistent with each other only while the students are locked.
func (r *Reader) Records(ctx context.Context, keys []booking.StudentID) (map[booking.StudentID]booking.Record, error) {
	records := make(map[booking.StudentID]booking.Record, len(keys))
	for batch := range slices.Chunk(keys, loadBatch) {
		if err := r.send(ctx, readRecords(batch, newRecordRow(records))); err != nil {
			return nil, fault(err, "read the records of %d students", len(batch))
		}
	}
	return records, nil
}

// recordReads is how many shared reads of records run at a time: enough that neither Postgres nor
// the server waits for the other.
const recordReads = 2

// recordsTimeout bounds a read of records that several callers wait for.
const recordsTimeout = 10 * time.Second

// recordWithOthers is like Record, but one statement reads the records of all students for which
// callers wait. When bookings open, this takes half of the CPU time that a separate statement
// for each student would take (BenchmarkAvailableSlots).
func (s *Store) recordWithOthers(ctx context.Context, id booking.StudentID) (booking.Record, error) {
	read := s.reading.Next(id)
	select {
	case <-read.Done:
	case <-ctx.Done():
		return booking.Record{}, ctx.Err()
	}
	record, found := read.Result[id]
	if read.Err == nil && !found {
		return record, booking.Missing("student", "studentId")
	}
	return record, read.Err
}

// recordsOnce is the function of recordWithOthers that reads the records.
func (s *Store) recordsOnce(ids []booking.StudentID) (map[booking.StudentID]booking.Record, error) {
	ctx, cancel := context.WithTimeout(context.Background(), recordsTimeout)
	defer cancel()
	return s.Records(ctx, ids)
}

// recordColumns is the capacity for the scan targets of selectRecords.
const recordColumns = 40

// A single student is the usual case, and has a statement of its own. Without generic plans
// (sessionSettings), Postgres would plan the statement for several students for each execution,
// which takes longer than running it.
var (
	readRecord      = selectRecords("= $1")
	readManyRecords = selectRecords("= ANY($1)")
)

func readRecords(keys []booking.StudentID, by *recordRow) statement {
	if len(keys) == 1 {
		return statement{readRecord, []any{int64(keys[0])}, by.read}
	}
	return statement{readManyRecords, []any{numbers(keys)}, by.read}
}

// A recordRow receives the rows of selectRecords, one after the other.
type recordRow struct {
	records map[booking.StudentID]booking.Record

	student studentRow
	policy  policyRow
	record  booking.Record
	waivers []byte // JSON
	held    heldRow

	interview            commitmentRow
	whole, interviewOnly []any // scan targets of the columns
}

func newRecordRow(records map[booking.StudentID]booking.Record) *recordRow {
	r := &recordRow{records: records}
	r.whole = studentColumns.appendTargets(make([]any, 0, recordColumns), &r.student) // the first one is the id
	r.whole = policyColumns.appendTargets(r.whole, &r.policy)
	r.whole = append(r.whole, (*zeronull.Int8)(&r.record.Self), &r.waivers)
	r.whole = heldColumns.appendTargets(r.whole, &r.held)
	ofInterview := len(r.whole)
	r.whole = commitmentColumns.appendTargets(r.whole, &r.interview)
	r.interviewOnly = make([]any, len(r.whole)) // nil skips a column
	r.interviewOnly[0] = r.whole[0]
	copy(r.interviewOnly[ofInterview:], r.whole[ofInterview:])
	return r
}

const typicalHistory = 16

// read reads one row, of a student or of an interview. Nothing guarantees that the students
// come first.
func (r *recordRow) read(rows pgx.Rows) error {
	r.interview = commitmentRow{}
	if err := rows.Scan(r.interviewOnly...); err != nil {
		return err
	}
	record := r.records[r.student.ID]
	if record.History == nil {
		record.History = make([]booking.Commitment, 0, typicalHistory)
	}
	if r.interview.ID != 0 {
		record.History = append(record.History, r.interview.domain())
	} else {
		r.student, r.record, r.held = studentRow{}, booking.Record{}, heldRow{}
		if err := rows.Scan(r.whole...); err != nil {
			return err
		}
		if err := r.rest(); err != nil {
			return err
		}
		r.record.History = record.History
		record = r.record
	}
	r.records[r.student.ID] = record
	return nil
}

// rest sets the parts of the record that are not scanned directly.
func (r *recordRow) rest() error {
	r.record.Student, r.record.Policy = r.student.domain(), r.policy.domain()
	if r.held.ID != 0 {
		held := r.held.domain(r.student.ID)
		r.record.Hold = &held
	}
	if r.waivers == nil {
		return nil
	}
	var rows []waiverRow
	if err := json.Unmarshal(r.waivers, &rows); err != nil {
		return fmt.Errorf("read the waivers of student %d: %w", r.student.ID, err)
	}
	r.record.Waivers = domains(rows)
	return nil
}
