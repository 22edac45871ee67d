-- Servers keep interviewers in memory until they are told of a change.

-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION announce_interviewers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM announce('interviewers', (SELECT array_agg(id) FROM changed));
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER interviewers_changed AFTER UPDATE ON interviewers REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION announce_interviewers();
CREATE TRIGGER interviewers_removed AFTER DELETE ON interviewers REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION announce_interviewers();
