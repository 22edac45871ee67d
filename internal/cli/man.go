package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"rehearse/internal/config"
)

func (p *program) manCommand() *cobra.Command {
	var cmd *cobra.Command
	cmd = spec{
		name: "man", group: groupTools,
		short: "Print the manual page, or write all pages to a folder",
		long: `Print the manual page rehearse(1). With DIR, write it to that folder, together with a page for
each command, such as rehearse-serve(1). The folder is created if necessary.`,
		example: `  rehearse man | man -l -
  rehearse man ~/.local/share/man/man1 && man rehearse`,
		arguments: []argument{{name: "DIR", text: "the folder to write to, such as ~/.local/share/man/man1", optional: true, complete: cobra.ShellCompDirectiveFilterDirs}},
		fault:     "a page cannot be written",
	}.offline(func(args []string) error {
		if len(args) == 0 {
			page, err := manual(cmd.Root())
			if err == nil {
				_, err = p.stdout.Write(page)
			}
			return err
		}
		return writeManuals(cmd.Root(), args[0])
	})
	return cmd
}

// writeManuals writes the pages of the program and of its commands.
func writeManuals(root *cobra.Command, folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // manual pages are world-readable
		return err
	}
	for _, cmd := range append([]*cobra.Command{root}, root.Commands()...) {
		page, err := manual(cmd)
		if err != nil {
			return err
		}
		name := strings.ReplaceAll(cmd.CommandPath(), " ", "-") + ".1"
		if err := os.WriteFile(filepath.Join(folder, name), page, 0o644); err != nil { //nolint:gosec // manual pages are world-readable
			return err
		}
	}
	return nil
}

// manual returns the manual page of a command.
func manual(cmd *cobra.Command) ([]byte, error) {
	described := *cmd
	described.Long += "\n" + manualSections(cmd)
	var page bytes.Buffer
	err := doc.GenMan(&described, &doc.GenManHeader{Section: "1", Source: version(), Manual: "Rehearse"}, &page)
	return page.Bytes(), err
}

// manualSections returns, as Markdown, the sections of a page that cobra does not write.
func manualSections(cmd *cobra.Command) string {
	var b strings.Builder
	section := func(title string, rows []Row) {
		if len(rows) > 0 {
			fmt.Fprintf(&b, "\n# %s\n", title)
		}
		for _, r := range rows {
			fmt.Fprintf(&b, "**%s**\n: %s\n\n", r.Name, r.Text)
		}
	}
	section("ARGUMENTS", Arguments(cmd))
	variables := Variables(cmd)
	if !cmd.HasParent() {
		var rows []Row
		for _, c := range cmd.Commands() {
			rows = append(rows, Row{c.Name(), c.Short})
		}
		section("COMMANDS", rows)
		variables = config.Variables()
	}
	var rows []Row
	for _, v := range variables {
		rows = append(rows, Row{v.Name, fmt.Sprintf("%s. Default: %s. Allowed: %s.", v.Description, v.DefaultText(), v.Allowed)})
	}
	section("ENVIRONMENT", rows)
	section("EXIT STATUS", ExitCodes(cmd))
	return b.String()
}
