SELECT "students"."id","students"."name","students"."name_folded","students"."email","students"."time_zone","students"."interview_limit","students"."created_at","students"."anonymised_at","students"."version","students"."updated_at"
FROM "students"
ORDER BY id LIMIT $1

SELECT id, name, email, time_zone, tags, max_per_day, max_per_week, meeting_url, headline, bio, photo_url, languages, active, created_at, version, updated_at
FROM interviewers
WHERE id = ANY($1)

SELECT page.*
FROM unnest($1::bigint[]) AS parent (of)
CROSS JOIN LATERAL (SELECT "interviews"."id","interviews"."student_id","interviews"."interviewer_id","interviews"."slot_id","interviews"."starts_at","interviews"."ends_at","interviews"."status","interviews"."grade","interviews"."note","interviews"."note_shared","interviews"."booked_at","interviews"."completed_at","interviews"."cancelled_at","interviews"."cancel_reason","interviews"."no_show_at","interviews"."reschedule_count","interviews"."waivers","interviews"."meeting_url","interviews"."exempt","interviews"."version","interviews"."updated_at"
FROM "interviews"
WHERE student_id = parent.of AND status IN ($2)
ORDER BY starts_at, id LIMIT $3) AS page
ORDER BY student_id, starts_at, id

SELECT page.*
FROM unnest($1::bigint[]) AS parent (of)
CROSS JOIN LATERAL (SELECT "slots"."id","slots"."interviewer_id","slots"."availability_id","slots"."starts_at","slots"."ends_at","slots"."status","slots"."held_by","slots"."held_until","slots"."full_until","slots"."taken_back"
FROM "slots"
WHERE interviewer_id = parent.of
	AND (false OR (status = 'OPEN'
	AND NOT (held_until > $2 IS TRUE)))
ORDER BY starts_at, id LIMIT $3) AS page
ORDER BY interviewer_id, starts_at, id

SELECT parent.of, total.n
FROM unnest($1::bigint[]) AS parent (of)
CROSS JOIN LATERAL (SELECT count(*) AS n
FROM (SELECT 1
FROM "interviews"
WHERE student_id = parent.of AND status IN ($2) LIMIT 10001) AS found) AS total

SELECT parent.of, total.n
FROM unnest($1::bigint[]) AS parent (of)
CROSS JOIN LATERAL (SELECT count(*) AS n
FROM (SELECT 1
FROM "slots"
WHERE interviewer_id = parent.of
	AND (false OR (status = 'OPEN'
	AND NOT (held_until > $2 IS TRUE))) LIMIT 10001) AS found) AS total
