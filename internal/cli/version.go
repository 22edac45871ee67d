package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

func (p *program) versionCommand() *cobra.Command {
	return spec{
		name: "version", group: groupTools,
		short:   "Print the version",
		long:    "Print the version of the program.",
		example: "  rehearse version",
	}.offline(func([]string) error {
		_, err := fmt.Fprintln(p.stdout, version())
		return err
	})
}
