package booking

import (
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"rehearse/internal/calendar"
	"rehearse/internal/spelling"
)

const (
	MaxName  = 200
	MaxEmail = 254 // RFC 5321, 4.5.3.1.3
	MaxURL   = 500

	MaxHeadline  = 120
	MaxBio       = 1000
	MaxLanguages = 20 // of an interviewer
)

// The functions below normalise the value of the field with the given name, or refuse it.

func asGiven[V any](_ string, value V) (V, Refused) { return value, nil }

func normaliseName(field, name string) (string, Refused) {
	name = spelling.Name(name)
	if refused := checkLine(field, name, MaxName); len(refused) > 0 {
		return name, refused
	}
	if at := strings.IndexAny(name, directions); at >= 0 {
		r, _ := utf8.DecodeRuneInString(name[at:])
		return name, Invalid(field, Allowed{Kind: AllowedPrintable}, fmt.Sprintf(
			"%s contains %U, which changes the text direction; such characters are not allowed.", field, r))
	}
	return name, nil
}

func normaliseAddress(field, email string) (string, Refused) {
	email = NormaliseEmail(email)
	if !validEmail(email) {
		return email, Invalid(field, Allowed{Kind: AllowedEmail}, fmt.Sprintf(
			"%s is %q; an e-mail address such as ada@example.org is expected.", field, clip(email)))
	}
	return email, nil
}

func normaliseZone(_, zone string) (string, Refused) {
	location, err := calendar.Zone(zone)
	if err != nil {
		return zone, badZone(zone)
	}
	return location.String(), nil
}

func normaliseTags(_ string, tags []string) ([]string, Refused) { return NormaliseTags(tags) }

func normaliseLanguages(_ string, tags []string) ([]string, Refused) { return NormaliseLanguages(tags) }

// The functions below return such a function for values that may be nil.

func optionalInt(low, high int) func(string, *int) (*int, Refused) {
	return func(field string, value *int) (*int, Refused) {
		if value == nil {
			return nil, nil
		}
		return value, checkBounds(field, *value, low, high)
	}
}

// optionalLine is for texts of a single line. An empty text becomes nil.
func optionalLine(high int) func(string, *string) (*string, Refused) {
	return func(field string, value *string) (*string, Refused) {
		if value = trimmed(value); value == nil {
			return nil, nil
		}
		return value, checkLine(field, *value, high)
	}
}

// optionalText is for texts that may have several lines. An empty text becomes nil.
func optionalText(high int) func(string, *string) (*string, Refused) {
	return func(field string, value *string) (*string, Refused) {
		if value = trimmed(value); value == nil {
			return nil, nil
		}
		return value, checkLength(field, *value, 1, high)
	}
}

// optionalURL is for https URLs. An empty text becomes nil. The length is checked before
// the URL is parsed.
func optionalURL(example string) func(string, *string) (*string, Refused) {
	return func(field string, value *string) (*string, Refused) {
		if value = trimmed(value); value == nil {
			return nil, nil
		}
		text := *value
		if n := utf8.RuneCountInString(text); n > MaxURL {
			return value, Invalid(field, between(AllowedLength, 0, MaxURL),
				fmt.Sprintf("%s has %d characters; at most %d are allowed.", field, n, MaxURL))
		}
		address, ok := spelling.WebAddress(text)
		if !ok {
			return value, Invalid(field, Allowed{Kind: AllowedURL}, fmt.Sprintf(
				"%s is %q; an https URL such as %s is expected.", field, clip(text), example))
		}
		return &address, nil
	}
}

// trimmed returns the text without surrounding space, or nil if nothing is left.
func trimmed(text *string) *string {
	if text == nil {
		return nil
	}
	trimmed := spelling.Name(*text)
	if trimmed == "" {
		return nil
	}
	return &trimmed
}

// NormaliseLanguages makes the language tags canonical, sorts them and removes
// duplicates.
func NormaliseLanguages(tags []string) ([]string, Refused) {
	clean := []string{}
	for _, tag := range tags {
		canonical, ok := spelling.Language(strings.TrimSpace(tag))
		if !ok {
			return clean, Invalid("languages", Allowed{Kind: AllowedLanguage}, fmt.Sprintf(
				"languages contains %q; a BCP 47 tag such as en or pt-BR is expected.", clip(tag)))
		}
		clean = append(clean, canonical)
	}
	slices.Sort(clean)
	clean = slices.Compact(clean)
	return clean, checkCount("languages", len(clean), MaxLanguages)
}

