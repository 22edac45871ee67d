-- What a transaction of a store writes, as the change log should list it. A null id means
-- all rows of the kind.
CREATE TABLE written (xid xid8 NOT NULL DEFAULT pg_current_xact_id(), kind text NOT NULL, id bigint);

CREATE FUNCTION record(the_kind text, ids bigint[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO written (kind, id) SELECT the_kind, unnest(ids);
$$;

-- The arguments are pairs of a kind and the column with its ids.
CREATE FUNCTION record_rows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE ids bigint[];
BEGIN
    FOR n IN 0 .. TG_NARGS - 1 BY 2 LOOP
        EXECUTE format('SELECT array_agg(DISTINCT %I) FROM touched', TG_ARGV[n + 1]) INTO ids;
        PERFORM record(TG_ARGV[n], ids);
    END LOOP;
    RETURN NULL;
END $$;

-- Only stores set an application name.
DO $$
DECLARE tracked text[];
BEGIN
    FOREACH tracked SLICE 1 IN ARRAY ARRAY[
        ['slots', '''slots'', ''id'''],
        ['interviews', '''interviews'', ''id'', ''students'', ''student_id'''],
        ['students', '''students'', ''id'''],
        ['holds', '''students'', ''student_id'''],
        ['waivers', '''students'', ''student_id'''],
        ['interviewers', '''interviewers'', ''id''']] LOOP
        EXECUTE format('CREATE TRIGGER record_insert AFTER INSERT ON %I REFERENCING NEW TABLE AS touched
            FOR EACH STATEMENT WHEN (current_setting(''application_name'') <> '''') EXECUTE FUNCTION record_rows(%s)', tracked[1], tracked[2]);
        EXECUTE format('CREATE TRIGGER record_update AFTER UPDATE ON %I REFERENCING NEW TABLE AS touched
            FOR EACH STATEMENT WHEN (current_setting(''application_name'') <> '''') EXECUTE FUNCTION record_rows(%s)', tracked[1], tracked[2]);
        EXECUTE format('CREATE TRIGGER record_delete AFTER DELETE ON %I REFERENCING OLD TABLE AS touched
            FOR EACH STATEMENT WHEN (current_setting(''application_name'') <> '''') EXECUTE FUNCTION record_rows(%s)', tracked[1], tracked[2]);
    END LOOP;
END $$;

-- Of one row: a slot's tags change with its availability, and with the tags of its
-- availability and its interviewer.
CREATE FUNCTION record_retagged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM record('retagged', ARRAY[(to_jsonb(NEW) ->> TG_ARGV[0])::bigint]);
    RETURN NULL;
END $$;
CREATE TRIGGER record_retagged AFTER UPDATE ON slots FOR EACH ROW
    WHEN (current_setting('application_name') <> '' AND OLD.availability_id <> NEW.availability_id) EXECUTE FUNCTION record_retagged('interviewer_id');
CREATE TRIGGER record_retagged AFTER UPDATE ON availabilities FOR EACH ROW
    WHEN (current_setting('application_name') <> '' AND OLD.tags IS DISTINCT FROM NEW.tags) EXECUTE FUNCTION record_retagged('interviewer_id');
CREATE TRIGGER record_retagged AFTER UPDATE ON interviewers FOR EACH ROW
    WHEN (current_setting('application_name') <> '' AND OLD.tags IS DISTINCT FROM NEW.tags) EXECUTE FUNCTION record_retagged('id');

-- A transaction with events has a row in the log, whatever the row lists.
CREATE FUNCTION record_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM record('events', ARRAY[NULL::bigint]);
    RETURN NULL;
END $$;
CREATE TRIGGER record_events AFTER INSERT ON events FOR EACH STATEMENT
    WHEN (current_setting('application_name') <> '') EXECUTE FUNCTION record_events();

-- A student's record names the interviewer with the same e-mail address, and has the policy.
-- A reader of the log finds the student with the e-mail address of a new interviewer.
CREATE FUNCTION record_all_students() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM record('students', ARRAY[NULL::bigint]);
    RETURN NULL;
END $$;
CREATE TRIGGER record_students_removed AFTER DELETE ON interviewers FOR EACH STATEMENT
    WHEN (current_setting('application_name') <> '') EXECUTE FUNCTION record_all_students();
CREATE TRIGGER record_students AFTER UPDATE ON interviewers FOR EACH ROW
    WHEN (current_setting('application_name') <> '' AND OLD.email <> NEW.email) EXECUTE FUNCTION record_all_students();
CREATE TRIGGER record_students AFTER INSERT OR UPDATE OR DELETE ON booking_policy FOR EACH STATEMENT
    WHEN (current_setting('application_name') <> '') EXECUTE FUNCTION record_all_students();
