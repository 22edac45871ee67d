package app_test

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rehearse/internal/app"
	"rehearse/internal/app/availability"
	"rehearse/internal/app/reservation"
	"rehearse/internal/app/roster"
	"rehearse/internal/app/transfer"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

// tables lists the tables in import order.
var tables = []struct {
	name string
	out  func(*app.App, context.Context, io.Writer) error
	in   func(*app.App, context.Context, io.Reader, transfer.ImportOptions) (*transfer.Imported, error)
}{
	{"students", (*app.App).ExportStudents, (*app.App).ImportStudents},
	{"interviewers", (*app.App).ExportInterviewers, (*app.App).ImportInterviewers},
	{"availability", (*app.App).ExportAvailability, (*app.App).ImportAvailability},
	{"interviews", (*app.App).ExportInterviews, (*app.App).ImportInterviews},
}

// exportAll returns the export of each table, by name.
func (w *world) exportAll() map[string]string {
	w.t.Helper()
	files := map[string]string{}
	for _, table := range tables {
		var file strings.Builder
		if err := table.out(app.New(w.store, clock), w.t.Context(), &file); err != nil {
			w.t.Fatalf("export %s: %v", table.name, err)
		}
		files[table.name] = file.String()
	}
	return files
}

// importAll imports each table and checks that every row has the wanted status. Interviews
// over a cap are imported as exempt.
func (w *world) importAll(files map[string]string, want transfer.ImportRowStatus) {
	w.t.Helper()
	o := wholeFile
	o.Exempt = true
	for _, table := range tables {
		imported, err := table.in(app.New(w.store, clock), w.t.Context(), strings.NewReader(files[table.name]), o)
		if err != nil {
			w.t.Fatalf("import %s: %v", table.name, err)
		}
		count := imported.Count(want)
		if want == transfer.RowCreated {
			count += imported.Count(transfer.RowExempted)
		}
		if count != len(imported.Rows) || len(imported.Rows) == 0 {
			w.t.Errorf("%s: %+v, want all to be %s, from\n%s", table.name, imported.Rows, want, files[table.name])
		}
	}
}

// busyCalendars creates two interviewers whose calendars cover every case: Ann, in Berlin,
// with rules and windows, and Bob, who is inactive. It returns Ann.
func busyCalendars(w *world) (ann booking.Interviewer) {
	monthAgo := func() time.Time { return t0.AddDate(0, 0, -28) }
	then, server, ctx := app.New(w.store, monthAgo), app.New(w.store, clock), w.t.Context()
	must := func(what string, err error) {
		w.t.Helper()
		wantOutcome(w.t, what, err, "ok")
	}
	interviewer := func(in roster.CreateInterviewerInput) booking.Interviewer {
		created, err := then.CreateInterviewer(ctx, in)
		must("an interviewer", err)
		return *created
	}
	ann = interviewer(roster.CreateInterviewerInput{InterviewerDetails: booking.InterviewerDetails{
		Name: "Ann", Email: "ann@x.org", TimeZone: "Europe/Berlin", Tags: []string{"a;b", "Go"}, MaxPerDay: ptr(7), MaxPerWeek: ptr(20),
		MeetingURL: ptr("https://meet.example.org/ann?a=1,2"),
		Headline:   ptr(`Go, "and" more`), Bio: ptr("Ten years;\nof Go"), PhotoURL: ptr("https://photos.example.org/ann"),
		Languages: []string{"en", "pt-BR"},
	}})
	bob := interviewer(roster.CreateInterviewerInput{
		InterviewerDetails: booking.InterviewerDetails{Name: "Bob", Email: "bob@x.org", TimeZone: "UTC"},
	})
	rule := func(by booking.Interviewer, change func(*availability.AddWeeklyAvailabilityInput)) *availability.Published {
		in := availability.AddWeeklyAvailabilityInput{
			InterviewerID: by.ID, StartDate: calendar.DateOf(monthAgo()), Weekdays: []time.Weekday{time.Monday, time.Thursday},
			StartTime: 9 * 60, EndTime: 12 * 60, EveryWeeks: 1, SlotMinutes: 45, GapMinutes: 10, Tags: []string{"sql", `say "hi"`},
		}
		change(&in)
		added, err := then.AddWeeklyAvailability(ctx, in)
		must("a rule", err)
		return added
	}
	book := func(on *app.App, slot booking.Slot) {
		_, err := on.Book(ctx, reservation.BookSlotInput{StudentID: w.student().ID, SlotID: slot.ID, Intake: ptr("Go, \"and\"\nSQL")})
		must("a booking", err)
	}
	ahead := func(p *availability.Published) []booking.Slot {
		at := slices.IndexFunc(p.Slots, func(s booking.Slot) bool { return s.Start.After(t0) })
		return p.Slots[at:]
	}

	open := rule(ann, func(*availability.AddWeeklyAvailabilityInput) {}) // across the clock change in October
	book(then, open.Slots[0])                                            // in the past
	book(server, ahead(open)[3])
	_, err := server.WithdrawSlot(ctx, availability.WithdrawSlotInput{SlotID: ahead(open)[7].ID})
	must("a withdrawn slot", err)

	changed := rule(ann, func(in *availability.AddWeeklyAvailabilityInput) {
		in.EveryWeeks, in.Weekdays, in.EndDate, in.EndTime = 2, []time.Weekday{time.Sunday}, ptr(calendar.DateOf(t0).AddDays(60)), 24*60
		in.TimeZone, in.StartTime, in.Tags = ptr("America/New_York"), 20*60, nil
	})
	book(then, changed.Slots[1])
	book(server, ahead(changed)[1])
	_, err = server.UpdateAvailability(ctx, availability.UpdateAvailabilityInput{AvailabilityID: changed.Availability.ID, SlotMinutes: ptr(30)})
	must("a rule changed around a booking", err)

	removed := rule(ann, func(in *availability.AddWeeklyAvailabilityInput) { in.Weekdays = []time.Weekday{time.Tuesday} })
	book(server, ahead(removed)[2])
	_, err = server.RemoveAvailability(ctx, availability.RemoveAvailabilityInput{AvailabilityID: removed.Availability.ID})
	must("a rule removed around a booking", err)

	window, err := server.AddAvailability(ctx, availability.AddAvailabilityInput{
		InterviewerID: ann.ID, Start: t0.AddDate(0, 0, 2), End: t0.AddDate(0, 0, 2).Add(7 * time.Hour), SlotMinutes: 60, GapMinutes: 15, Tags: []string{"x"},
	})
	must("a window", err)
	book(server, window.Slots[0])
	_, err = server.WithdrawSlot(ctx, availability.WithdrawSlotInput{SlotID: window.Slots[2].ID})
	must("a withdrawn slot of the window", err)
	_, err = server.BlockTime(ctx, availability.BlockTimeInput{
		InterviewerID: ann.ID, Start: ptr(t0.AddDate(0, 0, 21)), End: ptr(t0.AddDate(0, 0, 28)), Reason: "away",
	})
	must("blocked time", err)

	left := rule(bob, func(*availability.AddWeeklyAvailabilityInput) {})
	book(then, left.Slots[0])
	_, err = server.UpdateInterviewer(ctx, roster.UpdateInterviewerInput{
		InterviewerID: bob.ID, InterviewerChange: booking.InterviewerChange{Active: ptr(false)},
	})
	must("a deactivation", err)
	_, err = server.UpdateInterviewer(ctx, roster.UpdateInterviewerInput{
		InterviewerID: ann.ID, InterviewerChange: booking.InterviewerChange{MaxPerWeek: booking.Set(ptr(1))},
	})
	must("a cap below what is booked", err)
	_, err = server.ExtendAvailability(ctx)
	must("a month later", err)
	return ann
}

