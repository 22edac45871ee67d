SELECT id, interviewer_id, starts_at, ends_at
FROM slots
WHERE starts_at >= $1 AND starts_at < $2 AND ends_at <= $3 AND status = 'OPEN'
	AND (full_until IS NULL OR full_until < '9999-12-31T00:00:00Z')
	AND NOT (held_until > $4 IS TRUE)
	AND NOT (full_until > $4 IS TRUE)
	AND NOT (interviewer_id = ANY($5))
	AND NOT (EXISTS (SELECT
FROM unnest($6::timestamptz[], $7::timestamptz[]) AS span (s, e)
WHERE slots.starts_at < span.e AND span.s < slots.ends_at))
ORDER BY starts_at, id LIMIT $8

SELECT id, name, email, time_zone, tags, max_per_day, max_per_week, meeting_url, headline, bio, photo_url, languages, active, created_at, version, updated_at
FROM interviewers
WHERE id = ANY($1)

SELECT page.*
FROM unnest($1::bigint[]) AS parent (of)
CROSS JOIN LATERAL (SELECT "availabilities"."id","availabilities"."interviewer_id","availabilities"."starts_at","availabilities"."ends_at","availabilities"."slot_minutes","availabilities"."gap_minutes","availabilities"."tags","availabilities"."created_at","availabilities"."removed_at","availabilities"."time_zone","availabilities"."start_date","availabilities"."end_date","availabilities"."weekdays","availabilities"."start_minute","availabilities"."end_minute","availabilities"."every_weeks","availabilities"."published_until","availabilities"."version","availabilities"."updated_at"
FROM "availabilities"
WHERE interviewer_id = parent.of AND removed_at IS NULL
ORDER BY starts_at, id LIMIT $2) AS page
ORDER BY interviewer_id, starts_at, id

SELECT page.*
FROM unnest($1::bigint[]) AS parent (of)
CROSS JOIN LATERAL (SELECT "slots"."id","slots"."interviewer_id","slots"."availability_id","slots"."starts_at","slots"."ends_at","slots"."status","slots"."held_by","slots"."held_until","slots"."full_until","slots"."taken_back"
FROM "slots"
WHERE interviewer_id = parent.of
ORDER BY starts_at, id LIMIT $2) AS page
ORDER BY interviewer_id, starts_at, id

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

begin isolation level repeatable read read only

rollback
