package spelling

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// accented lists the scripts whose marks are accents, points or vowels that people
// omit. In others, such as Devanagari and Thai, marks are letters.
var accented = []*unicode.RangeTable{
	unicode.Inherited, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Hebrew, unicode.Arabic, unicode.Syriac,
}

// alike replaces letters without a decomposition, and signs that have several
// spellings.
var alike = strings.NewReplacer(
	"ß", "ss", "ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "æ", "ae", "œ", "oe", "ħ", "h", "ŧ", "t", "ŀ", "l", "ŋ", "n",
	"‘", "'", "’", "'", "ʼ", "'", "ʹ", "'", "‐", "-", "‑", "-", "‒", "-", "–", "-", "—", "-", "−", "-",
)

// Fold returns the form of a text that searching and sorting compare. It removes
// case, accents, zero-width characters and repeated space. Texts that people
// consider equal fold to the same bytes, and Fold(Fold(s)) equals Fold(s).
func Fold(s string) string {
	if ascii(s) {
		return strings.Join(strings.Fields(strings.ToLower(s)), " ")
	}
	bare := strings.Map(func(r rune) rune {
		if invisible(r) || isAccent(r) {
			return -1
		}
		return r
	}, norm.NFKD.String(s))
	// Upper case first: letters with two lower-case forms, such as the Greek
	// sigma, share one upper-case form.
	folded := alike.Replace(strings.ToLower(strings.ToUpper(bare)))
	return strings.Join(strings.Fields(norm.NFC.String(folded)), " ")
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}

// isAccent reports whether to remove a mark. Japanese voicing marks are kept,
// because they change the syllable.
func isAccent(r rune) bool {
	return unicode.Is(unicode.Mn, r) && unicode.In(r, accented...) && r != '\u3099' && r != '\u309a'
}

// invisible reports whether the character is a formatting character, a filler or
// the Arabic tatweel.
func invisible(r rune) bool {
	return unicode.Is(unicode.Cf, r) || blank(r) && r != '\u2800' || r == '\u0640'
}
