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

SELECT id, name, email, time_zone, tags, max_per_day, max_per_week, meeting_url, headline, bio, photo_url, languages, active, created_at, version, updated_at
FROM interviewers
WHERE id = $1 FOR SHARE

UPDATE "interviews"
SET "interviewer_id"=$1,"slot_id"=$2,"starts_at"=$3,"ends_at"=$4,"status"=$5,"grade"=$6,"note"=$7,"note_shared"=$8,"completed_at"=$9,"cancelled_at"=$10,"cancel_reason"=$11,"no_show_at"=$12,"reschedule_count"=$13,"waivers"=$14,"meeting_url"=$15,"intake"=$16,"exempt"=$17,"version"=$18,"updated_at"=$19
WHERE "id" = $20

INSERT INTO events (at, kind, actor_role, actor_id, request_id, student_id, interviewer_id, slot_id, interview_id, changes, policy_version) SELECT given.at, given.kind, given.actor_role, given.actor_id, given.request_id, given.student_id, given.interviewer_id, given.slot_id, given.interview_id, given.changes, coalesce(given.policy_version, (SELECT version
FROM booking_policy))
FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::jsonb[], $11::integer[]) AS given (at, kind, actor_role, actor_id, request_id, student_id, interviewer_id, slot_id, interview_id, changes, policy_version)
WHERE pg_current_xact_id() IS NOT NULL

INSERT INTO changes (slots, interviews, students, interviewers, retagged, every)
VALUES (coalesce($1::bigint[], '{}'), coalesce($2::bigint[], '{}'), coalesce($3::bigint[], '{}'), coalesce($4::bigint[], '{}'), coalesce($5::bigint[], '{}'), coalesce($6::text[], '{}'))

commit
