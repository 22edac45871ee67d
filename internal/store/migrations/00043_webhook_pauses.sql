-- A webhook whose receiver is unavailable pauses as a whole, so that a long queue does not mean
-- many requests to a receiver that cannot take any.

-- +goose Up
ALTER TABLE webhooks
    ADD COLUMN failing_since timestamptz, -- the first of the attempts that found the receiver unavailable
    ADD COLUMN paused_until  timestamptz,
    ADD CONSTRAINT webhooks_pause CHECK ((failing_since IS NULL) = (paused_until IS NULL));
