-- What only servers need that do not know migration 45: the announcements of changes, the versions
-- of records, and the triggers that log and complete what such servers write. Each statement locks
-- the tables of one function for a moment. After an interruption, the migration starts over.

-- +goose NO TRANSACTION
-- +goose Up
DROP FUNCTION IF EXISTS log_slots CASCADE;
DROP FUNCTION IF EXISTS log_interviews CASCADE;
DROP FUNCTION IF EXISTS log_students CASCADE;
DROP FUNCTION IF EXISTS log_their_students CASCADE;
DROP FUNCTION IF EXISTS log_interviewers CASCADE;
DROP FUNCTION IF EXISTS log_retagged CASCADE;
DROP FUNCTION IF EXISTS log_every_student CASCADE;
DROP FUNCTION IF EXISTS log_events CASCADE;
DROP FUNCTION IF EXISTS anonymise_the_rest CASCADE;
DROP FUNCTION IF EXISTS announce_slots CASCADE;
DROP FUNCTION IF EXISTS announce_interviews CASCADE;
DROP FUNCTION IF EXISTS announce_students CASCADE;
DROP FUNCTION IF EXISTS announce_their_students CASCADE;
DROP FUNCTION IF EXISTS announce_everything CASCADE;
DROP FUNCTION IF EXISTS announce_interviewers CASCADE;
DROP FUNCTION IF EXISTS announce_tags CASCADE;
DROP FUNCTION IF EXISTS announce;

-- The standing is written only if it changes.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION renew_standings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE students
    SET interviews_counted = s.counted, recent_grades = s.grades
    FROM (SELECT DISTINCT student_id FROM changed) AS c CROSS JOIN LATERAL standing(c.student_id) AS s
    WHERE students.id = c.student_id AND (interviews_counted, recent_grades) IS DISTINCT FROM (s.counted, s.grades);
    RETURN NULL;
END $$;
-- +goose StatementEnd
DROP FUNCTION IF EXISTS renew_record_version CASCADE;
DROP FUNCTION IF EXISTS renew_record_versions CASCADE;
ALTER TABLE students DROP COLUMN IF EXISTS record_version;
