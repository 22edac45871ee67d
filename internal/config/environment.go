package config

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/hashicorp/go-envparse"
)

// Environment looks up variables in the environment of the process and, if they are empty
// there, in a config file.
type Environment struct {
	getenv  func(string) string
	environ []string
	path    string // of the config file; empty means none
	byFlag  bool   // the path is from a flag
	file    map[string]string
}

// NewEnvironment reads the config file at path, or at REHEARSE_CONFIG if path is empty.
// getenv and environ access the environment of the process. The error lists every
// invalid line.
func NewEnvironment(getenv func(string) string, environ []string, path string) (Environment, error) {
	e := Environment{getenv: getenv, environ: environ, path: cmp.Or(path, getenv("REHEARSE_CONFIG")), byFlag: path != ""}
	if e.path == "" {
		return e, nil
	}
	text, err := os.ReadFile(e.path)
	if err != nil {
		return e, fmt.Errorf("the config file cannot be read: %w", err)
	}
	e.file, err = parseFile(e.path, string(text))
	return e, err
}

// Get returns the value of a variable, or "" if it is not set.
func (e Environment) Get(name string) string {
	if name == "REHEARSE_CONFIG" {
		return e.path
	}
	return cmp.Or(e.getenv(name), e.file[name])
}

// OpenTelemetry returns the standard variables in the config file, which must be copied
// to the environment of the process for OpenTelemetry's SDK.
func (e Environment) OpenTelemetry() map[string]string {
	found := map[string]string{}
	for name, value := range e.file {
		if isOpenTelemetry(name) && e.getenv(name) == "" {
			found[name] = value
		}
	}
	return found
}

func isOpenTelemetry(name string) bool { return strings.HasPrefix(name, "OTEL_") }

// source returns the source of a variable's value.
func (e Environment) source(name string) Source {
	switch {
	case name == "REHEARSE_CONFIG" && e.byFlag:
		return SourceFlag
	case e.getenv(name) != "":
		return SourceEnvironment
	case e.file[name] != "":
		return SourceFile
	default:
		return SourceDefault
	}
}

// parseFile parses NAME=value lines one by one, because the library reports neither line
// numbers nor duplicate names.
func parseFile(path, text string) (map[string]string, error) {
	values := map[string]string{}
	var errs []error
	number := 0
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		number++
		name, value, err := parseLine(line)
		if err == nil && name != "" {
			err = checkName(name, values)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %w", path, number, err))
		} else if name != "" {
			values[name] = value
		}
	}
	return values, errors.Join(errs...)
}

// parseLine returns the name and the value of a line. The name is empty if the line is
// blank or a comment.
func parseLine(line string) (name, value string, err error) {
	found, err := envparse.Parse(strings.NewReader(line))
	var parse *envparse.ParseError
	if errors.As(err, &parse) { // its line number is always 1
		return "", "", fmt.Errorf("%w; expected NAME=value", parse.Err)
	}
	for n, v := range found {
		name, value = n, v
	}
	// The library ends an unquoted value at any #, even within a password.
	_, raw, _ := strings.Cut(line, "=")
	if before, _, has := strings.Cut(raw, "#"); has && !strings.ContainsAny(before, "\"'") &&
		!strings.HasSuffix(before, " ") && !strings.HasSuffix(before, "\t") && name != "" {
		return "", "", fmt.Errorf("%s has a # in its value; expected quotes around the value", name)
	}
	return name, value, err
}

// checkName rejects an unknown or duplicate name.
func checkName(name string, set map[string]string) error {
	names := variableNames()
	_, twice := set[name]
	switch {
	case twice:
		return fmt.Errorf("%s is set twice", name)
	case name == "REHEARSE_CONFIG" || name == "GOMEMLIMIT":
		return fmt.Errorf("%s cannot be set in a config file; expected it in the environment", name)
	case slices.Contains(names, name) || isOpenTelemetry(name):
		return nil
	}
	if meant := nearest(name, names); meant != "" {
		return fmt.Errorf("unknown variable %s; did you mean %s?", name, meant)
	}
	return fmt.Errorf("unknown variable %s; `rehearse config --help` lists the variables", name)
}

// variableNames returns the names of all variables.
func variableNames() []string {
	var names []string
	for _, v := range variables {
		names = append(names, v.Name)
	}
	return names
}
