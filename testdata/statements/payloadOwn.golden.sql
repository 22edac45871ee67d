SELECT "events"."id","events"."at","events"."kind","events"."actor_role","events"."actor_id","events"."request_id","events"."student_id","events"."interviewer_id","events"."slot_id","events"."interview_id","events"."changes"
FROM "events"
WHERE interview_id = ANY($1)
ORDER BY id

SELECT "students"."id","students"."name","students"."email","students"."time_zone","students"."interview_limit","students"."created_at"
FROM "students"
WHERE id = ANY($1)
