-- What a student may read of what his interviewer wrote.

-- +goose Up
ALTER TABLE interviews ADD COLUMN note_shared boolean NOT NULL DEFAULT false;
