-- Tags decide which slots a subscriber with tags sees. A change of them is
-- announced with the interviewer whose slots it concerns.

-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION announce_tags() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM announce('tags', ARRAY[(to_jsonb(new) ->> tg_argv[0])::bigint]);
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER interviewers_tags_changed AFTER UPDATE OF tags ON interviewers
    FOR EACH ROW WHEN (old.tags IS DISTINCT FROM new.tags) EXECUTE FUNCTION announce_tags('id');
CREATE TRIGGER availabilities_tags_changed AFTER UPDATE OF tags ON availabilities
    FOR EACH ROW WHEN (old.tags IS DISTINCT FROM new.tags) EXECUTE FUNCTION announce_tags('interviewer_id');
-- A slot that is handed over has the tags of another availability.
CREATE TRIGGER slots_handed_over AFTER UPDATE OF availability_id ON slots
    FOR EACH ROW WHEN (old.availability_id IS DISTINCT FROM new.availability_id) EXECUTE FUNCTION announce_tags('interviewer_id');
