-- Which notifications a student or an interviewer wants. A person without a row wants all.

-- +goose Up
CREATE TABLE notification_preferences (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    student_id     bigint REFERENCES students (id),
    interviewer_id bigint REFERENCES interviewers (id),
    bookings       boolean NOT NULL,
    grades         boolean NOT NULL,
    reminders      boolean NOT NULL,
    agenda         boolean NOT NULL,
    feedback       boolean NOT NULL,
    CONSTRAINT notification_preferences_owner CHECK (num_nonnulls(student_id, interviewer_id) = 1)
);
CREATE UNIQUE INDEX notification_preferences_student ON notification_preferences (student_id);
CREATE UNIQUE INDEX notification_preferences_interviewer ON notification_preferences (interviewer_id);

-- The key that signs the links to unsubscribe. It is in the database, so that every server has
-- it and the links in old e-mails keep working. Two random UUIDs have 244 random bits.
ALTER TABLE school ADD COLUMN unsubscribe_key bytea NOT NULL
    DEFAULT uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
