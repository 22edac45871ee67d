-- Links of interviews, which a template of the policy makes.

-- +goose Up
ALTER TABLE interviews ADD COLUMN meeting_url text
    CONSTRAINT interviews_meeting_url CHECK (meeting_url ~ '^https?://.' AND length(meeting_url) <= 500);

-- An empty template stands for none.
ALTER TABLE booking_policy
    ADD COLUMN meeting_url_template text NOT NULL DEFAULT '',
    ADD COLUMN share_meeting_rooms  boolean NOT NULL DEFAULT false;

-- Students saw the rooms of interviewers as soon as they had booked. A school that uses
-- these rooms keeps that.
SELECT set_config('rehearse.logs_changes', 'on', true); -- no server that runs knows the column
UPDATE booking_policy SET share_meeting_rooms = EXISTS (SELECT FROM interviewers WHERE meeting_url IS NOT NULL);
ALTER TABLE booking_policy_versions DISABLE TRIGGER booking_policy_versions_append_only;
UPDATE booking_policy_versions v
SET policy = v.policy || jsonb_build_object('meeting_url_template', '', 'share_meeting_rooms', p.share_meeting_rooms)
FROM booking_policy p;
ALTER TABLE booking_policy_versions ENABLE TRIGGER booking_policy_versions_append_only;
