package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"rehearse/internal/school"
	"rehearse/internal/store/mirror"
)

// A database may have many schools, each in a schema of its own. No statement names the school: a
// connection has the schema as its only search path, so it sees nothing of the others.

// schoolPrefix begins the names of the schemas of schools.
const schoolPrefix = "school_"

// schemaOf returns the schema of a school. Because of its hyphens, statements must quote it.
func schemaOf(name school.Name) string { return schoolPrefix + string(name) }

// quoted returns an identifier for a statement.
func quoted(identifier string) string { return pgx.Identifier{identifier}.Sanitize() }

var (
	// ErrNoSchool reports that a school does not exist.
	ErrNoSchool = errors.New("the school does not exist")
	// ErrSchoolExists reports that a school exists already.
	ErrSchoolExists = errors.New("the school exists already")
	// ErrSharedConnections reports that a pooler is in front of Postgres.
	ErrSharedConnections = errors.New("a pooler is in front of Postgres, and may mix up the connections of schools; " +
		"schools need a DATABASE_URL that connects directly to Postgres")
	// ErrOldSchema reports that the schema of a school lacks migrations.
	ErrOldSchema = errors.New("the schema of the school is older than this program; run `rehearse school migrate`")
)

// School opens the store of another school on the database of s. The store has its own connections,
// at most maxConns at the same time, and shares the bound of s. It must be closed before s.
func (s *Store) School(ctx context.Context, name school.Name, maxConns int) (*Store, error) {
	o := s.options
	o.MaxConns, o.StandbyDSN, o.Patience = min(maxConns, o.maxConns()), "", 0
	o.MaxConnsPerCaller = min(o.MaxConnsPerCaller, o.MaxConns)
	o.MaxSlotsInMemory = max(1, cmp.Or(o.MaxSlotsInMemory, mirror.DefaultMaxSlots)/slotsShare)
	config := s.config.Copy()
	config.RuntimeParams["search_path"] = quoted(schemaOf(name))
	setUp := config.AfterConnect
	config.AfterConnect = func(ctx context.Context, conn *pgconn.PgConn) error {
		return errors.Join(setUp(ctx, conn), verifySchool(ctx, conn, name))
	}
	pool := openPool(config, o, s.watch.Prefer, s.bound)
	opened, err := newStore(pool, s.watch, o)
	if err != nil {
		s.bound.remove(pool)
		return nil, errors.Join(err, pool.Close())
	}
	opened.config, opened.listening, opened.bound, opened.school, opened.parent = config, s.listening, s.bound, name, s
	// The metrics are those of the server.
	opened.lists, opened.logReads, opened.lostRefusals, opened.through.standIn.reads = s.lists, s.logReads, s.lostRefusals, s.through.standIn.reads
	if err := opened.Ping(ctx); err != nil {
		for _, known := range []error{ErrNoSchool, ErrSharedConnections} { // the database is not away
			if errors.Is(err, known) {
				err = known
			}
		}
		return nil, errors.Join(err, opened.Close())
	}
	return opened, nil
}

// slotsShare is the part of the open slots in memory that one of several schools may have. Those of the
// latest starts are left to SQL.
const slotsShare = 10

// verifySchool returns an error unless a connection is the store's alone and has the schema of the
// school. A pooler may ignore the search path, or pass the connection on to other schools.
func verifySchool(ctx context.Context, conn *pgconn.PgConn, name school.Name) error {
	results, err := conn.Exec(ctx, "SELECT pg_backend_pid(), current_schema(), current_setting('search_path')").ReadAll()
	if err != nil || len(results) == 0 || len(results[0].Rows) == 0 {
		return cmp.Or(err, errors.New("the connection does not respond"))
	}
	row := results[0].Rows[0]
	switch {
	case string(row[0]) != strconv.FormatUint(uint64(conn.PID()), 10), string(row[2]) != quoted(schemaOf(name)):
		return ErrSharedConnections
	case row[1] == nil: // the schema does not exist, or the user may not use it
		return ErrNoSchool
	}
	return nil
}

// Schools returns the names of the schools that have schemas of their own, in order.
func (s *Store) Schools(ctx context.Context) ([]school.Name, error) {
	if err := s.through.usable(); err != nil {
		return nil, fault(err, "list the schools")
	}
	rows, err := s.pool.QueryContext(ctx, "SELECT nspname FROM pg_namespace WHERE starts_with(nspname, $1) ORDER BY nspname", schoolPrefix)
	if err != nil {
		return nil, fault(err, "list the schools")
	}
	defer func() { _ = rows.Close() }() // rows.Err returns its error
	var names []school.Name
	for rows.Next() {
		var schema string
		if err := rows.Scan(&schema); err != nil {
			return nil, fault(err, "list the schools")
		}
		if name, err := school.ParseName(strings.TrimPrefix(schema, schoolPrefix)); err == nil {
			names = append(names, name)
		}
	}
	return names, fault(rows.Err(), "list the schools")
}

// creationLock is the advisory lock under which schools are created.
const creationLock = 7_310_579_624_011

// CreateSchool creates the empty schema of a school. It returns ErrSchoolExists if there is one. The
// extension that the migrations need must not be in the schema of a school, because it would be
// dropped with the school.
func (s *Store) CreateSchool(ctx context.Context, name school.Name) error {
	_, err := InTx(ctx, s, func(tx *Tx) (Nothing, error) {
		return Nothing{}, tx.send(ctx,
			statement{text: "SELECT pg_advisory_xact_lock($1)", args: []any{int64(creationLock)}},
			statement{text: "CREATE EXTENSION IF NOT EXISTS " + Extension + " SCHEMA public"},
			statement{text: "CREATE SCHEMA " + quoted(schemaOf(name))})
	})
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == duplicateSchema {
		return ErrSchoolExists
	}
	return fault(err, "create the school")
}

// DropSchool drops the schema of a school with everything in it. It returns ErrNoSchool if there is
// none.
func (s *Store) DropSchool(ctx context.Context, name school.Name) error {
	_, err := s.pool.ExecContext(ctx, "DROP SCHEMA "+quoted(schemaOf(name))+" CASCADE")
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == invalidSchema {
		return ErrNoSchool
	}
	return fault(err, "drop the school")
}

// CheckSchoolSchema returns ErrOldSchema if the schema of the school lacks migrations, which may be
// all, and a NewerSchemaError if it has some that the program does not know.
func (s *Store) CheckSchoolSchema(ctx context.Context) error {
	pending, err := s.PendingMigrations(ctx)
	switch {
	case errors.Is(err, ErrNoSchema):
		return ErrOldSchema
	case err == nil && pending > 0:
		return fmt.Errorf("%w: it lacks %d migrations", ErrOldSchema, pending)
	}
	return err
}

const duplicateSchema, invalidSchema = "42P06", "3F000"
