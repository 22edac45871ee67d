-- Where an interviewer meets his students.

-- +goose Up
ALTER TABLE interviewers ADD COLUMN meeting_url text CHECK (meeting_url LIKE 'https://_%');
