-- Bookings that were refused, for 90 days. A row names people and things by id
-- and holds no text that people have written.

-- +goose Up
CREATE TABLE booking_refusals (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at           timestamptz NOT NULL,
    operation    text NOT NULL CONSTRAINT booking_refusals_operation
        CHECK (operation IN ('BOOK_SLOT', 'HOLD_SLOT', 'RESCHEDULE_INTERVIEW')),
    codes        text[] NOT NULL,
    actor_role   text NOT NULL,
    actor_id     bigint NOT NULL,
    request_id   text NOT NULL,
    student_id   bigint, -- null, like those below, for an id that names nothing
    slot_id      bigint,
    interview_id bigint  -- of a move
);
CREATE INDEX booking_refusals_at ON booking_refusals (at);
CREATE INDEX booking_refusals_student ON booking_refusals (student_id, id);
