-- The index of all interviews by start includes the columns that statistics need, so that an index-only
-- scan counts them.

-- +goose NO TRANSACTION
-- +goose Up
DROP INDEX CONCURRENTLY IF EXISTS interviews_by_start; -- invalid, of an attempt that failed
CREATE INDEX CONCURRENTLY interviews_by_start ON interviews (starts_at, id) INCLUDE (interviewer_id, status);
DROP INDEX CONCURRENTLY IF EXISTS interviews_start;