// Importing an export into an empty school and exporting it again gives identical files.
// Weekly rules remain weekly rules.
func TestExportAndImportRoundTrip(t *testing.T) {
	t.Parallel()
	here, there := newWorld(t), newWorld(t)
	ann := busyCalendars(here)
	files := here.exportAll()
	for line, times := range map[string]int{
		"ann@x.org,,,45,10,\"\"\"say \"\"\"\"hi\"\"\"\"\"\";sql\",MONDAY;THURSDAY,09:00,12:00,Europe/Berlin,2026-05-04,,1\n": 1,
		"ann@x.org,,,30,10,,SUNDAY,20:00,24:00,America/New_York,2026-05-04,2026-07-31,2\n":                                   1,
		",TUESDAY,": 0, "bob@x.org,,": 0,
	} {
		if got := strings.Count(files["availability"], line); got != times {
			t.Errorf("%q occurs %d times, want %d, in\n%s", line, got, times, files["availability"])
		}
	}
	there.importAll(files, transfer.RowCreated)
	if diff := cmp.Diff(files, there.exportAll()); diff != "" {
		t.Errorf("export after the import (-exported +exported again):\n%s", diff)
	}
	if exempt := one[int](there, "SELECT count(*) FROM interviews WHERE exempt"); exempt != 2 {
		t.Errorf("got %d exempt interviews, want 2: three are in a week with a cap of one", exempt)
	}
	if more, err := app.New(there.store, clock).ExtendAvailability(t.Context()); err != nil || more.Rules != 0 {
		t.Errorf("%d rules are due, %v; want none", more.Rules, err)
	}
	there.importAll(files, transfer.RowUnchanged)
	there.wantNoFindings()

	// An export contains neither the withdrawn slots of a rule nor blocked time, so the
	// import publishes those slots again.
	const inBlock = "ends_at > '2026-06-22 08:00Z' AND starts_at < '2026-06-29 08:00Z'"
	there.exec("DELETE FROM slots WHERE status = 'OPEN' AND " + inBlock)
	withdrawn := one[time.Time](here, `SELECT e.starts_at FROM exceptions e JOIN availabilities a ON a.id = e.availability_id
		WHERE a.time_zone = 'Europe/Berlin'`)
	there.exec("DELETE FROM slots WHERE starts_at = '" + withdrawn.Format(time.RFC3339) + "'")
	here.exec("DELETE FROM slots WHERE status = 'OPEN' AND starts_at < '" + t0.Format(time.RFC3339) + "'")
	id := one[booking.InterviewerID](there, "SELECT id FROM interviewers WHERE email = $1", ann.Email)
	if diff := cmp.Diff(here.openSpans(ann.ID), there.openSpans(id)); diff != "" || len(here.openSpans(ann.ID)) < 100 {
		t.Errorf("open slots (-exported +imported):\n%s", diff)
	}
}
