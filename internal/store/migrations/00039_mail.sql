-- E-mail messages to people. A row says what a message is about and who receives it; its text is
-- made when it is sent. The dispatcher adds the rows for the events after
-- mail_dispatch.position, and the servers send those that are due.

-- +goose Up
CREATE TABLE mail (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind            text NOT NULL,
    source          text NOT NULL, -- what the message is about, such as an event
    recipient_role  text NOT NULL CONSTRAINT mail_recipient_role CHECK (recipient_role IN ('STUDENT', 'INTERVIEWER', 'ADMIN')),
    recipient_id    bigint NOT NULL, -- 0 for all administrators
    event_id        bigint,
    interview_id    bigint,
    status          text NOT NULL CONSTRAINT mail_status CHECK (status IN ('PENDING', 'SENT', 'DROPPED', 'FAILED')),
    attempts        integer NOT NULL,
    created_at      timestamptz NOT NULL,
    -- While an attempt is in progress, when it is considered lost.
    next_attempt_at timestamptz,
    result          text NOT NULL, -- of the last attempt: a code of the mail server, or a reason
    CONSTRAINT mail_source_key UNIQUE (source, recipient_role, recipient_id),
    CONSTRAINT mail_next CHECK ((next_attempt_at IS NOT NULL) = (status = 'PENDING'))
);
CREATE INDEX mail_due ON mail (next_attempt_at, id) WHERE status = 'PENDING';
CREATE INDEX mail_order ON mail (interview_id, recipient_role, recipient_id, id) WHERE status = 'PENDING';
CREATE INDEX mail_created ON mail (created_at);

CREATE TABLE mail_dispatch (
    id       smallint PRIMARY KEY DEFAULT 1 CONSTRAINT mail_dispatch_single CHECK (id = 1),
    position bigint -- of the last event that has been dispatched; null until e-mail is first on
);
INSERT INTO mail_dispatch (position) VALUES (NULL);
