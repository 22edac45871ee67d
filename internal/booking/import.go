package booking

import (
	"fmt"
	"slices"
	"time"

	"rehearse/internal/calendar"
)

// Differences refuses an imported availability with other tags than the existing
// one. An import without tags does not differ.
func (a Availability) Differences(imported Availability) Refused {
	if len(imported.Tags) == 0 {
		return nil
	}
	return differsIn("the existing availability", "tags", listed(a.Tags), listed(imported.Tags))
}

func differsIn(what, field, there, imported string) Refused {
	if there == imported {
		return nil
	}
	return Refuse(InvalidInput, field, fmt.Sprintf(
		"%s is %q, but %s has %q; an import does not change existing data.", field, clip(imported), what, clip(there)))
}

// PlanImportedRule cuts the windows of a rule that was published elsewhere as if
// the interviewer published it at now.
func PlanImportedRule(by Interviewer, a Availability, windows []calendar.Span, c Calendar, now time.Time) (Plan, Refused) {
	if !by.Active {
		return Plan{}, Refuse(WrongStatus, "interviewer", "The interviewer is not active; only active interviewers can publish availability.")
	}
	plan := PlanWindows(a, windows, c, now)
	refused := plan.Refusal()
	for i := range refused {
		refused[i].Field = "" // the refusal is about the whole rule
	}
	return plan, refused
}

// PlanImportedWindow cuts a window that was published elsewhere. The window may be
// in the past. It is published whole or not at all.
func PlanImportedWindow(by Interviewer, a Availability, c Calendar, now time.Time) (Plan, Refused) {
	plan := PlanWindows(a, []calendar.Span{a.Window()}, c, time.Time{})
	for _, skipped := range plan.Skipped {
		if skipped.Reason == SkipBlocked {
			return plan, Refuse(AvailabilityConflict, "start", "The window overlaps blocked time of the interviewer; a window must not overlap blocked time.")
		}
	}
	if len(plan.Conflicting) > 0 {
		return plan, overlapsAgenda(plan.Conflicting)
	}
	return plan.by(by, now)
}

// PlanImportedEvent cuts a calendar event as a window that may have started. It
// skips slots that conflict.
func PlanImportedEvent(by Interviewer, a Availability, c Calendar, now time.Time) (Plan, Refused) {
	plan := PlanWindows(a, []calendar.Span{a.Window()}, c, time.Time{})
	return plan.by(by, now)
}

// by refuses a plan that publishes future slots of an inactive interviewer. Their booked slots
// stay withdrawn.
func (p Plan) by(interviewer Interviewer, now time.Time) (Plan, Refused) {
	if interviewer.Active {
		return p, nil
	}
	p.Restored = nil
	if last := len(p.New) - 1; last >= 0 && p.New[last].Start.After(now) {
		return p, Refuse(WrongStatus, "interviewer", "The interviewer is not active; only active interviewers can publish future availability.")
	}
	return p, nil
}

// Agenda is an interviewer's slots that are not withdrawn, ordered by start. They
// do not overlap.
type Agenda []Slot

// During returns the slots that overlap the span.
func (a Agenda) During(span calendar.Span) []Slot {
	from := a.place(span.Start)
	to := from
	for to < len(a) && a[to].Start.Before(span.End) {
		to++
	}
	return a[from:to]
}

// With returns the agenda with a slot inserted. The slot must not overlap the
// others.
func (a Agenda) With(s Slot) Agenda { return slices.Insert(a, a.place(s.Start), s) }

// place returns the index of the first slot that ends after t.
func (a Agenda) place(t time.Time) int {
	at, _ := slices.BinarySearchFunc(a, t, func(s Slot, t time.Time) int {
		if s.End.After(t) {
			return 1
		}
		return -1
	})
	return at
}
