-- Servers of older versions do not know newer tables and columns. Until no such server is connected,
-- triggers change these with the rest, as newer servers do. Older servers themselves write who
-- changed what, and when, because they know those columns.

-- +goose NO TRANSACTION
-- +goose Up
-- A student who is anonymised.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION anonymise_the_rest() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    UPDATE interviews SET meeting_url = NULL WHERE student_id = NEW.id AND meeting_url IS NOT NULL;
    DELETE FROM calendar_feeds WHERE student_id = NEW.id;
    DELETE FROM notification_preferences WHERE student_id = NEW.id;
    UPDATE webhook_deliveries d SET response_body = NULL FROM events e
    WHERE e.id = d.event_id AND d.response_body IS NOT NULL
        AND (e.student_id = NEW.id OR e.actor_role = 'STUDENT' AND e.actor_id = NEW.id);
    RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION anonymise_the_rest SET search_path = %I, pg_temp', current_schema());
END $$;
-- +goose StatementEnd
CREATE OR REPLACE TRIGGER students_anonymised AFTER UPDATE ON students
    FOR EACH ROW WHEN (OLD.anonymised_at IS NULL AND NEW.anonymised_at IS NOT NULL AND current_setting('rehearse.logs_changes', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION anonymise_the_rest();

-- An interview that moves to another interviewer: the link may lead to the room of the first one.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION forget_meeting_url() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.meeting_url := NULL;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE OR REPLACE TRIGGER interviews_handed_over BEFORE UPDATE ON interviews
    FOR EACH ROW WHEN (OLD.interviewer_id <> NEW.interviewer_id AND current_setting('rehearse.logs_changes', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION forget_meeting_url();
