package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"rehearse/internal/localpg"
	"rehearse/internal/store"
	"rehearse/internal/store/clone"
)

func (p *program) upgradePostgresCommand() *cobra.Command {
	return p.command(spec{
		name: "upgrade-postgres", group: groupData,
		whole: true,
		short: "Move the built-in database to a newer Postgres",
		long: `Move the built-in database to a newer major version of Postgres: the one in PGBIN or, if PGBIN is
not set, the newest on the machine. If none is newer than the data, the command downloads one. The
programs of the old version must also be installed.

No server may run meanwhile. The command copies all data to a new database, compares the numbers of
rows, and checks all invariants as rehearse check does. Only then does it switch to the new
database. The old one stays in the data folder, and the command prints how to go back to it. If the
command fails or is interrupted, the data folder keeps the old database.`,
		example:   "  rehearse upgrade-postgres\n  PGBIN=/usr/lib/postgresql/18/bin rehearse upgrade-postgres",
		variables: []string{"DATA_DIR", "PGBIN"},
		fault:     "the data was not moved: a server runs, there is no newer Postgres, or the copy violates an invariant",
	}, func(ctx context.Context, s *session, _ []string) error { return s.upgradePostgres(ctx) })
}

// upgradePostgres moves the built-in database to a newer Postgres.
func (s *session) upgradePostgres(ctx context.Context) error {
	if err := s.refuseExternal("upgrade-postgres", "upgrade an external Postgres as its documentation says (docs/how-to/upgrade.md)"); err != nil {
		return err
	}
	o := localpg.Options{DataDir: s.config.DataDir, Env: s.environment.Get, Log: s.log}
	done, err := localpg.Upgrade(ctx, o, s.cloneSchool)
	switch {
	case errors.Is(err, errViolated):
		return fmt.Errorf("%w, in the old database and in the copy; the copy was removed", err)
	case err != nil:
		return adviseOnCluster(err)
	}
	_, err = fmt.Fprintf(s.stdout, `%[1]s has Postgres %[4]s now; the old database is in %[2]s
to go back, stop the server, rename %[1]s to %[3]s, and %[2]s to %[1]s; changes since the upgrade are then missing
`, done.Data, done.Kept, done.Back, done.Version)
	return err
}

// cloneSchool migrates the new database, copies the old one to it, and checks the copy.
func (s *session) cloneSchool(ctx context.Context, old, fresh localpg.Running) (err error) {
	fmt.Fprintf(s.stdout, "moving %s from Postgres %s to %s\n", s.config.DataDir, old.Version, fresh.Version)
	if err := s.checkOldSchema(ctx, old); err != nil {
		return err
	}
	if err := fresh.EnsureDatabase(ctx, databaseName); err != nil {
		return err
	}
	db, err := store.Open(ctx, fresh.DSN(databaseName), store.Options{Log: s.log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := db.Migrate(ctx); err != nil {
		return err
	}
	err = clone.Database(ctx, old.DSN(databaseName), fresh.DSN(databaseName), func(table string, rows int64) {
		fmt.Fprintf(s.stdout, "copied %d rows of %s\n", rows, table)
	})
	if err != nil {
		return err
	}
	return s.printFindings(ctx, db)
}

// checkOldSchema returns an error unless the old database has the schema of this version. It contracts the schema,
// because the new database needs nothing for servers of older versions.
func (s *session) checkOldSchema(ctx context.Context, old localpg.Running) (err error) {
	db, err := store.Open(ctx, old.DSN(databaseName), store.Options{Log: s.log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.CheckSchema(ctx); err != nil {
		return fmt.Errorf("%w; PGBIN=%s selects the Postgres of the data", err, old.Folder)
	}
	older, err := db.Contract(ctx)
	if len(older) > 0 {
		return fmt.Errorf("servers of an older version are connected (%s); stop them first", strings.Join(older, "; "))
	}
	return err
}
