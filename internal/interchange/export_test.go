package interchange

import (
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

// ReadCalendarCounting reads a calendar and returns the steps used.
func ReadCalendarCounting(text []byte, o CalendarOptions) (rows []Row[Availability], refused booking.Refused, steps int) {
	work := &calendar.Work{Left: o.MaxSteps()}
	rows, refused = readCalendar(text, o, work)
	return rows, refused, o.MaxSteps() - work.Left
}
