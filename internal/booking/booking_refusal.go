package booking

import (
	"slices"
	"time"
)

// RefusalID identifies a refused booking.
type RefusalID int64

// BookingOperation is an operation whose refusals are recorded.
type BookingOperation string

const (
	BookSlot            BookingOperation = "BOOK_SLOT"
	HoldSlot            BookingOperation = "HOLD_SLOT"
	RescheduleInterview BookingOperation = "RESCHEDULE_INTERVIEW"
)

// BookingRefusal is the record of a refused booking: the caller, the request and
// the rules that failed. An id is 0 if the requested id does not exist.
type BookingRefusal struct {
	ID          RefusalID
	At          time.Time
	Operation   BookingOperation
	Codes       []RefusalCode // without duplicates
	Actor       Actor
	RequestID   string
	StudentID   StudentID
	SlotID      SlotID
	InterviewID InterviewID // of a reschedule
}

// Codes returns the codes of the refusals, without duplicates.
func (r Refused) Codes() []RefusalCode {
	var codes []RefusalCode
	for _, refusal := range r {
		if !slices.Contains(codes, refusal.Code) {
			codes = append(codes, refusal.Code)
		}
	}
	return codes
}
