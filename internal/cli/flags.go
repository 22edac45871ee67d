package cli

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"rehearse/internal/calendar"
	"rehearse/internal/spelling"
)

// The values of flags. Their Set returns an error that states what is expected; describeFlagError adds
// the flag and the value.

// choice is a flag with a fixed set of values.
type choice struct {
	value   *string
	allowed []string
}

// Set implements pflag.Value.
func (c choice) Set(text string) error {
	if !slices.Contains(c.allowed, text) {
		return errors.New(expectedOf(text, c.allowed))
	}
	*c.value = text
	return nil
}

// String implements pflag.Value.
func (c choice) String() string { return *c.value }

// Type implements pflag.Value.
func (c choice) Type() string { return "choice" }

// choiceFlag adds a flag with a fixed set of values, which shells complete.
func choiceFlag(cmd *cobra.Command, p *string, name, value string, allowed []string, usage string) {
	*p = value
	cmd.Flags().Var(choice{p, allowed}, name, usage)
	complete := cobra.FixedCompletions(allowed, cobra.ShellCompDirectiveNoFileComp)
	_ = cmd.RegisterFlagCompletionFunc(name, complete) // fails for an unknown flag only
}

// number is a flag with a whole number in decimal. pflag's own would read 010 as 8.
type number[T int | uint64] struct {
	value *T
	least T
}

// Set implements pflag.Value.
func (n number[T]) Set(text string) error {
	parsed, err := strconv.ParseUint(text, 10, 64)
	v := T(parsed)
	if err != nil || v < n.least || uint64(v) != parsed {
		return fmt.Errorf("expected a whole number of at least %d", n.least)
	}
	*n.value = v
	return nil
}

// String implements pflag.Value.
func (n number[T]) String() string { return fmt.Sprint(*n.value) }

// Type implements pflag.Value.
func (n number[T]) Type() string { return "number" }

func numberFlag[T int | uint64](cmd *cobra.Command, p *T, name string, value, least T, usage string) {
	*p = value
	cmd.Flags().Var(number[T]{p, least}, name, usage)
	noFiles(cmd, name)
}

// length is a flag with a duration.
type length struct {
	value *time.Duration
	least time.Duration
}

// Set implements pflag.Value.
func (l length) Set(text string) error {
	parsed, err := time.ParseDuration(text)
	if err != nil || parsed < l.least {
		return fmt.Errorf("expected a duration of at least %s, such as 90s or 1h30m", shortDuration(l.least))
	}
	*l.value = parsed
	return nil
}

// String implements pflag.Value.
func (l length) String() string { return shortDuration(*l.value) }

// Type implements pflag.Value.
func (l length) Type() string { return "duration" }

func durationFlag(cmd *cobra.Command, p *time.Duration, name string, value, least time.Duration, usage string) {
	*p = value
	cmd.Flags().Var(length{p, least}, name, usage)
	noFiles(cmd, name)
}

// shortDuration returns a duration without the zeros at its end: 1h for 1h0m0s.
func shortDuration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// day is a flag with a date.
type day struct {
	date calendar.Date
	set  bool // whether the flag was given
}

// Set implements pflag.Value.
func (d *day) Set(text string) error {
	date, err := calendar.ParseDate(text)
	if err != nil {
		return errors.New("expected a date such as 2030-03-04")
	}
	d.date, d.set = date, true
	return nil
}

// String implements pflag.Value.
func (d *day) String() string {
	if !d.set {
		return ""
	}
	return d.date.String()
}

// Type implements pflag.Value.
func (d *day) Type() string { return "date" }

func dateFlag(cmd *cobra.Command, d *day, name, usage string) {
	cmd.Flags().Var(d, name, usage)
	noFiles(cmd, name)
}

// noFiles stops shells from completing the value of a flag with the names of files.
func noFiles(cmd *cobra.Command, name string) {
	_ = cmd.RegisterFlagCompletionFunc(name, cobra.NoFileCompletions) // fails for an unknown flag only
}

// describeFlagError returns an error of pflag as one line: what is wrong, and what is allowed.
func describeFlagError(cmd *cobra.Command, err error) error {
	var (
		missing *pflag.NotExistError
		bare    *pflag.ValueRequiredError
		invalid *pflag.InvalidValueError
		syntax  *pflag.InvalidSyntaxError
	)
	switch {
	case errors.As(err, &missing):
		err = unknownFlag(cmd, missing)
	case errors.As(err, &bare):
		value, _ := pflag.UnquoteUsage(bare.GetFlag())
		err = fmt.Errorf("--%s has no value; expected --%s %s", bare.GetSpecifiedName(), bare.GetSpecifiedName(), value)
	case errors.As(err, &invalid):
		expected := invalid.Unwrap().Error()
		switch invalid.GetFlag().Value.Type() {
		case "bool":
			expected = "expected true or false"
		case "float64":
			expected = "expected a number"
		}
		err = fmt.Errorf("--%s is %q; %s", invalid.GetFlag().Name, invalid.GetValue(), expected)
	case errors.As(err, &syntax):
		err = fmt.Errorf("%q is not a flag; expected %s", syntax.GetSpecifiedFlag(), flagNames(cmd))
	}
	return usageErrorf("%s%w", prefix(cmd), err)
}

// unknownFlag suggests the flag that is meant, or names all flags of the command.
func unknownFlag(cmd *cobra.Command, e *pflag.NotExistError) error {
	given := "--" + e.GetSpecifiedName()
	if short := e.GetSpecifiedShortnames(); short != "" { // -dry-run is the flags d, r, y and so on
		given = "-" + short
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	if meant := closest("--"+strings.TrimLeft(given, "-"), names); meant != "" {
		return fmt.Errorf("unknown flag %s; did you mean %s?", given, meant)
	}
	return fmt.Errorf("unknown flag %s; expected %s", given, flagNames(cmd))
}

// flagNames lists the flags of a command.
func flagNames(cmd *cobra.Command) string {
	var names []string
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, "--"+f.Name)
		}
	})
	return alternatives(append(names, inherited(cmd)...))
}

func inherited(cmd *cobra.Command) (names []string) {
	cmd.InheritedFlags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	return names
}

// expectedOf describes the allowed words, and the one that is probably meant.
func expectedOf(given string, words []string) string {
	text := "expected " + alternatives(words)
	if meant := closest(given, words); meant != "" {
		text += "; did you mean " + meant + "?"
	}
	return text
}

// closest returns the word that is probably meant, or "" if none is similar.
func closest(word string, words []string) string {
	return spelling.Closest(word, words, func(known string) int { return min(2, len(strings.TrimLeft(known, "-"))/3) })
}

// alternatives returns words as a list: a, b or c.
func alternatives(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
