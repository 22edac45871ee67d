package booking

import (
	"fmt"
	"time"
)

// AllowedKind names what an input field may hold.
type AllowedKind string

const (
	AllowedInteger    AllowedKind = "INTEGER"     // a whole number from Min to Max
	AllowedLength     AllowedKind = "LENGTH"      // a text of Min to Max characters
	AllowedCount      AllowedKind = "COUNT"       // a list of Min to Max elements
	AllowedPrintable  AllowedKind = "PRINTABLE"   // a text without control characters
	AllowedEmail      AllowedKind = "EMAIL"       // an e-mail address
	AllowedURL        AllowedKind = "HTTPS_URL"   // an https URL
	AllowedLanguage   AllowedKind = "LANGUAGE"    // a language's BCP 47 tag
	AllowedTimeZone   AllowedKind = "TIME_ZONE"   // the name of an IANA time zone
	AllowedUnused     AllowedKind = "UNUSED"      // a value that nobody else has
	AllowedTime       AllowedKind = "TIME"        // an instant from NotBefore to NotAfter
	AllowedAfterStart AllowedKind = "AFTER_START" // an end later than the start
	AllowedDays       AllowedKind = "DAYS"        // a range of at most Max days
	AllowedMinutes    AllowedKind = "MINUTES"     // a range of Min to Max minutes
	AllowedOther      AllowedKind = "OTHER"       // only the message says
)

// Allowed says what an input field may hold, for programs. A bound that is nil
// does not apply.
type Allowed struct {
	Kind                AllowedKind
	Min, Max            *int
	NotBefore, NotAfter *time.Time
}

func between(kind AllowedKind, low, high int) Allowed {
	return Allowed{Kind: kind, Min: &low, Max: &high}
}

// Invalid refuses the value of an input field.
func Invalid(field string, allowed Allowed, message string) Refused {
	return Refused{{Code: InvalidInput, Field: field, Message: message, Allowed: &allowed}}
}

// invalidRange refuses a range by the field of its end.
func invalidRange(field string, allowed Allowed, message string) Refused {
	return Refused{{Code: InvalidRange, Field: field, Message: message, Allowed: &allowed}}
}

func checkBounds(field string, value, low, high int) Refused {
	if value >= low && value <= high {
		return nil
	}
	return Invalid(field, between(AllowedInteger, low, high),
		fmt.Sprintf("%s is %d; a whole number from %d to %d is allowed.", field, value, low, high))
}

func checkCount(field string, count, low, high int) Refused {
	if count >= low && count <= high {
		return nil
	}
	return Invalid(field, between(AllowedCount, low, high),
		fmt.Sprintf("%s has %d elements; %d to %d are allowed.", field, count, low, high))
}
