// Package clone copies a database to a database of another Postgres server, whatever the versions
// of both servers.
package clone

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/sync/errgroup"
)

// changeLog is not copied. Its rows have transaction ids, which mean nothing on another server, and
// only servers that ran when the rows were written need them.
const changeLog = "public.changes"

// settings make both servers write and read values in the same way.
var settings = map[string]string{
	"timezone": "UTC", "datestyle": "ISO, YMD", "intervalstyle": "iso_8601", "bytea_output": "hex",
	"extra_float_digits": "1", "client_encoding": "UTF8", "search_path": "public",
	"statement_timeout": "0", "lock_timeout": "0", "idle_in_transaction_session_timeout": "0",
}

// Database replaces all rows and sequences of the target by those of the source. from is the
// connection string of the source, and to that of the target. Both must have the same tables, and
// nobody may write to either. report receives the number of rows of each table once it is copied.
// If Database fails, the target is unusable or unchanged.
func Database(ctx context.Context, from, to string, report func(table string, rows int64)) error {
	return connected(ctx, from, func(source *pgx.Conn) error {
		return connected(ctx, to, func(target *pgx.Conn) error {
			snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
			return pgx.BeginTxFunc(ctx, source, snapshot, func(pgx.Tx) error { return copyAll(ctx, source, target, report) })
		})
	})
}

func connected(ctx context.Context, dsn string, work func(*pgx.Conn) error) (err error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return err
	}
	for name, value := range settings {
		config.RuntimeParams[name] = value
	}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	return work(conn)
}

func copyAll(ctx context.Context, source, target *pgx.Conn, report func(table string, rows int64)) error {
	all, err := common(ctx, source, target)
	if err != nil {
		return err
	}
	err = pgx.BeginFunc(ctx, target, func(pgx.Tx) error {
		if err := empty(ctx, target, all); err != nil {
			return err
		}
		for _, r := range all {
			rows, err := r.copy(ctx, source, target)
			if err != nil {
				return fmt.Errorf("copy %s: %w", r.name, err)
			}
			if r.isTable() {
				report(r.name, rows)
			}
		}
		return settleAnew(ctx, target)
	})
	if err != nil {
		return err
	}
	if _, err := target.Exec(ctx, "ANALYZE"); err != nil {
		return fmt.Errorf("analyze the copy: %w", err)
	}
	return compareCounts(ctx, source, target, all)
}

// empty empties the tables, which migrations may have filled. Triggers and foreign keys stay off
// until the transaction ends.
func empty(ctx context.Context, target *pgx.Conn, all []relation) error {
	var tables []string
	for _, r := range all {
		if r.isTable() || r.name == changeLog {
			tables = append(tables, r.name)
		}
	}
	if _, err := target.Exec(ctx, "SET LOCAL session_replication_role = replica"); err != nil {
		return fmt.Errorf("turn triggers off: %w", err)
	}
	if _, err := target.Exec(ctx, "TRUNCATE "+strings.Join(tables, ", ")); err != nil {
		return fmt.Errorf("empty the tables of the new database: %w", err)
	}
	return nil
}

// settleAnew makes the next run of the sequence of events note a transaction id of this server. The
// positions and gaps remain: events that are committed and have no position are copied as such.
func settleAnew(ctx context.Context, target *pgx.Conn) error {
	if _, err := target.Exec(ctx, "UPDATE event_sequence SET settling = NULL, settling_xid = NULL"); err != nil {
		return fmt.Errorf("reset the transaction id of the sequence of events: %w", err)
	}
	return nil
}

// copy copies the rows of a table, or the value of a sequence.
func (r relation) copy(ctx context.Context, source, target *pgx.Conn) (int64, error) {
	switch {
	case r.kind == kindSequence:
		return 0, r.copySequence(ctx, source, target)
	case r.isTable():
		return r.copyRows(ctx, source.PgConn(), target.PgConn())
	}
	return 0, nil
}

