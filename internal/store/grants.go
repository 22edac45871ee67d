package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Explain adds the missing GRANT to an error about insufficient privileges.
func (s *Store) Explain(err error) error {
	var pg *pgconn.PgError
	if s.config == nil || !errors.As(err, &pg) || pg.Code != insufficientPrivilege {
		return err
	}
	return fmt.Errorf("%w; as a superuser or the owner of the database, run: %s", err,
		grants(pg.Message, pgx.Identifier{s.config.User}.Sanitize(), pgx.Identifier{s.config.Database}.Sanitize()))
}

// grants returns the GRANT for the error message of Postgres, or all GRANTs that the
// program needs if the message is not recognized; it may be in another language.
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

// CheckGrants returns an error with the missing GRANT if the database user may not read
// and write the program's tables. The program's tables are those with the schema and
// owner of the table students.
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
