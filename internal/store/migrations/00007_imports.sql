-- Interviews that a school brings along: an administrator may take some in that
-- break the limit, the pair or the grades. They are marked, and what holds the
-- pair leaves them out.

-- +goose Up
ALTER TABLE interviews ADD COLUMN exempt boolean NOT NULL DEFAULT false;

DROP INDEX interviews_pair_key;
CREATE UNIQUE INDEX interviews_pair_key ON interviews (student_id, interviewer_id)
    WHERE status IN ('BOOKED', 'COMPLETED') AND NOT exempt;
