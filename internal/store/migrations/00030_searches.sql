-- Searches whose work is what they find, and not the table.

-- +goose Up
-- Few availabilities have tags of their own, and a list with tags asks for them.
CREATE INDEX availabilities_tags ON availabilities USING gin (tags) WHERE tags <> '{}';

-- The list of bookable slots with tags compares availabilities, and reads this
-- index alone, too.
DROP INDEX slots_open;
CREATE INDEX slots_open ON slots (starts_at, id) INCLUDE (ends_at, interviewer_id, held_until, full_until, availability_id)
    WHERE status = 'OPEN' AND (full_until IS NULL OR full_until < '9999-12-31T00:00:00Z');

-- The rare states of a slot, in the order of the list.
CREATE INDEX slots_held_start ON slots (starts_at, id) WHERE held_by IS NOT NULL;
CREATE INDEX slots_withdrawn ON slots (starts_at, id) WHERE status = 'WITHDRAWN';
