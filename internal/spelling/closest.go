package spelling

import (
	"strings"

	"github.com/agnivade/levenshtein"
)

// Closest returns the known word that word was probably meant to be: the one with the fewest
// different letters, regardless of case. most(k) is the number of letters that may differ from the
// known word k. If more letters differ for every known word, Closest returns "".
func Closest(word string, known []string, most func(known string) int) string {
	best, least := "", 0
	for _, k := range known {
		distance := levenshtein.ComputeDistance(strings.ToLower(word), strings.ToLower(k))
		if distance <= most(k) && (best == "" || distance < least) {
			best, least = k, distance
		}
	}
	return best
}
