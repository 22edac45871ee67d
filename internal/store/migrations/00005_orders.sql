-- Lists can be ordered by more than their ids and their start: a page of each
-- order is read from an index. E-mails have theirs already.

-- +goose Up
CREATE INDEX students_name ON students (name, id);
CREATE INDEX students_created ON students (created_at, id);
CREATE INDEX interviewers_name ON interviewers (name, id);
CREATE INDEX interviewers_created ON interviewers (created_at, id);
CREATE INDEX interviews_booked ON interviews (booked_at, id);
