package changelog

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"rehearse/internal/booking"
)

// maxRows is the number of transactions after which a reader starts anew instead of reading
// them all.
const maxRows = 10_000

// A position is a place in the log: what has been read is what was visible in a snapshot.
type position struct {
	snapshot string    // in Postgres's notation xmin:xmax:xip
	server   time.Time // start of the Postgres server; the snapshots of another server mean nothing here
	at       time.Time // by the database's clock
}

// read is what a reader has read.
type read struct {
	Changes
	// Slots have the states of the changed slots in the snapshot up to which the log was read.
	states []Slot
}

// reader reads the log on a connection of its own.
type reader struct {
	config  *pgx.ConnConfig
	prepare func(context.Context, *pgx.Conn) error // called for a new connection
	keeps   time.Duration                          // the log keeps a change at least this long
	conn    *pgx.Conn                              // nil before the first read and after an error
	at      position
	news    bool // the last read returned changes, so the next one probably does
}

// readChanges reads the rows of the log that are visible now and were not visible in the
// snapshot $1, and the current states of their slots and of the slots $2, all in one snapshot.
// A transaction was not visible if it was in progress (xip) or had not begun (from xmax). Both
// are looked up in the index, so the cost does not depend on transactions that stay open for
// long. A restored backup may contain rows of transactions that this server has yet to reach;
// the upper bound keeps the scan from them. The record of a student names the interviewer with
// the student's e-mail address, so a changed interviewer may change a student's record as well.
const readChanges = `
WITH fresh AS MATERIALIZED (
	(SELECT slots, interviews, students, interviewers, retagged, every FROM changes
		WHERE xid >= pg_snapshot_xmax($1::pg_snapshot) AND xid < pg_snapshot_xmax(pg_current_snapshot())
		ORDER BY xid LIMIT $3)
	UNION ALL
	SELECT slots, interviews, students, interviewers, retagged, every FROM changes
		WHERE xid = ANY(ARRAY(SELECT pg_snapshot_xip($1::pg_snapshot))))
SELECT pg_current_snapshot()::text, pg_postmaster_start_time(), clock_timestamp(), (SELECT count(*) FROM fresh),
	ARRAY(SELECT unnest(slots) FROM fresh), ARRAY(SELECT unnest(interviews) FROM fresh),
	ARRAY(SELECT unnest(students) FROM fresh
		UNION ALL SELECT s.id FROM interviewers v JOIN students s ON s.email = v.email
			WHERE v.id = ANY(ARRAY(SELECT unnest(interviewers) FROM fresh))),
	ARRAY(SELECT unnest(interviewers) FROM fresh), ARRAY(SELECT unnest(retagged) FROM fresh), ARRAY(SELECT unnest(every) FROM fresh),
	NULL::bigint, NULL::bigint, NULL::timestamptz, NULL::timestamptz, NULL::timestamptz, NULL::timestamptz, NULL::boolean
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
	id, interviewer_id, starts_at, ends_at, held_until, full_until, status = 'OPEN'
	FROM slots WHERE id = ANY(ARRAY(SELECT unnest(slots) FROM fresh UNION ALL SELECT unnest($2::bigint[])))`

// forceIndexes makes Postgres use indexes on a connection. A plan that was made while the log was
// empty would read all of it, however it grows, until Postgres analyzes the table. $1 is the
// process id that the connection reports. A pooler makes one up, and would pass the setting on
// to other clients.
const forceIndexes = "SELECT set_config('enable_seqscan', 'off', false) WHERE pg_backend_pid() = $1"

// readPosition reads the position from which a reader starts.
const readPosition = "SELECT pg_current_snapshot()::text, pg_postmaster_start_time(), clock_timestamp()"

// errAnew reports that a reader cannot continue from its position.
var errAnew = errors.New("the change log cannot be continued")

// start sets the position to the present.
func (r *reader) start(ctx context.Context) error {
	if err := r.connect(ctx); err != nil {
		return err
	}
	var at position
	if err := r.conn.QueryRow(ctx, readPosition).Scan(&at.snapshot, &at.server, &at.at); err != nil {
		return errors.Join(err, r.close(ctx))
	}
	r.at = at
	return nil
}

// next returns what has been committed since the position, and the states of the given slots,
// and advances the position. It returns errAnew if it cannot know: the Postgres server is
// another one or was restarted, the log may have been pruned since, or too much was committed.
func (r *reader) next(ctx context.Context, also []booking.SlotID) (read, error) {
	if err := r.connect(ctx); err != nil {
		return read{}, err
	}
	got, at, rows, err := r.query(ctx, also)
	if err != nil {
		return read{}, errors.Join(err, r.close(ctx))
	}
	switch {
	case !at.server.Equal(r.at.server):
		return read{}, fmt.Errorf("%w: the database server is another one or was restarted", errAnew)
	case at.at.Sub(r.at.at) > r.keeps/2:
		return read{}, fmt.Errorf("%w: it was last read %s ago and may have been pruned since", errAnew, at.at.Sub(r.at.at).Round(time.Second))
	case rows > maxRows:
		return read{}, fmt.Errorf("%w: more than %d transactions were committed since the last read", errAnew, maxRows)
	}
	r.at = at
	return got, nil
}

func (r *reader) query(ctx context.Context, also []booking.SlotID) (got read, at position, changed int, err error) {
	ids := make([]int64, len(also))
	for i, id := range also {
		ids[i] = int64(id)
	}
	rows, err := r.conn.Query(ctx, readChanges, r.at.snapshot, ids, maxRows+1)
	if err != nil {
		return got, at, 0, err
	}
	defer rows.Close()
	if rows.Next() {
		var slots, interviews, students, interviewers, retagged []int64
		var every []string
		err = rows.Scan(&at.snapshot, &at.server, &at.at, &changed, &slots, &interviews, &students, &interviewers, &retagged, &every,
			nil, nil, nil, nil, nil, nil, nil)
		if err != nil {
			return got, at, 0, err
		}
		got.Changes = Changes{
			Slots: typed[booking.SlotID](slots), Interviews: typed[booking.InterviewID](interviews), Students: typed[booking.StudentID](students),
			Interviewers: typed[booking.InterviewerID](interviewers), Retagged: typed[booking.InterviewerID](retagged),
		}
		got.addEvery(every)
	}
	for rows.Next() {
		var slot Slot
		var id, interviewer int64
		var held, full *time.Time
		err = rows.Scan(nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, &id, &interviewer, &slot.Start, &slot.End, &held, &full, &slot.Open)
		if err != nil {
			return got, at, 0, err
		}
		slot.ID, slot.InterviewerID = booking.SlotID(id), booking.InterviewerID(interviewer)
		slot.HeldUntil, slot.FullUntil = orZero(held), orZero(full)
		slot.Open = slot.Open && slot.FullUntil.Before(booking.Forever)
		got.states = append(got.states, slot)
	}
	return got, at, changed, rows.Err()
}

func (r *reader) connect(ctx context.Context) error {
	if r.conn != nil {
		return nil
	}
	conn, err := pgx.ConnectConfig(ctx, r.config)
	if err != nil {
		return err
	}
	r.conn = conn
	if err = r.prepare(ctx, conn); err == nil {
		_, err = conn.Exec(ctx, forceIndexes, int64(conn.PgConn().PID()))
	}
	if err != nil {
		return errors.Join(err, r.close(ctx))
	}
	return nil
}

// close closes the connection. The position stays.
func (r *reader) close(ctx context.Context) error {
	if r.conn == nil {
		return nil
	}
	conn := r.conn
	r.conn = nil
	return closeConn(ctx, conn)
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
