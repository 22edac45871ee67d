// Package spelling defines which characters a text may contain, how texts are
// normalised, and how they are compared regardless of case and accents. It is
// independent of locale, so results are the same on every machine and database.
package spelling

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Problem describes the first character that no text may contain, or returns an
// empty string. It rejects:
//
//   - control characters other than line ends and tabs;
//   - U+FFFD, which replaces lost data such as half a surrogate pair;
//   - direction overrides, which make a text look like another one;
//   - annotation characters, which hide text;
//   - noncharacters, which Unicode excludes from interchange.
func Problem(s string) string {
	for _, r := range s {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
		case unicode.IsControl(r):
			return fmt.Sprintf("a control character (%U)", r)
		case r == '\u202d' || r == '\u202e':
			return fmt.Sprintf("a character that overrides the text direction (%U)", r)
		case '\ufff9' <= r && r <= '\ufffb':
			return fmt.Sprintf("an annotation character (%U)", r)
		case unicode.Is(unicode.Noncharacter_Code_Point, r):
			return fmt.Sprintf("a noncharacter (%U)", r)
		case r == unicode.ReplacementChar:
			return fmt.Sprintf("a replacement for an undecodable character (%U)", r)
		}
	}
	return ""
}

// ProblemInLine is like Problem, but also rejects characters that end or indent a
// line.
func ProblemInLine(s string) string {
	for _, r := range s {
		switch r {
		case '\t', '\n', '\r':
			return fmt.Sprintf("a control character (%U)", r)
		case '\u2028', '\u2029':
			return fmt.Sprintf("a line separator (%U)", r)
		}
	}
	return Problem(s)
}

// Name returns the stored form of a name: NFC, without surrounding space.
func Name(s string) string { return strings.TrimSpace(norm.NFC.String(s)) }

// Visible reports whether the text contains a visible character: a letter, digit,
// punctuation mark or symbol, not only spaces, marks and zero-width characters.
func Visible(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) && !blank(r)
	})
}

// Blank reports whether a text is empty or contains only space.
func Blank(s string) bool {
	return strings.TrimFunc(s, func(r rune) bool { return unicode.Is(unicode.Zs, r) }) == ""
}

// blank reports whether the character is a letter or symbol that is drawn as nothing.
func blank(r rune) bool {
	switch r {
	case '\u115f', '\u1160', '\u3164', '\uffa0', '\u2800': // Hangul fillers, Braille blank
		return true
	}
	return false
}
