-- Pages of filtered interviews are found in these indexes alone: they have what
-- the filter compares, and are as many entries as before.

-- +goose Up
DROP INDEX interviews_booked;
CREATE INDEX interviews_booked ON interviews (booked_at, id) INCLUDE (starts_at, ends_at, status);
DROP INDEX interviews_status;
CREATE INDEX interviews_status ON interviews (status, starts_at, id) INCLUDE (ends_at);
