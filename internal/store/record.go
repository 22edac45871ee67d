package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"rehearse/internal/booking"
)

// recordRow is one interview of a student beside the student and the policy;
// the interview's columns are null for a student who has none.
type recordRow struct {
	Student studentRow     `gorm:"embedded"`
	Policy  booking.Policy `gorm:"embedded;embeddedPrefix:policy_"`
	SelfID  *booking.InterviewerID
	Hold    recordHold `gorm:"embedded;embeddedPrefix:hold_"`
	Waivers *string    // as JSON

	InterviewID   *booking.InterviewID
	InterviewerID *booking.InterviewerID
	SlotID        *booking.SlotID
	StartsAt      *time.Time
	EndsAt        *time.Time
	Status        *booking.InterviewStatus
	Grade         *int
	BookedAt      *time.Time
	CompletedAt   *time.Time
	StandsOn      ids[booking.WaiverID]
}

// recordHold is the student's hold beside him, and the times of its slot.
type recordHold struct {
	ID            *booking.HoldID
	SlotID        booking.SlotID
	InterviewerID booking.InterviewerID
	StartsAt      time.Time
	EndsAt        time.Time
	PlacedAt      time.Time
	ExpiresAt     time.Time
	Extended      bool
	Waivers       ids[booking.WaiverID]
}

func (r recordRow) hold() *booking.Hold {
	if r.Hold.ID == nil {
		return nil
	}
	return &booking.Hold{
		ID: *r.Hold.ID, StudentID: r.Student.ID, SlotID: r.Hold.SlotID, PlacedAt: r.Hold.PlacedAt.UTC(),
		ExpiresAt: r.Hold.ExpiresAt.UTC(), Extended: r.Hold.Extended, Waivers: r.Hold.Waivers,
		InterviewerID: r.Hold.InterviewerID, Start: r.Hold.StartsAt.UTC(), End: r.Hold.EndsAt.UTC(),
	}
}

func (r recordRow) interview() booking.Interview {
	return booking.Interview{
		ID: *r.InterviewID, StudentID: r.Student.ID, InterviewerID: *r.InterviewerID, SlotID: *r.SlotID,
		Start: r.StartsAt.UTC(), End: r.EndsAt.UTC(), Status: *r.Status, Grade: r.Grade,
		BookedAt: r.BookedAt.UTC(), CompletedAt: utc(r.CompletedAt), Waivers: r.StandsOn,
	}
}

// Record reads what the rules need to know of one student; NotFound when there
// is no such student.
func (r *Reader) Record(ctx context.Context, id booking.StudentID) (booking.Record, error) {
	records, err := r.Records(ctx, []booking.StudentID{id})
	if err != nil {
		return booking.Record{}, err
	}
	record, found := records[id]
	if !found {
		return booking.Record{}, booking.Refuse(booking.NotFound, "studentId", fmt.Sprintf("there is no student %d", id))
	}
	return record, nil
}

// Records reads the records of the students that exist of those asked for, in
// one statement, so that all of it is true at one instant. Notes are left out
// of the interviews.
func (r *Reader) Records(ctx context.Context, keys []booking.StudentID) (map[booking.StudentID]booking.Record, error) {
	var rows []recordRow
	whose, key := "s.id = ANY(?)", any(ids[booking.StudentID](keys))
	if len(keys) == 1 {
		// Most often there is one. Postgres keeps a plan for this condition, and
		// plans the other anew each time, which takes longer than to run it.
		whose, key = "s.id = ?", keys[0]
	}
	err := r.db.WithContext(ctx).Raw(`
		SELECT s.id, s.name, s.email, s.time_zone, s.interview_limit, s.created_at,
			p.interview_limit AS policy_interview_limit, p.minimum_grade_exclusive AS policy_minimum_grade_exclusive,
			p.grade_window AS policy_grade_window, p.minimum_notice_seconds AS policy_minimum_notice_seconds,
			p.hold_seconds AS policy_hold_seconds, p.cancel_cutoff_seconds AS policy_cancel_cutoff_seconds,
			p.max_reschedules AS policy_max_reschedules, p.version AS policy_version,
			me.id AS self_id, w.waivers,
			h.id AS hold_id, h.slot_id AS hold_slot_id, h.placed_at AS hold_placed_at, h.expires_at AS hold_expires_at,
			h.extended AS hold_extended, h.waivers AS hold_waivers, h.interviewer_id AS hold_interviewer_id,
			h.starts_at AS hold_starts_at, h.ends_at AS hold_ends_at,
			i.id AS interview_id, i.interviewer_id, i.slot_id, i.starts_at, i.ends_at, i.status, i.grade,
			i.booked_at, i.completed_at, i.waivers AS stands_on
		FROM students s
		CROSS JOIN booking_policy p
		LEFT JOIN interviewers me ON me.email = s.email
		LEFT JOIN LATERAL (SELECT holds.*, slots.interviewer_id, slots.starts_at, slots.ends_at
			FROM holds JOIN slots ON slots.id = holds.slot_id WHERE holds.student_id = s.id AND ended_at IS NULL) h ON true
		LEFT JOIN LATERAL (SELECT json_agg(one ORDER BY one.id) AS waivers FROM waivers one WHERE one.student_id = s.id) w ON true
		LEFT JOIN interviews i ON i.student_id = s.id AND i.status <> 'CANCELLED'
		WHERE `+whose+`
		ORDER BY s.id, i.starts_at, i.id`, key).Scan(&rows).Error
	if err != nil {
		return nil, fault(err, "read the records of %d students", len(keys))
	}
	records := make(map[booking.StudentID]booking.Record, len(keys))
	for _, row := range rows {
		record, known := records[row.Student.ID]
		if !known {
			if record, err = row.record(); err != nil {
				return nil, err
			}
		}
		if row.InterviewID != nil {
			record.History = append(record.History, row.interview())
		}
		records[row.Student.ID] = record
	}
	return records, nil
}

func (r recordRow) record() (booking.Record, error) {
	record := booking.Record{Student: r.Student.domain(), Policy: r.Policy, Hold: r.hold()}
	if r.SelfID != nil {
		record.Self = *r.SelfID
	}
	if r.Waivers == nil {
		return record, nil
	}
	var rows []waiverRow
	if err := json.Unmarshal([]byte(*r.Waivers), &rows); err != nil {
		return record, fmt.Errorf("read the waivers of student %d: %w", r.Student.ID, err)
	}
	record.Waivers = domains(rows)
	return record, nil
}
