begin

SELECT set_config('lock_timeout', $1, true), set_config('statement_timeout', $2, true)

SELECT id, name, email, time_zone, interview_limit, created_at
FROM students
WHERE id = $1 FOR NO KEY UPDATE

SELECT s.id, s.name, s.email, s.time_zone, s.interview_limit, s.created_at, p.interview_limit AS policy_interview_limit, p.minimum_grade_exclusive AS policy_minimum_grade_exclusive, p.grade_window AS policy_grade_window, p.minimum_notice_seconds AS policy_minimum_notice_seconds, p.version AS policy_version, me.id AS self_id, i.id AS interview_id, i.interviewer_id, i.slot_id, i.starts_at, i.ends_at, i.status, i.grade, i.booked_at, i.completed_at
FROM students s
CROSS JOIN booking_policy p
LEFT JOIN interviewers me ON me.email = s.email
LEFT JOIN interviews i ON i.student_id = s.id AND i.status <> 'CANCELLED'
WHERE s.id = $1
ORDER BY s.id, i.starts_at, i.id

SELECT id, interviewer_id, availability_id, starts_at, ends_at, status
FROM slots
WHERE id = $1 FOR NO KEY UPDATE

INSERT INTO "interviews" ("student_id","interviewer_id","slot_id","starts_at","ends_at","status","grade","note","booked_at","completed_at","cancelled_at","cancel_reason","exempt")
VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13)
RETURNING "id"

UPDATE "slots"
SET "status"=$1
WHERE "id" = $2

commit
