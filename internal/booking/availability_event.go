package booking

import (
	"slices"
	"strings"
)

// availabilityFields are the fields that an event of an availability can contain.
var availabilityFields = []string{"availabilityId", "start", "end", "rule", "slotMinutes", "gapMinutes", "removedAt", "tags"}

// Changes returns the changed fields of the availability. A zero before means that
// the availability is new.
func (a Availability) Changes(before Availability) Changes {
	c := Changes{}
	if before.ID == 0 {
		c = c.Add("availabilityId", nil, a.ID)
	}
	minutes := func(n int) any {
		if before.ID == 0 && n == 0 {
			return nil
		}
		return n
	}
	c = c.Add("start", before.Start, a.Start).Add("end", before.End, a.End).
		Add("rule", before.Weekly.told(), a.Weekly.told()).
		Add("slotMinutes", zeroIsNone(before.SlotMinutes), a.SlotMinutes).
		Add("gapMinutes", minutes(before.GapMinutes), minutes(a.GapMinutes)).
		Add("removedAt", before.RemovedAt, a.RemovedAt)
	if !slices.Equal(before.Tags, a.Tags) {
		c = c.Add("tags", before.Tags, a.Tags)
	}
	return c
}

func zeroIsNone(n int) any {
	if n == 0 {
		return nil
	}
	return n
}

// told returns the event representation of the rule, or nil for no rule.
func (w *WeeklyRule) told() any {
	if w == nil {
		return nil
	}
	days := make([]string, len(w.Weekdays))
	for i, day := range w.Weekdays {
		days[i] = strings.ToUpper(day.String())
	}
	told := map[string]any{
		"timeZone": w.TimeZone, "startDate": w.StartDate.String(), "endDate": nil, "weekdays": days,
		"startTime": w.StartTime.String(), "endTime": w.EndTime.String(), "everyWeeks": w.EveryWeeks,
	}
	if w.EndDate != nil {
		told["endDate"] = w.EndDate.String()
	}
	return told
}
