package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Misspelt returns a message for each variable of the process that resembles one of this program and
// is not one of them: it differs in a letter, or in two of a long name, or lacks the end of the name.
// Variables of other programs are left out.
func (e Environment) Misspelt() []string {
	names := variableNames()
	var found []string
	for _, variable := range e.environ {
		name, value, _ := strings.Cut(variable, "=")
		if value == "" || slices.Contains(names, name) || isOpenTelemetry(name) { // whose other variables its SDK reads
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
	shortName = 4 // from which on one letter may differ
	longName  = 8 // from which on two may
)

// nearest is the name that was meant; empty for none.
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
		// TLS_CERT for TLS_CERT_FILE; a single word is anybody's.
		if strings.HasPrefix(known, strings.ToUpper(name)+"_") && strings.Contains(name, "_") {
			distance, most = 2, 2
		}
		if distance <= most && distance < least {
			best, least = known, distance
		}
	}
	return best
}
