package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"rehearse/internal/localpg"
	"rehearse/internal/sample"
	"rehearse/internal/store"
)

func (p *program) sampleCommand() *cobra.Command {
	var request sample.Request
	cmd := p.command(spec{
		name: "sample", group: groupData,
		short: "Load sample data into an empty database",
		long: `Load the sample school, or with --size S, M or L a large generated one, into an empty database. The dates
are relative to the time at which the command runs.`,
		example:   "  rehearse sample\n  rehearse sample --size M --seed 7",
		variables: []string{"DATABASE_URL", "DATA_DIR"},
		fault:     "the database is not empty, or cannot be written",
		run: func(ctx context.Context, _ []string) error {
			return p.withDatabase(ctx, func(s *store.Store, _ *localpg.Server) error { return p.sample(ctx, s, request) })
		},
	})
	choiceFlag(cmd, &request.Size, "size", sample.SizeSchool, sample.Sizes(),
		"the `SIZE` of the data: school for the sample school; S, M or L for 20,000, a million or ten million slots")
	numberFlag(cmd, &request.Seed, "seed", 1, 0, "generate from the seed `N`; the same seed gives the same data")
	return cmd
}

func (p *program) sample(ctx context.Context, s *store.Store, request sample.Request) error {
	if _, err := s.Migrate(ctx); err != nil {
		return err
	}
	started := p.clock()
	if err := request.Load(ctx, s, started); err != nil {
		return err
	}
	_, err := fmt.Fprintf(p.stdout, "%s loaded in %.1f s\n", request, p.clock().Sub(started).Seconds())
	return err
}
