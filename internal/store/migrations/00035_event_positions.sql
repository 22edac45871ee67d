-- Events get a position in commit order, after their commit and on demand. Their ids ascend
-- in the order in which they are drawn, so an event may be committed after one with a greater
-- id, and a reader that continues after an id would miss it.

-- +goose Up
CREATE TABLE event_positions (
    position bigint PRIMARY KEY,
    event_id bigint NOT NULL CONSTRAINT event_positions_event_key UNIQUE
);

CREATE TABLE event_sequence (
    id            smallint PRIMARY KEY DEFAULT 1 CONSTRAINT event_sequence_single CHECK (id = 1),
    last_position bigint NOT NULL,
    last_event_id bigint NOT NULL,        -- the greatest id of the events that have positions
    gaps          int8multirange NOT NULL, -- lower ids without one, whose transactions may still commit
    -- Once all transactions before settling_xid have ended, gaps up to settling stay.
    settling      bigint,
    settling_xid  xid8
);

-- No transaction that is in progress has drawn an id.
LOCK TABLE events IN SHARE MODE;
INSERT INTO event_positions (position, event_id) SELECT row_number() OVER (ORDER BY id), id FROM events ORDER BY id;
INSERT INTO event_sequence (last_position, last_event_id, gaps) SELECT count(*), coalesce(max(id), 0), '{}' FROM events;
