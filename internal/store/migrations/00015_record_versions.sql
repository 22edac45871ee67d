-- A student's record is the same as long as its version is, which lists of slots
-- rely on. Versions are random and not counted: none comes back with another
-- record after a database was restored, or a standby promoted that had not seen
-- the last of them.

-- +goose Up
-- A constant at first, which writes no row; versions of different students need
-- not differ.
ALTER TABLE students ADD COLUMN record_version uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000';
ALTER TABLE students ALTER COLUMN record_version SET DEFAULT gen_random_uuid();
ALTER TABLE students SET (fillfactor = 70); -- room for the next version on the row's own page, which spares the indexes

-- +goose StatementBegin
CREATE FUNCTION renew_record_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.record_version := gen_random_uuid();
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER students_record BEFORE UPDATE ON students
    FOR EACH ROW WHEN (OLD.record_version = NEW.record_version) EXECUTE FUNCTION renew_record_version();

-- Whoever changes a student's interviews or waivers has locked the student. Holds
-- are not among this: they end without that lock, so lists look at them anew. A row
-- that this transaction has written has a version that nobody has seen.
-- +goose StatementBegin
CREATE FUNCTION renew_record_versions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE students SET record_version = gen_random_uuid()
        WHERE id IN (SELECT student_id FROM changed) AND xmin <> pg_current_xact_id()::xid;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER interviews_record_added AFTER INSERT ON interviews REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION renew_record_versions();
CREATE TRIGGER interviews_record_changed AFTER UPDATE ON interviews REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION renew_record_versions();
CREATE TRIGGER interviews_record_removed AFTER DELETE ON interviews REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION renew_record_versions();
CREATE TRIGGER waivers_record_added AFTER INSERT ON waivers REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION renew_record_versions();
CREATE TRIGGER waivers_record_changed AFTER UPDATE ON waivers REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION renew_record_versions();
CREATE TRIGGER waivers_record_removed AFTER DELETE ON waivers REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION renew_record_versions();

-- What renews a version has been announced already.
DROP TRIGGER students_changed ON students;
CREATE TRIGGER students_changed AFTER UPDATE ON students REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION announce_students();
