package changelog

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"rehearse/internal/booking"
)

// maxRows is the number of transactions after which a reader starts anew instead of reading
// them all.
const maxRows = 10_000

// A position is a place in the log: what has been read is what was visible in a snapshot.
type position struct {
	snapshot string    // in Postgres's notation xmin:xmax:xip
	server   string    // what serverID returned; the snapshots of another server mean nothing here
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
	server  string                                 // of conn; empty if a pooler may change it, and each statement reads it
	at      position
	news    bool // the last read returned changes, so the next one probably does
	late    int  // number of successive reads that did not end in time
	moves   bool // the last probe saw another snapshot than the one before
}

// serverID identifies a database and the period in which its snapshots mean the same. The period
// ends with a restart of the server. It also ends when the server recovers from the crash of one
// of its processes: it loses transactions that were visible but not on disk, and uses their ids
// again. The server then keeps its start time, and discards its statistics. Snapshots of a standby
// are approximate, and its state is old.
const serverID = `(SELECT CASE WHEN pg_is_in_recovery() THEN '` + standby + `'
	ELSE concat_ws(' ', oid, extract(epoch FROM pg_postmaster_start_time()), extract(epoch FROM stats_reset)) END
	FROM pg_database CROSS JOIN pg_stat_archiver WHERE datname = current_database())`

const standby = "standby"

// maxLate is the number of successive reads that do not end in time after which a reader starts
// anew: the changes since its position may be too many to read in time.
const maxLate = 3

// readChanges reads the rows of the log that are visible now and were not visible in the
// snapshot $1, and the current states of their slots, all in one snapshot.
// A transaction was not visible if it was in progress (xip) or had not begun (from xmax). Both
// are looked up in the index, so the cost does not depend on transactions that stay open for
// long. A restored backup may contain rows of transactions that this server has yet to reach;
// the upper bound keeps the scan from them. The record of a student names the interviewer with
// the student's e-mail address, so a changed interviewer may change a student's record as well.
var readChanges = withServer(`
WITH fresh AS MATERIALIZED (
	(SELECT slots, interviews, students, interviewers, retagged, every FROM changes
		WHERE xid >= pg_snapshot_xmax($1::pg_snapshot) AND xid < pg_snapshot_xmax(pg_current_snapshot())
		ORDER BY xid LIMIT $2)
	UNION ALL
	SELECT slots, interviews, students, interviewers, retagged, every FROM changes
		WHERE xid = ANY(ARRAY(SELECT pg_snapshot_xip($1::pg_snapshot))))
SELECT pg_current_snapshot()::text, ?, clock_timestamp(), (SELECT count(*) FROM fresh),
	ARRAY(SELECT unnest(slots) FROM fresh), ARRAY(SELECT unnest(interviews) FROM fresh),
	ARRAY(SELECT unnest(students) FROM fresh
		UNION ALL SELECT s.id FROM interviewers v JOIN students s ON s.email = v.email
			WHERE v.id = ANY(ARRAY(SELECT unnest(interviewers) FROM fresh))),
	ARRAY(SELECT unnest(interviewers) FROM fresh), ARRAY(SELECT unnest(retagged) FROM fresh), ARRAY(SELECT unnest(every) FROM fresh),
	NULL::bigint, NULL::bigint, NULL::timestamptz, NULL::timestamptz, NULL::timestamptz, NULL::timestamptz, NULL::boolean
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
	id, interviewer_id, starts_at, ends_at, held_until, full_until, status = 'OPEN'
	FROM slots WHERE id = ANY(ARRAY(SELECT unnest(slots) FROM fresh))`)

// readServer reads whether a connection is direct, and its server. $1 is the process id that the
// connection reports; a pooler makes one up.
const readServer = "SELECT pg_backend_pid() = $1::bigint, " + serverID

// forceIndexes makes Postgres use indexes on a connection. A plan that was made while the log was
// empty would read all of it, however it grows, until Postgres analyzes the table. A pooler would
// pass the setting on to other clients.
const forceIndexes = "SET enable_seqscan = off"

