package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"rehearse/internal/app"
	"rehearse/internal/localpg"
	"rehearse/internal/store"
)

func (p *program) extendCommand() *cobra.Command {
	return p.command(spec{
		name: "extend", group: groupServe,
		short: "Publish the slots of all weekly rules up to the policy's horizon",
		long: `Publish the slots of all weekly rules up to the policy's horizon, and print the numbers of rules and
slots. serve does this every hour.`,
		example:   "  rehearse extend",
		variables: []string{"DATABASE_URL", "DATA_DIR"},
		fault:     "the slots could not be published",
		run: func(ctx context.Context, _ []string) error {
			return p.withDatabase(ctx, func(s *store.Store, _ *localpg.Server) error { return p.extend(ctx, s) })
		},
	})
}

func (p *program) extend(ctx context.Context, s *store.Store) error {
	if err := s.CheckSchema(ctx); err != nil {
		return err
	}
	result, err := app.New(s, p.clock).ExtendAvailability(ctx)
	if err == nil {
		_, err = fmt.Fprintf(p.stdout, "%d rules extended, %d slots published\n", result.Rules, result.Slots)
	}
	return err
}
