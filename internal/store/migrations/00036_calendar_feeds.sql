-- Calendar feeds: secret URLs under which a calendar program reads the interviews of a student
-- or an interviewer. Only the hash of the secret is stored.

-- +goose Up
CREATE TABLE calendar_feeds (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    student_id     bigint REFERENCES students (id),
    interviewer_id bigint REFERENCES interviewers (id),
    secret_hash    bytea NOT NULL,
    created_at     timestamptz NOT NULL,
    last_read_at   timestamptz,
    content_hash   bytea,       -- of the calendar as it was last read
    changed_at     timestamptz, -- when it was first read with that content
    CONSTRAINT calendar_feeds_owner CHECK (num_nonnulls(student_id, interviewer_id) = 1),
    CONSTRAINT calendar_feeds_secret_hash CHECK (octet_length(secret_hash) = 32)
);
CREATE UNIQUE INDEX calendar_feeds_secret ON calendar_feeds (secret_hash);
CREATE INDEX calendar_feeds_student ON calendar_feeds (student_id, id) WHERE student_id IS NOT NULL;
CREATE INDEX calendar_feeds_interviewer ON calendar_feeds (interviewer_id, id) WHERE interviewer_id IS NOT NULL;

-- The id of the school makes the ids of calendar events unique among schools. It never changes.
CREATE TABLE school (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    id       uuid NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO school DEFAULT VALUES;
