package booking

import (
	"fmt"
	"strings"
	"time"
)

// Refusal is the result of a failed rule: a code for programs, a message for
// people, the input field at fault, and details. The details depend on the code.
type Refusal struct {
	Code    RefusalCode
	Message string
	Field   string // the input field; empty if none is at fault

	Allowed        *Allowed          // InvalidInput, InvalidRange: the allowed values; nil if only the message states them
	Alternatives   []BookableSlot    // SlotTaken, SlotHeld: other slots that can be booked
	HeldUntil      *time.Time        // SlotHeld: when the hold expires
	Eligibility    *Eligibility      // LimitReached, GradesTooLow: the evidence
	Conflicting    []Slot            // AvailabilityConflict: the overlapping slots
	Interview      InterviewID       // AlreadyInterviewed, OwnOverlap: the conflicting interview; 0 for none
	Hold           HoldID            // AlreadyHolding, AlreadyInterviewed, OwnOverlap: the conflicting hold; 0 for none
	Earliest       *time.Time        // TooSoon: the earliest allowed time
	Deadline       *time.Time        // CancelTooLate, RescheduleTooLate, WrongStatus: the last allowed instant
	Used, Limit    int               // LimitReached, TooManyReschedules
	Status         InterviewStatus   // WrongStatus: the interview's status; empty if the refusal is not about an interview
	Expected       []InterviewStatus // WrongStatus: the statuses that allow the operation
	CurrentVersion int               // VersionConflict
}

// Refused is the list of refusals of one request. It implements error; a non-nil
// error is never empty.
type Refused []Refusal

// Refuse returns a list of one refusal.
func Refuse(code RefusalCode, field, message string) Refused {
	return Refused{{Code: code, Field: field, Message: message}}
}

// RefuseRequest returns a refusal of a request as a whole, in which no field is at fault.
func RefuseRequest(code RefusalCode, message string) Refused { return Refuse(code, "", message) }

// Err returns r as an error, or nil if it is empty.
func (r Refused) Err() error {
	if len(r) == 0 {
		return nil
	}
	return r
}

// Has reports whether the list contains a refusal with the code.
func (r Refused) Has(code RefusalCode) bool {
	for _, refusal := range r {
		if refusal.Code == code {
			return true
		}
	}
	return false
}

func (r Refused) Error() string {
	parts := make([]string, len(r))
	for i, refusal := range r {
		parts[i] = string(refusal.Code) + ": " + refusal.Message
	}
	return strings.Join(parts, "; ")
}

// Missing refuses an id that does not exist or that the caller may not see. The
// refusals are identical, so they do not disclose which.
func Missing(noun, field string) Refused {
	return Refuse(NotFound, field, fmt.Sprintf("There is no such %s.", noun))
}

// StaleVersion refuses a change because the caller expects another version.
func StaleVersion(noun string, current int) Refused {
	return Refused{{
		Code: VersionConflict, Field: "expectedVersion", CurrentVersion: current,
		Message: fmt.Sprintf("The %s has been changed; its current version is %d. Read it again.", noun, current),
	}}
}
