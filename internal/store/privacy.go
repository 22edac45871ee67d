package store

import (
	"context"
	"encoding/json"
	"time"

	"rehearse/internal/booking"
)

// exportVersion is the version of the export's format. It changes when a key below or a
// column is renamed or removed.
const exportVersion = 1

// ExportStudent returns everything stored about a student as JSON, by table.
func (r *Reader) ExportStudent(ctx context.Context, id booking.StudentID) (json.RawMessage, error) {
	var found string
	err := r.db.WithContext(ctx).Raw(`
		SELECT json_build_object(
			'version', ?::int,
			'student', to_json(s),
			'interviews', (SELECT coalesce(json_agg(i ORDER BY i.starts_at, i.id), '[]') FROM (
				SELECT i.*, v.name AS interviewer FROM interviews i JOIN interviewers v ON v.id = i.interviewer_id
				WHERE i.student_id = s.id) i),
			'holds', (SELECT coalesce(json_agg(h ORDER BY h.id), '[]') FROM holds h WHERE h.student_id = s.id),
			'waivers', (SELECT coalesce(json_agg(w ORDER BY w.id), '[]') FROM waivers w WHERE w.student_id = s.id),
			'calendar_feeds', (SELECT coalesce(json_agg(f ORDER BY f.id), '[]') FROM (
				SELECT id, student_id, created_at, last_read_at FROM calendar_feeds WHERE student_id = s.id) f),
			'notification_preferences', (SELECT to_json(n) FROM (
				SELECT student_id, bookings, grades, reminders FROM notification_preferences WHERE student_id = s.id) n),
			'sign_in_links', (SELECT coalesce(json_agg(l ORDER BY l.id), '[]') FROM sign_in_links l
				WHERE l.role = 'STUDENT' AND l.person_id = s.id),
			'events', (SELECT coalesce(json_agg(e ORDER BY e.id), '[]') FROM events e
				WHERE `+eventsAbout+`),
			'mail', (SELECT coalesce(json_agg(m ORDER BY m.id), '[]') FROM mail m
				WHERE (m.recipient_role = 'STUDENT' AND m.recipient_id = s.id)
					OR m.interview_id IN (SELECT id FROM interviews WHERE student_id = s.id)),
			'webhooks', (SELECT coalesce(json_agg(w ORDER BY w.id), '[]') FROM (
				SELECT id, created_at, updated_at, disabled_at FROM webhooks WHERE s.id = ANY (student_ids)) w),
			'webhook_deliveries', (SELECT coalesce(json_agg(d ORDER BY d.id), '[]') FROM webhook_deliveries d
				JOIN events e ON e.id = d.event_id WHERE `+eventsAbout+`),
			'booking_refusals', (SELECT coalesce(json_agg(r ORDER BY r.id), '[]') FROM booking_refusals r
				WHERE `+refusalsAbout+`),
			'idempotency_keys', (SELECT coalesce(json_agg(k ORDER BY k.created_at, k.key), '[]') FROM idempotency_keys k
				WHERE `+keysAbout+`))
		FROM students s WHERE s.id = ?`, exportVersion, id).Take(&found).Error
	return json.RawMessage(found), missing(err, "student", "studentId", id)
}

// eventsAbout selects the events about a student s and those that the student caused.
const eventsAbout = `e.student_id = s.id OR (e.actor_role = 'STUDENT' AND e.actor_id = s.id)`

// keysAbout selects the stored answers about a student s, including answers to others.
const keysAbout = `(k.actor_role = 'STUDENT' AND k.actor_id = s.id) OR k.answer ->> 'student' = s.id::text`

// keysNaming selects the stored answers whose messages may name a student s. Answers
// about invalid rows of a file quote and truncate the rows, so a search for the student
// is unreliable and all of these answers match. Losing them is harmless: the file can be
// sent again.
const keysNaming = `position(lower(s.email) IN lower(k.answer::text)) > 0 OR jsonb_path_exists(k.answer, '$.result.rows[*].e')`

// refusalsAbout selects the refused bookings of a student s and those that the student
// requested.
const refusalsAbout = `r.student_id = s.id OR (r.actor_role = 'STUDENT' AND r.actor_id = s.id)`

// AnonymiseStudent removes the texts that people wrote about a student, the links of their
// interviews, their calendar feeds and their notification preferences, and reports whether there
// were any. The student must be locked. Interviews, holds and waivers stay. So do events,
// messages and deliveries to webhooks, which contain only the student's id, except for the
// responses of receivers.
func (tx *Tx) AnonymiseStudent(ctx context.Context, id booking.StudentID, at time.Time) (removed bool, err error) {
	var interviews []booking.InterviewID
	err = tx.db.WithContext(ctx).Raw(`UPDATE interviews SET note = NULL, note_shared = false, cancel_reason = NULL, meeting_url = NULL, intake = NULL,
		version = version + 1, updated_at = greatest(updated_at, ?)
		WHERE student_id = ? AND (note IS NOT NULL OR note_shared OR cancel_reason IS NOT NULL OR meeting_url IS NOT NULL
			OR intake IS NOT NULL)
		RETURNING id`, at, id).Scan(&interviews).Error
	if err != nil {
		return false, fault(err, "anonymise the interviews of student %d", id)
	}
	note(tx, changedInterviews, interviews...)
	note(tx, changedStudents, id)
	removed = len(interviews) > 0
	for _, statement := range []struct {
		text string
		args []any
	}{
		{"UPDATE waivers SET reason = '' WHERE student_id = ? AND reason <> ''", []any{id}},
		{"DELETE FROM calendar_feeds WHERE student_id = ?", []any{id}},
		{"DELETE FROM notification_preferences WHERE student_id = ?", []any{id}},
		{"DELETE FROM sign_in_links WHERE role = 'STUDENT' AND person_id = ?", []any{id}},
		// The request id is the only text of a refusal that a client chooses.
		{"UPDATE booking_refusals r SET request_id = '' FROM students s WHERE s.id = ? AND r.request_id <> '' AND (" + refusalsAbout + ")", []any{id}},
	} {
		done := tx.db.WithContext(ctx).Exec(statement.text, statement.args...)
		if done.Error != nil {
			return false, fault(done.Error, "anonymise student %d", id)
		}
		removed = removed || done.RowsAffected > 0
	}
	// These include texts that may not name the student, so they do not count as removed.
	err = tx.db.WithContext(ctx).Exec(`UPDATE webhook_deliveries d SET response_body = NULL FROM events e, students s
		WHERE e.id = d.event_id AND d.response_body IS NOT NULL AND s.id = ? AND (`+eventsAbout+")", id).Error
	if err != nil {
		return false, fault(err, "forget the responses to events of student %d", id)
	}
	err = tx.db.WithContext(ctx).Exec(
		"DELETE FROM idempotency_keys k USING students s WHERE s.id = ? AND ("+keysAbout+" OR "+keysNaming+")", id).Error
	return removed, fault(err, "forget the answers that name student %d", id)
}