// readPosition reads the position from which a reader starts.
var readPosition = withServer("SELECT pg_current_snapshot()::text, ?, clock_timestamp()")

// A text is a statement with the server as its second column: NULL on a direct connection,
// which knows its server.
type text struct{ direct, pooled string }

func withServer(statement string) text {
	return text{strings.Replace(statement, "?", "NULL", 1), strings.Replace(statement, "?", serverID, 1)}
}

func (t text) on(r *reader) string {
	if r.server == "" {
		return t.pooled
	}
	return t.direct
}

var (
	// errAnew reports that a reader cannot continue from its position.
	errAnew    = errors.New("the change log cannot be continued")
	errStandby = errors.New("the database server is a standby")
)

// start sets the position to the present.
func (r *reader) start(ctx context.Context) error {
	if err := r.connect(ctx); err != nil {
		return err
	}
	at := position{server: r.server}
	err := r.conn.QueryRow(ctx, readPosition.on(r)).Scan(&at.snapshot, &known{&at.server}, &at.at)
	if err == nil && at.server == standby {
		err = errStandby
	}
	if err != nil {
		return errors.Join(err, r.close(ctx))
	}
	r.at, r.late = at, 0
	return nil
}

// next returns what has been committed since the position, and advances the position. It returns errAnew if it cannot know: the Postgres server is
// another one or was restarted, the log may have been pruned since, or too much was committed.
func (r *reader) next(ctx context.Context) (read, error) {
	if err := r.connect(ctx); err != nil {
		return read{}, err
	}
	got, at, rows, err := r.query(ctx)
	if err != nil {
		return read{}, r.failed(ctx, err)
	}
	switch {
	case at.server != r.at.server:
		return read{}, fmt.Errorf("%w: the database is another one, or its server was restarted", errAnew)
	case at.at.Sub(r.at.at) > r.keeps/2:
		return read{}, fmt.Errorf("%w: it was last read %s ago and may have been pruned since", errAnew, at.at.Sub(r.at.at).Round(time.Second))
	case rows > maxRows:
		return read{}, fmt.Errorf("%w: more than %d transactions were committed since the last read", errAnew, maxRows)
	}
	r.at, r.late = at, 0
	return got, nil
}

// failed closes the connection after an error, which it returns, or errAnew after too many reads
// that did not end in time.
func (r *reader) failed(ctx context.Context, err error) error {
	if r.late++; !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		r.late = 0
	}
	if r.late == maxLate {
		err = fmt.Errorf("%w: %d reads did not end in time", errAnew, maxLate)
	}
	return errors.Join(err, r.close(ctx))
}

func (r *reader) query(ctx context.Context) (got read, at position, changed int, err error) {
	at.server = r.server
	rows, err := r.conn.Query(ctx, readChanges.on(r), r.at.snapshot, maxRows+1)
	if err != nil {
		return got, at, 0, err
	}
	defer rows.Close()
	if rows.Next() {
		var slots, interviews, students, interviewers, retagged []int64
		var every []string
		err = rows.Scan(&at.snapshot, &known{&at.server}, &at.at, &changed, &slots, &interviews, &students, &interviewers, &retagged, &every,
			nil, nil, nil, nil, nil, nil, nil)
		if err != nil {
			return got, at, 0, err
		}
		got.Changes = Changes{
			Events: changed > 0,
			Slots:  typed[booking.SlotID](slots), Interviews: typed[booking.InterviewID](interviews), Students: typed[booking.StudentID](students),
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
	direct := false
	if err = r.prepare(ctx, conn); err == nil {
		err = conn.QueryRow(ctx, readServer, int64(conn.PgConn().PID())).Scan(&direct, &r.server)
	}
	switch {
	case err != nil:
	case direct:
		_, err = conn.Exec(ctx, forceIndexes)
	default:
		r.server = ""
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

// known scans a text, and leaves it as it is for NULL.
type known struct{ text *string }

// ScanText implements pgtype.TextScanner.
func (k *known) ScanText(v pgtype.Text) error {
	if v.Valid {
		*k.text = v.String
	}
	return nil
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
