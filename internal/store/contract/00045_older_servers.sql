-- Servers that do not know migration 45 are older servers. This removes what only they need: the
-- announcements of changes, the versions of records, and the triggers that log and complete what
-- they write. Each statement locks one table for a moment. After an interruption, the migration
-- starts over.

-- +goose NO TRANSACTION
-- +goose Up
DROP TRIGGER IF EXISTS slots_added ON slots;
DROP TRIGGER IF EXISTS slots_changed ON slots;
DROP TRIGGER IF EXISTS slots_handed_over ON slots;
DROP TRIGGER IF EXISTS slots_log_added ON slots;
DROP TRIGGER IF EXISTS slots_log_changed ON slots;
DROP TRIGGER IF EXISTS slots_log_retagged ON slots;
DROP TRIGGER IF EXISTS interviews_added ON interviews;
DROP TRIGGER IF EXISTS interviews_changed ON interviews;
DROP TRIGGER IF EXISTS interviews_log_added ON interviews;
DROP TRIGGER IF EXISTS interviews_log_changed ON interviews;
DROP TRIGGER IF EXISTS interviews_handed_over ON interviews;
DROP TRIGGER IF EXISTS students_changed ON students;
DROP TRIGGER IF EXISTS students_record ON students;
DROP TRIGGER IF EXISTS students_log_added ON students;
DROP TRIGGER IF EXISTS students_log_changed ON students;
DROP TRIGGER IF EXISTS students_anonymised ON students;
DROP TRIGGER IF EXISTS holds_added ON holds;
DROP TRIGGER IF EXISTS holds_changed ON holds;
DROP TRIGGER IF EXISTS holds_log_added ON holds;
DROP TRIGGER IF EXISTS holds_log_changed ON holds;
DROP TRIGGER IF EXISTS waivers_added ON waivers;
DROP TRIGGER IF EXISTS waivers_changed ON waivers;
DROP TRIGGER IF EXISTS waivers_record_added ON waivers;
DROP TRIGGER IF EXISTS waivers_record_changed ON waivers;
DROP TRIGGER IF EXISTS waivers_record_removed ON waivers;
DROP TRIGGER IF EXISTS waivers_log_added ON waivers;
DROP TRIGGER IF EXISTS waivers_log_changed ON waivers;
DROP TRIGGER IF EXISTS booking_policy_changed ON booking_policy;
DROP TRIGGER IF EXISTS booking_policy_log_students ON booking_policy;
DROP TRIGGER IF EXISTS interviewers_email_changed ON interviewers;
DROP TRIGGER IF EXISTS interviewers_changed ON interviewers;
DROP TRIGGER IF EXISTS interviewers_removed ON interviewers;
DROP TRIGGER IF EXISTS interviewers_tags_changed ON interviewers;
DROP TRIGGER IF EXISTS interviewers_log_added ON interviewers;
DROP TRIGGER IF EXISTS interviewers_log_changed ON interviewers;
DROP TRIGGER IF EXISTS interviewers_log_retagged ON interviewers;
DROP TRIGGER IF EXISTS interviewers_log_students ON interviewers;
DROP TRIGGER IF EXISTS availabilities_tags_changed ON availabilities;
DROP TRIGGER IF EXISTS availabilities_log_retagged ON availabilities;
DROP TRIGGER IF EXISTS events_log_added ON events;
DROP FUNCTION IF EXISTS log_slots, log_interviews, log_students, log_their_students, log_interviewers, log_retagged, log_every_student,
    log_events, anonymise_the_rest, forget_meeting_url, announce_slots, announce_interviews, announce_students, announce_their_students,
    announce_everything, announce_interviewers, announce_tags, announce, renew_record_version, renew_record_versions;

-- The standing is written only if it changes. As in anonymise_the_rest, the tables are those of
-- this schema, whatever the search path of the session is. The ids are collected first, because the
-- planner of a distributed Postgres does not accept a transition table beside other tables, nor a
-- function in SQL that reads tables.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION renew_standings() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed_students bigint[] := ARRAY(SELECT DISTINCT student_id FROM changed);
BEGIN
    UPDATE students
    SET interviews_counted = s.counted, recent_grades = s.grades
    FROM unnest(changed_students) AS c (student_id) CROSS JOIN LATERAL (
        SELECT (count(*) FILTER (WHERE status IN ('BOOKED', 'COMPLETED', 'STUDENT_NO_SHOW')))::integer AS counted,
            coalesce((array_agg(grade ORDER BY starts_at DESC, id DESC) FILTER (WHERE grade IS NOT NULL))[1:100], '{}') AS grades
        FROM interviews WHERE student_id = c.student_id) AS s
    WHERE students.id = c.student_id AND (interviews_counted, recent_grades) IS DISTINCT FROM (s.counted, s.grades);
    RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION renew_standings SET search_path = %I, pg_temp', current_schema());
END $$;
-- +goose StatementEnd
ALTER TABLE students DROP COLUMN IF EXISTS record_version;
