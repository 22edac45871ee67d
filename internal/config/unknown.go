package config

import (
	"fmt"
	"slices"
	"strings"

	"rehearse/internal/spelling"
)

// Misspelt returns a message for each unknown variable of the process that resembles a
// known one: it differs in one letter, or in two if the name is long, or lacks the end
// of the name. Variables of other programs are ignored.
func (e Environment) Misspelt() []string {
	names := variableNames()
	var found []string
	for _, variable := range e.environ {
		name, value, _ := strings.Cut(variable, "=")
		if value == "" || slices.Contains(names, name) || isOpenTelemetry(name) { // the SDK reads other OTEL_ variables
			continue
		}
		if meant := nearest(name, names); meant != "" {
			found = append(found, fmt.Sprintf("unknown variable %s; did you mean %s?", name, meant))
		}
	}
	slices.Sort(found)
	return found
}

// nearest returns the known name that name most resembles, or "".
func nearest(name string, names []string) string {
	meant := spelling.Closest(name, names, func(known string) int {
		switch size := min(len(name), len(known)); {
		case size >= 8:
			return 2
		case size >= 4:
			return 1
		default:
			return 0
		}
	})
	if meant != "" || !strings.Contains(name, "_") { // a single word may belong to any program
		return meant
	}
	for _, known := range names {
		if strings.HasPrefix(known, strings.ToUpper(name)+"_") { // TLS_CERT for TLS_CERT_FILE
			return known
		}
	}
	return ""
}
