package changelog

import (
	"context"
	"errors"
	"fmt"
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
	arrange func(*pgx.ConnConfig) // orders the hosts of a copy; may be nil
	keeps   time.Duration         // the log keeps a change at least this long
	conn    *pgx.Conn             // nil before the first read and after an error
	server  string                // of conn; empty if a pooler may change it, and each statement reads it
	at      position
	news    bool // the last read returned changes, so the next one probably does
	late    int  // number of successive reads that did not end in time
	moves   bool // the last probe saw another snapshot than the one before
}

// maxLate is the number of successive reads that do not end in time after which a reader starts
// anew: the changes since its position may be too many to read in time.
const maxLate = 3

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

// poll returns what has been committed since the position, and advances the position. It returns
// errAnew if it cannot know: the Postgres server is another one or was restarted, the log may
// have been pruned since, too much was committed, or reads do not end in time.
func (r *reader) poll(ctx context.Context) (read, error) {
	if r.late >= maxLate {
		return read{}, fmt.Errorf("%w: %d reads did not end in time", errAnew, r.late)
	}
	if err := r.connect(ctx); err != nil {
		return read{}, err
	}
	got, at, rows, err := r.cheapest(ctx)
	if err != nil {
		if r.late++; !errors.Is(ctx.Err(), context.DeadlineExceeded) {
			r.late = 0
		}
		return read{}, errors.Join(err, r.close(ctx))
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

// cheapest reads what has been committed with the cheapest statement that probably suffices
// (BenchmarkAvailableSlots). While the snapshot stays the same, no transaction that writes has
// ended. Otherwise the probe finds out whether those that have ended wrote to the log.
func (r *reader) cheapest(ctx context.Context) (got read, at position, rows int, err error) {
	at.server = r.server
	nothing := false
	if !r.news && !r.moves {
		err = r.conn.QueryRow(ctx, readPosition.on(r)).Scan(&at.snapshot, &known{&at.server}, &at.at)
		nothing = at.snapshot == r.at.snapshot
	}
	if !r.news && !nothing && err == nil {
		err = r.conn.QueryRow(ctx, probe.on(r), r.at.snapshot).Scan(&at.snapshot, &known{&at.server}, &at.at, &nothing)
		r.moves = at.snapshot != r.at.snapshot
	}
	if nothing || err != nil {
		return got, at, 0, err
	}
	got, at, rows, err = r.query(ctx)
	r.news = !got.Empty()
	return got, at, rows, err
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
	conn, err := dial(ctx, r.config, r.arrange)
	if err != nil {
		return err
	}
	r.conn = conn
	direct := false
	err = conn.QueryRow(ctx, readServer, int64(conn.PgConn().PID())).Scan(&direct, &r.server)
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

// dial connects with a copy of a configuration whose hosts it arranges.
func dial(ctx context.Context, config *pgx.ConnConfig, arrange func(*pgx.ConnConfig)) (*pgx.Conn, error) {
	if arrange != nil {
		config = config.Copy()
		arrange(config)
	}
	return pgx.ConnectConfig(ctx, config)
}

// Identify returns the identity of the server of a connection, which another server and a restart
// change. It fails for a standby.
func Identify(ctx context.Context, conn *pgx.Conn) (server string, err error) {
	err = conn.QueryRow(ctx, processID).Scan(&server)
	if err == nil && server == standby {
		err = errStandby
	}
	return server, err
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
