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
	return withGrants(err, s.grantee().forError(pg.Message))
}

func withGrants(err error, statements string) error {
	return fmt.Errorf("%w; as a superuser or the owner of the database, run: %s", err, statements)
}

func (s *Store) grantee() grantee {
	return grantee{user: pgx.Identifier{s.config.User}.Sanitize(), database: pgx.Identifier{s.config.Database}.Sanitize()}
}

// A grantee is the user that the program connects as, and the database that it uses, as
// quoted identifiers. Its methods return the GRANTs that the user needs.
type grantee struct{ user, database string }

func (g grantee) connect() string {
	return fmt.Sprintf("GRANT CONNECT ON DATABASE %s TO %s;", g.database, g.user)
}

func (g grantee) create() string {
	return fmt.Sprintf("GRANT CREATE ON DATABASE %s TO %s;", g.database, g.user)
}

func (g grantee) schema() string {
	return fmt.Sprintf("GRANT USAGE, CREATE ON SCHEMA public TO %s;", g.user)
}

func (g grantee) tables() string {
	return fmt.Sprintf("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO %s;", g.user)
}

func (g grantee) sequences() string {
	return fmt.Sprintf("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO %s;", g.user)
}

func (g grantee) ownership() string {
	return fmt.Sprintf("REASSIGN OWNED BY the_owner_of_the_tables TO %s; or run `rehearse migrate` as that owner", g.user)
}

// forError returns the GRANT for the error message of Postgres, or all of them if the
// message is not recognized; it may be in another language.
func (g grantee) forError(message string) string {
	for _, c := range []struct{ part, statements string }{
		{"for schema", g.schema()},
		{"for table", g.tables()},
		{"for sequence", g.sequences()},
		{"to create extension", g.create()},
		{"for database", g.connect() + " " + g.create()},
		{"must be owner", g.ownership()},
	} {
		if strings.Contains(message, c.part) {
			return c.statements
		}
	}
	return strings.Join([]string{g.connect(), g.create(), g.schema(), g.tables(), g.sequences()}, " ")
}

// CheckGrants returns an error with the missing GRANTs if the database user may not read and
// write the program's tables, or use the sequence of events.
func (s *Store) CheckGrants(ctx context.Context) error {
	lacking, err := s.LackingPrivileges(ctx)
	if err != nil || lacking == "" {
		return err
	}
	err = fmt.Errorf("the database user lacks privileges on %s", lacking)
	if s.config == nil {
		return err
	}
	return withGrants(err, s.MissingGrants())
}

// LackingPrivileges lists the tables and sequences for which the database user lacks privileges.
// It looks at those with the schema and owner of the table students. An append-only table needs
// neither UPDATE nor DELETE. The sequence of events also needs SELECT, because the positions of
// events are assigned up to its last value.
func (s *Store) LackingPrivileges(ctx context.Context) (names string, err error) {
	err = s.pool.QueryRowContext(ctx, `
		SELECT coalesce(string_agg(c.relname, ', ' ORDER BY c.relname), '')
		FROM pg_class c JOIN pg_class s ON s.oid = to_regclass('students') AND s.relnamespace = c.relnamespace AND s.relowner = c.relowner
		WHERE c.relkind IN ('r', 'p') AND c.relname NOT IN ('`+migrationTable+`', '`+contractTable+`')
			AND NOT (has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
				AND (has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE')
					OR EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname LIKE '%\_append\_only')))
			OR c.relname = 'events_id_seq' AND NOT (has_sequence_privilege(c.oid, 'USAGE') AND has_sequence_privilege(c.oid, 'SELECT'))`).Scan(&names)
	return names, fault(err, "check for missing permissions")
}

// MissingGrants returns the statements that give the user all privileges on tables and sequences
// that servers need.
func (s *Store) MissingGrants() string { return s.grantee().tables() + " " + s.grantee().sequences() }

// ExtensionGrant returns the statement that lets the user create the extension.
func (s *Store) ExtensionGrant() string { return s.grantee().create() }
