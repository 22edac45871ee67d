package spelling

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// accented are the scripts whose marks are accents, points or vowels that
// people leave out. In others, such as Devanagari and Thai, a mark is a letter.
var accented = []*unicode.RangeTable{
	unicode.Inherited, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Hebrew, unicode.Arabic, unicode.Syriac,
}

// alike are letters without a decomposition, and signs that are typed in more
// than one way.
var alike = strings.NewReplacer(
	"ß", "ss", "ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "æ", "ae", "œ", "oe", "ħ", "h", "ŧ", "t", "ŀ", "l", "ŋ", "n",
	"‘", "'", "’", "'", "ʼ", "'", "ʹ", "'", "‐", "-", "‑", "-", "‒", "-", "–", "-", "—", "-", "−", "-",
)

// Fold is the text as search and orders compare it: without case, accents,
// characters of no width and repeated space. Texts that people would call the
// same fold to the same bytes, and Fold(Fold(s)) is Fold(s).
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
	// Upper case first: letters that have two forms in lower case, as the Greek
	// sigma has, share one in upper case.
	folded := alike.Replace(strings.ToLower(strings.ToUpper(bare)))
	return strings.Join(strings.Fields(norm.NFC.String(folded)), " ")
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}

// isAccent reports a mark that is left out. The voicing marks of Japanese stay:
// they make another syllable.
func isAccent(r rune) bool {
	return unicode.Is(unicode.Mn, r) && unicode.In(r, accented...) && r != '\u3099' && r != '\u309a'
}

// invisible reports formatting characters, fillers and the Arabic stretch.
func invisible(r rune) bool {
	return unicode.Is(unicode.Cf, r) || blank(r) && r != '\u2800' || r == '\u0640'
}
