package booking

import "slices"

// RefusalCode is the code of a refusal. Codes are part of the public API.
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
	TooManyCalendarFeeds RefusalCode = "TOO_MANY_CALENDAR_FEEDS"
	AdministratorsOnly   RefusalCode = "ADMINISTRATORS_ONLY"
	BusyRetry            RefusalCode = "BUSY_RETRY"
)

// Retry says whether a refused request may succeed if it is sent again.
type Retry string

const (
	RetryNever Retry = "no"    // the same request is refused again
	RetryLater Retry = "later" // it may succeed once time has passed or something else has changed
	RetrySoon  Retry = "yes"   // other requests were in the way
)

// RefusalCodeInfo describes a refusal code. The schema says what the code means.
type RefusalCodeInfo struct {
	Code  RefusalCode
	Retry Retry
}

var refusalCodes = []RefusalCodeInfo{
	{LimitReached, RetryLater}, // an administrator can waive the rule, or the interviews are cancelled
	{GradesTooLow, RetryLater},
	{AlreadyInterviewed, RetryLater},
	{SelfInterview, RetryNever},
	{OwnOverlap, RetryLater},
	{InterviewerFull, RetryLater},
	{SlotTaken, RetryLater},
	{SlotHeld, RetryLater},
	{AlreadyHolding, RetryLater},
	{SlotIsWithdrawn, RetryNever},
	{SlotInPast, RetryNever},
	{TooSoon, RetryLater},
	{HoldExpired, RetryNever},
	{NotFound, RetryNever},
	{InvalidInput, RetryNever},
	{InvalidRange, RetryNever},
	{IdempotencyMismatch, RetryNever},
	{VersionConflict, RetryNever},
	{CancelTooLate, RetryNever},
	{RescheduleTooLate, RetryNever},
	{WrongStatus, RetryNever},
	{TooManyReschedules, RetryNever},
	{AvailabilityConflict, RetryLater},
	{TooManyCalendarFeeds, RetryLater},
	{AdministratorsOnly, RetryNever},
	{BusyRetry, RetrySoon},
}

// RefusalCodes describes all refusal codes, in the order of the schema.
func RefusalCodes() []RefusalCodeInfo { return slices.Clone(refusalCodes) }
