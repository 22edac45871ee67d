-- What a student tells the interviewer before an interview.

-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE interviews ADD COLUMN IF NOT EXISTS intake text;
-- The existing rows are checked by a statement of its own, during which nothing waits.
ALTER TABLE interviews DROP CONSTRAINT IF EXISTS interviews_intake; -- of an attempt that failed
ALTER TABLE interviews ADD CONSTRAINT interviews_intake CHECK (length(intake) BETWEEN 1 AND 2000) NOT VALID;
ALTER TABLE interviews VALIDATE CONSTRAINT interviews_intake;

-- While servers of older versions are connected, a trigger anonymises what they do not know. Once
-- there are none, the function no longer exists.
-- +goose StatementBegin
DO $do$
BEGIN
    IF to_regproc('anonymise_the_rest') IS NULL THEN
        RETURN;
    END IF;
    CREATE OR REPLACE FUNCTION anonymise_the_rest() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $function$
    BEGIN
        UPDATE interviews SET meeting_url = NULL, intake = NULL
        WHERE student_id = NEW.id AND (meeting_url IS NOT NULL OR intake IS NOT NULL);
        DELETE FROM calendar_feeds WHERE student_id = NEW.id;
        DELETE FROM notification_preferences WHERE student_id = NEW.id;
        UPDATE webhook_deliveries d SET response_body = NULL FROM events e
        WHERE e.id = d.event_id AND d.response_body IS NOT NULL
            AND (e.student_id = NEW.id OR e.actor_role = 'STUDENT' AND e.actor_id = NEW.id);
        RETURN NULL;
    END $function$;
    EXECUTE format('ALTER FUNCTION anonymise_the_rest SET search_path = %I, pg_temp', current_schema());
END $do$;
-- +goose StatementEnd
