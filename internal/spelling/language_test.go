package spelling_test

import (
	"testing"

	"rehearse/internal/spelling"
)

func TestLanguage(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{
		"en": "en", "EN-us": "en-US", "pt_BR": "pt-BR", "zh-hant-tw": "zh-Hant-TW", "iw": "he", "sr-Latn": "sr-Latn",
		"": "", "und": "", "english": "", "xx": "", "e": "", "en-": "", "en US": "", "de\x00": "", "x-klingon": "x-klingon",
	} {
		t.Run(tag, func(t *testing.T) {
			t.Parallel()
			if got, ok := spelling.Language(tag); got != want || ok != (want != "") {
				t.Errorf("Language(%q): got %q, %t, want %q", tag, got, ok, want)
			}
		})
	}
}
