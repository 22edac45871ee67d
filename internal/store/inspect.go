package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"rehearse/internal/store/changelog"
)

// ErrNotWoken reports that a wake-up did not arrive.
var ErrNotWoken = changelog.ErrNotWoken

// Inspection is what a check of a deployment needs to know about the database and its user.
type Inspection struct {
	Version     int    // such as 170002
	VersionText string // such as 17.2
	Encoding    string
	ReadOnly    bool // a standby, or a database that refuses writes
	Pooled      bool // a pooler is in between
	User        string
	Superuser   bool

	MaxConnections int    // the lowest limit that applies to the user
	LimitedBy      string // what sets this limit
	Servers        int    // running servers

	SynchronousCommit     bool
	Fsync, FullPageWrites bool
	// StatementTimeout, TransactionTimeout and IdleSessionTimeout apply to all sessions of the
	// user; 0 means none.
	StatementTimeout, TransactionTimeout, IdleSessionTimeout time.Duration

	ExtensionInstalled, ExtensionAvailable bool // of Extension
	CanCreateExtension                     bool

	OwnsEvents bool // may disable the trigger that makes events append-only

	Ahead time.Duration // by which the caller's clock is ahead of the database's
}

// Extension is the extension that the migrations need.
const Extension = "btree_gist"

// inspectServer reads the settings of a session. pg_settings has no row for a setting that the
// version of Postgres does not have.
const inspectServer = `
	SELECT current_setting('server_version_num')::int, current_setting('server_version'), pg_encoding_to_char(d.encoding),
		pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on', pg_backend_pid() <> $2::bigint, r.rolname, r.rolsuper,
		current_setting('max_connections')::int, d.datconnlimit, r.rolconnlimit,
		current_setting('synchronous_commit') <> 'off', current_setting('fsync') = 'on', current_setting('full_page_writes') = 'on',
		coalesce((SELECT setting::bigint FROM pg_settings WHERE name = 'statement_timeout'), 0),
		coalesce((SELECT setting::bigint FROM pg_settings WHERE name = 'transaction_timeout'), 0),
		coalesce((SELECT setting::bigint FROM pg_settings WHERE name = 'idle_session_timeout'), 0),
		EXISTS (SELECT FROM pg_extension WHERE extname = $1), EXISTS (SELECT FROM pg_available_extensions WHERE name = $1),
		has_database_privilege(d.oid, 'CREATE'),
		coalesce((SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass('events')), false),
		(SELECT count(DISTINCT application_name) FROM pg_stat_activity WHERE datname = current_database() AND starts_with(application_name, $3))
	FROM pg_database d, pg_roles r WHERE d.datname = current_database() AND r.rolname = current_user`

// Inspect reads what a check of a deployment needs, on a new connection. now is the clock to
// compare with the database's.
func (s *Store) Inspect(ctx context.Context, now func() time.Time) (Inspection, error) {
	conn, err := pgx.ConnectConfig(ctx, s.config.Copy())
	if err != nil {
		return Inspection{}, fault(err, "inspect the database")
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	var i Inspection
	var database, user int
	var statement, transaction, idle int64
	err = conn.QueryRow(ctx, inspectServer, Extension, int64(conn.PgConn().PID()), followerName).Scan(
		&i.Version, &i.VersionText, &i.Encoding, &i.ReadOnly, &i.Pooled, &i.User, &i.Superuser,
		&i.MaxConnections, &database, &user, &i.SynchronousCommit, &i.Fsync, &i.FullPageWrites,
		&statement, &transaction, &idle, &i.ExtensionInstalled, &i.ExtensionAvailable, &i.CanCreateExtension, &i.OwnsEvents, &i.Servers)
	if err != nil {
		return Inspection{}, fault(err, "inspect the database")
	}
	i.StatementTimeout, i.TransactionTimeout, i.IdleSessionTimeout = inMilliseconds(statement), inMilliseconds(transaction), inMilliseconds(idle)
	i.LimitedBy = "max_connections"
	i.limit(database, fmt.Sprintf("the CONNECTION LIMIT of the database %s", s.config.Database))
	i.limit(user, fmt.Sprintf("the CONNECTION LIMIT of the user %s", i.User))
	i.Ahead, err = ahead(ctx, conn, now)
	return i, fault(err, "read the clock of the database")
}

// limit applies a limit on connections; a negative one is none.
func (i *Inspection) limit(connections int, by string) {
	if connections >= 0 && connections < i.MaxConnections && !i.Superuser {
		i.MaxConnections, i.LimitedBy = connections, by
	}
}

// ahead returns the time by which now is ahead of the database's clock. A difference that the
// round trip may explain counts as none.
func ahead(ctx context.Context, conn *pgx.Conn, now func() time.Time) (time.Duration, error) {
	var theirs time.Time
	before := now()
	err := conn.QueryRow(ctx, "SELECT clock_timestamp()").Scan(&theirs)
	after := now()
	switch {
	case theirs.Before(before):
		return before.Sub(theirs), err
	case theirs.After(after):
		return after.Sub(theirs), err
	}
	return 0, err
}

func inMilliseconds(n int64) time.Duration { return time.Duration(n) * time.Millisecond }

// ProbeWakeUps returns an error unless the connection for notifications receives what a
// connection of the pool sends. It is ErrNotWoken if both work, and nothing arrives.
func (s *Store) ProbeWakeUps(ctx context.Context) error {
	return changelog.Probe(ctx, s.listening.Copy(), func(ctx context.Context, statement string) error {
		_, err := s.pool.ExecContext(ctx, statement)
		return err
	})
}
