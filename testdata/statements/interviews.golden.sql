SELECT "interviews"."id","interviews"."student_id","interviews"."interviewer_id","interviews"."slot_id","interviews"."starts_at","interviews"."ends_at","interviews"."status","interviews"."grade","interviews"."note","interviews"."note_shared","interviews"."booked_at","interviews"."completed_at","interviews"."cancelled_at","interviews"."cancel_reason","interviews"."no_show_at","interviews"."reschedule_count","interviews"."waivers","interviews"."meeting_url","interviews"."intake","interviews"."exempt","interviews"."version","interviews"."updated_at"
FROM "interviews"
ORDER BY starts_at, id LIMIT $1

SELECT "students"."id","students"."name","students"."name_folded","students"."email","students"."time_zone","students"."interview_limit","students"."created_at","students"."anonymised_at","students"."version","students"."updated_at"
FROM "students"
WHERE id = ANY($1)

SELECT id, interviewer_id, starts_at, ends_at, status, held_by, held_until, full_until, taken_back
FROM slots
WHERE id = ANY($1)

SELECT id, name, email, time_zone, tags, max_per_day, max_per_week, meeting_url, headline, bio, photo_url, languages, active, created_at, version, updated_at
FROM interviewers
WHERE id = ANY($1)
