-- What PostGraphile shows of the school: views of what is asked for and a
-- function with the rules, in a schema of their own, so that the product's is
-- not touched. CLOCK is replaced by how far the school's clock is from the
-- real one. The function is one statement that Postgres can take apart, so that the
-- limit of a page reaches the index; of a student it knows no waivers, no hold
-- of his own and no interviewer with his e-mail.
DROP SCHEMA IF EXISTS peer CASCADE;
CREATE SCHEMA peer;

CREATE VIEW peer.interviewer AS SELECT id, name FROM interviewers;
COMMENT ON VIEW peer.interviewer IS E'@primaryKey id\n@omit all,many';

CREATE VIEW peer.slot AS SELECT id, starts_at AS start, ends_at AS "end", interviewer_id FROM slots;
COMMENT ON VIEW peer.slot IS
    E'@primaryKey id\n@foreignKey (interviewer_id) references peer.interviewer (id)|@fieldName interviewer\n@omit all,many';

CREATE FUNCTION peer.available_slots(student_id bigint, start timestamptz, "end" timestamptz) RETURNS SETOF peer.slot
LANGUAGE sql STABLE AS $$
    WITH mine AS MATERIALIZED (
        SELECT id, interviewer_id, starts_at, ends_at, status, grade FROM interviews i
        WHERE i.student_id = available_slots.student_id AND status <> 'CANCELLED'
    )
    SELECT s.id, s.starts_at, s.ends_at, s.interviewer_id
    FROM slots s
    WHERE s.status = 'OPEN' AND (s.full_until IS NULL OR s.full_until < '9999-12-31T00:00:00Z')
        AND s.starts_at >= greatest(start, now() + interval 'CLOCK'
            + (SELECT greatest(minimum_notice_seconds * interval '1 second', interval '1 microsecond') FROM booking_policy))
        AND s.starts_at < "end" AND s.ends_at <= "end"
        AND (s.held_until IS NULL OR s.held_until <= now() + interval 'CLOCK')
        AND (s.full_until IS NULL OR s.full_until <= now() + interval 'CLOCK')
        AND s.interviewer_id <> ALL (ARRAY(SELECT interviewer_id FROM mine WHERE status IN ('BOOKED', 'COMPLETED')))
        AND NOT EXISTS (SELECT FROM mine
            WHERE mine.status IN ('BOOKED', 'COMPLETED') AND mine.starts_at < s.ends_at AND s.starts_at < mine.ends_at)
        AND (SELECT count(*) FROM mine WHERE status <> 'INTERVIEWER_NO_SHOW')
            < (SELECT coalesce(st.interview_limit, p.interview_limit) FROM students st, booking_policy p
                WHERE st.id = available_slots.student_id)
        AND NOT EXISTS (SELECT FROM (SELECT grade FROM mine WHERE grade IS NOT NULL
                ORDER BY mine.starts_at DESC, mine.id DESC LIMIT (SELECT grade_window FROM booking_policy)) AS last
            WHERE grade <= (SELECT minimum_grade_exclusive FROM booking_policy))
    ORDER BY s.starts_at, s.id
$$;
