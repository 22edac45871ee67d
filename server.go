// Command rehearse serves the GraphQL API of a school that books mock
// interviews. See the README for its commands and its configuration.
package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"syscall"
	"time"

	"rehearse/internal/app"
	"rehearse/internal/config"
	"rehearse/internal/localpg"
	"rehearse/internal/sample"
	"rehearse/internal/store"
	"rehearse/internal/telemetry"
)

//go:embed schema.graphqls
var schema string

func main() {
	err := run(context.Background(), os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	os.Exit(exitCode(err, os.Getenv("LOG_FORMAT") == "json", os.Stderr))
}

// Exit codes.
const (
	exitFault         = 1
	exitConfiguration = 2
)

// errConfiguration marks what the caller has to set right.
var errConfiguration = errors.New("wrong configuration")

// exitCode tells why the program ends: in a line for a person, or as one of the
// log where that is JSON.
func exitCode(err error, logs bool, stderr io.Writer) int {
	code := exitFault
	if errors.Is(err, errConfiguration) {
		code = exitConfiguration
	}
	switch {
	case err == nil:
		return 0
	case logs:
		slog.New(slog.NewJSONHandler(stderr, nil)).Error("ended", "error", err.Error(), "exitCode", code)
	case code == exitConfiguration:
		fmt.Fprintln(stderr, err)
	default:
		fmt.Fprintln(stderr, "rehearse:", err)
	}
	return code
}

const usage = `usage: rehearse [command]

  serve     run the server (the default): start the built-in database if it is used,
            migrate it, load the sample school into an empty one, and serve
  migrate   migrate the database to this version's schema
  sample    load sample data into an empty database: the sample school, or, with
            --size S, M or L, a large generated one (--seed N, 1 by default)
  extend    publish the slots of all weekly rules up to the policy's horizon; serve
            does this every hour
  import    import a CSV file, or standard input for -:
            import students|interviewers|availability|interviews FILE|-
            --dry-run prints the result and writes nothing, --partial writes the valid rows,
            --exempt imports interviews that break the limit, the pair, the grades or a cap
            import calendar FILE|- --interviewer ID|E-MAIL imports an iCalendar file:
            --slot-minutes N (60 by default), --whole-days skip|block (skip by default)
  export    write such a file to standard output:
            export students|interviewers|availability|interviews
                   [--from DATE] [--until DATE], for availability and interviews
  token     print an access token for a person:
            --role student|interviewer|admin --id N [--ttl 1h]
  load      load-test a running server and print rates and latencies:
            load [flags] URL; load --help lists the flags
  check     check the data against all invariants and print the violations
  version   print the version

Environment variables configure the program; the README lists them.`

// program is one run: what its commands share.
type program struct {
	config config.Config
	args   []string
	stdout io.Writer
	log    *slog.Logger
	traces *telemetry.Traces // nil for none
	now    func() time.Time  // the real time
	clock  func() time.Time  // the school's
}

// run does what args say and returns when it is done or ctx ends.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) error {
	name := "serve"
	if len(args) > 0 {
		name, args = args[0], args[1:]
	}
	commands := map[string]func(*program, context.Context) error{
		"serve": (*program).serve, "migrate": (*program).migrate, "sample": (*program).sample, "check": (*program).check,
		"extend": (*program).extend, "token": (*program).token, "load": (*program).load,
		"import": (*program).importFile, "export": (*program).exportTable,
	}
	switch name {
	case "version":
		_, err := fmt.Fprintln(stdout, version())
		return err
	case "help", "-h", "--help":
		_, err := fmt.Fprintln(stdout, usage)
		return err
	}
	if name != "load" && (slices.Contains(args, "--help") || slices.Contains(args, "-h")) { // load has its own
		_, err := fmt.Fprintln(stdout, usage)
		return err
	}
	command, known := commands[name]
	if !known || (len(args) > 0 && !slices.Contains([]string{"sample", "import", "export", "token", "load"}, name)) {
		return fmt.Errorf("%w: unknown command %q with arguments %q\n\n%s", errConfiguration, name, args, usage)
	}
	c, err := config.Load(getenv, purposes[name])
	if err != nil {
		return fmt.Errorf("%w:\n%w", errConfiguration, err)
	}
	if c.DataDir == "" && c.UsesDataDir(purposes[name]) {
		if c.DataDir, err = localpg.DefaultDataDir(getenv); err != nil {
			return fmt.Errorf("%w: %w", errConfiguration, err)
		}
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	p := &program{config: c, args: args, stdout: stdout, log: newLogger(c, stderr)}
	p.now = time.Now
	if name != "token" && name != "load" {
		misspelt, err := config.Misspelt(os.Environ()) //nolint:forbidigo // it goes to config
		if err != nil {
			return err
		}
		for _, says := range misspelt {
			p.log.Warn(says)
		}
	}
	p.clock = func() time.Time { return p.now().Add(c.ClockOffset) }
	return command(p, ctx)
}

// purposes are of the commands that do not work on the database alone.
var purposes = map[string]config.Purpose{"serve": config.Serve, "token": config.Sign}

func newLogger(c config.Config, stderr io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.LogLevel, ReplaceAttr: inMilliseconds}
	var lines slog.Handler = slog.NewTextHandler(stderr, options)
	if c.LogFormat == "json" {
		lines = slog.NewJSONHandler(stderr, options)
	}
	return slog.New(telemetry.NewLogHandler(lines, func(ctx context.Context) string { return app.CallerOf(ctx).RequestID }))
}

