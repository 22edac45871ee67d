package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"rehearse/internal/config"
)

// spec describes a command. The command line, its help, the manual and the reference are generated from it.
type spec struct {
	name      string
	group     string
	short     string // one line, without a full stop
	long      string
	example   string
	arguments []argument
	variables []string // of the environment, those that matter most
	fault     string   // what exit code 1 means; empty if the command cannot fail
	purpose   config.Purpose
	quiet     bool // does not warn of variables that resemble known ones
	whole     bool // works on the database with all its schools
}

// argument is a positional argument of a command.
type argument struct {
	name, text string
	allowed    []string // empty for anything
	optional   bool
	complete   cobra.ShellCompDirective // without allowed words: files, folders or nothing
}

// Groups of commands.
const (
	groupServe = "The server:"
	groupData  = "The data:"
	groupTools = "Tools:"
)

// Keys of the annotations of a command, which hold what cobra has no field for.
const (
	keyArguments = "arguments"
	keyVariables = "variables"
	keyFault     = "fault"
)

// command returns the command described by about. It loads the configuration for its purpose and calls run.
func (p *program) command(about spec, run func(ctx context.Context, s *session, args []string) error) *cobra.Command {
	cmd := about.bare()
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		s, err := p.configure(about.purpose)
		if err != nil {
			return err
		}
		if !about.quiet {
			s.warnOfMisspelt()
		}
		if about.whole && s.config.School != "" {
			return fmt.Errorf("%w: SCHOOL is %q, and %s is not for one school; unset it", errConfiguration, s.config.School, cmd.Name())
		}
		ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		context.AfterFunc(ctx, stop) // a second signal ends the program at once
		return run(ctx, s, args)
	}
	return cmd
}

// offline returns a command that needs no configuration.
func (s spec) offline(run func(args []string) error) *cobra.Command {
	cmd := s.bare()
	cmd.RunE = func(_ *cobra.Command, args []string) error { return run(args) }
	return cmd
}

func (s spec) bare() *cobra.Command {
	use := s.name
	var lines []string
	for _, a := range s.arguments {
		if a.optional {
			use += " [" + a.name + "]"
		} else {
			use += " " + a.name
		}
		lines = append(lines, a.name+"\t"+a.text)
	}
	return &cobra.Command{
		Use: use, GroupID: s.group, Short: s.short, Long: s.long, Example: s.example,
		Args: s.checkArguments, ValidArgsFunction: s.completeArguments,
		Annotations: map[string]string{
			keyArguments: strings.Join(lines, "\n"), keyVariables: strings.Join(s.variables, " "), keyFault: s.fault,
		},
	}
}

// checkArguments returns an error if arguments are missing, too many or not allowed.
func (s spec) checkArguments(cmd *cobra.Command, args []string) error {
	usage := "no arguments"
	if len(s.arguments) > 0 {
		usage = strings.TrimSuffix(cmd.UseLine(), " [flags]")
	}
	if len(args) > len(s.arguments) {
		return usageErrorf("%sunexpected argument %q; expected %s", prefix(cmd), args[len(s.arguments)], usage)
	}
	for i, a := range s.arguments {
		switch {
		case i >= len(args) && a.optional:
		case i >= len(args):
			return usageErrorf("%s%s is missing; expected %s", prefix(cmd), a.name, usage)
		case len(a.allowed) > 0:
			if err := (choice{new(string), a.allowed}).Set(args[i]); err != nil {
				return usageErrorf("%s%s is %q; %w", prefix(cmd), a.name, args[i], err)
			}
		}
	}
	return nil
}

// completeArguments returns the completions of an argument for a shell.
func (s spec) completeArguments(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) >= len(s.arguments) {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	a := s.arguments[len(args)]
	if len(a.allowed) > 0 {
		return a.allowed, cobra.ShellCompDirectiveNoFileComp
	}
	return nil, a.complete
}

// prefix returns the prefix of a command's error messages. It is empty for the program itself.
func prefix(cmd *cobra.Command) string {
	if !cmd.HasParent() {
		return ""
	}
	return fmt.Sprintf("%s: ", cmd.Name())
}
