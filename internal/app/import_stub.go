package app

import (
	"context"
	"io"

	"rehearse/internal/booking"
)

type CalendarInput struct {
	InterviewerID booking.InterviewerID
	ICal          string
	SlotMinutes   int
}

func (a *App) ImportAvailability(ctx context.Context, csv io.Reader, o ImportOptions) (*Imported, error) {
	return nil, booking.Refuse(booking.NotFound, "", "not there yet")
}
func (a *App) ImportCalendar(ctx context.Context, in CalendarInput, o ImportOptions) (*Imported, error) {
	return nil, booking.Refuse(booking.NotFound, "", "not there yet")
}
func (a *App) ImportInterviews(ctx context.Context, csv io.Reader, o ImportOptions) (*Imported, error) {
	return nil, booking.Refuse(booking.NotFound, "", "not there yet")
}
