-- The change log: a transaction that changes what a server may keep in memory adds a row
-- with the ids of what it changed. A server reads the rows of the transactions that were
-- not visible at its last read. Rows are deleted after an hour.

-- +goose Up
CREATE TABLE changes (
    xid          xid8 NOT NULL DEFAULT pg_current_xact_id(),
    at           timestamptz NOT NULL DEFAULT clock_timestamp(),
    slots        bigint[] NOT NULL DEFAULT '{}',
    interviews   bigint[] NOT NULL DEFAULT '{}',
    students     bigint[] NOT NULL DEFAULT '{}', -- whose own row, interviews, holds or waivers changed
    interviewers bigint[] NOT NULL DEFAULT '{}',
    retagged     bigint[] NOT NULL DEFAULT '{}', -- interviewers the tags of whose slots changed
    every        text[] NOT NULL DEFAULT '{}'    -- names of the columns above that do not list every change
);
CREATE INDEX changes_xid ON changes (xid);
