package interchange

import (
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

// CalendarOptions say whose a calendar is, and what is wanted of it.
type CalendarOptions struct {
	Interviewer string // the e-mail
	Zone        *time.Location
	SlotMinutes int
	MaxWindows  int
	Within      calendar.Span // windows that end after its start and start before its end
}

func ReadCalendar(text string, o CalendarOptions) ([]Row[Window], booking.Refused) {
	return nil, badFile("not yet")
}
