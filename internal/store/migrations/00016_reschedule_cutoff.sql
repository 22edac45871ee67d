-- Until when a student can move an interview: until then by default as long as
-- they can cancel it.

-- +goose Up
ALTER TABLE booking_policy ADD COLUMN reschedule_cutoff_seconds integer NOT NULL DEFAULT 86400
    CONSTRAINT booking_policy_reschedule_cutoff CHECK (reschedule_cutoff_seconds >= 0);
UPDATE booking_policy SET reschedule_cutoff_seconds = cancel_cutoff_seconds;
