package gqlhttp

import (
	"slices"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

const (
	slotsOfPoint  = 2    // slots that a mutation publishes
	mostOfRule    = 4500 // keeps a new rule below the cost limit of an operation
	mostOfUpdate  = 2000 // lower, because an update does not republish the slots that stay
	costOfClosing = 100  // withdrawing or republishing the slots of a range

	dayMinutes = 24 * 60
)

var (
	longestWindow = daysIn(booking.MaxWindow)
	usualHorizon  = booking.DefaultPolicy().PublishHorizonDays
)

// timesOfAvailability are the fields that change the slots of an availability.
var timesOfAvailability = []string{
	"start", "end", "timeZone", "startDate", "weekdays", "startTime", "endTime", "everyWeeks", "slotMinutes", "gapMinutes",
}

// calendarCost returns the cost of a mutation that publishes or withdraws slots, based on
// the number of slots that its input describes. For a value that an update omits, it
// assumes a whole day of half-hour slots.
func calendarCost(mutation string, input map[string]any) int {
	slots := 0
	switch mutation {
	case "addAvailability":
		slots = min(days(input["start"], input["end"]), longestWindow) * dayMinutes / orMinutes(input["slotMinutes"], 60)
	case "addWeeklyAvailability":
		slots = slotsOfRule(input, 60)
	case "updateAvailability":
		if slices.ContainsFunc(timesOfAvailability, func(name string) bool { return input[name] != nil }) {
			return min(slotsOfRule(input, 30)/slotsOfPoint, mostOfUpdate)
		}
	case "removeAvailability", "blockTime", "unblockTime":
		return costOfClosing
	}
	return min(slots/slotsOfPoint, mostOfRule)
}

// slotsOfRule returns the number of slots of a weekly rule within the usual horizon.
func slotsOfRule(input map[string]any, slotMinutes int) int {
	weekdays := 7
	if given := length(input["weekdays"]); given > 0 {
		weekdays = min(given, 7)
	}
	lasts := dayMinutes
	from, known := minuteOfDay(input["startTime"])
	if until, both := minuteOfDay(input["endTime"]); known && both && until > from {
		lasts = until - from
	}
	perWeek := weekdays * lasts / orMinutes(input["slotMinutes"], slotMinutes)
	return perWeek * daysOfRule(input) / 7 / max(1, asInt(input["everyWeeks"]))
}

// daysOfRule returns the maximum number of days on which a rule is published.
func daysOfRule(input map[string]any) int {
	first, _ := input["startDate"].(string)
	last, _ := input["endDate"].(string)
	from, err := calendar.ParseDate(first)
	until, err2 := calendar.ParseDate(last)
	if err != nil || err2 != nil {
		return usualHorizon
	}
	return min(max(daysIn(until.Begin(time.UTC).Sub(from.Begin(time.UTC)))+1, 1), usualHorizon)
}

func minuteOfDay(value any) (int, bool) {
	text, _ := value.(string)
	at, err := calendar.ParseLocalTime(text)
	return int(at), err == nil
}

func orMinutes(value any, usual int) int {
	if n := asInt(value); n > 0 {
		return n
	}
	return usual
}
