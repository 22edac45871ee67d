-- What only Postgres has: every committed change of what a student may book, and
-- of interviews, is told to the servers that listen, whoever made it. A message
-- is what has changed and the ids, or no ids where there are too many of them.

-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION announce(what text, ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF cardinality(ids) > 200 THEN -- a message has 8,000 bytes at most
        PERFORM pg_notify('rehearse_changes', what);
    ELSIF cardinality(ids) > 0 THEN
        PERFORM pg_notify('rehearse_changes', what || ' ' || array_to_string(ids, ','));
    END IF;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION announce_slots() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM announce('slots', (SELECT array_agg(id) FROM changed));
    RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION announce_interviews() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM announce('interviews', (SELECT array_agg(id) FROM changed));
    RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION announce_students() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM announce('students', (SELECT array_agg(id) FROM changed));
    RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION announce_their_students() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM announce('students', (SELECT array_agg(DISTINCT student_id) FROM changed));
    RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION announce_everything() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('rehearse_changes', 'everything');
    RETURN NULL;
END $$;
-- +goose StatementEnd

CREATE TRIGGER slots_added AFTER INSERT ON slots REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION announce_slots();
CREATE TRIGGER slots_changed AFTER UPDATE ON slots REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION announce_slots();
CREATE TRIGGER interviews_added AFTER INSERT ON interviews REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION announce_interviews();
CREATE TRIGGER interviews_changed AFTER UPDATE ON interviews REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION announce_interviews();

-- What decides, besides his interviews, what a student may book.
CREATE TRIGGER students_changed AFTER UPDATE ON students REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION announce_students();
CREATE TRIGGER holds_added AFTER INSERT ON holds REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION announce_their_students();
CREATE TRIGGER holds_changed AFTER UPDATE ON holds REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION announce_their_students();
CREATE TRIGGER waivers_added AFTER INSERT ON waivers REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION announce_their_students();
CREATE TRIGGER waivers_changed AFTER UPDATE ON waivers REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION announce_their_students();
CREATE TRIGGER booking_policy_changed AFTER UPDATE ON booking_policy
    FOR EACH STATEMENT EXECUTE FUNCTION announce_everything();
-- Nobody interviews himself, which goes by the e-mail.
CREATE TRIGGER interviewers_email_changed AFTER UPDATE OF email ON interviewers
    FOR EACH ROW WHEN (old.email IS DISTINCT FROM new.email) EXECUTE FUNCTION announce_everything();
