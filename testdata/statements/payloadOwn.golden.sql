SELECT "students"."id","students"."name","students"."name_folded","students"."email","students"."time_zone","students"."interview_limit","students"."created_at","students"."anonymised_at","students"."version","students"."updated_at"
FROM "students"
WHERE id = ANY($1)

SELECT page.*
FROM unnest($1::bigint[]) AS parent (of)
CROSS JOIN LATERAL (SELECT "events"."id","events"."at","events"."kind","events"."actor_role","events"."actor_id","events"."request_id","events"."student_id","events"."interviewer_id","events"."slot_id","events"."interview_id","events"."changes","events"."policy_version"
FROM "events"
WHERE interview_id = parent.of
ORDER BY id LIMIT $2) AS page
ORDER BY interview_id, id
