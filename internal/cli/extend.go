package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"rehearse/internal/app"
	"rehearse/internal/store"
)

func (p *program) extendCommand() *cobra.Command {
	return p.command(spec{
		name: "extend", group: groupServe,
		short: "Publish the slots of all weekly rules up to the policy's horizon",
		long: `Publish the slots of all weekly rules up to the policy's horizon, and print the numbers of
rules and slots. serve does the same every hour.`,
		example:   "  rehearse extend",
		variables: []string{"DATABASE_URL", "DATA_DIR"},
		fault:     "the slots could not be published",
	}, func(ctx context.Context, s *session, _ []string) error {
		return s.withDatabase(ctx, func(db *store.Store) error { return s.extend(ctx, db) })
	})
}

func (s *session) extend(ctx context.Context, db *store.Store) error {
	if err := db.CheckSchema(ctx); err != nil {
		return err
	}
	result, err := app.New(db, s.clock).ExtendAvailability(ctx)
	if err == nil {
		_, err = fmt.Fprintf(s.stdout, "%d rules extended, %d slots published\n", result.Rules, result.Slots)
	}
	return err
}
