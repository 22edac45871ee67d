SELECT "interviews"."id","interviews"."student_id","interviews"."interviewer_id","interviews"."slot_id","interviews"."starts_at","interviews"."ends_at","interviews"."status","interviews"."grade","interviews"."note","interviews"."note_shared","interviews"."booked_at","interviews"."completed_at","interviews"."cancelled_at","interviews"."cancel_reason","interviews"."no_show_at","interviews"."reschedule_count","interviews"."waivers","interviews"."meeting_url","interviews"."intake","interviews"."exempt","interviews"."version","interviews"."updated_at"
FROM "interviews"
WHERE id = ANY($1)

SELECT "students"."id","students"."name","students"."name_folded","students"."email","students"."time_zone","students"."interview_limit","students"."created_at","students"."anonymised_at","students"."version","students"."updated_at"
FROM "students"
ORDER BY id LIMIT $1

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
WHERE s.id = ANY($1) UNION ALL ( SELECT i.student_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, i.id, i.interviewer_id, i.slot_id, i.starts_at, i.ends_at, i.status, i.grade, i.waivers
FROM interviews i
WHERE i.student_id = ANY($1) AND i.status <> 'CANCELLED'
ORDER BY i.student_id, i.starts_at, i.id)
