-- The change log replaces the announcements of changes and the versions of records. Servers of
-- older versions still use these, and do not know the log. Until no such server is connected, the
-- schema keeps what they use, and the triggers below log what they change. Then
-- contract/00045_older_servers.sql removes both. A transaction that logs its own changes sets
-- rehearse.logs_changes.
-- The functions run as their owner, because the user of an older server may lack privileges on the
-- log. They look for tables in this schema before the temporary ones, which any user may create.

-- +goose NO TRANSACTION
-- +goose Up
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION log_slots() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO changes (slots) SELECT array_agg(id) FROM changed HAVING count(*) > 0;
    RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION log_interviews() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO changes (interviews, students) SELECT array_agg(id), array_agg(DISTINCT student_id) FROM changed HAVING count(*) > 0;
    RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION log_students() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO changes (students) SELECT array_agg(id) FROM changed HAVING count(*) > 0;
    RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION log_their_students() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO changes (students) SELECT array_agg(DISTINCT student_id) FROM changed HAVING count(*) > 0;
    RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION log_interviewers() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO changes (interviewers) SELECT array_agg(id) FROM changed HAVING count(*) > 0;
    RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION log_retagged() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO changes (retagged) VALUES (ARRAY[(to_jsonb(NEW) ->> TG_ARGV[0])::bigint]);
    RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION log_every_student() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO changes (every) VALUES ('{students}');
    RETURN NULL;
END $$;
-- +goose StatementEnd
-- Every row of the log tells its readers to look for events.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION log_events() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO changes DEFAULT VALUES;
    RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY '{log_slots, log_interviews, log_students, log_their_students, log_interviewers, log_retagged, log_every_student, log_events}'::text[] LOOP
        EXECUTE format('ALTER FUNCTION %I SET search_path = %I, pg_temp', name, current_schema());
    END LOOP;
END $$;
-- +goose StatementEnd

CREATE OR REPLACE TRIGGER slots_log_added AFTER INSERT ON slots REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT WHEN (current_setting('rehearse.logs_changes', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION log_slots();
CREATE OR REPLACE TRIGGER slots_log_changed AFTER UPDATE ON slots REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT WHEN (current_setting('rehearse.logs_changes', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION log_slots();
CREATE OR REPLACE TRIGGER interviews_log_added AFTER INSERT ON interviews REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT WHEN (current_setting('rehearse.logs_changes', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION log_interviews();
CREATE OR REPLACE TRIGGER interviews_log_changed AFTER UPDATE ON interviews REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT WHEN (current_setting('rehearse.logs_changes', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION log_interviews();
CREATE OR REPLACE TRIGGER students_log_added AFTER INSERT ON students REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT WHEN (current_setting('rehearse.logs_changes', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION log_students();
CREATE OR REPLACE TRIGGER students_log_changed AFTER UPDATE ON students REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT WHEN (current_setting('rehearse.logs_changes', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION log_students();
CREATE OR REPLACE TRIGGER holds_log_added AFTER INSERT ON holds REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT WHEN (current_setting('rehearse.logs_changes', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION log_their_students();
CREATE OR REPLACE TRIGGER holds_log_changed AFTER UPDATE ON holds REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT WHEN (current_setting('rehearse.logs_changes', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION log_their_students();
CREATE OR REPLACE TRIGGER waivers_log_added AFTER INSERT ON waivers REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT WHEN (current_setting('rehearse.logs_changes', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION log_their_students();
CREATE OR REPLACE TRIGGER waivers_log_changed AFTER UPDATE ON waivers REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT WHEN (current_setting('rehearse.logs_changes', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION log_their_students();
CREATE OR REPLACE TRIGGER interviewers_log_added AFTER INSERT ON interviewers REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT WHEN (current_setting('rehearse.logs_changes', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION log_interviewers();
CREATE OR REPLACE TRIGGER interviewers_log_changed AFTER UPDATE ON interviewers REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT WHEN (current_setting('rehearse.logs_changes', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION log_interviewers();

-- A slot's tags change with its availability, and with the tags of its availability and its interviewer.
CREATE OR REPLACE TRIGGER slots_log_retagged AFTER UPDATE ON slots
    FOR EACH ROW WHEN (OLD.availability_id <> NEW.availability_id AND current_setting('rehearse.logs_changes', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION log_retagged('interviewer_id');
CREATE OR REPLACE TRIGGER availabilities_log_retagged AFTER UPDATE ON availabilities
    FOR EACH ROW WHEN (OLD.tags IS DISTINCT FROM NEW.tags AND current_setting('rehearse.logs_changes', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION log_retagged('interviewer_id');
CREATE OR REPLACE TRIGGER interviewers_log_retagged AFTER UPDATE ON interviewers
    FOR EACH ROW WHEN (OLD.tags IS DISTINCT FROM NEW.tags AND current_setting('rehearse.logs_changes', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION log_retagged('id');

-- A student's record names the interviewer with the same e-mail address, and has the policy.
CREATE OR REPLACE TRIGGER interviewers_log_students AFTER UPDATE ON interviewers
    FOR EACH ROW WHEN (OLD.email <> NEW.email AND current_setting('rehearse.logs_changes', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION log_every_student();
CREATE OR REPLACE TRIGGER booking_policy_log_students AFTER UPDATE ON booking_policy
    FOR EACH STATEMENT WHEN (current_setting('rehearse.logs_changes', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION log_every_student();

CREATE OR REPLACE TRIGGER events_log_added AFTER INSERT ON events
    FOR EACH STATEMENT WHEN (current_setting('rehearse.logs_changes', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION log_events();
