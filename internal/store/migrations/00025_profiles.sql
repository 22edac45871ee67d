-- What students read of an interviewer when they look for one.

-- +goose Up
ALTER TABLE interviewers ADD COLUMN headline text;
ALTER TABLE interviewers ADD COLUMN bio text;
ALTER TABLE interviewers ADD COLUMN photo_url text CHECK (photo_url LIKE 'https://_%');
ALTER TABLE interviewers ADD COLUMN languages text[] NOT NULL DEFAULT '{}';

-- Interviewers with all of some tags or languages.
CREATE INDEX interviewers_tags ON interviewers USING gin (tags);
CREATE INDEX interviewers_languages ON interviewers USING gin (languages);
