package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
)

func (p *program) versionCommand() *cobra.Command {
	return spec{
		name: "version", group: groupTools,
		short:   "Print the version",
		long:    "Print the version of the program.",
		example: "  rehearse version",
		run: func(context.Context, []string) error {
			_, err := fmt.Fprintln(p.stdout, version())
			return err
		},
	}.offline()
}
