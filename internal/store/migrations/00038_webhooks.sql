-- Webhooks, and the events on their way to them. A delivery is a row for each webhook and
-- event. The dispatcher adds the rows for the events after webhook_dispatch.position, and the
-- servers send those that are due.

-- +goose Up
CREATE TABLE webhooks (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    url             text NOT NULL,
    kinds           text[] NOT NULL, -- empty, like the lists below, for all
    student_ids     bigint[] NOT NULL,
    interviewer_ids bigint[] NOT NULL,
    secret          text NOT NULL,
    previous_secret       text,
    previous_secret_until timestamptz,
    since_event_id  bigint, -- only later events are delivered
    disabled_at     timestamptz,
    created_at      timestamptz NOT NULL,
    version         integer NOT NULL,
    updated_at      timestamptz NOT NULL,
    CONSTRAINT webhooks_previous_secret CHECK ((previous_secret IS NULL) = (previous_secret_until IS NULL))
);

CREATE TABLE webhook_deliveries (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    webhook_id       bigint NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    event_id         bigint NOT NULL,
    kind             text NOT NULL,   -- of the event
    position         bigint NOT NULL, -- of the event, in commit order
    interview_id     bigint,          -- of the event
    status           text NOT NULL CONSTRAINT webhook_deliveries_status CHECK (status IN ('PENDING', 'SUCCEEDED', 'FAILED')),
    attempts         integer NOT NULL,
    created_at       timestamptz NOT NULL,
    first_attempt_at timestamptz, -- from which the pauses between attempts are counted
    last_attempt_at  timestamptz,
    -- While an attempt is in progress, when it is considered lost.
    next_attempt_at  timestamptz,
    response_status  integer,
    response_body    text,
    error            text,
    CONSTRAINT webhook_deliveries_event_key UNIQUE (webhook_id, event_id),
    CONSTRAINT webhook_deliveries_next CHECK ((next_attempt_at IS NOT NULL) = (status = 'PENDING'))
);
CREATE INDEX webhook_deliveries_list ON webhook_deliveries (webhook_id, id);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, next_attempt_at, position) WHERE status = 'PENDING';
CREATE INDEX webhook_deliveries_order ON webhook_deliveries (webhook_id, interview_id, position) WHERE status = 'PENDING';
CREATE INDEX webhook_deliveries_created ON webhook_deliveries (created_at);

CREATE TABLE webhook_dispatch (
    id       smallint PRIMARY KEY DEFAULT 1 CONSTRAINT webhook_dispatch_single CHECK (id = 1),
    position bigint NOT NULL -- of the last event that has been dispatched
);
INSERT INTO webhook_dispatch (position) VALUES (0);
