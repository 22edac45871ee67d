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
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"rehearse/internal/app/operation"
	"rehearse/internal/config"
	"rehearse/internal/localpg"
	"rehearse/internal/telemetry"
)

//go:generate go run ./reference

// Main runs the command line of the process with the embedded schema and returns the exit code.
func Main(schema string) int {
	p := &program{
		schema: schema, stdout: os.Stdout, stderr: os.Stderr, now: time.Now,
		getenv: os.Getenv, environ: os.Environ(), lookUp: os.Getenv,
	}
	err := p.execute(context.Background(), os.Args[1:])
	return exitCode(err, p.lookUp("LOG_FORMAT") == "json", p.stderr)
}

// Root returns the root command, for generators of documentation.
func Root() *cobra.Command { return (&program{}).root() }

// program holds the handles of one process and the state of its command line.
type program struct {
	schema  string // the GraphQL schema to serve
	stdout  io.Writer
	stderr  io.Writer
	now     func() time.Time // the real time
	getenv  func(string) string
	environ []string

	configFile string              // value of --config
	helpError  error               // an unknown command for which help was requested
	lookUp     func(string) string // value of a variable; it includes the config file once that has been read
}

// session holds what a command runs with once its configuration is loaded.
type session struct {
	*program
	environment config.Environment
	config      config.Config
	log         *slog.Logger
	clock       func() time.Time // the school's clock: the real time and CLOCK_OFFSET
}

// execute runs args until the command is done or ctx ends.
func (p *program) execute(ctx context.Context, args []string) error {
	cobra.MousetrapHelpText = "" // a double click on Windows serves, too
	root := p.root()             //nolint:contextcheck // ExecuteContext passes the context to the commands
	root.SetArgs(append([]string{}, args...))
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	return errors.Join(root.ExecuteContext(ctx), p.helpError)
}

// root returns the root command with its subcommands.
func (p *program) root() *cobra.Command {
	root := p.command(serveSpec(), serve)
	root.Use, root.GroupID = "rehearse [COMMAND]", ""
	root.Short = "A GraphQL API server that books mock interviews"
	root.Long = "Rehearse is a GraphQL API server that books mock interviews. Without a command, it runs the command serve."
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
		p.serveCommand(), p.configCommand(), p.doctorCommand(), p.migrateCommand(), p.checkCommand(), p.extendCommand(), p.probeCommand(),
		p.sampleCommand(), p.importCommand(), p.exportCommand(), p.schoolCommand(), p.backupCommand(), p.restoreCommand(), p.upgradePostgresCommand(),
		p.tokenCommand(), p.mailCommand(), p.loadCommand(), p.completionCommand(), p.manCommand(), p.versionCommand(),
	)
	root.SetHelpCommand(p.helpCommand(root))
	root.InitDefaultHelpCmd()
	for _, cmd := range root.Commands() {
		cmd.Flags().SortFlags = false
	}
	return root
}

// refuseUnknownCommand returns an error if the root command has arguments, which are names of unknown commands.
func refuseUnknownCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if meant := closest(args[0], commandNames(root)); meant != "" {
		return usageErrorf("unknown command %q; did you mean %s?", args[0], meant)
	}
	return usageErrorf("unknown command %q; expected %s", args[0], alternatives(commandNames(root)))
}

func commandNames(root *cobra.Command) (names []string) {
	for _, cmd := range root.Commands() {
		if !cmd.Hidden {
			names = append(names, cmd.Name())
		}
	}
	return names
}

// printHelp prints the help of a command. It sets helpError if the command is unknown.
func (p *program) printHelp(cmd *cobra.Command, _ []string) {
	if words := cmd.Flags().Args(); !cmd.HasParent() && len(words) > 0 {
		p.helpError = refuseUnknownCommand(cmd, words)
		return
	}
	fmt.Fprint(p.stdout, help(cmd))
}

// configure loads the configuration that matters for the purpose.
func (p *program) configure(purpose config.Purpose) (*session, error) {
	environment, wrongFile := config.NewEnvironment(p.getenv, p.environ, p.configFile)
	loaded, err := config.Load(environment.Get, purpose)
	if err = errors.Join(wrongFile, err); err != nil {
		for _, message := range environment.Misspelt() {
			err = fmt.Errorf("%w\n%s", err, message)
		}
		return nil, fmt.Errorf("%w:\n%w", errConfiguration, err)
	}
	if loaded.DataDir == "" && loaded.UsesDataDir(purpose) {
		if loaded.DataDir, err = localpg.DefaultDataDir(environment.Get); err != nil {
			return nil, fmt.Errorf("%w: %w", errConfiguration, err)
		}
	}
	p.lookUp = environment.Get
	return &session{
		program: p, environment: environment, config: loaded, log: newLogger(loaded, p.stderr),
		clock: func() time.Time { return p.now().Add(loaded.ClockOffset) },
	}, nil
}

// warnOfMisspelt logs the variables that are unknown and resemble a known one.
func (s *session) warnOfMisspelt() {
	for _, message := range s.environment.Misspelt() {
		s.log.Warn(message)
	}
}

func newLogger(c config.Config, stderr io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.LogLevel, ReplaceAttr: inMilliseconds}
	var lines slog.Handler = slog.NewTextHandler(stderr, options)
	if c.LogFormat == "json" {
		lines = slog.NewJSONHandler(stderr, options)
	}
	return slog.New(telemetry.NewLogHandler(lines, func(ctx context.Context) string { return operation.CallerOf(ctx).RequestID }))
}

// inMilliseconds writes durations in milliseconds and appends Ms to their names.
func inMilliseconds(_ []string, a slog.Attr) slog.Attr {
	if a.Value.Kind() != slog.KindDuration {
		return a
	}
	return slog.Float64(a.Key+"Ms", float64(a.Value.Duration())/float64(time.Millisecond))
}

// release is the version of a release build. The linker sets it with
// -X rehearse/internal/cli.release=v1.2.3.
var release string

func version() string {
	if release != "" {
		return "rehearse " + release
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "rehearse (devel)"
	}
	return "rehearse " + info.Main.Version
}
