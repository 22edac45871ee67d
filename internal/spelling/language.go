package spelling

import "golang.org/x/text/language"

// Language returns a BCP 47 tag in its canonical form, such as pt-BR for pt_br. It
// reports false for a text that is no tag, or whose language is not registered.
func Language(tag string) (canonical string, ok bool) {
	parsed, err := language.Parse(tag)
	if err != nil || parsed == language.Und {
		return "", false
	}
	return parsed.String(), true
}
