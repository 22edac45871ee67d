-- History that cannot be told later: what became of every slot, each version of
-- the policy, and the version that held at each event. Rows are only ever added.

-- +goose Up
CREATE TABLE slot_history (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    slot_id  bigint NOT NULL,
    what     text NOT NULL CONSTRAINT slot_history_what
        CHECK (what IN ('PUBLISHED', 'HELD', 'BOOKED', 'RELEASED', 'WITHDRAWN')),
    at       timestamptz NOT NULL,
    until    timestamptz, -- of HELD: when the hold expires by itself
    event_id bigint       -- null for what happened without an event
);
CREATE INDEX slot_history_slot ON slot_history (slot_id, id);

-- What is known of the slots that are there.
INSERT INTO slot_history (slot_id, what, at)
    SELECT s.id, 'PUBLISHED', a.created_at FROM slots s JOIN availabilities a ON a.id = s.availability_id ORDER BY s.id;
INSERT INTO slot_history (slot_id, what, at)
    SELECT s.id, 'BOOKED', i.booked_at FROM slots s JOIN interviews i ON i.slot_id = s.id AND i.status <> 'CANCELLED'
    WHERE s.status = 'BOOKED' ORDER BY s.id;
INSERT INTO slot_history (slot_id, what, at)
    SELECT s.id, 'WITHDRAWN', now() FROM slots s WHERE s.status = 'WITHDRAWN' ORDER BY s.id;
INSERT INTO slot_history (slot_id, what, at, until)
    SELECT s.id, 'HELD', now(), s.held_until FROM slots s WHERE s.status = 'OPEN' AND s.held_by IS NOT NULL ORDER BY s.id;

ALTER TABLE events ADD COLUMN policy_version integer;

-- A version is kept whole as JSON, whatever columns the policy has.
CREATE TABLE booking_policy_versions (
    version integer PRIMARY KEY,
    at      timestamptz NOT NULL,
    policy  jsonb NOT NULL
);
INSERT INTO booking_policy_versions (version, at, policy) SELECT version, now(), to_jsonb(p) FROM booking_policy p;

-- +goose StatementBegin
CREATE FUNCTION history_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
-- +goose StatementEnd
CREATE TRIGGER slot_history_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON slot_history
    FOR EACH STATEMENT EXECUTE FUNCTION history_append_only();
CREATE TRIGGER booking_policy_versions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON booking_policy_versions
    FOR EACH STATEMENT EXECUTE FUNCTION history_append_only();
