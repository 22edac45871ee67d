package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// execModeParameter is the parameter of a DSN that chooses how pgx sends statements.
const execModeParameter = "default_query_exec_mode"

// poolerTimeout bounds the look for a pooler.
const poolerTimeout = 10 * time.Second

// adaptToPooler makes all further connections send statements unprepared if a pooler is in
// between that does not manage prepared statements. Such a pooler lets clients share connections,
// but not the names of their statements, which then exist already, or do not exist.
func (s *Store) adaptToPooler(ctx context.Context, listens bool) error {
	ctx, cancel := context.WithTimeout(ctx, poolerTimeout)
	defer cancel()
	conn, err := s.pool.Conn(ctx)
	if err != nil {
		return fault(err, "look for a pooler")
	}
	defer func() { _ = conn.Close() }()
	unmanaged := false
	err = conn.Raw(func(of any) error {
		direct, err := directly(of)
		if err != nil {
			return err
		}
		if of, is := direct.(*pgx.Conn); is {
			unmanaged, err = sharesStatements(ctx, of.PgConn())
		}
		return cmp.Or(err, driver.ErrBadConn) // the pool discards the connection, which may prepare statements
	})
	if !errors.Is(err, driver.ErrBadConn) {
		return fault(err, "look for a pooler")
	}
	if !unmanaged {
		return nil
	}
	s.config.DefaultQueryExecMode = pgx.QueryExecModeExec
	if listens {
		s.listening.DefaultQueryExecMode = pgx.QueryExecModeExec
	}
	s.log.InfoContext(ctx, "the pooler in front of Postgres does not manage prepared statements, so statements are planned each time; "+
		"if it is pgbouncer 1.21 or later, set its max_prepared_statements; if it pools sessions, set "+execModeParameter+"=cache_statement in DATABASE_URL")
	return nil
}

// sharesStatements reports whether a connection goes through a pooler that passes on the names of
// prepared statements unchanged. One that manages them gives them names of its own. A pooler is
// recognised by the process id that it makes up.
func sharesStatements(ctx context.Context, conn *pgconn.PgConn) (bool, error) {
	pid, err := readText(ctx, conn, "SELECT pg_backend_pid()")
	if err != nil || pid == fmt.Sprint(conn.PID()) {
		return false, err
	}
	// A transaction, because the pooler must not give the connection to another client meanwhile.
	if _, err := readText(ctx, conn, "BEGIN"); err != nil {
		return false, err
	}
	name := "rehearse_" + strings.ToLower(rand.Text())
	if _, err := conn.Prepare(ctx, name, "SELECT 1", nil); err != nil {
		return false, err
	}
	found, err := readText(ctx, conn, "SELECT count(*) FROM pg_prepared_statements WHERE name = '"+name+"'")
	if err == nil {
		err = conn.Deallocate(ctx, name)
	}
	if err == nil {
		_, err = readText(ctx, conn, "COMMIT")
	}
	return found == "1" && err == nil, err
}

// readText returns the first column of the last result of a statement.
func readText(ctx context.Context, conn *pgconn.PgConn, statement string) (string, error) {
	results, err := conn.Exec(ctx, statement).ReadAll()
	if err != nil || len(results) == 0 || len(results[0].Rows) == 0 {
		return "", err
	}
	return string(results[0].Rows[0][0]), nil
}
