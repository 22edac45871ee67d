SELECT "interviewers"."id","interviewers"."name","interviewers"."name_folded","interviewers"."email","interviewers"."time_zone","interviewers"."tags","interviewers"."max_per_day","interviewers"."max_per_week","interviewers"."meeting_url","interviewers"."headline","interviewers"."bio","interviewers"."photo_url","interviewers"."languages","interviewers"."active","interviewers"."created_at","interviewers"."version","interviewers"."updated_at"
FROM "interviewers"
ORDER BY name_folded, id LIMIT $1

SELECT "students"."id","students"."name","students"."name_folded","students"."email","students"."time_zone","students"."interview_limit","students"."created_at","students"."anonymised_at","students"."version","students"."updated_at"
FROM "students"
WHERE id = ANY($1)

SELECT page.*
FROM unnest($1::bigint[]) AS parent (of)
CROSS JOIN LATERAL (SELECT "interviews"."id","interviews"."student_id","interviews"."interviewer_id","interviews"."slot_id","interviews"."starts_at","interviews"."ends_at","interviews"."status","interviews"."grade","interviews"."note","interviews"."note_shared","interviews"."booked_at","interviews"."completed_at","interviews"."cancelled_at","interviews"."cancel_reason","interviews"."no_show_at","interviews"."reschedule_count","interviews"."waivers","interviews"."meeting_url","interviews"."exempt","interviews"."version","interviews"."updated_at"
FROM "interviews"
WHERE interviewer_id = parent.of
ORDER BY starts_at DESC, id DESC LIMIT $2) AS page
ORDER BY interviewer_id, starts_at DESC, id DESC

SELECT page.*
FROM unnest($1::bigint[]) AS parent (of)
CROSS JOIN LATERAL (SELECT "interviews"."id","interviews"."student_id","interviews"."interviewer_id","interviews"."slot_id","interviews"."starts_at","interviews"."ends_at","interviews"."status","interviews"."grade","interviews"."note","interviews"."note_shared","interviews"."booked_at","interviews"."completed_at","interviews"."cancelled_at","interviews"."cancel_reason","interviews"."no_show_at","interviews"."reschedule_count","interviews"."waivers","interviews"."meeting_url","interviews"."exempt","interviews"."version","interviews"."updated_at"
FROM "interviews"
WHERE interviewer_id = parent.of
ORDER BY starts_at, id LIMIT $2) AS page
ORDER BY interviewer_id, starts_at, id

SELECT page.*
FROM unnest($1::bigint[]) AS parent (of)
CROSS JOIN LATERAL (SELECT "slots"."id","slots"."interviewer_id","slots"."availability_id","slots"."starts_at","slots"."ends_at","slots"."status","slots"."held_by","slots"."held_until","slots"."full_until","slots"."taken_back"
FROM "slots"
WHERE interviewer_id = parent.of
	AND (false OR (status = 'OPEN'
	AND NOT (held_until > $2 IS TRUE)))
ORDER BY starts_at, id LIMIT $3) AS page
ORDER BY interviewer_id, starts_at, id

SELECT page.*
FROM unnest($1::bigint[]) AS parent (of)
CROSS JOIN LATERAL (SELECT "slots"."id","slots"."interviewer_id","slots"."availability_id","slots"."starts_at","slots"."ends_at","slots"."status","slots"."held_by","slots"."held_until","slots"."full_until","slots"."taken_back"
FROM "slots"
WHERE interviewer_id = parent.of
	AND (false OR status = 'BOOKED')
ORDER BY starts_at, id LIMIT $2) AS page
ORDER BY interviewer_id, starts_at, id

SELECT parent.of, total.n
FROM unnest($1::bigint[]) AS parent (of)
CROSS JOIN LATERAL (SELECT count(*) AS n
FROM (SELECT 1
FROM "interviews"
WHERE interviewer_id = parent.of LIMIT 10001) AS found) AS total

SELECT parent.of, total.n
FROM unnest($1::bigint[]) AS parent (of)
CROSS JOIN LATERAL (SELECT count(*) AS n
FROM (SELECT 1
FROM "slots"
WHERE interviewer_id = parent.of
	AND (false OR (status = 'OPEN'
	AND NOT (held_until > $2 IS TRUE))) LIMIT 10001) AS found) AS total
