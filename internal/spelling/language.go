package spelling

import "golang.org/x/text/language"

// Language returns the canonical form of a BCP 47 tag, such as pt-BR for pt_br. It
// reports false if the text is not a tag or its language is not registered.
func Language(tag string) (canonical string, ok bool) {
	parsed, err := language.Parse(tag)
	if err != nil || parsed == language.Und {
		return "", false
	}
	return parsed.String(), true
}
