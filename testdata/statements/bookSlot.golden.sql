SELECT v.id, num_nonnulls(v.max_per_day, v.max_per_week) > 0 AS capped
FROM slots s JOIN interviewers v ON v.id = s.interviewer_id
WHERE s.id = $1

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

SELECT id, name, email, time_zone, tags, max_per_day, max_per_week, active, created_at
FROM interviewers
WHERE id = $1 FOR SHARE

SELECT id, interviewer_id, availability_id, starts_at, ends_at, status, capped
FROM slots
WHERE id = $1 FOR NO KEY UPDATE

WITH slot AS (UPDATE slots
SET status = 'BOOKED'
WHERE id = $1) INSERT INTO "interviews" (student_id, interviewer_id, slot_id, starts_at, ends_at, status, booked_at)
VALUES ($2, $3, $4, $5, $6, $7, $8)
RETURNING id

commit
