package config

import (
	"fmt"
	"log/slog"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// Source is the source of a variable's value.
type Source string

// Sources, in increasing precedence.
const (
	SourceDefault     Source = "default"
	SourceFile        Source = "config file"
	SourceEnvironment Source = "environment"
	SourceFlag        Source = "flag"
)

// Setting is a variable with its effective value.
type Setting struct {
	Name   string `json:"name"`
	Value  string `json:"value"` // with secrets masked
	Source Source `json:"source"`
}

// Settings returns the effective value of each variable, in the order of Variables,
// followed by OpenTelemetry's other variables that are set. Secrets are masked.
func (c Config) Settings(e Environment) []Setting {
	values := map[string]string{}
	of := reflect.ValueOf(c)
	for _, f := range reflect.VisibleFields(of.Type()) {
		values[f.Tag.Get("env")] = text(of.FieldByIndex(f.Index).Interface())
	}
	values["REHEARSE_CONFIG"] = e.path
	var settings []Setting
	for _, v := range variables {
		settings = append(settings, Setting{Name: v.Name, Value: mask(values[v.Name], v.Secret), Source: e.source(v.Name)})
	}
	for _, name := range e.otherOpenTelemetry() {
		secret := strings.HasSuffix(name, "_HEADERS") // headers may contain a collector's key
		settings = append(settings, Setting{Name: name, Value: mask(e.Get(name), secret), Source: e.source(name)})
	}
	return settings
}

// otherOpenTelemetry returns the names of the variables that are set and that only
// OpenTelemetry's SDK reads.
func (e Environment) otherOpenTelemetry() []string {
	var names []string
	for _, variable := range e.environ {
		name, value, _ := strings.Cut(variable, "=")
		if value != "" {
			names = append(names, name)
		}
	}
	for name := range e.file {
		names = append(names, name)
	}
	known := variableNames()
	names = slices.DeleteFunc(names, func(name string) bool { return !isOpenTelemetry(name) || slices.Contains(known, name) })
	slices.Sort(names)
	return slices.Compact(names)
}

// text formats a value as in the environment.
func text(value any) string {
	switch v := value.(type) {
	case Switch:
		if v {
			return "on"
		}
		return "off"
	case []string:
		return strings.Join(v, ",")
	case slog.Level:
		return strings.ToLower(v.String())
	default:
		return fmt.Sprint(v)
	}
}

// Patterns of secrets in a URL: the user's password, up to the last @ because an
// unencoded password may contain one, and the secret parameters of a Postgres URL.
var (
	userPassword = regexp.MustCompile(`(?s)^([a-z+]+://[^:@]*:).*@`)
	parameters   = regexp.MustCompile(`(?i)([?&\s](?:ssl)?password=)[^&\s]*`)
)

// mask replaces the secret parts of a value.
func mask(value string, secret bool) string {
	if value == "" {
		return ""
	}
	if secret {
		return hidden
	}
	value = userPassword.ReplaceAllString(value, "${1}"+hidden+"@")
	return parameters.ReplaceAllString(value, "${1}"+hidden)
}
