package store

import (
	"context"
	"fmt"
	"io/fs"
	"strings"
	"sync"

	"github.com/pressly/goose/v3"
)

// ServerName begins the names of the sessions of servers in Postgres.
const ServerName = "rehearse serve"

const (
	maxSessionName = 63 // in bytes; Postgres cuts longer names
	// schemaMark matches the end of a name: the last migration that the program knows. Servers of
	// 0.1.0 have none. A pooler may append an address.
	schemaMark = `, schema (\d+)`
)

// lastMigration is the last migration that the program knows.
var lastMigration = sync.OnceValue(func() (last int64) {
	files, _ := fs.Glob(migrations, "migrations/*.sql") // fails only for a malformed pattern
	for _, file := range files {
		version, _ := goose.NumericComponent(file) // fails only for a name without a number, which providers refuse
		last = max(last, version)
	}
	return last
})

// schemaKnown says in the name of a session which schema the program knows.
func schemaKnown() string { return fmt.Sprintf(", schema %d", lastMigration()) }

// sessionBase returns the part of a name before what schemaKnown adds. It is shorter than the name
// if both would not fit.
func sessionBase(name string) string {
	return strings.ToValidUTF8(name[:min(len(name), maxSessionName-len(schemaKnown()))], "")
}

// OtherSessions returns the distinct names of the database's sessions that begin with prefix,
// except the store's own name. The names do not say which schema the programs know.
func (s *Store) OtherSessions(ctx context.Context, prefix string) ([]string, error) {
	return s.sessionNames(ctx, `
		SELECT DISTINCT base FROM (SELECT regexp_replace(application_name, $2, '') AS base FROM pg_stat_activity
			WHERE datname = current_database() AND starts_with(application_name, $1)) AS others
		WHERE base <> regexp_replace(current_setting('application_name'), $2, '')
		ORDER BY base`, prefix, schemaMark)
}

// olderServers returns the distinct names of the sessions of servers that do not know the
// migration. If the database URL gives the sessions a name, each session whose name begins with
// that name counts as one of a server: the address of a pooler may follow, or the part of the name
// that sessionBase cuts off.
func (s *Store) olderServers(ctx context.Context, migration int64) ([]string, error) {
	return s.sessionNames(ctx, `
		SELECT DISTINCT application_name
		FROM pg_stat_activity, regexp_replace(current_setting('application_name'), $2, '') AS own
		WHERE datname = current_database() AND pid <> pg_backend_pid()
			AND (starts_with(application_name, $1) OR own <> '' AND starts_with(application_name, own))
			AND coalesce(substring(application_name FROM $2)::bigint, 0) < $3
		ORDER BY application_name`, ServerName, schemaMark, migration)
}

func (s *Store) sessionNames(ctx context.Context, query string, args ...any) ([]string, error) {
	rows, err := s.pool.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fault(err, "look for other programs on the database")
	}
	defer func() { _ = rows.Close() }() // rows.Err returns its error
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, fault(err, "look for other programs on the database")
		}
		names = append(names, name)
	}
	return names, fault(rows.Err(), "look for other programs on the database")
}
