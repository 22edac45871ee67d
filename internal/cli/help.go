package cli

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"rehearse/internal/config"
)

func (p *program) helpCommand(root *cobra.Command) *cobra.Command {
	s := spec{
		name: "help", group: groupTools,
		short:     "Print the help of a command",
		long:      "Print the help of a command, or the list of all commands.",
		example:   "  rehearse help import",
		arguments: []argument{{name: "COMMAND", text: "the name of a command", optional: true, allowed: append(commandNames(root), "help")}},
	}
	cmd := s.offline(func(args []string) error {
		cmd := root
		if len(args) > 0 {
			cmd, _, _ = root.Find(args) // checkArguments has accepted the name
		}
		_, err := fmt.Fprint(p.stdout, help(cmd))
		return err
	})
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) == 1 && !slices.Contains(s.arguments[0].allowed, args[0]) {
			return refuseUnknownCommand(root, args)
		}
		return s.checkArguments(cmd, args)
	}
	return cmd
}

// help returns the help of a command.
func help(cmd *cobra.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\nUsage:\n  %s\n", cmd.Long, cmd.UseLine())
	section := func(title, text string) {
		if text = strings.Trim(text, "\n"); text != "" {
			fmt.Fprintf(&b, "\n%s:\n%s\n", title, text)
		}
	}
	if !cmd.HasParent() {
		b.WriteString(commandList(cmd))
	}
	section("Arguments", columns(Arguments(cmd)))
	section("Flags", cmd.LocalFlags().FlagUsages())
	section("Flags of all commands", cmd.InheritedFlags().FlagUsages())
	section("Example", cmd.Example)
	section("Environment variables", columns(environmentOf(cmd)))
	section("Exit codes", columns(ExitCodes(cmd)))
	if cmd.Name() == "config" {
		b.WriteString(variableList())
	}
	if !cmd.HasParent() {
		b.WriteString("\n`rehearse help COMMAND` describes a command; `rehearse config --help` lists all environment variables.\n")
	}
	return b.String()
}

// commandList lists the commands below the root, by group.
func commandList(root *cobra.Command) string {
	var b strings.Builder
	for _, group := range root.Groups() {
		var rows []Row
		for _, cmd := range root.Commands() {
			if cmd.GroupID == group.ID {
				rows = append(rows, Row{cmd.Name(), cmd.Short})
			}
		}
		fmt.Fprintf(&b, "\n%s\n%s", group.Title, columns(rows))
	}
	return b.String()
}

// variableList describes all environment variables.
func variableList() string {
	var b strings.Builder
	group := ""
	for _, v := range config.Variables() {
		if v.Group != group {
			group = v.Group
			fmt.Fprintf(&b, "\n%s:\n", group)
		}
		text := fmt.Sprintf("%s. Default: %s. Allowed: %s.", v.Description, v.DefaultText(), v.Allowed)
		fmt.Fprintf(&b, "  %s\n%s", v.Name, Wrap(plain(text), "      ", lineWidth))
	}
	return b.String()
}

// Row is a name and its description.
type Row struct{ Name, Text string }

// Arguments returns the arguments of a command.
func Arguments(cmd *cobra.Command) (rows []Row) {
	for line := range strings.Lines(cmd.Annotations[keyArguments]) {
		name, text, _ := strings.Cut(strings.TrimRight(line, "\n"), "\t")
		rows = append(rows, Row{name, text})
	}
	return rows
}

// Variables returns the environment variables that matter most for a command.
func Variables(cmd *cobra.Command) (variables []config.Variable) {
	for _, name := range strings.Fields(cmd.Annotations[keyVariables]) {
		variables = append(variables, config.Describe(name))
	}
	return variables
}

func environmentOf(cmd *cobra.Command) (rows []Row) {
	for _, v := range Variables(cmd) {
		rows = append(rows, Row{v.Name, plain(v.Description + ". Default: " + v.DefaultText() + ".")})
	}
	return rows
}

// ExitCodes returns the exit codes of a command.
func ExitCodes(cmd *cobra.Command) []Row {
	rows := []Row{{"0", "success"}}
	if fault := cmd.Annotations[keyFault]; fault != "" {
		rows = append(rows, Row{fmt.Sprint(exitFault), fault})
	}
	return append(rows, Row{fmt.Sprint(exitConfiguration), "invalid configuration or command line"})
}

// plain returns a text without the marks of Markdown.
func plain(text string) string { return strings.ReplaceAll(text, "`", "") }

// lineWidth is the width of the help.
const lineWidth = 109

// columns lays out rows as names and wrapped texts.
func columns(rows []Row) string {
	width := 0
	for _, r := range rows {
		width = max(width, len(r.Name))
	}
	var b strings.Builder
	for _, r := range rows {
		indent := strings.Repeat(" ", width+4)
		text := Wrap(r.Text, indent, lineWidth)
		fmt.Fprintf(&b, "  %-*s  %s", width, r.Name, text[len(indent):])
	}
	return b.String()
}

// Wrap breaks a text into lines of at most width characters that begin with indent.
func Wrap(text, indent string, width int) string {
	var b strings.Builder
	column := 0
	for word := range strings.FieldsSeq(text) {
		size := utf8.RuneCountInString(word)
		switch {
		case column == 0:
			b.WriteString(indent)
			column = utf8.RuneCountInString(indent)
		case column+1+size > width:
			b.WriteString("\n" + indent)
			column = utf8.RuneCountInString(indent)
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += size
	}
	return b.String() + "\n"
}
