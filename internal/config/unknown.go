package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
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

const (
	shortName = 4 // minimum length for one different letter
	longName  = 8 // minimum length for two
)

// nearest returns the known name that name most resembles, or "".
func nearest(name string, names []string) string {
	best, least := "", 3
	for _, known := range names {
		most := 0
		switch size := min(len(name), len(known)); {
		case size >= longName:
			most = 2
		case size >= shortName:
			most = 1
		}
		distance := levenshtein.ComputeDistance(strings.ToUpper(name), known)
		// TLS_CERT matches TLS_CERT_FILE; a single word may belong to any program.
		if strings.HasPrefix(known, strings.ToUpper(name)+"_") && strings.Contains(name, "_") {
			distance, most = 2, 2
		}
		if distance <= most && distance < least {
			best, least = known, distance
		}
	}
	return best
}
