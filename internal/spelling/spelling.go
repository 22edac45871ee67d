// Package spelling holds what the school asks of a text: which characters it may
// have, in which form it is kept, and how two texts compare whatever their case
// and their accents are. It knows no locale: the answers are the same on every
// machine and every database.
package spelling

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Problem names the first character that no text may have; it is empty when
// there is none. Control characters other than line ends and tabs are not
// allowed, nor is U+FFFD, which stands for a character that was lost (half of a
// surrogate pair, say), nor an override of the direction of writing, which shows
// a text as another one.
func Problem(s string) string {
	for _, r := range s {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
		case unicode.IsControl(r):
			return fmt.Sprintf("a control character (%U)", r)
		case r == '\u202d' || r == '\u202e':
			return fmt.Sprintf("a character that overrides the text direction (%U)", r)
		case r == unicode.ReplacementChar:
			return fmt.Sprintf("a replacement for an undecodable character (%U)", r)
		}
	}
	return ""
}

// ProblemInLine reports what a text of one line must not have: what no text may
// have, and what ends or indents a line. It is empty if there is nothing.
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

// Name is a name as it is kept: in NFC, without space around it.
func Name(s string) string { return strings.TrimSpace(norm.NFC.String(s)) }

// Visible reports whether the text shows anything: a letter, a digit, a sign or
// a symbol, and not only spaces, marks and characters of no width.
func Visible(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) && !blank(r)
	})
}

// Blank reports whether a text is empty or only space: nothing was typed.
func Blank(s string) bool {
	return strings.TrimFunc(s, func(r rune) bool { return unicode.Is(unicode.Zs, r) }) == ""
}

// blank reports the letters and symbols that are drawn as nothing.

func blank(r rune) bool {
	switch r {
	case '\u115f', '\u1160', '\u3164', '\uffa0', '\u2800': // Hangul fillers, Braille blank
		return true
	}
	return false
}
