-- The index of a student's interviews has every column that the rules need, so a student's record
-- is read without the table, whose rows for one student are far apart.

-- +goose NO TRANSACTION
-- +goose Up
DROP INDEX CONCURRENTLY IF EXISTS interviews_of_student; -- invalid, of an attempt that failed
CREATE INDEX CONCURRENTLY interviews_of_student ON interviews (student_id, starts_at, id)
    INCLUDE (interviewer_id, slot_id, ends_at, status, grade, waivers);
DROP INDEX CONCURRENTLY IF EXISTS interviews_student;
