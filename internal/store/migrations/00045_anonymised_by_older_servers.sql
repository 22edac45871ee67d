-- Servers of older versions do not know the personal data that newer tables and columns have.
-- Until no such server is connected, this trigger removes it with the rest. It does what
-- AnonymiseStudent does.

-- +goose NO TRANSACTION
-- +goose Up
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION anonymise_the_rest() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
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
CREATE OR REPLACE TRIGGER students_anonymised AFTER UPDATE ON students
    FOR EACH ROW WHEN (OLD.anonymised_at IS NULL AND NEW.anonymised_at IS NOT NULL AND current_setting('rehearse.logs_changes', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION anonymise_the_rest();
