-- What somebody may still ask for, when all servers share it. Unlogged: after a
-- crash everybody's bucket is full, and nothing is lost.

-- +goose Up
CREATE UNLOGGED TABLE rate_limits (
    bucket text PRIMARY KEY,
    points double precision NOT NULL,
    taken  boolean NOT NULL,
    at     timestamptz NOT NULL
);
