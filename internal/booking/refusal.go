package booking

import (
	"fmt"
	"strings"
	"time"
)

// RefusalCode names why a rule said no. Codes are part of the public contract.
type RefusalCode string

const (
	LimitReached         RefusalCode = "LIMIT_REACHED"
	GradesTooLow         RefusalCode = "GRADES_TOO_LOW"
	AlreadyInterviewed   RefusalCode = "ALREADY_INTERVIEWED"
	SelfInterview        RefusalCode = "SELF_INTERVIEW"
	OwnOverlap           RefusalCode = "OWN_OVERLAP"
	InterviewerFull      RefusalCode = "INTERVIEWER_FULL"
	SlotTaken            RefusalCode = "SLOT_TAKEN"
	SlotHeld             RefusalCode = "SLOT_HELD"
	AlreadyHolding       RefusalCode = "ALREADY_HOLDING"
	SlotIsWithdrawn      RefusalCode = "SLOT_WITHDRAWN"
	SlotInPast           RefusalCode = "SLOT_IN_PAST"
	TooSoon              RefusalCode = "TOO_SOON"
	HoldExpired          RefusalCode = "HOLD_EXPIRED"
	NotFound             RefusalCode = "NOT_FOUND"
	InvalidInput         RefusalCode = "INVALID_INPUT"
	InvalidRange         RefusalCode = "INVALID_RANGE"
	IdempotencyMismatch  RefusalCode = "IDEMPOTENCY_MISMATCH"
	VersionConflict      RefusalCode = "VERSION_CONFLICT"
	CancelTooLate        RefusalCode = "CANCEL_TOO_LATE"
	RescheduleTooLate    RefusalCode = "RESCHEDULE_TOO_LATE"
	WrongStatus          RefusalCode = "WRONG_STATUS"
	TooManyReschedules   RefusalCode = "TOO_MANY_RESCHEDULES"
	AvailabilityConflict RefusalCode = "AVAILABILITY_CONFLICT"
	BusyRetry            RefusalCode = "BUSY_RETRY"
)

// Refusal is a rule's "no": a code for programs, a sentence for people, the
// input field it is about, and the data behind the sentence. Which data a
// refusal has depends on its code.
type Refusal struct {
	Code    RefusalCode
	Message string
	Field   string // name of the input field; empty when none is to blame

	Allowed        *Allowed          // InvalidInput, InvalidRange: what is allowed; nil when only the message says
	Alternatives   []Slot            // SlotTaken, SlotHeld: slots that could be booked instead
	HeldUntil      *time.Time        // SlotHeld: when the hold expires
	Eligibility    *Eligibility      // LimitReached, GradesTooLow: the evidence
	Conflicting    []Slot            // AvailabilityConflict: the slots in the way
	Interview      InterviewID       // AlreadyInterviewed, OwnOverlap: the interview in the way; 0 for none
	Hold           HoldID            // AlreadyHolding, AlreadyInterviewed, OwnOverlap: the hold in the way; 0 for none
	Earliest       *time.Time        // TooSoon: when it is no longer too soon
	Deadline       *time.Time        // CancelTooLate, RescheduleTooLate, WrongStatus: the last instant that was allowed
	Used, Limit    int               // LimitReached, TooManyReschedules
	Status         InterviewStatus   // WrongStatus: of the interview; empty when it is not about one
	Expected       []InterviewStatus // WrongStatus: what the interview would have to be
	CurrentVersion int               // VersionConflict
}

// Refused is every rule that said no to one request, as an error. It is never
// empty when it is returned as one.
type Refused []Refusal

// Refuse returns one refusal as a list.
func Refuse(code RefusalCode, field, message string) Refused {
	return Refused{{Code: code, Field: field, Message: message}}
}

// Err is nil when nothing was refused.
func (r Refused) Err() error {
	if len(r) == 0 {
		return nil
	}
	return r
}

// Has reports whether a rule refused with this code.
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

// Missing refuses an id that names nothing, or nothing that the caller may know
// of: the two must not be told apart.
func Missing(noun, field string) Refused {
	return Refuse(NotFound, field, fmt.Sprintf("There is no such %s.", noun))
}

// StaleVersion refuses a change of something that has another version than the
// caller expects.
func StaleVersion(noun string, current int) Refused {
	return Refused{{
		Code: VersionConflict, Field: "expectedVersion", CurrentVersion: current,
		Message: fmt.Sprintf("The %s has been changed; its current version is %d. Read it again.", noun, current),
	}}
}
