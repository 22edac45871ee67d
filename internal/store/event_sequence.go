package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// sequenceBatch is the number of events that get their positions in one transaction.
const sequenceBatch = 10_000

// Events get ids when they are inserted, and may be committed in another order. A reader in
// commit order therefore uses positions, which committed events get when somebody reads them.
// An id without a position is a gap if a higher id has a position: its transaction is in
// progress or rolled back. Events in gaps get later positions once they are committed. So
// nobody waits for a transaction that stays open for long, and the cost of a run depends on
// what is new and on the number of gaps, not on what has been committed in the meantime.
//
// A gap must be given up when its transaction cannot commit any more. A run notes the last
// drawn id, and then gets a transaction id of its own (settling, settling_xid). A transaction
// that has drawn that id or a lower one has an older transaction id, because insertEvents gets
// the transaction id before it draws the id of an event. Once all older transactions have ended,
// the gaps up to the noted id stay empty. If the database was restored into another Postgres
// server, its transaction ids may have yet to reach the noted one. A run then notes both again.

// sequenceState reads the last drawn id of events, and whether committed events have no
// position. It must be sent before the transaction that assigns them. This statement and
// assignPositions look only for ids up to the last drawn one. Without this limit, Postgres
// expects a third of all events, and reads all of them.
const sequenceState = `
	WITH drawn AS MATERIALIZED (SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS id FROM events_id_seq)
	SELECT drawn.id, EXISTS (SELECT FROM events WHERE id > s.last_event_id AND id <= drawn.id) OR EXISTS (
			SELECT FROM unnest(s.gaps) AS gap, LATERAL (SELECT FROM events WHERE id >= lower(gap) AND id < upper(gap) LIMIT 1) AS filled)
	FROM event_sequence s, drawn`

// lockSequence is a statement of its own, so that the next one sees what was committed while
// it waited.
const lockSequence = "SELECT FROM event_sequence FOR UPDATE"

// assignPositions assigns positions to committed events that have none, in the order of their
// ids, and returns their number. $1 is the last drawn id, as read by sequenceState; later events
// wait for the next run. OFFSET 0 makes Postgres look up each gap, instead of comparing all events
// with all gaps.
var assignPositions = fmt.Sprintf(`
	WITH state AS MATERIALIZED (
		SELECT *, pg_snapshot_xmin(pg_current_snapshot()) >= settling_xid AS settled, pg_current_xact_id() AS xid FROM event_sequence
	), fresh AS MATERIALIZED (
		SELECT id FROM (
			(SELECT e.id FROM state, unnest(gaps) AS gap,
				LATERAL (SELECT id FROM events WHERE id >= lower(gap) AND id < upper(gap) OFFSET 0) AS e ORDER BY e.id LIMIT %[1]d)
			UNION ALL
			(SELECT id FROM events WHERE id > (SELECT last_event_id FROM state) AND id <= $1 ORDER BY id LIMIT %[1]d)) AS either
		ORDER BY id LIMIT %[1]d
	), placed AS (
		INSERT INTO event_positions (position, event_id)
		SELECT last_position + row_number() OVER (ORDER BY fresh.id), fresh.id FROM fresh, state
	), batch AS (
		SELECT count(*) AS size, max(id) AS last, coalesce(range_agg(int8range(id, id, '[]')), '{}') AS ids FROM fresh
	), moved AS (
		SELECT size, greatest(last_event_id, last) AS last, gaps + int8multirange(int8range(last_event_id, greatest(last_event_id, last), '(]')) - ids
				- CASE WHEN settled AND size < %[1]d THEN int8multirange(int8range(NULL, settling, '(]')) ELSE '{}' END AS gaps,
			settling IS NULL OR settling_xid > xid OR settled AND size < %[1]d AS renew, xid
		FROM state, batch
	)
	UPDATE event_sequence s SET
		last_position = s.last_position + m.size, last_event_id = m.last, gaps = m.gaps,
		settling = CASE WHEN isempty(m.gaps) THEN NULL WHEN m.renew THEN $1::bigint ELSE s.settling END,
		settling_xid = CASE WHEN isempty(m.gaps) THEN NULL WHEN m.renew THEN m.xid ELSE s.settling_xid END
	FROM moved m RETURNING m.size`, sequenceBatch)

// sequence assigns positions to up to sequenceBatch committed events that have none, and
// reports whether all that were committed before the call have one. One run serves all
// callers that wait for it.
func (s *Store) sequence(ctx context.Context) (all bool, err error) {
	run := s.sequencing.Next()
	select {
	case <-run.Done:
		return run.Result, run.Err
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

// sequenceTimeout bounds a run of the sequence. Only tests change it.
var sequenceTimeout = 10 * time.Second

func (s *Store) sequenceOnce([]struct{}) (all bool, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), sequenceTimeout)
	defer cancel()
	var drawn int64
	var missing bool
	err = s.send(ctx, statement{text: sequenceState, row: func(rows pgx.Rows) error { return rows.Scan(&drawn, &missing) }})
	if err != nil || !missing {
		return err == nil, fault(err, "look for events without a position")
	}
	size, err := InTx(ctx, s, func(tx *Tx) (int, error) {
		tx.state.queue(lockSequence)
		size, err := one(ctx, tx, func(size *int) []any { return []any{size} }, assignPositions, drawn)
		return size, fault(err, "assign positions to events")
	})
	return err == nil && size < sequenceBatch, err
}
