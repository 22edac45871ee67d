package app_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rehearse/internal/app"
	"rehearse/internal/app/availability"
	"rehearse/internal/app/roster"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

// drawRule draws a rule of some weeks near t0, in a time zone with or without clock
// changes.
func drawRule(t *rapid.T, by booking.InterviewerID) availability.AddWeeklyAvailabilityInput {
	start := calendar.LocalTime(30 * rapid.IntRange(0, 47).Draw(t, "start"))
	from := calendar.DateOf(t0).AddDays(rapid.IntRange(-10, 20).Draw(t, "from"))
	rule := availability.AddWeeklyAvailabilityInput{
		InterviewerID: by, TimeZone: ptr(rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "Africa/Casablanca"}).Draw(t, "zone")),
		StartDate: from, StartTime: start,
		EndTime:    (start + calendar.LocalTime(60*rapid.IntRange(2, 5).Draw(t, "hours"))) % (24 * 60),
		Weekdays:   rapid.SliceOfNDistinct(rapid.SampledFrom([]time.Weekday{0, 1, 2, 3, 4, 5, 6}), 1, 4, rapid.ID).Draw(t, "weekdays"),
		EveryWeeks: rapid.IntRange(1, 3).Draw(t, "every"), SlotMinutes: 30 * rapid.IntRange(1, 3).Draw(t, "length"),
		GapMinutes: 5 * rapid.IntRange(0, 3).Draw(t, "gap"),
	}
	if rapid.Bool().Draw(t, "ends") {
		rule.EndDate = ptr(from.AddDays(rapid.IntRange(21, 60).Draw(t, "days")))
	}
	return rule
}

func (w *world) openSpans(by booking.InterviewerID) (spans []string) {
	w.t.Helper()
	rows, err := w.sql.QueryContext(w.t.Context(),
		"SELECT starts_at::text || ' ' || ends_at::text FROM slots WHERE interviewer_id = $1 AND status = 'OPEN' ORDER BY starts_at", by)
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var span string
		if err := rows.Scan(&span); err != nil {
			w.t.Fatal(err)
		}
		spans = append(spans, span)
	}
	if err := rows.Err(); err != nil {
		w.t.Fatal(err)
	}
	return spans
}

func hasNothingToCome(err error) bool {
	var refused booking.Refused
	return errors.As(err, &refused) && refused.Has(booking.InvalidRange)
}

// The published slots depend only on the last version of a rule, not on earlier edits.
// This also holds after time has passed and the rule has been extended.
func TestSlotsFollowTheLastEditOfARule(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	server := app.New(w.store, clock)
	later := app.New(w.store, func() time.Time { return clock().Add(20 * 24 * time.Hour) })
	_, err := server.UpdateBookingPolicy(t.Context(), roster.UpdateBookingPolicyInput{PublishHorizonDays: ptr(40)})
	wantOutcome(t, "the horizon", err, "ok")
	rapid.Check(t, func(rt *rapid.T) {
		edited, fresh := w.interviewer(), w.interviewer()
		last := drawRule(rt, edited.ID)
		added, err := server.AddWeeklyAvailability(t.Context(), last)
		if hasNothingToCome(err) {
			return
		}
		if err != nil {
			rt.Fatalf("the first rule: %v", err)
		}
		for range rapid.IntRange(1, 4).Draw(rt, "edits") {
			next := drawRule(rt, edited.ID)
			_, err := server.UpdateAvailability(t.Context(), availability.UpdateAvailabilityInput{
				AvailabilityID: added.Availability.ID, TimeZone: next.TimeZone, StartDate: &next.StartDate, EndDate: booking.Set(next.EndDate),
				Weekdays: next.Weekdays, StartTime: &next.StartTime, EndTime: &next.EndTime, EveryWeeks: &next.EveryWeeks,
				SlotMinutes: &next.SlotMinutes, GapMinutes: &next.GapMinutes,
			})
			if hasNothingToCome(err) {
				continue
			}
			if err != nil {
				rt.Fatalf("an edit: %v", err)
			}
			last = next
		}
		last.InterviewerID = fresh.ID
		// Adding a rule without future windows is refused, but an edit may leave none.
		if _, err := server.AddWeeklyAvailability(t.Context(), last); err != nil && !hasNothingToCome(err) {
			rt.Fatalf("the last rule alone: %v", err)
		}
		if diff := cmp.Diff(w.openSpans(fresh.ID), w.openSpans(edited.ID)); diff != "" {
			rt.Fatalf("open slots (-of the last rule alone +of the edited rule):\n%s", diff)
		}
		if _, err := later.ExtendAvailability(t.Context()); err != nil {
			rt.Fatal(err)
		}
		if !slices.Equal(w.openSpans(fresh.ID), w.openSpans(edited.ID)) {
			rt.Fatalf("the rules publish different slots after the extension")
		}
	})
	w.wantNoFindings()
}