// copyRows uses the text format, because the binary one may differ between versions of Postgres.
// FREEZE spares the new server from marking each row as visible later.
func (r relation) copyRows(ctx context.Context, source, target *pgconn.PgConn) (int64, error) {
	what := fmt.Sprintf("COPY %s (%s) ", r.name, strings.Join(r.columns, ", "))
	reader, writer := io.Pipe()
	var sent, received pgconn.CommandTag
	copying, ctx := errgroup.WithContext(ctx)
	copying.Go(func() (err error) {
		sent, err = source.CopyTo(ctx, writer, what+"TO STDOUT")
		writer.CloseWithError(err)
		return err
	})
	copying.Go(func() (err error) {
		received, err = target.CopyFrom(ctx, reader, what+"FROM STDIN (FREEZE)")
		reader.CloseWithError(err)
		return err
	})
	if err := copying.Wait(); err != nil {
		return 0, err
	}
	if sent.RowsAffected() != received.RowsAffected() {
		return 0, fmt.Errorf("%d rows were sent, and %d received", sent.RowsAffected(), received.RowsAffected())
	}
	return received.RowsAffected(), nil
}

func (r relation) copySequence(ctx context.Context, source, target *pgx.Conn) error {
	var last int64
	var called bool
	if err := source.QueryRow(ctx, "SELECT last_value, is_called FROM "+r.name).Scan(&last, &called); err != nil {
		return err
	}
	_, err := target.Exec(ctx, "SELECT setval($1::text::regclass, $2, $3)", r.name, last, called)
	return err
}

// compareCounts returns an error if a table has another number of rows in the copy.
func compareCounts(ctx context.Context, source, target *pgx.Conn, all []relation) error {
	for _, r := range all {
		if !r.isTable() {
			continue
		}
		var counts [2]int64
		for i, conn := range []*pgx.Conn{source, target} {
			if err := conn.QueryRow(ctx, "SELECT count(*) FROM "+r.name).Scan(&counts[i]); err != nil {
				return fmt.Errorf("count the rows of %s: %w", r.name, err)
			}
		}
		if counts[0] != counts[1] {
			return fmt.Errorf("the copy of %s has %d rows; %d are expected", r.name, counts[1], counts[0])
		}
	}
	return nil
}

// relation is a table, a sequence or the like.
type relation struct {
	name    string // with its schema, quoted
	kind    string // pg_class.relkind
	columns []string
	shape   string // the columns' names and types
}

const (
	kindTable    = "r"
	kindSequence = "S"
)

// isTable reports whether the rows are copied.
func (r relation) isTable() bool { return r.kind == kindTable && r.name != changeLog }

// readRelations reads what has columns, apart from what belongs to Postgres or an extension. COPY
// does not accept generated columns.
const readRelations = `
	SELECT format('%I.%I', n.nspname, c.relname), c.relkind::text,
		coalesce(array_agg(format('%I', a.attname) ORDER BY a.attnum) FILTER (WHERE a.attgenerated = ''), '{}'),
		coalesce(string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY a.attname), '')
	FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
	WHERE c.relkind NOT IN ('i', 'I', 't') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
		AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
	GROUP BY c.oid, n.nspname, c.relname, c.relkind ORDER BY 1`

func relations(ctx context.Context, conn *pgx.Conn) ([]relation, error) {
	rows, err := conn.Query(ctx, readRelations)
	if err != nil {
		return nil, fmt.Errorf("read the tables: %w", err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r relation, err error) {
		err = row.Scan(&r.name, &r.kind, &r.columns, &r.shape)
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("read the tables: %w", err)
	}
	return found, nil
}

// common returns the relations of both databases. It returns an error if they differ, because
// something would be missing from the copy.
func common(ctx context.Context, source, target *pgx.Conn) ([]relation, error) {
	old, err := relations(ctx, source)
	if err != nil {
		return nil, err
	}
	fresh, err := relations(ctx, target)
	if err != nil {
		return nil, err
	}
	if alone := difference(old, fresh); alone != "" {
		return nil, fmt.Errorf("the database has %s, which is not part of this program's schema and would not be copied; move it to another database and drop it", alone)
	}
	if alone := difference(fresh, old); alone != "" {
		return nil, fmt.Errorf("the database lacks %s, which is part of this program's schema", alone)
	}
	return fresh, nil
}

// difference returns one of the relations that the others lack, or an empty string.
func difference(these, others []relation) string {
	for _, r := range these {
		same := func(o relation) bool { return o.name == r.name && o.kind == r.kind && o.shape == r.shape }
		if !slices.ContainsFunc(others, same) {
			return strings.TrimSuffix(fmt.Sprintf("%s (%s)", r.name, r.shape), " ()")
		}
	}
	return ""
}
