-- When notifications are sent that depend on the clock.

-- +goose Up
ALTER TABLE booking_policy
    ADD COLUMN reminder_lead_seconds    integer[] NOT NULL DEFAULT '{86400,3600}',
    ADD COLUMN agenda_hour              integer NOT NULL DEFAULT 7, -- -1 stands for none
    ADD COLUMN feedback_overdue_seconds integer NOT NULL DEFAULT 86400; -- 0 stands for none

ALTER TABLE booking_policy_versions DISABLE TRIGGER booking_policy_versions_append_only;
UPDATE booking_policy_versions v
SET policy = v.policy || jsonb_build_object('reminder_lead_seconds', p.reminder_lead_seconds,
    'agenda_hour', p.agenda_hour, 'feedback_overdue_seconds', p.feedback_overdue_seconds)
FROM booking_policy p;
ALTER TABLE booking_policy_versions ENABLE TRIGGER booking_policy_versions_append_only;

-- Until when the notifications that depend on the clock have been added to the outbox; null
-- until e-mail is first on.
CREATE TABLE mail_schedule (
    id    smallint PRIMARY KEY DEFAULT 1 CONSTRAINT mail_schedule_single CHECK (id = 1),
    until timestamptz
);
INSERT INTO mail_schedule (until) VALUES (NULL);
