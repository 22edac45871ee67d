// Package cli has the commands of the program rehearse, one file for each, and
// their process tests.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"rehearse/internal/app"
	"rehearse/internal/config"
	"rehearse/internal/localpg"
	"rehearse/internal/sample"
	"rehearse/internal/store"
	"rehearse/internal/telemetry"
)

// Main runs the program that the process was started as, with the schema that it
// serves, and returns its exit code.
func Main(schema string) int {
	err := run(context.Background(), schema, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	return exitCode(err, os.Getenv("LOG_FORMAT") == "json", os.Stderr)
}

// program is one run: what its commands share.
type program struct {
	schema string // that is served
	config config.Config
	args   []string
	stdout io.Writer
	log    *slog.Logger
	traces *telemetry.Traces // nil for none
	now    func() time.Time  // the real time
	clock  func() time.Time  // the school's

	application string // names the program's sessions to Postgres; empty for no name
}

// run does what args say and returns when it is done or ctx ends.
func run(ctx context.Context, schema string, args []string, getenv func(string) string, stdout, stderr io.Writer) error {
	name := "serve"
	if len(args) > 0 {
		name, args = args[0], args[1:]
	}
	commands := map[string]func(*program, context.Context) error{
		"serve": (*program).serve, "migrate": (*program).migrate, "sample": (*program).sample, "check": (*program).check,
		"extend": (*program).extend, "token": (*program).token, "load": (*program).load,
		"import": (*program).importFile, "export": (*program).exportTable,
	}
	command, known := commands[name]
	switch {
	case slices.Contains([]string{"version", "--version"}, name):
		_, err := fmt.Fprintln(stdout, version())
		return err
	case slices.Contains([]string{"help", "-h", "--help"}, name):
		return help(stdout, args)
	case !known:
		return misused("unknown command %q; `rehearse help` lists the commands", name)
	case name != "load" && asksForHelp(args): // load prints its own
		return help(stdout, []string{name})
	case len(args) > 0 && !slices.Contains([]string{"sample", "import", "export", "token", "load"}, name):
		return misused("%s takes no arguments; there are %q", name, args)
	}
	misspelt, err := config.Misspelt(os.Environ()) //nolint:forbidigo // it goes to config
	if err != nil {
		return err
	}
	c, err := config.Load(getenv, purposes[name])
	if err != nil {
		return fmt.Errorf("%w:\n%s", errConfiguration, strings.Join(append([]string{err.Error()}, misspelt...), "\n"))
	}
	if c.DataDir == "" && c.UsesDataDir(purposes[name]) {
		if c.DataDir, err = localpg.DefaultDataDir(getenv); err != nil {
			return fmt.Errorf("%w: %w", errConfiguration, err)
		}
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	p := &program{schema: schema, config: c, args: args, stdout: stdout, log: newLogger(c, stderr)}
	p.now = time.Now
	if name != "token" && name != "load" {
		for _, says := range misspelt {
			p.log.Warn(says)
		}
	}
	p.clock = func() time.Time { return p.now().Add(c.ClockOffset) }
	return command(p, ctx)
}

func asksForHelp(args []string) bool {
	return slices.Contains(args, "--help") || slices.Contains(args, "-h")
}

// help prints the usage, or that of the one command that is named.
func help(stdout io.Writer, args []string) error {
	if len(args) > 1 {
		return misused("help takes one command; there are %q", args)
	}
	text := helpOf(strings.Join(args, ""))
	if text == "" {
		return misused("unknown command %q; `rehearse help` lists the commands", args[0])
	}
	_, err := fmt.Fprintln(stdout, text)
	return err
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
		return misuse{err}
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
		MaxConns: p.config.DatabaseMaxConns, MaxConnsPerCaller: p.config.ConnsPerCaller,
		ListenDSN: p.config.DatabaseListenURL, Traces: p.traces.Provider(), Application: p.application, Log: p.log,
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
