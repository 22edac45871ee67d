package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"rehearse/internal/config"
)

func (p *program) configCommand() *cobra.Command {
	var asJSON bool
	cmd := p.command(spec{
		name: "config", group: groupServe,
		short: "Print the effective configuration",
		long: `Print the value of each variable for serve, and its source: the default, the config file, the
environment or a flag. Secrets are hidden. If the configuration is invalid, print all errors
instead.

A config file has lines of the form NAME=value. The flag --config or the variable
REHEARSE_CONFIG names the file. A non-empty environment variable overrides the file. A value with
spaces or a # needs single or double quotes; $ has no special meaning. Lines that begin with #
are comments. The file is read once, at startup.`,
		example: "  rehearse config\n  rehearse --config /etc/rehearse.env config --json",
		purpose: config.PurposeServe,
	}, func(_ context.Context, s *session, _ []string) error { return s.printConfig(asJSON) })
	cmd.Flags().BoolVar(&asJSON, "json", false, "print an array of objects with name, value and source")
	return cmd
}

// printConfig prints the effective configuration.
func (s *session) printConfig(asJSON bool) error {
	settings := s.config.Settings(s.environment)
	if asJSON {
		return s.printJSON(settings)
	}
	table := tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "VARIABLE\tSOURCE\tVALUE")
	for _, s := range settings {
		fmt.Fprintf(table, "%s\t%s\t%s\n", s.Name, s.Source, cmp.Or(s.Value, "(empty)"))
	}
	return table.Flush()
}

// printJSON prints a value as indented JSON.
func (p *program) printJSON(value any) error {
	encoder := json.NewEncoder(p.stdout)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}
