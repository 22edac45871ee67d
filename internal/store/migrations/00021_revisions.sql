-- What people edit has a version, which a change may insist on, and the time of
-- its last change. Rows that are there get the last time that is known of them.

-- +goose Up
ALTER TABLE students ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE students ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now();
ALTER TABLE interviewers ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE interviewers ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now();
ALTER TABLE availabilities ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE availabilities ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now();
ALTER TABLE interviews ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE interviews ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now();

-- Nothing changes that servers are to hear of.
ALTER TABLE students DISABLE TRIGGER USER;
ALTER TABLE interviewers DISABLE TRIGGER USER;
ALTER TABLE interviews DISABLE TRIGGER USER;
UPDATE students SET updated_at = created_at;
UPDATE interviewers SET updated_at = created_at;
UPDATE availabilities SET updated_at = greatest(created_at, removed_at);
UPDATE interviews SET updated_at = greatest(booked_at, completed_at, cancelled_at, no_show_at);
ALTER TABLE students ENABLE TRIGGER USER;
ALTER TABLE interviewers ENABLE TRIGGER USER;
ALTER TABLE interviews ENABLE TRIGGER USER;
