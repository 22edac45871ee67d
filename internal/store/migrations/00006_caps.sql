-- Caps of an interviewer: how many interviews he gives on a day, or in a week,
-- of his zone.

-- +goose Up
ALTER TABLE interviewers
    ADD COLUMN max_per_day integer CHECK (max_per_day > 0),
    ADD COLUMN max_per_week integer CHECK (max_per_week > 0);

-- capped: the slot lies on a day, or in a week, that holds as many interviews as
-- its interviewer gives. It is kept by every change of the interviews or the
-- slots of a capped interviewer, under his lock, so that the list need not count.
ALTER TABLE slots ADD COLUMN capped boolean NOT NULL DEFAULT false;

DROP INDEX slots_open;
CREATE INDEX slots_open ON slots (starts_at, id) INCLUDE (ends_at, interviewer_id) WHERE status = 'OPEN' AND NOT capped;
