-- Interviews of one state, in the order of the list, and their number.

-- +goose Up
CREATE INDEX interviews_status ON interviews (status, starts_at, id);
