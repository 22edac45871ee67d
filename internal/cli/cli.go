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
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"rehearse/internal/app"
	"rehearse/internal/config"
	"rehearse/internal/localpg"
	"rehearse/internal/telemetry"
)

//go:generate go run ./reference

// Main runs the program that the process was started as, with the schema that it
// serves, and returns its exit code.
func Main(schema string) int {
	p := &program{schema: schema, stdout: os.Stdout, stderr: os.Stderr, now: time.Now, getenv: os.Getenv, environ: os.Environ()}
	err := p.execute(context.Background(), os.Args[1:])
	return exitCode(err, p.lookUp("LOG_FORMAT") == "json", p.stderr)
}

// Root returns the command line, for those that describe it.
func Root() *cobra.Command { return (&program{}).root() }

// program is one run: what its commands share.
type program struct {
	schema  string // that is served
	stdout  io.Writer
	stderr  io.Writer
	now     func() time.Time // the real time
	getenv  func(string) string
	environ []string

	configFile string // of the flag
	misuse     error  // of a command line that also asks for help

	environment config.Environment
	config      config.Config
	log         *slog.Logger
	traces      *telemetry.Traces // nil for none
	clock       func() time.Time  // the school's
	application string            // names the program's sessions to Postgres; empty for no name
}

// execute does what args say and returns when it is done or ctx ends.
func (p *program) execute(ctx context.Context, args []string) error {
	cobra.MousetrapHelpText = "" // a double click on Windows serves, too
	root := p.root()             //nolint:contextcheck // ExecuteContext passes the context to the commands
	root.SetArgs(append([]string{}, args...))
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	return errors.Join(root.ExecuteContext(ctx), p.misuse)
}

// root returns the program's command with all others below it.
func (p *program) root() *cobra.Command {
	root := p.command(p.serveSpec())
	root.Use, root.GroupID = "rehearse [COMMAND]", ""
	root.Short = "A GraphQL API server that books mock interviews"
	root.Long = "Rehearse is a GraphQL API server that books mock interviews. Without a command it serves, as with serve."
	root.Example = "  rehearse\n  rehearse help import\n  rehearse --config /etc/rehearse.env serve"
	root.Args = refuseUnknownCommand
	root.ValidArgsFunction = nil
	root.SilenceErrors, root.SilenceUsage, root.DisableAutoGenTag = true, true, true
	root.CompletionOptions.DisableDefaultCmd = true
	root.Version = version()
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetFlagErrorFunc(describeFlagError)
	root.SetHelpFunc(p.printHelp)

	root.PersistentFlags().SortFlags = false
	root.PersistentFlags().StringVar(&p.configFile, "config", "", "read variables as NAME=value lines from `FILE`; the environment overrides them")
	root.PersistentFlags().BoolP("help", "h", false, "print this help")
	root.Flags().Bool("version", false, "print the version")
	for _, title := range []string{groupServe, groupData, groupTools} {
		root.AddGroup(&cobra.Group{ID: title, Title: title})
	}
	root.AddCommand(
		p.serveCommand(), p.configCommand(), p.migrateCommand(), p.checkCommand(), p.extendCommand(),
		p.sampleCommand(), p.importCommand(), p.exportCommand(),
		p.tokenCommand(), p.loadCommand(), p.completionCommand(), p.manCommand(), p.versionCommand(),
	)
	root.SetHelpCommand(p.helpCommand(root))
	root.InitDefaultHelpCmd()
	for _, cmd := range root.Commands() {
		cmd.Flags().SortFlags = false
	}
	return root
}

// refuseUnknownCommand is for the root, whose arguments are the names of commands.
func refuseUnknownCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if meant := closest(args[0], commandNames(root)); meant != "" {
		return misused("unknown command %q; did you mean %s?", args[0], meant)
	}
	return misused("unknown command %q; expected %s", args[0], alternatives(commandNames(root)))
}

func commandNames(root *cobra.Command) (names []string) {
	for _, cmd := range root.Commands() {
		if !cmd.Hidden {
			names = append(names, cmd.Name())
		}
	}
	return names
}

// printHelp prints the help of a command. It notes an error if an unknown command asks for help.
func (p *program) printHelp(cmd *cobra.Command, _ []string) {
	if words := cmd.Flags().Args(); !cmd.HasParent() && len(words) > 0 {
		p.misuse = refuseUnknownCommand(cmd, words)
		return
	}
	fmt.Fprint(p.stdout, help(cmd))
}

// begin loads the configuration of a command, and returns a context that ends
// when the program is to stop.
func (p *program) begin(ctx context.Context, s spec) (context.Context, context.CancelFunc, error) {
	if err := p.configure(s.purpose); err != nil {
		return nil, nil, err
	}
	if !s.quiet {
		for _, says := range p.environment.Misspelt() {
			p.log.Warn(says)
		}
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	return ctx, stop, nil
}

// configure reads the configuration that matters for the purpose.
func (p *program) configure(purpose config.Purpose) (err error) {
	var wrongFile error
	p.environment, wrongFile = config.NewEnvironment(p.getenv, p.environ, p.configFile)
	p.config, err = config.Load(p.environment.Get, purpose)
	if err = errors.Join(wrongFile, err); err != nil {
		for _, says := range p.environment.Misspelt() {
			err = fmt.Errorf("%w\n%s", err, says)
		}
		return fmt.Errorf("%w:\n%w", errConfiguration, err)
	}
	if p.config.DataDir == "" && p.config.UsesDataDir(purpose) {
		if p.config.DataDir, err = localpg.DefaultDataDir(p.environment.Get); err != nil {
			return fmt.Errorf("%w: %w", errConfiguration, err)
		}
	}
	p.log = newLogger(p.config, p.stderr)
	p.clock = func() time.Time { return p.now().Add(p.config.ClockOffset) }
	return nil
}

// lookUp returns the value of a variable, also before the configuration is loaded.
func (p *program) lookUp(name string) string {
	if p.log == nil {
		return p.getenv(name)
	}
	return p.environment.Get(name)
}

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
