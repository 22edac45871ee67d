package booking

import (
	"fmt"
	"strings"
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
	CancelTooLate        RefusalCode = "CANCEL_TOO_LATE"
	WrongStatus          RefusalCode = "WRONG_STATUS"
	TooManyReschedules   RefusalCode = "TOO_MANY_RESCHEDULES"
	AvailabilityConflict RefusalCode = "AVAILABILITY_CONFLICT"
	BusyRetry            RefusalCode = "BUSY_RETRY"
)

// Refusal is a rule's "no": a code for programs, a sentence for people, the
// input field it is about, and what the caller needs to go on.
type Refusal struct {
	Code    RefusalCode
	Message string
	Field   string // name of the input field; empty when none is to blame

	Alternatives []Slot       // SlotTaken: slots that could be booked instead
	Eligibility  *Eligibility // LimitReached, GradesTooLow: the evidence
	Conflicting  []Slot       // AvailabilityConflict: the slots in the way
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
func Missing[ID ~int64](noun, field string, id ID) Refused {
	return Refuse(NotFound, field, fmt.Sprintf("there is no %s %d", noun, id))
}
