SELECT "interviewers"."id","interviewers"."name","interviewers"."email","interviewers"."time_zone","interviewers"."tags","interviewers"."max_per_day","interviewers"."max_per_week","interviewers"."meeting_url","interviewers"."active","interviewers"."created_at"
FROM "interviewers"
WHERE id = ANY($1)

SELECT "interviews"."id","interviews"."student_id","interviews"."interviewer_id","interviews"."slot_id","interviews"."starts_at","interviews"."ends_at","interviews"."status","interviews"."grade","interviews"."note","interviews"."note_shared","interviews"."booked_at","interviews"."completed_at","interviews"."cancelled_at","interviews"."cancel_reason","interviews"."no_show_at","interviews"."reschedule_count","interviews"."waivers","interviews"."exempt"
FROM "interviews"
ORDER BY starts_at, id LIMIT $1

SELECT "slots"."id","slots"."interviewer_id","slots"."availability_id","slots"."starts_at","slots"."ends_at","slots"."status","slots"."excepted","slots"."held_by","slots"."held_until","slots"."full_until","slots"."taken_back"
FROM "slots"
WHERE id = ANY($1)

SELECT "students"."id","students"."name","students"."email","students"."time_zone","students"."interview_limit","students"."created_at"
FROM "students"
WHERE id = ANY($1)
