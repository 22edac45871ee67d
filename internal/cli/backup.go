package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"rehearse/internal/identity"
	"rehearse/internal/localpg"
	"rehearse/internal/store"
)

func (p *program) backupCommand() *cobra.Command {
	return p.command(spec{
		name: "backup", group: groupData,
		whole: true,
		short: "Back up the built-in database",
		long: `Copy the built-in database and the key of local tokens to a new folder. Servers may run meanwhile.
The command starts Postgres on the copy, and checks all invariants as rehearse check does. Until
the copy has passed, the name of the folder ends in .partial. The backup contains personal data, and
only its owner can read it.

The command uses pg_basebackup, which packages of Postgres contain. The Postgres that the program
downloads does not contain it. With that Postgres, the command works only while no server runs. Back
up an external database with pg_dump or by continuous archiving. docs/how-to/back-up.md describes
both.`,
		example:   "  rehearse backup /backups/2030-03-04",
		arguments: []argument{{name: "FOLDER", text: "the folder to create", complete: cobra.ShellCompDirectiveFilterDirs}},
		variables: []string{"DATA_DIR"},
		fault:     "no backup was made, or the copy violates an invariant",
	}, func(ctx context.Context, s *session, args []string) error { return s.backUp(ctx, args[0]) })
}

func (p *program) restoreCommand() *cobra.Command {
	return p.command(spec{
		name: "restore", group: groupData,
		whole: true,
		short: "Restore a backup of the built-in database",
		long: `Copy a backup into DATA_DIR. The backup is a folder that rehearse backup has made. DATA_DIR must
be empty, or not exist yet. The command first starts Postgres on the copy, and checks all invariants
as rehearse check does. If the copying or the check fails, DATA_DIR stays empty. The check is left
out if the backup has an older schema.

The backup stays as it is. The school continues with the state that the backup has. The machine must
have the major version of Postgres that the backup was made with.`,
		example:   "  DATA_DIR=/var/lib/restored rehearse restore /backups/2030-03-04",
		arguments: []argument{{name: "FOLDER", text: "a backup", complete: cobra.ShellCompDirectiveFilterDirs}},
		variables: []string{"DATA_DIR"},
		fault:     "the backup could not be restored, or violates an invariant",
	}, func(ctx context.Context, s *session, args []string) error { return s.restore(ctx, args[0]) })
}

// backUpExternal is what to do with an external database.
const backUpExternal = "use pg_dump or continuous archiving instead (docs/how-to/back-up.md)"

// refuseExternal returns an error if the database is not the built-in one.
func (s *session) refuseExternal(command, instead string) error {
	if s.config.Embedded() {
		return nil
	}
	return usageErrorf("%s: DATABASE_URL is set, and the command is for the built-in Postgres; %s", command, instead)
}

// backUp makes a verified copy of the data folder. The copy gets its name once it is verified.
func (s *session) backUp(ctx context.Context, folder string) (err error) {
	if err := s.refuseExternal("backup", backUpExternal); err != nil {
		return err
	}
	folder = filepath.Clean(folder)
	partial := folder + ".partial"
	for _, path := range []string{folder, partial} {
		if err := mustNotExist(path); err != nil {
			return err
		}
	}
	if err := s.copyTo(ctx, partial); err != nil {
		return err
	}
	on := *s
	on.config.DataDir = partial
	err = on.check(ctx)
	switch {
	case errors.Is(err, errViolated):
		return fmt.Errorf("%w, in the database and in the copy; the copy stays in %s", err, partial)
	case err == nil:
		err = os.Rename(partial, folder)
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(partial))
	}
	_, err = fmt.Fprintf(s.stdout, "backed up %s to %s\n", s.config.DataDir, folder)
	return err
}

// mustNotExist returns an error if there is something at a path.
func mustNotExist(path string) error {
	_, err := os.Lstat(path)
	switch {
	case err == nil:
		return fmt.Errorf("%s exists, and a backup replaces nothing; remove it or choose another name", path)
	case errors.Is(err, fs.ErrNotExist):
		return nil
	}
	return err
}

// copyTo copies the built-in database and the key of local tokens. The database must have the
// schema of this version.
func (s *session) copyTo(ctx context.Context, folder string) (err error) {
	db, err := s.openDatabase(ctx, databaseOptions{existing: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close()) }()
	pending, err := db.PendingMigrations(ctx)
	switch {
	case err != nil:
		return err
	case pending > 0:
		return fmt.Errorf("the database lacks %d migrations, so this program cannot check a copy; back up with the version of rehearse that the school runs", pending)
	}
	return db.postgres.CopyTo(ctx, folder, identity.LocalSecretFile)
}

// restore fills the data folder with a verified copy of a backup.
func (s *session) restore(ctx context.Context, folder string) error {
	if err := s.refuseExternal("restore", backUpExternal); err != nil {
		return err
	}
	o := localpg.Options{DataDir: s.config.DataDir, Env: s.environment.Get, Log: s.log}
	verify := func(copied string) error {
		on := *s
		on.config.DataDir = copied
		return on.checkCopy(ctx)
	}
	switch err := localpg.Restore(ctx, o, folder, verify, identity.LocalSecretFile); {
	case errors.Is(err, errViolated):
		return fmt.Errorf("%w, so %s was not restored", err, folder)
	case err != nil:
		return err
	}
	_, err := fmt.Fprintf(s.stdout, "restored %s to %s\n", folder, s.config.DataDir)
	return err
}

// checkCopy checks a copy, unless an older version of the program has made it.
func (s *session) checkCopy(ctx context.Context) error {
	return s.onDatabase(ctx, databaseOptions{existing: true}, func(db *store.Store) error {
		pending, err := db.PendingMigrations(ctx)
		switch {
		case err != nil:
			return err
		case pending == 0:
			return s.printFindings(ctx, db)
		}
		_, err = fmt.Fprintf(s.stdout, "the backup lacks %d migrations, so its rows were not checked; run `rehearse migrate` and then `rehearse check`\n", pending)
		return err
	})
}
