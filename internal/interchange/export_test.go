package interchange

import (
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

// ReadCalendarCounting reads a calendar, and counts the steps that it takes.
func ReadCalendarCounting(text []byte, o CalendarOptions) (rows []Row[Availability], refused booking.Refused, steps int) {
	work := &calendar.Work{Left: o.maxWork()}
	rows, refused = readCalendar(text, o, work)
	return rows, refused, o.maxWork() - work.Left
}
