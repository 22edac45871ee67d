package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"rehearse/internal/store"
)

func (p *program) checkCommand() *cobra.Command {
	return p.command(spec{
		name: "check", group: groupServe,
		short: "Check the data against all invariants",
		long: `Check all invariants, including every value that is derived from others, and print the rows that violate one. The
command only reads, and requires this version's schema.`,
		example:   "  rehearse check",
		variables: []string{"DATABASE_URL", "DATA_DIR"},
		fault:     "a row violates an invariant, or the database cannot be read",
		run:       func(ctx context.Context, _ []string) error { return p.check(ctx) },
	})
}

func (p *program) check(ctx context.Context) error {
	return p.withExisting(ctx, func(s *store.Store) error {
		findings, err := s.Check(ctx, p.clock())
		if err != nil {
			return err
		}
		for _, f := range findings {
			fmt.Fprintf(p.stdout, "%s: %s\n", f.Invariant, f.Detail)
		}
		if len(findings) > 0 {
			return fmt.Errorf("%d rows violate an invariant", len(findings))
		}
		_, err = fmt.Fprintln(p.stdout, "every invariant holds")
		return err
	})
}
