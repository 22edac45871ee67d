package interchange

import (
	"strconv"
	"time"

	"rehearse/internal/booking"
)

// Window is one window that an interviewer publishes.
type Window struct {
	Interviewer string // his e-mail
	Start, End  time.Time
	SlotMinutes int
}

const defaultSlotMinutes = 60

// Windows is the table of availability: one window a row. A time without an
// offset is read in zone.
func Windows(zone *time.Location) Format[Window] {
	const slotMinutes = "slotMinutes"
	return Format[Window]{
		columns: []column[Window]{
			email("interviewer", func(w *Window) *string { return &w.Interviewer }),
			instant("start", zone, func(w *Window) *time.Time { return &w.Start }),
			instant("end", zone, func(w *Window) *time.Time { return &w.End }),
			{
				name: slotMinutes, optional: true,
				read: func(text string, w *Window) booking.Refused {
					minutes, refused := readInt(slotMinutes, text)
					if minutes != nil {
						w.SlotMinutes = *minutes
					}
					return refused
				},
				write: func(w Window) string { return strconv.Itoa(w.SlotMinutes) },
			},
		},
		start: func() Window { return Window{SlotMinutes: defaultSlotMinutes} },
	}
}
