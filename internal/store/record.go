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
)

// recordStamp is of a student s, the policy p, the interviewer me who is himself
// and his hold h what tells his record from any other: the version stands for
// his own columns, his interviews and his waivers. (Of 2^64 stamps, two that
// follow each other are not the same.)
const recordStamp = "hash_record_extended(ROW(s.record_version, p.*, me.id, h.id, h.expires_at, h.extended), 0)"

// recordSelect answers a row for each interview of a student, with all else of
// his record beside it; the interview's columns are null for a student who has
// none.
const recordSelect = `
		SELECT s.id, ` + recordStamp + `, s.name, s.email, s.time_zone, s.interview_limit, s.created_at, s.anonymised_at, s.version, s.updated_at,
			` + policyColumns + `,
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
		LEFT JOIN interviews i ON i.student_id = s.id AND i.status <> 'CANCELLED'
		WHERE `

const recordOrder = " ORDER BY s.id, i.starts_at, i.id"

// Record reads what the rules need to know of one student; NotFound when there
// is no such student.
func (r *Reader) Record(ctx context.Context, id booking.StudentID) (booking.Record, error) {
	read, err := r.stampedRecord(ctx, id)
	return read.Record, err
}

// stampedRecord is the student's record and its stamp.
func (r *Reader) stampedRecord(ctx context.Context, id booking.StudentID) (keptRecord, error) {
	row := newRecordRow(map[booking.StudentID]booking.Record{})
	if err := r.send(ctx, readRecords([]booking.StudentID{id}, row)); err != nil {
		return keptRecord{}, fault(err, "read the record of student %d", id)
	}
	record, found := row.records[id]
	if !found {
		return keptRecord{}, booking.Missing("student", "studentId")
	}
	return keptRecord{record, row.stamp}, nil
}

// Records reads the records of the students that exist of those asked for, in
// one statement, so that all of it is true at one instant.
func (r *Reader) Records(ctx context.Context, keys []booking.StudentID) (map[booking.StudentID]booking.Record, error) {
	records := make(map[booking.StudentID]booking.Record, len(keys))
	if err := r.send(ctx, readRecords(keys, newRecordRow(records))); err != nil {
		return nil, fault(err, "read the records of %d students", len(keys))
	}
	return records, nil
}

func readRecords(keys []booking.StudentID, by *recordRow) statement {
	whose, key := "s.id = ANY($1)", any(numbers(keys))
	if len(keys) == 1 {
		// Most often there is one. Postgres keeps a plan for this condition, and
		// plans the other anew each time, which takes longer than to run it.
		whose, key = "s.id = $1", int64(keys[0])
	}
	return statement{recordSelect + whose + recordOrder, []any{key}, by.read}
}

// recordRow is where rows of recordSelect are read to, one after the other.
type recordRow struct {
	records map[booking.StudentID]booking.Record

	id       int64 // of the student
	stamp    int64 // of the last record that was begun
	record   booking.Record
	waivers  []byte // as JSON
	hold     booking.HeldSlot
	extended pgtype.Bool
	holdsOn  []int64

	interview            booking.Commitment
	standsOn             []int64
	whole, interviewOnly []any // the columns' places
}

func newRecordRow(records map[booking.StudentID]booking.Record) *recordRow {
	r := &recordRow{records: records}
	s, p, h, i := &r.record.Student, &r.record.Policy, &r.hold, &r.interview
	interview := []any{
		(*zeronull.Int8)(&i.ID), (*zeronull.Int8)(&i.InterviewerID), (*zeronull.Int8)(&i.SlotID),
		(*instant)(&i.Start), (*instant)(&i.End), (*zeronull.Text)(&i.Status), &i.Grade,
		&r.standsOn,
	}
	r.whole = slices.Concat([]any{
		&r.id, &r.stamp, &s.Name, &s.Email, &s.TimeZone, &s.LimitOverride, (*instant)(&s.CreatedAt), (*instant)(&s.AnonymisedAt),
		&s.Version, (*instant)(&s.UpdatedAt),
	}, policyPlaces(p), []any{
		(*zeronull.Int8)(&r.record.Self), &r.waivers,
		(*zeronull.Int8)(&h.ID), (*zeronull.Int8)(&h.SlotID), (*instant)(&h.PlacedAt), (*instant)(&h.ExpiresAt),
		&r.extended, &r.holdsOn, (*zeronull.Int8)(&h.InterviewerID),
		(*instant)(&h.Start), (*instant)(&h.End),
	}, interview)
	r.interviewOnly = make([]any, len(r.whole)) // nil: not decoded
	r.interviewOnly[0] = &r.id
	copy(r.interviewOnly[len(r.whole)-len(interview):], interview)
	return r
}

const typicalHistory = 16

// read reads a row. The rows of a student repeat all but the interview, which is
// decoded only of the first of them.
func (r *recordRow) read(rows pgx.Rows) error {
	r.interview = booking.Commitment{}
	if err := rows.Scan(r.interviewOnly...); err != nil {
		return err
	}
	student := booking.StudentID(r.id)
	record, known := r.records[student]
	if !known {
		r.record, r.hold = booking.Record{}, booking.HeldSlot{}
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

// rest makes of the student's columns what is no column.
func (r *recordRow) rest() error {
	r.record.Student.ID = booking.StudentID(r.id)
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
