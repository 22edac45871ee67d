package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"rehearse/internal/store"
)

func (p *program) checkCommand() *cobra.Command {
	return p.command(spec{
		name: "check", group: groupServe,
		short: "Check the data against all invariants",
		long: `Check all invariants, including every derived value, and print the rows that violate one. The
command only reads, and requires the schema of this version.`,
		example:   "  rehearse check",
		variables: []string{"DATABASE_URL", "DATA_DIR"},
		fault:     "a row violates an invariant, or the database cannot be read",
	}, func(ctx context.Context, s *session, _ []string) error { return s.check(ctx) })
}

// errViolated reports that the data violates an invariant.
var errViolated = errors.New("rows violate an invariant")

func (s *session) check(ctx context.Context) error {
	return s.withExisting(ctx, databaseOptions{}, func(db *store.Store) error { return s.printFindings(ctx, db) })
}

// printFindings prints the rows that violate an invariant, and returns an error if there are any.
func (s *session) printFindings(ctx context.Context, db *store.Store) error {
	findings, err := db.Check(ctx, s.clock())
	if err != nil {
		return err
	}
	for _, f := range findings {
		fmt.Fprintf(s.stdout, "%s: %s\n", f.Invariant, f.Detail)
	}
	if len(findings) > 0 {
		return fmt.Errorf("%d %w", len(findings), errViolated)
	}
	_, err = fmt.Fprintln(s.stdout, "every invariant holds")
	return err
}
