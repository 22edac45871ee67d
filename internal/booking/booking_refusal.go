package booking

import (
	"slices"
	"time"
)

// RefusalID names a refused booking.
type RefusalID int64

// BookingOperation is a way to book, whose refusals are kept.
type BookingOperation string

const (
	BookSlot            BookingOperation = "BOOK_SLOT"
	HoldSlot            BookingOperation = "HOLD_SLOT"
	RescheduleInterview BookingOperation = "RESCHEDULE_INTERVIEW"
)

// BookingRefusal is a booking that was refused: who asked for what, and which
// rules said no. An id is 0 where nothing has the id that was asked for.
type BookingRefusal struct {
	ID          RefusalID
	At          time.Time
	Operation   BookingOperation
	Codes       []RefusalCode // each once
	Actor       Actor
	RequestID   string
	StudentID   StudentID
	SlotID      SlotID
	InterviewID InterviewID // of a move
}

// Codes lists the codes of the refusals, each once.
func (r Refused) Codes() []RefusalCode {
	var codes []RefusalCode
	for _, refusal := range r {
		if !slices.Contains(codes, refusal.Code) {
			codes = append(codes, refusal.Code)
		}
	}
	return codes
}
