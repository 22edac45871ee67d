-- Filters of students ask how many of their interviews count and what their last
-- grades are. Both are kept with the student, so that a filter reads one table. They
-- do not depend on the policy, and are no columns of an index: a booking writes a
-- new version of its student's row anyway, which stays on the row's own page.

-- +goose Up
ALTER TABLE students ADD COLUMN interviews_counted integer NOT NULL DEFAULT 0;
ALTER TABLE students ADD COLUMN recent_grades smallint[] NOT NULL DEFAULT '{}'; -- newest first

-- The grades are as many as a policy can ask for.
-- +goose StatementBegin
CREATE FUNCTION standing(student bigint) RETURNS TABLE (counted integer, grades smallint[]) LANGUAGE sql STABLE AS $$
    SELECT (count(*) FILTER (WHERE status IN ('BOOKED', 'COMPLETED', 'STUDENT_NO_SHOW')))::integer,
        coalesce((array_agg(grade ORDER BY starts_at DESC, id DESC) FILTER (WHERE grade IS NOT NULL))[1:100], '{}')
    FROM interviews WHERE student_id = student
$$;
-- +goose StatementEnd

-- A row that this transaction has written has a version that nobody has seen, and
-- is written again only for another standing. Whoever changes a student's interviews
-- has locked the student. A load of a whole school sets rehearse.loading, and
-- derives the standings when it is through.
-- +goose StatementBegin
CREATE FUNCTION renew_standings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE students
    SET record_version = gen_random_uuid(), interviews_counted = s.counted, recent_grades = s.grades
    FROM (SELECT DISTINCT student_id FROM changed) AS c CROSS JOIN LATERAL standing(c.student_id) AS s
    WHERE students.id = c.student_id AND (students.xmin <> pg_current_xact_id()::xid
        OR (interviews_counted, recent_grades) IS DISTINCT FROM (s.counted, s.grades));
    RETURN NULL;
END $$;
-- +goose StatementEnd
DROP TRIGGER interviews_record_added ON interviews;
DROP TRIGGER interviews_record_changed ON interviews;
DROP TRIGGER interviews_record_removed ON interviews;
CREATE TRIGGER interviews_record_added AFTER INSERT ON interviews REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT WHEN (current_setting('rehearse.loading', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION renew_standings();
CREATE TRIGGER interviews_record_changed AFTER UPDATE ON interviews REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION renew_standings();
CREATE TRIGGER interviews_record_removed AFTER DELETE ON interviews REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION renew_standings();

-- Nothing changes that servers are to hear of.
ALTER TABLE students DISABLE TRIGGER USER;
UPDATE students SET (interviews_counted, recent_grades) = (SELECT counted, grades FROM standing(students.id))
    WHERE EXISTS (SELECT FROM interviews WHERE student_id = students.id);
ALTER TABLE students ENABLE TRIGGER USER;
