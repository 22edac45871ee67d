package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/caarlos0/env/v11"
)

// Misspelt names the variables of an environment, such as os.Environ(), that look like one of this
// program's and are none: they differ in a letter, or in two of a long name, or leave the end of
// one away. Other programs' variables stay unmentioned.
func Misspelt(environ []string) ([]string, error) {
	fields, err := env.GetFieldParams(&Config{})
	if err != nil {
		return nil, err
	}
	names := []string{"PGBIN"}
	for _, field := range fields {
		names = append(names, field.Key)
	}
	var found []string
	for _, variable := range environ {
		name, value, _ := strings.Cut(variable, "=")
		if value == "" || slices.Contains(names, name) || strings.HasPrefix(name, "OTEL_") { // whose other variables its SDK reads
			continue
		}
		if meant := nearest(name, names); meant != "" {
			found = append(found, fmt.Sprintf("unknown variable %s; did you mean %s?", name, meant))
		}
	}
	slices.Sort(found)
	return found, nil
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
