package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"rehearse/internal/load"
)

func (p *program) loadCommand() *cobra.Command {
	o := load.Options{Mix: load.DefaultMix}
	var cmd *cobra.Command
	cmd = p.command(spec{
		name: "load", group: groupTools,
		short: "Load-test a running server",
		long: `Load-test the server at URL, and print rates and latencies. The command needs an
administrator's token, unless the server treats requests without a token as the administrator's. All
requests come from one caller. Start the server with RATE_LIMIT=off,
MAX_OPERATIONS_PER_CALLER=32 and DATABASE_MAX_CONNS_PER_CALLER=32, unless you want to measure
these limits. The command cancels its own bookings. Refusals by rules do not count as errors.

The load is a mix of three kinds of work. "list" requests 50 of the availableSlots of a week,
with their interviewers. "standing" requests the eligibility and the interviews of a student.
"book" lists slots, holds one, books it and cancels the booking, as one student.`,
		example: `  rehearse load http://127.0.0.1:8080/graphql
  rehearse load --rate 200 --mix list=1,book=3 --json http://127.0.0.1:8080/graphql`,
		arguments: []argument{{name: "URL", text: "the GraphQL endpoint, such as http://127.0.0.1:8080/graphql", complete: cobra.ShellCompDirectiveNoFileComp}},
		variables: []string{"LOAD_TOKEN"},
		fault:     "a request failed, or the server cannot be reached",
		quiet:     true,
	}, func(ctx context.Context, s *session, args []string) error {
		o.URL, o.Now = args[0], s.now
		if err := o.Complete(cmd.Flags().Changed); err != nil {
			return usageErrorf("load: %w", err)
		}
		return s.load(ctx, o)
	})
	addLoadFlags(cmd, &o)
	return cmd
}

func addLoadFlags(cmd *cobra.Command, o *load.Options) {
	numberFlag(cmd, &o.Clients, "clients", 16, 1, "closed loop: `N` clients, each of which sends its next request after the previous response")
	cmd.Flags().Float64Var(&o.Rate, "rate", 0, "open loop: send `R` requests per second, without waiting for responses;\n"+
		"the latency counts from the scheduled time of a request")
	numberFlag(cmd, &o.MaxInFlight, "max-in-flight", 1000, 1, "open loop only: send at most `N` requests at a time; count further ones as not sent")
	cmd.Flags().Var(&o.Mix, "mix", "the `WEIGHTS` of the three kinds of work")
	durationFlag(cmd, &o.Duration, "duration", 30*time.Second, time.Millisecond, "measure for this `DURATION`")
	durationFlag(cmd, &o.WarmUp, "warm-up", 5*time.Second, 0, "send requests for this `DURATION` before the measurement")
	numberFlag(cmd, &o.Operations, "operations", 0, 0, "also stop after `N` operations; 0 for no limit")
	numberFlag(cmd, &o.Seed, "seed", 1, 0, "use `N` as the seed of random choices")
	numberFlag(cmd, &o.Students, "students", 1000, 1, "work with up to `N` students")
	durationFlag(cmd, &o.Timeout, "timeout", 15*time.Second, time.Millisecond, "a request fails after this `DURATION`")
	cmd.Flags().StringVar(&o.Token, "token", "", "send the administrator's token `TOKEN`; LOAD_TOKEN does the same without showing it in process lists")
	cmd.Flags().StringVar(&o.Metrics, "metrics", "", "read the CPU and memory of the server from `URL` (default /metrics on the same host)")
	cmd.Flags().BoolVar(&o.AllowShed, "allow-shed", false, "do not count UNAVAILABLE and RATE_LIMITED as errors")
	cmd.Flags().BoolVar(&o.JSON, "json", false, "print the result as JSON")
	for _, name := range []string{"rate", "mix", "token", "metrics"} {
		noFiles(cmd, name)
	}
}

// load runs a load test.
func (s *session) load(ctx context.Context, options load.Options) error {
	if options.Token == "" {
		options.Token = s.config.LoadToken
	}
	result, err := load.Run(ctx, options)
	if err != nil {
		return err
	}
	if options.JSON {
		err = result.WriteJSON(s.stdout)
	} else {
		err = result.WriteTable(s.stdout)
	}
	if n := result.Errors(options.AllowShed); err == nil && n > 0 {
		err = fmt.Errorf("%d requests failed", n)
	}
	return err
}
