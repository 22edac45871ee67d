SELECT "interviews"."id","interviews"."student_id","interviews"."interviewer_id","interviews"."slot_id","interviews"."starts_at","interviews"."ends_at","interviews"."status","interviews"."grade","interviews"."note","interviews"."note_shared","interviews"."booked_at","interviews"."completed_at","interviews"."cancelled_at","interviews"."cancel_reason","interviews"."no_show_at","interviews"."reschedule_count","interviews"."waivers","interviews"."meeting_url","interviews"."intake","interviews"."exempt","interviews"."version","interviews"."updated_at"
FROM "interviews"
WHERE id = $1 LIMIT $2

begin

SELECT set_config('lock_timeout', $1, true), set_config('statement_timeout', $2, true), set_config('idle_in_transaction_session_timeout', $3, true), set_config('rehearse.logs_changes', 'on', true)

SELECT id, name, email, time_zone, interview_limit, created_at, anonymised_at, version, updated_at
FROM students
WHERE id = $1 FOR NO KEY UPDATE

SELECT "interviews"."id","interviews"."student_id","interviews"."interviewer_id","interviews"."slot_id","interviews"."starts_at","interviews"."ends_at","interviews"."status","interviews"."grade","interviews"."note","interviews"."note_shared","interviews"."booked_at","interviews"."completed_at","interviews"."cancelled_at","interviews"."cancel_reason","interviews"."no_show_at","interviews"."reschedule_count","interviews"."waivers","interviews"."meeting_url","interviews"."intake","interviews"."exempt","interviews"."version","interviews"."updated_at"
FROM "interviews"
WHERE id = $1 LIMIT $2

SELECT "slots"."id","slots"."interviewer_id","slots"."availability_id","slots"."starts_at","slots"."ends_at","slots"."status","slots"."held_by","slots"."held_until","slots"."full_until","slots"."taken_back"
FROM "slots"
WHERE id = $1 LIMIT $2

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

SELECT id, name, email, time_zone, tags, max_per_day, max_per_week, meeting_url, headline, bio, photo_url, languages, active, created_at, version, updated_at
FROM interviewers
WHERE id = $1 FOR SHARE

SELECT
FROM slots
WHERE id = ANY($1)
ORDER BY id FOR NO KEY UPDATE

SELECT id, interviewer_id, starts_at, ends_at, status, held_by, held_until, full_until, taken_back
FROM slots
WHERE id = ANY($1)

UPDATE "interviews"
SET "interviewer_id"=$1,"slot_id"=$2,"starts_at"=$3,"ends_at"=$4,"status"=$5,"grade"=$6,"note"=$7,"note_shared"=$8,"completed_at"=$9,"cancelled_at"=$10,"cancel_reason"=$11,"no_show_at"=$12,"reschedule_count"=$13,"waivers"=$14,"meeting_url"=$15,"intake"=$16,"exempt"=$17,"version"=$18,"updated_at"=$19
WHERE "id" = $20

INSERT INTO events (at, kind, actor_role, actor_id, request_id, student_id, interviewer_id, slot_id, interview_id, changes, policy_version) SELECT given.at, given.kind, given.actor_role, given.actor_id, given.request_id, given.student_id, given.interviewer_id, given.slot_id, given.interview_id, given.changes, coalesce(given.policy_version, (SELECT version
FROM booking_policy))
FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::jsonb[], $11::integer[]) AS given (at, kind, actor_role, actor_id, request_id, student_id, interviewer_id, slot_id, interview_id, changes, policy_version)
WHERE pg_current_xact_id() IS NOT NULL

UPDATE "slots"
SET "status"=$1,"held_by"=$2,"held_until"=$3,"taken_back"=$4
WHERE "id" = $5

UPDATE "slots"
SET "status"=$1,"held_by"=$2,"held_until"=$3,"taken_back"=$4
WHERE "id" = $5

INSERT INTO slot_history (slot_id, what, at, until, event_id) SELECT given.slot_id, given.what, coalesce(given.at, now()), given.until, coalesce(given.event_id, currval(pg_get_serial_sequence('events', 'id')))
FROM unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::bigint[]) AS given (slot_id, what, at, until, event_id)

INSERT INTO changes (slots, interviews, students, interviewers, retagged, every)
VALUES (coalesce($1::bigint[], '{}'), coalesce($2::bigint[], '{}'), coalesce($3::bigint[], '{}'), coalesce($4::bigint[], '{}'), coalesce($5::bigint[], '{}'), coalesce($6::text[], '{}'))

commit
