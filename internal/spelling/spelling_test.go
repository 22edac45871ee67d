package spelling_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"rehearse/internal/spelling"
)

func TestFold(t *testing.T) {
	t.Parallel()
	if got, want := spelling.Fold("Łukasz İŞIK ß"), "lukasz isik ss"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestEqualFolds(t *testing.T) {
	t.Parallel()
	for name, same := range map[string][]string{
		"latin":         {"José Muñoz", "JOSE MUNOZ", "Jose\u0301 Mun\u0303oz", "jose munoz", " José \u00a0 Muñoz\u200b"},
		"german":        {"Weiß", "WEISS", "weiss", "WEIẞ"},
		"nordic":        {"Søren Ærø", "SOREN AERO", "soren aero"},
		"polish":        {"Łukasz", "lukasz", "ŁUKASZ"},
		"turkish":       {"İstanbul Işık", "istanbul ışık", "ISTANBUL ISIK"},
		"greek":         {"Οδυσσεύς", "ΟΔΥΣΣΕΥΣ", "οδυσσευσ"},
		"cyrillic":      {"Фёдор", "ФЕДОР", "федор"},
		"arabic":        {"مُحَمَّد", "محمد", "محـــمد"},
		"alef":          {"أحمد", "احمد"},
		"hebrew":        {"שָׁלוֹם", "שלום"},
		"fullwidth":     {"ＡＤＡ", "ada"},
		"ligature":      {"ﬁona", "Fiona"},
		"kelvin":        {"\u212aim", "kim"},
		"apostrophes":   {"O’Hara", "O'Hara", "oʼhara"},
		"hyphens":       {"Jean‑Luc", "jean–luc", "Jean-Luc"},
		"soft hyphen":   {"Ada\u00adLove", "adalove"},
		"hangul jamo":   {"한글", "\u1112\u1161\u11ab\u1100\u1173\u11af"},
		"half katakana": {"ｶﾞ", "ガ"},
		"vietnamese":    {"Nguyễn Đức", "nguyen duc"},
		"croatian":      {"Đorđe", "dorde"},
		"control":       {"a\tb\nc", "A B C"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, s := range same {
				if got, want := spelling.Fold(s), spelling.Fold(same[0]); got != want {
					t.Errorf("%q folds to %q, %q to %q", s, got, same[0], want)
				}
			}
		})
	}
}

func TestDifferentFolds(t *testing.T) {
	t.Parallel()
	for name, pair := range map[string][2]string{
		"japanese voicing": {"か", "が"}, "hiragana and katakana": {"か", "カ"}, "devanagari vowels": {"कि", "कु"},
		"thai vowels": {"กี", "กู"}, "han": {"王", "玉"}, "words": {"an na", "anna"}, "hangul": {"하", "한"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if spelling.Fold(pair[0]) == spelling.Fold(pair[1]) {
				t.Errorf("%q and %q both fold to %q", pair[0], pair[1], spelling.Fold(pair[0]))
			}
		})
	}
}

func TestFoldIsStable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "text")
		once := spelling.Fold(s)
		if twice := spelling.Fold(once); twice != once || !utf8.ValidString(once) {
			t.Fatalf("%q folds to %q and then to %q", s, once, twice)
		}
		if named := spelling.Fold(spelling.Name(s)); named != once {
			t.Fatalf("%q folds to %q, and as a name to %q", s, once, named)
		}
		if upper := spelling.Fold(strings.ToLower(strings.ToUpper("a" + s))); !utf8.ValidString(upper) {
			t.Fatalf("%q folds to %q, which is not valid UTF-8", s, upper)
		}
	})
}

func TestProblem(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"": "", "Ada\r\n\tLovelace": "", "שלום\u200f": "", "\u2068x\u2069": "", "🙂": "",
		"a\x00b": "a control character (U+0000)", "\x7f": "a control character (U+007F)", "\u0085": "a control character (U+0085)",
		"a\ufffd": "a replacement for an undecodable character (U+FFFD)", "\xff": "a replacement for an undecodable character (U+FFFD)",
		"\u202eexe": "a character that overrides the text direction (U+202E)",
		"a\ufff9b":  "an annotation character (U+FFF9)", "\ufffb": "an annotation character (U+FFFB)", "\ufffc": "",
		"a\uffff": "a noncharacter (U+FFFF)", "\ufdd0": "a noncharacter (U+FDD0)", "\U0010fffe": "a noncharacter (U+10FFFE)",
	} {
		t.Run(fmt.Sprintf("%+q", s), func(t *testing.T) {
			t.Parallel()
			if got := spelling.Problem(s); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func TestProblemInLine(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"": "", "Ada Lovelace": "", "李\u3000明": "", "a\u00a0b": "", "\u2068x\u2069": "",
		"a\tb": "a control character (U+0009)", "a\nb": "a control character (U+000A)", "a\rb": "a control character (U+000D)",
		"a\u0085b": "a control character (U+0085)", "a\x00b": "a control character (U+0000)",
		"a\u2028b": "a line separator (U+2028)", "a\u2029b": "a line separator (U+2029)",
		"\u202eexe": "a character that overrides the text direction (U+202E)",
	} {
		t.Run(fmt.Sprintf("%+q", s), func(t *testing.T) {
			t.Parallel()
			if got := spelling.ProblemInLine(s); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func TestVisible(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"x": true, "李": true, "🙂": true, "-": true, "é": true, "": false, " ": false, "\u200b": false, "\u0301": false,
		" \u0301\u200d\ufeff": false, "\u3164": false, "\u2800": false, "\u00ad": false, "\u202a": false, "\ufe0f": false,
	} {
		t.Run(fmt.Sprintf("%+q", s), func(t *testing.T) {
			t.Parallel()
			if got := spelling.Visible(s); got != want {
				t.Errorf("got %t, want %t", got, want)
			}
		})
	}
}

func TestName(t *testing.T) {
	t.Parallel()
	if got, want := spelling.Name(" Jose\u0301\u00a0"), "José"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
