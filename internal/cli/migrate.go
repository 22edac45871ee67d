package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"rehearse/internal/store"
)

func (p *program) migrateCommand() *cobra.Command {
	return p.command(spec{
		name: "migrate", group: groupServe,
		short: "Migrate the database to this version's schema",
		long: `Apply the pending migrations to the database, under a lock, and print their number. serve does
the same at startup, unless MIGRATE is off.

After an upgrade, the schema also has what servers of the previous version need. Run the command
again once they have stopped: it removes these parts. If such a server is still connected, the
command prints the name of the server's session instead.`,
		example:   "  rehearse migrate",
		variables: []string{"DATABASE_URL", "DATA_DIR"},
		fault:     "a migration failed, or the schema is newer than the program",
	}, func(ctx context.Context, s *session, _ []string) error {
		return s.withDatabase(ctx, func(db *store.Store) error {
			applied, err := db.Migrate(ctx)
			if err != nil {
				return err
			}
			fmt.Fprintf(s.stdout, "%d migrations applied\n", applied)
			if applied > 0 {
				return s.remindToContract(ctx, db)
			}
			older, err := db.Contract(ctx)
			if len(older) > 0 {
				fmt.Fprintf(s.stdout, "servers of an older version are connected (%s); run `rehearse migrate` again once they have stopped\n",
					strings.Join(older, "; "))
			}
			return err
		})
	})
}

// remindToContract says that the schema is still to be contracted. The run that expands the schema does not contract
// it, because servers of the previous version may still be running.
func (s *session) remindToContract(ctx context.Context, db *store.Store) error {
	expanded, _, err := db.Expanded(ctx)
	if expanded {
		fmt.Fprintln(s.stdout, "the schema still has what servers of the previous version need; run `rehearse migrate` again once they have stopped")
	}
	return err
}
