SELECT s.id, s.interviewer_id, s.starts_at, s.ends_at, num_nonnulls(v.max_per_day, v.max_per_week) > 0
FROM slots s JOIN interviewers v ON v.id = s.interviewer_id
WHERE s.id = $1

begin

SELECT set_config('lock_timeout', $1, true), set_config('statement_timeout', $2, true), set_config('idle_in_transaction_session_timeout', $3, true), set_config('rehearse.logs_changes', 'on', true)

SELECT id, name, email, time_zone, interview_limit, created_at, anonymised_at, version, updated_at
FROM students
WHERE id = $1 FOR NO KEY UPDATE

SELECT s.id, s.name, s.email, s.time_zone, s.interview_limit, s.created_at, s.anonymised_at, s.version, s.updated_at, p.interview_limit, p.minimum_grade_exclusive, p.grade_window, p.hold_seconds, p.minimum_notice_seconds, p.cancel_cutoff_seconds, p.reschedule_cutoff_seconds, p.max_reschedules, p.publish_horizon_days, p.meeting_url_template, p.share_meeting_rooms, p.reminder_lead_seconds, p.agenda_hour, p.feedback_overdue_seconds, p.version, me.id, w.waivers, h.id, h.slot_id, h.placed_at, h.expires_at, h.extended, h.waivers, h.interviewer_id, h.starts_at, h.ends_at, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM students s
CROSS JOIN booking_policy p
LEFT JOIN interviewers me ON me.email = s.email
LEFT JOIN LATERAL (SELECT holds.*, slots.interviewer_id, slots.starts_at, slots.ends_at
FROM holds JOIN slots ON slots.id = holds.slot_id
WHERE holds.student_id = s.id AND ended_at IS NULL) h ON true
LEFT JOIN LATERAL (SELECT json_agg(one
ORDER BY one.id) AS waivers
FROM waivers one
WHERE one.student_id = s.id) w ON true
WHERE s.id = $1 UNION ALL ( SELECT i.student_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, i.id, i.interviewer_id, i.slot_id, i.starts_at, i.ends_at, i.status, i.grade, i.waivers
FROM interviews i
WHERE i.student_id = $1 AND i.status <> 'CANCELLED'
ORDER BY i.student_id, i.starts_at, i.id)

SELECT id, name, email, time_zone, tags, max_per_day, max_per_week, meeting_url, headline, bio, photo_url, languages, active, created_at, version, updated_at
FROM interviewers
WHERE id = $1 FOR SHARE

SELECT id, interviewer_id, starts_at, ends_at, status, held_by, held_until, full_until, taken_back
FROM slots
WHERE id = $1 FOR NO KEY UPDATE

SELECT "holds"."id","holds"."student_id","holds"."slot_id","holds"."placed_at","holds"."expires_at","holds"."extended","holds"."waivers","holds"."ended_at"
FROM "holds"
WHERE id = $1 LIMIT $2

WITH slot AS (UPDATE slots
SET status = 'BOOKED', held_by = NULL, held_until = NULL
WHERE id = $1), next AS (SELECT nextval(pg_get_serial_sequence('interviews', 'id')) AS id), booked AS (INSERT INTO interviews (id, student_id, interviewer_id, slot_id, starts_at, ends_at, status, grade, note, note_shared, booked_at, completed_at, cancelled_at, cancel_reason, no_show_at, reschedule_count, waivers, meeting_url, intake, exempt, version, updated_at) SELECT next.id, given.student_id, given.interviewer_id, given.slot_id, given.starts_at, given.ends_at, given.status, given.grade, given.note, given.note_shared, given.booked_at, given.completed_at, given.cancelled_at, given.cancel_reason, given.no_show_at, given.reschedule_count, given.waivers::bigint[], replace(given.meeting_url, '{interviewId}', next.id::text), given.intake, given.exempt, given.version, given.updated_at
FROM (VALUES ($2::bigint, $3::bigint, $4::bigint, $5::bigint, $6::timestamptz, $7::timestamptz, $8::text, $9::integer, $10::text, $11::boolean, $12::timestamptz, $13::timestamptz, $14::timestamptz, $15::text, $16::timestamptz, $17::integer, $18::bigint[], $19::text, $20::text, $21::boolean, $22::integer, $23::timestamptz)) AS given (id, student_id, interviewer_id, slot_id, starts_at, ends_at, status, grade, note, note_shared, booked_at, completed_at, cancelled_at, cancel_reason, no_show_at, reschedule_count, waivers, meeting_url, intake, exempt, version, updated_at), next
RETURNING id, slot_id, meeting_url), told AS (INSERT INTO events (at, kind, actor_role, actor_id, request_id, student_id, interviewer_id, slot_id, interview_id, changes, policy_version) SELECT given.at, given.kind, given.actor_role, given.actor_id, given.request_id, given.student_id, given.interviewer_id, given.slot_id, booked.id, given.changes, coalesce(given.policy_version, (SELECT version
FROM booking_policy))
FROM (VALUES ($24::timestamptz, $25::text, $26::text, $27::bigint, $28::text, $29::bigint, $30::bigint, $31::bigint, $32::bigint, $33::jsonb, $34::integer)) AS given (at, kind, actor_role, actor_id, request_id, student_id, interviewer_id, slot_id, interview_id, changes, policy_version), booked
RETURNING id, at), history AS (INSERT INTO slot_history (slot_id, what, at, until, event_id) SELECT booked.slot_id, 'BOOKED', told.at, NULL, told.id
FROM booked, told) SELECT id, meeting_url
FROM booked

UPDATE holds
SET ended_at = least(expires_at, $1)
WHERE id IN ( SELECT id
FROM holds
WHERE ended_at IS NULL AND slot_id = ANY($2)
ORDER BY id FOR NO KEY UPDATE)
RETURNING student_id

INSERT INTO changes (slots, interviews, students, interviewers, retagged, every)
VALUES (coalesce($1::bigint[], '{}'), coalesce($2::bigint[], '{}'), coalesce($3::bigint[], '{}'), coalesce($4::bigint[], '{}'), coalesce($5::bigint[], '{}'), coalesce($6::text[], '{}'))

commit
