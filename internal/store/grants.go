package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Explain adds to an error about a missing permission the GRANT that gives it.
func (s *Store) Explain(err error) error {
	var pg *pgconn.PgError
	if s.config == nil || !errors.As(err, &pg) || pg.Code != insufficientPrivilege {
		return err
	}
	return fmt.Errorf("%w; as a superuser or the owner of the database, run: %s", err,
		grants(pg.Message, pgx.Identifier{s.config.User}.Sanitize(), pgx.Identifier{s.config.Database}.Sanitize()))
}

// grants answers the statements that mend what Postgres says, or all that a program needs where
// its words are not understood, as they may be another language's.
func grants(message, user, database string) string {
	connect := fmt.Sprintf("GRANT CONNECT ON DATABASE %s TO %s;", database, user)
	create := fmt.Sprintf("GRANT CREATE ON DATABASE %s TO %s;", database, user)
	schema := fmt.Sprintf("GRANT USAGE, CREATE ON SCHEMA public TO %s;", user)
	tables := fmt.Sprintf("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO %s;", user)
	sequences := fmt.Sprintf("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO %s;", user)
	for _, c := range []struct{ part, statements string }{
		{"for schema", schema},
		{"for table", tables},
		{"for sequence", sequences},
		{"to create extension", create},
		{"for database", connect + " " + create},
		{"must be owner", fmt.Sprintf("REASSIGN OWNED BY the_owner_of_the_tables TO %s; or run `rehearse migrate` as that owner", user)},
	} {
		if strings.Contains(message, c.part) {
			return c.statements
		}
	}
	return strings.Join([]string{connect, create, schema, tables, sequences}, " ")
}

// CheckGrants is an error if the user of the database may not read and write the program's tables,
// and names the GRANT. The tables are those of the owner of the students.
func (s *Store) CheckGrants(ctx context.Context) error {
	var lacking *string
	err := s.pool.QueryRowContext(ctx, `
		SELECT string_agg(c.relname, ', ' ORDER BY c.relname)
		FROM pg_class c JOIN pg_class s ON s.oid = to_regclass('students') AND s.relnamespace = c.relnamespace AND s.relowner = c.relowner
		WHERE c.relkind IN ('r', 'p') AND c.relname <> 'goose_db_version'
			AND NOT (has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
				AND (has_table_privilege(c.oid, 'UPDATE') OR c.relname NOT IN ('students', 'slots', 'interviews')))`).Scan(&lacking)
	if err != nil || lacking == nil {
		return fault(err, "check for missing permissions")
	}
	return s.Explain(&pgconn.PgError{Severity: "ERROR", Code: insufficientPrivilege, Message: "permission denied for tables " + *lacking})
}
