-- Answers to idempotency keys are kept in a form of their own. Those in the old
-- form cannot be read; a key is kept for a day, so few requests lose theirs.

-- +goose Up
DELETE FROM idempotency_keys;