// directions are the characters that change the text direction, with which one
// name can look like another.
const directions = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

// NormaliseEmail trims an address and puts it in lower case. It leaves an address
// with non-ASCII characters as it is, to be refused: some characters, such
// as the Kelvin sign, have an ASCII lower case, which would turn the address into
// another person's.
func NormaliseEmail(email string) string {
	email = strings.TrimSpace(email)
	if strings.ContainsFunc(email, beyondASCII) {
		return email
	}
	return strings.ToLower(email)
}

func beyondASCII(r rune) bool { return r > unicode.MaxASCII }

func badZone(zone string) Refused {
	return Invalid("timeZone", Allowed{Kind: AllowedTimeZone}, fmt.Sprintf(
		"timeZone is %q; an IANA name such as Europe/Berlin or UTC is expected.", clip(zone)))
}

// NormaliseTags trims the tags, converts them to NFC and lower case, sorts them
// and removes duplicates.
func NormaliseTags(tags []string) ([]string, Refused) {
	clean := []string{}
	var refused Refused
	for _, tag := range tags {
		tag = strings.ToLower(spelling.Name(tag))
		refused = append(refused, checkLine("tags", tag, MaxTag)...)
		clean = append(clean, tag)
	}
	slices.Sort(clean)
	clean = slices.Compact(clean)
	return clean, append(refused, checkCount("tags", len(clean), MaxTags)...)
}

// validEmail accepts a bare ASCII address with a dot-atom local part. This is what
// mail systems deliver, a subset of RFC 5322. The case of non-ASCII letters would
// depend on the database's locale.
func validEmail(email string) bool {
	if len(email) > MaxEmail || strings.ContainsAny(email, " \"<>()") || strings.ContainsFunc(email, beyondASCII) {
		return false
	}
	address, err := mail.ParseAddress(email)
	return err == nil && address.Address == email && address.Name == ""
}

// checkLine checks a single-line text that must not be empty.
func checkLine(field, text string, high int) Refused {
	return checkText(field, text, 1, high, spelling.ProblemInLine)
}

// checkLength checks a text that may have several lines.
func checkLength(field, text string, low, high int) Refused {
	return checkText(field, text, low, high, spelling.Problem)
}

func checkText(field, text string, low, high int, problemIn func(string) string) Refused {
	n := utf8.RuneCountInString(text)
	if n < low || n > high {
		return Invalid(field, between(AllowedLength, low, high),
			fmt.Sprintf("%s has %d characters; %d to %d are allowed.", field, n, low, high))
	}
	if problem := problemIn(text); problem != "" {
		return Invalid(field, Allowed{Kind: AllowedPrintable}, fmt.Sprintf("%s contains %s, which is not allowed.", field, problem))
	}
	if low > 0 && !spelling.Visible(text) {
		return Invalid(field, between(AllowedLength, low, high),
			fmt.Sprintf("%s is %q; at least one visible character is expected.", field, clip(text)))
	}
	return nil
}

// clip shortens a value for an error message.
func clip(text string) string {
	const most = 80
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most]) + "…"
}

// notOneOf refuses a value that is not in an enum.
func notOneOf[T ~string](field string, value T, allowed ...T) Refused {
	return Refuse(InvalidInput, field, fmt.Sprintf("%s is %q; %s is expected.", field, clip(string(value)), joinOr(allowed)))
}

func joinOr[T ~string](words []T) string {
	parts := make([]string, len(words))
	for i, w := range words {
		parts[i] = string(w)
	}
	return strings.Join(parts, " or ")
}

// MaxIdempotencyKey is the maximum length of an idempotency key, in characters.
const MaxIdempotencyKey = 200

// CheckIdempotencyKey reports an invalid key; nil is valid.
func CheckIdempotencyKey(key *string) Refused {
	if key == nil {
		return nil
	}
	return checkLine("idempotencyKey", *key, MaxIdempotencyKey)
}
