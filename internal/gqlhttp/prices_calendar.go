package gqlhttp

import (
	"slices"
	"time"

	"rehearse/internal/calendar"
)

const (
	slotsOfPoint  = 2    // slots that a mutation publishes
	mostOfRule    = 4500 // so that a new rule costs less than an operation may
	mostOfUpdate  = 2000 // the slots that a rule keeps are not published again
	costOfClosing = 100  // the slots of a range are withdrawn or published again

	longestWindow = 31  // days of an availability that is no rule
	usualHorizon  = 180 // days that a rule is published ahead, in the default policy
	dayMinutes    = 24 * 60
)

// timesOfAvailability are the fields that change when an availability has slots.
var timesOfAvailability = []string{
	"start", "end", "timeZone", "startDate", "weekdays", "startTime", "endTime", "everyWeeks", "slotMinutes", "gapMinutes",
}

// workInCalendar returns what a mutation costs that publishes or withdraws slots, by
// how many slots its input describes. An update that omits a value is priced for a
// whole day of half-hour slots.
func workInCalendar(mutation string, input map[string]any) int {
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

// slotsOfRule returns how many slots a weekly rule has within the usual horizon.
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

// daysOfRule returns on how many days a rule is published at most.
func daysOfRule(input map[string]any) int {
	first, _ := input["startDate"].(string)
	last, _ := input["endDate"].(string)
	from, err := calendar.ParseDate(first)
	until, err2 := calendar.ParseDate(last)
	if err != nil || err2 != nil {
		return usualHorizon
	}
	lasts := until.Begin(time.UTC).Sub(from.Begin(time.UTC))/(24*time.Hour) + 1
	return int(min(max(lasts, 1), usualHorizon))
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