// inMilliseconds gives every duration one unit, and says so in its name.
func inMilliseconds(_ []string, a slog.Attr) slog.Attr {
	if a.Value.Kind() != slog.KindDuration {
		return a
	}
	return slog.Float64(a.Key+"Ms", float64(a.Value.Duration())/float64(time.Millisecond))
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "rehearse (devel)"
	}
	return "rehearse " + info.Main.Version
}

func (p *program) migrate(ctx context.Context) error {
	return p.withDatabase(ctx, func(s *store.Store, _ *localpg.Server) error {
		applied, err := s.Migrate(ctx)
		if err == nil {
			_, err = fmt.Fprintf(p.stdout, "%d migrations applied\n", applied)
		}
		return err
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

func (p *program) extend(ctx context.Context) error {
	return p.withDatabase(ctx, func(s *store.Store, _ *localpg.Server) error {
		if err := s.CheckSchema(ctx); err != nil {
			return err
		}
		result, err := app.New(s, p.clock).ExtendAvailability(ctx)
		if err == nil {
			_, err = fmt.Fprintf(p.stdout, "%d rules extended, %d slots published\n", result.Rules, result.Slots)
		}
		return err
	})
}

func (p *program) sample(ctx context.Context) error {
	request, err := sample.ParseArgs(p.args)
	if err != nil {
		return fmt.Errorf("%w: %w", errConfiguration, err)
	}
	return p.withDatabase(ctx, func(s *store.Store, _ *localpg.Server) error {
		if _, err := s.Migrate(ctx); err != nil {
			return err
		}
		started := p.clock()
		if err := request.Load(ctx, s, started); err != nil {
			return err
		}
		_, err := fmt.Fprintf(p.stdout, "%s loaded in %.1f s\n", request, p.clock().Sub(started).Seconds())
		return err
	})
}

const databaseName = "rehearse"

// withDatabase runs work on the configured database and closes it after. The
// server given to work is nil unless the database is the embedded one.
func (p *program) withDatabase(ctx context.Context, work func(*store.Store, *localpg.Server) error) error {
	return p.onDatabase(ctx, false, work)
}

// withExisting runs work that only reads on a database with this version's
// schema. It makes none.
func (p *program) withExisting(ctx context.Context, work func(*store.Store) error) error {
	err := p.onDatabase(ctx, true, func(s *store.Store, _ *localpg.Server) error {
		if err := s.CheckSchema(ctx); err != nil {
			return err
		}
		return work(s)
	})
	if errors.Is(err, localpg.ErrNoCluster) {
		return fmt.Errorf("%w; run `rehearse serve` or `rehearse migrate` first, or set DATA_DIR or DATABASE_URL", err)
	}
	return err
}

func (p *program) onDatabase(ctx context.Context, existing bool, work func(*store.Store, *localpg.Server) error) (err error) {
	dsn := p.config.DatabaseURL
	var server *localpg.Server
	if p.config.Embedded() {
		server, err = localpg.Start(ctx, localpg.Options{DataDir: p.config.DataDir, Env: os.Getenv, Log: p.log, Existing: existing})
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, server.Stop()) }()
		if !existing {
			if err := server.EnsureDatabase(ctx, databaseName); err != nil {
				return err
			}
		}
		dsn = server.DSN(databaseName)
	}
	s, err := store.Open(ctx, dsn, store.Options{
		MaxConns: p.config.DatabaseMaxConns, ListenDSN: p.config.DatabaseListenURL, Traces: p.traces.Provider(),
	})
	if errors.Is(err, store.ErrUnavailable) {
		return fmt.Errorf("%w; %s", err, store.Advice(err))
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return s.Explain(work(s, server))
}
