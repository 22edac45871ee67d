package booking

import (
	"fmt"
	"time"
)

// AllowedKind is the kind of constraint on an input field.
type AllowedKind string

const (
	AllowedInteger    AllowedKind = "INTEGER"     // an integer from Min to Max
	AllowedLength     AllowedKind = "LENGTH"      // a string of Min to Max characters
	AllowedCount      AllowedKind = "COUNT"       // a list of Min to Max elements
	AllowedPrintable  AllowedKind = "PRINTABLE"   // a string without control characters
	AllowedEmail      AllowedKind = "EMAIL"       // an e-mail address
	AllowedURL        AllowedKind = "HTTPS_URL"   // an https URL
	AllowedLanguage   AllowedKind = "LANGUAGE"    // a BCP 47 language tag
	AllowedTimeZone   AllowedKind = "TIME_ZONE"   // an IANA time zone name
	AllowedUnused     AllowedKind = "UNUSED"      // a value that is not in use
	AllowedTime       AllowedKind = "TIME"        // an instant from NotBefore to NotAfter
	AllowedAfterStart AllowedKind = "AFTER_START" // an end later than the start
	AllowedDays       AllowedKind = "DAYS"        // a range of at most Max days
	AllowedMinutes    AllowedKind = "MINUTES"     // a range of Min to Max minutes
	AllowedOther      AllowedKind = "OTHER"       // described by the message only
)

// Allowed is a machine-readable description of the values an input field accepts.
// A nil bound does not apply.
type Allowed struct {
	Kind                AllowedKind
	Min, Max            *int
	NotBefore, NotAfter *time.Time
}

func between(kind AllowedKind, low, high int) Allowed {
	return Allowed{Kind: kind, Min: &low, Max: &high}
}

// Invalid returns the refusal of an input field's value.
func Invalid(field string, allowed Allowed, message string) Refused {
	return Refused{{Code: InvalidInput, Field: field, Message: message, Allowed: &allowed}}
}

// invalidRange returns the refusal of a range; field is its end.
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

func checkCount(field string, count, most int) Refused {
	if count <= most {
		return nil
	}
	return Invalid(field, between(AllowedCount, 0, most),
		fmt.Sprintf("%s has %d elements; 0 to %d are allowed.", field, count, most))
}
