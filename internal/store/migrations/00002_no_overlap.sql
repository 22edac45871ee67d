-- What only Postgres can hold: intervals that do not overlap. Intervals are
-- half-open, so slots that touch are fine.

-- +goose Up
CREATE EXTENSION IF NOT EXISTS btree_gist;

ALTER TABLE slots ADD CONSTRAINT slots_no_overlap
    EXCLUDE USING gist (interviewer_id WITH =, tstzrange(starts_at, ends_at) WITH &&)
    WHERE (status <> 'WITHDRAWN');

ALTER TABLE interviews ADD CONSTRAINT interviews_no_overlap
    EXCLUDE USING gist (student_id WITH =, tstzrange(starts_at, ends_at) WITH &&)
    WHERE (status IN ('BOOKED', 'COMPLETED'));
