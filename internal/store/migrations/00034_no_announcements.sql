-- The change log replaces the announcements of changes and the versions of records.
-- Servers that rely on them fail when they read a record, and must be replaced.

-- +goose Up
DROP TRIGGER slots_added ON slots;
DROP TRIGGER slots_changed ON slots;
DROP TRIGGER slots_handed_over ON slots;
DROP TRIGGER interviews_added ON interviews;
DROP TRIGGER interviews_changed ON interviews;
DROP TRIGGER students_changed ON students;
DROP TRIGGER students_record ON students;
DROP TRIGGER holds_added ON holds;
DROP TRIGGER holds_changed ON holds;
DROP TRIGGER waivers_added ON waivers;
DROP TRIGGER waivers_changed ON waivers;
DROP TRIGGER waivers_record_added ON waivers;
DROP TRIGGER waivers_record_changed ON waivers;
DROP TRIGGER waivers_record_removed ON waivers;
DROP TRIGGER booking_policy_changed ON booking_policy;
DROP TRIGGER interviewers_email_changed ON interviewers;
DROP TRIGGER interviewers_changed ON interviewers;
DROP TRIGGER interviewers_removed ON interviewers;
DROP TRIGGER interviewers_tags_changed ON interviewers;
DROP TRIGGER availabilities_tags_changed ON availabilities;
DROP FUNCTION announce_slots, announce_interviews, announce_students, announce_their_students,
    announce_everything, announce_interviewers, announce_tags, renew_record_version, renew_record_versions;
DROP FUNCTION announce(text, bigint[]);

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
ALTER TABLE students DROP COLUMN record_version;
