package interchange

import (
	"strings"
	"unicode"
)

// guard stands before a value that a spreadsheet would take for a formula, and
// turns it into text.
const guard = "'"

// guarded is the value as it is written: a formula gets a guard, and so does a
// formula that has guards already, which keeps unguarded its exact inverse.
func guarded(text string) string {
	if isFormula(strings.TrimLeft(text, guard)) {
		return guard + text
	}
	return text
}

// unguarded is what a value says without the guard that guarded adds.
func unguarded(text string) string {
	rest, found := strings.CutPrefix(text, guard)
	if found && isFormula(strings.TrimLeft(rest, guard)) {
		return rest
	}
	return text
}

// isFormula reports whether a spreadsheet may run the value. Some ignore space
// before it, some take the full-width signs, and some drop a leading tab or line
// end and look at what follows.
func isFormula(text string) bool {
	if text != "" && strings.ContainsRune("\t\r\n", rune(text[0])) {
		return true
	}
	text = strings.TrimLeftFunc(text, unicode.IsSpace)
	for _, first := range text {
		return strings.ContainsRune("=+-@＝＋－＠", first)
	}
	return false
}
