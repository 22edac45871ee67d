package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgtype/zeronull"

	"rehearse/internal/booking"
	"rehearse/internal/store/cache"
)

// recordStamp is an expression that identifies the state of a record: a hash of the
// student s, the policy p, the student's own interviewer me and the student's hold h.
// The record version covers the student's columns, interviews and waivers. A stamp has
// 64 bits; collisions of successive states are negligible.
const recordStamp = "hash_record_extended(ROW(s.record_version, p.*, me.id, h.id, h.expires_at, h.extended), 0)"

// recordSelect returns a row for each interview of a student. Each row repeats the rest
// of the record. A student without interviews has one row with null interview columns.
var recordSelect = `
		SELECT s.id, ` + recordStamp + `, ` + studentColumns[1:].of("s.") + `,
			` + policyColumns.of("p.") + `,
			me.id, w.waivers,
			h.id, h.slot_id, h.placed_at, h.expires_at,
			h.extended, h.waivers, h.interviewer_id,
			h.starts_at, h.ends_at,
			i.id, i.interviewer_id, i.slot_id, i.starts_at, i.ends_at, i.status, i.grade, i.waivers
		FROM students s
		CROSS JOIN booking_policy p
		LEFT JOIN interviewers me ON me.email = s.email
		LEFT JOIN LATERAL (SELECT holds.*, slots.interviewer_id, slots.starts_at, slots.ends_at
			FROM holds JOIN slots ON slots.id = holds.slot_id WHERE holds.student_id = s.id AND ended_at IS NULL) h ON true
		LEFT JOIN LATERAL (SELECT json_agg(one ORDER BY one.id) AS waivers FROM waivers one WHERE one.student_id = s.id) w ON true
		LEFT JOIN interviews i ON i.student_id = s.id AND ` + keepsSlot("i.") + `
		WHERE `

const recordOrder = " ORDER BY s.id, i.starts_at, i.id"

// Record returns the data about one student that the rules need, or NotFound.
func (r *Reader) Record(ctx context.Context, id booking.StudentID) (booking.Record, error) {
	read, err := r.stampedRecord(ctx, id)
	return read.Record, err
}

// stampedRecord returns the student's record with its stamp.
func (r *Reader) stampedRecord(ctx context.Context, id booking.StudentID) (cache.Record, error) {
	row := newRecordRow(map[booking.StudentID]booking.Record{})
	if err := r.send(ctx, readRecords([]booking.StudentID{id}, row)); err != nil {
		return cache.Record{}, fault(err, "read the record of student %d", id)
	}
	record, found := row.records[id]
	if !found {
		return cache.Record{}, booking.Missing("student", "studentId")
	}
	return cache.Record{Record: record, Stamp: row.stamp}, nil
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

// recordColumns is the capacity for the scan targets of recordSelect.
const recordColumns = 40

// A single student is the usual case. Postgres keeps a plan for this condition;
// it would plan that of several students for each execution, which takes longer than
// running it.
var (
	readRecord      = recordSelect + "s.id = $1" + recordOrder
	readManyRecords = recordSelect + "s.id = ANY($1)" + recordOrder
)

func readRecords(keys []booking.StudentID, by *recordRow) statement {
	if len(keys) == 1 {
		return statement{readRecord, []any{int64(keys[0])}, by.read}
	}
	return statement{readManyRecords, []any{numbers(keys)}, by.read}
}

// A recordRow receives the rows of recordSelect, one after the other.
type recordRow struct {
	records map[booking.StudentID]booking.Record

	id       int64 // student's id
	stamp    int64 // stamp of the current record
	student  studentRow
	policy   policyRow
	record   booking.Record
	waivers  []byte // JSON
	hold     booking.HeldSlot
	extended pgtype.Bool
	holdsOn  []int64

	interview            booking.Commitment
	standsOn             []int64
	whole, interviewOnly []any // scan targets of the columns
}

func newRecordRow(records map[booking.StudentID]booking.Record) *recordRow {
	r := &recordRow{records: records}
	h, i := &r.hold, &r.interview
	r.whole = append(make([]any, 0, recordColumns), &r.id, &r.stamp)
	r.whole = studentColumns[1:].appendTargets(r.whole, &r.student)
	r.whole = policyColumns.appendTargets(r.whole, &r.policy)
	r.whole = append(r.whole, (*zeronull.Int8)(&r.record.Self), &r.waivers,
		(*zeronull.Int8)(&h.ID), (*zeronull.Int8)(&h.SlotID), (*instant)(&h.PlacedAt), (*instant)(&h.ExpiresAt),
		&r.extended, &r.holdsOn, (*zeronull.Int8)(&h.InterviewerID),
		(*instant)(&h.Start), (*instant)(&h.End))
	ofInterview := len(r.whole)
	r.whole = append(r.whole, (*zeronull.Int8)(&i.ID), (*zeronull.Int8)(&i.InterviewerID), (*zeronull.Int8)(&i.SlotID),
		(*instant)(&i.Start), (*instant)(&i.End), (*zeronull.Text)(&i.Status), &i.Grade, &r.standsOn)
	r.interviewOnly = make([]any, len(r.whole)) // nil skips a column
	r.interviewOnly[0] = &r.id
	copy(r.interviewOnly[ofInterview:], r.whole[ofInterview:])
	return r
}

const typicalHistory = 16

// read reads one row. Rows of the same student differ only in the interview, so the
// other columns are decoded once.
func (r *recordRow) read(rows pgx.Rows) error {
	r.interview = booking.Commitment{}
	if err := rows.Scan(r.interviewOnly...); err != nil {
		return err
	}
	student := booking.StudentID(r.id)
	record, known := r.records[student]
	if !known {
		r.student, r.record, r.hold = studentRow{}, booking.Record{}, booking.HeldSlot{}
		if err := rows.Scan(r.whole...); err != nil {
			return err
		}
		if err := r.rest(); err != nil {
			return err
		}
		record = r.record
		record.History = make([]booking.Commitment, 0, typicalHistory)
	}
	if i := r.interview; i.ID != 0 {
		i.Waivers = typed[booking.WaiverID](r.standsOn)
		record.History = append(record.History, i)
	}
	r.records[student] = record
	return nil
}

// rest sets the parts of the record that are not scanned directly.
func (r *recordRow) rest() error {
	r.student.ID = booking.StudentID(r.id)
	r.record.Student, r.record.Policy = r.student.domain(), booking.Policy(r.policy)
	if h := r.hold; h.ID != 0 {
		h.StudentID, h.Extended, h.Waivers = booking.StudentID(r.id), r.extended.Bool, typed[booking.WaiverID](r.holdsOn)
		r.record.Hold = &h
	}
	if r.waivers == nil {
		return nil
	}
	var rows []waiverRow
	if err := json.Unmarshal(r.waivers, &rows); err != nil {
		return fmt.Errorf("read the waivers of student %d: %w", r.id, err)
	}
	r.record.Waivers = domains(rows)
	return nil
}
