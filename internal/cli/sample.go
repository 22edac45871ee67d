package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"rehearse/internal/sample"
	"rehearse/internal/store"
)

func (p *program) sampleCommand() *cobra.Command {
	var request sample.Request
	cmd := p.command(spec{
		name: "sample", group: groupData,
		short: "Load sample data into an empty database",
		long: `Load the sample school into an empty database. With --size S, M or L, load a large generated
school instead. The dates are relative to the time at which the command runs.`,
		example:   "  rehearse sample\n  rehearse sample --size M --seed 7",
		variables: []string{"DATABASE_URL", "DATA_DIR"},
		fault:     "the database is not empty, or cannot be written",
	}, func(ctx context.Context, s *session, _ []string) error {
		return s.withDatabase(ctx, func(db *store.Store) error { return s.sample(ctx, db, request) })
	})
	choiceFlag(cmd, &request.Size, "size", sample.SizeSchool, sample.Sizes(),
		"the `SIZE` of the data: school for the sample school; S, M or L for 20,000, a million or ten million slots")
	numberFlag(cmd, &request.Seed, "seed", 1, 0, "generate from the seed `N`; the same seed gives the same data")
	return cmd
}

func (s *session) sample(ctx context.Context, db *store.Store, request sample.Request) error {
	if _, err := db.Migrate(ctx); err != nil {
		return err
	}
	started := s.clock()
	if err := request.Load(ctx, db, started); err != nil {
		return err
	}
	_, err := fmt.Fprintf(s.stdout, "%s loaded in %.1f s\n", request, s.clock().Sub(started).Seconds())
	return err
}
