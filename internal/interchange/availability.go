package interchange

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

// Availability is a window or weekly rule as a file describes it. It is not
// normalised, the zone of a rule may be missing, and the ids of the embedded
// booking.Availability are not set.
type Availability struct {
	Interviewer string // e-mail address
	booking.Availability
	Event bool   // it comes from a calendar
	Use   Use    // how to apply a window of a calendar
	Note  string // why it is ignored
}

const (
	defaultSlotMinutes = 60
	defaultEveryWeeks  = 1
)

// The columns that windows and rules require.
var (
	windowColumns = []string{"start", "end"}
	ruleColumns   = []string{"weekdays", "startTime", "endTime", "startDate"}
)

// Availabilities returns the format of the availability table. Each row is a
// window or a weekly rule. Times without an offset are in zone.
func Availabilities(zone *time.Location) Format[Availability] {
	return Format[Availability]{
		columns: []column[Availability]{
			email("interviewer", func(a *Availability) *string { return &a.Interviewer }),
			ofWindow(instant("start", zone, func(a *Availability) *time.Time { return &a.Start })),
			ofWindow(instant("end", zone, func(a *Availability) *time.Time { return &a.End })),
			integer("slotMinutes", func(a *Availability) *int { return &a.SlotMinutes }),
			integer("gapMinutes", func(a *Availability) *int { return &a.GapMinutes }),
			list("tags", func(a *Availability) *[]string { return &a.Tags }),
			ofRule(column[booking.WeeklyRule]{name: "weekdays", read: readWeekdays, write: writeWeekdays}),
			ofRule(parsed("startTime", "a time of day such as 14:30", parseLocalTime,
				func(w *booking.WeeklyRule) *calendar.LocalTime { return &w.StartTime })),
			ofRule(parsed("endTime", "a time of day such as 14:30, up to 24:00", parseLocalTime,
				func(w *booking.WeeklyRule) *calendar.LocalTime { return &w.EndTime })),
			ofRule(text("timeZone", func(w *booking.WeeklyRule) *string { return &w.TimeZone })),
			ofRule(parsed("startDate", dateExpected, parseDate,
				func(w *booking.WeeklyRule) *calendar.Date { return &w.StartDate })),
			ofRule(endDate()),
			ofRule(integer("everyWeeks", func(w *booking.WeeklyRule) *int { return &w.EveryWeeks })),
		},
		start: func() Availability {
			return Availability{Availability: booking.Availability{SlotMinutes: defaultSlotMinutes}}
		},
		check: (*Availability).checkKind,
	}
}

// checkKind refuses a row that is neither a window nor a rule, or both.
func (a *Availability) checkKind(blank []string) booking.Refused {
	var refused booking.Refused
	no := func(column, message string) {
		refused = append(refused, booking.Refuse(booking.InvalidInput, column, message)...)
	}
	expected := windowColumns
	isRule := a.Weekly != nil || slices.ContainsFunc(ruleColumns, func(name string) bool { return !slices.Contains(blank, name) })
	if isRule {
		expected = ruleColumns
	}
	for _, name := range expected {
		if slices.Contains(blank, name) {
			no(name, fmt.Sprintf("%s is empty; a window requires %s, and a weekly rule requires %s.",
				name, strings.Join(windowColumns, " and "), strings.Join(ruleColumns, ", ")))
		}
	}
	for _, name := range windowColumns {
		if isRule && !slices.Contains(blank, name) {
			no(name, name+" is set, but the row has values of a weekly rule; a row is either a window or a weekly rule.")
		}
	}
	return refused
}

// ofWindow returns the column as one that is empty for a rule.
func ofWindow(c column[Availability]) column[Availability] {
	write := c.write
	c.write = func(a Availability) string {
		if a.Weekly != nil {
			return ""
		}
		return write(a)
	}
	return optional(c)
}

// ofRule returns the column as one that is empty for a window. A value in it makes
// the row a rule.
func ofRule(c column[booking.WeeklyRule]) column[Availability] {
	return optional(column[Availability]{
		name: c.name,
		read: func(text string, a *Availability) booking.Refused {
			if a.Weekly == nil {
				a.Weekly = &booking.WeeklyRule{EveryWeeks: defaultEveryWeeks}
			}
			return c.read(text, a.Weekly)
		},
		write: func(a Availability) string {
			if a.Weekly == nil {
				return ""
			}
			return c.write(*a.Weekly)
		},
	})
}

const dateExpected = "a date such as 2026-06-05"

func endDate() column[booking.WeeklyRule] {
	return column[booking.WeeklyRule]{
		name: "endDate",
		read: func(text string, w *booking.WeeklyRule) booking.Refused {
			date, err := parseDate(text)
			if err != nil {
				return wrongSince("endDate", text, dateExpected, dateHint(text))
			}
			w.EndDate = &date
			return nil
		},
		write: func(w booking.WeeklyRule) string {
			if w.EndDate == nil {
				return ""
			}
			return w.EndDate.String()
		},
	}
}

func readWeekdays(text string, w *booking.WeeklyRule) booking.Refused {
	names, refused := readList("weekdays", text)
	for _, name := range names {
		day, known := weekday(name)
		if !known {
			return append(refused, wrong("weekdays", text, "a list of weekdays separated by ;, such as MONDAY;THURSDAY,")...)
		}
		w.Weekdays = append(w.Weekdays, day)
	}
	return refused
}

func weekday(name string) (time.Weekday, bool) {
	for day := time.Sunday; day <= time.Saturday; day++ {
		if strings.EqualFold(strings.TrimSpace(name), day.String()) {
			return day, true
		}
	}
	return 0, false
}

func writeWeekdays(w booking.WeeklyRule) string {
	names := make([]string, len(w.Weekdays))
	for i, day := range w.Weekdays {
		names[i] = strings.ToUpper(day.String())
	}
	return writeList(names)
}
