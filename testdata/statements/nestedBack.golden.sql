SELECT "students"."id","students"."name","students"."name_folded","students"."email","students"."time_zone","students"."interview_limit","students"."created_at","students"."anonymised_at","students"."version","students"."updated_at"
FROM "students"
ORDER BY id LIMIT $1

SELECT page.*
FROM unnest($1::bigint[]) AS parent (of)
CROSS JOIN LATERAL (SELECT "events"."id","events"."at","events"."kind","events"."actor_role","events"."actor_id","events"."request_id","events"."student_id","events"."interviewer_id","events"."slot_id","events"."interview_id","events"."changes","events"."policy_version"
FROM "events"
WHERE interview_id = parent.of
ORDER BY id LIMIT $2) AS page
ORDER BY interview_id, id

SELECT page.*
FROM unnest($1::bigint[]) AS parent (of)
CROSS JOIN LATERAL (SELECT "interviews"."id","interviews"."student_id","interviews"."interviewer_id","interviews"."slot_id","interviews"."starts_at","interviews"."ends_at","interviews"."status","interviews"."grade","interviews"."note","interviews"."note_shared","interviews"."booked_at","interviews"."completed_at","interviews"."cancelled_at","interviews"."cancel_reason","interviews"."no_show_at","interviews"."reschedule_count","interviews"."waivers","interviews"."meeting_url","interviews"."exempt","interviews"."version","interviews"."updated_at"
FROM "interviews"
WHERE student_id = parent.of
ORDER BY starts_at, id LIMIT $2) AS page
ORDER BY student_id, starts_at, id
