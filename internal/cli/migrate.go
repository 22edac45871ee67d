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

After an upgrade, the schema also has what servers of the version before need. The command removes
it if no such server is connected; otherwise it prints the names of their sessions. Run it again
once they have stopped.`,
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
			older, err := db.Contract(ctx)
			if len(older) > 0 {
				fmt.Fprintf(s.stdout, "servers of an older version are connected (%s); run `rehearse migrate` again once they have stopped\n",
					strings.Join(older, "; "))
			}
			return err
		})
	})
}
