package store_test

import (
	"reflect"
	"testing"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// Loaded rows are read back unchanged: any text, and missing values.
func TestLoadedRowsReadBackUnchanged(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t).Open(t, store.Options{})
	at := time.Date(2026, 6, 1, 9, 30, 0, 123_456_000, time.UTC)
	limit, grade, reason := 3, 0, "ill"
	tags := []string{`a "b", {c}\;`, "null", "sql"}
	note := "said \"yes\", then \\no\\; {a,b}\nNULL"
	students := []booking.Student{
		{ID: 7, CreatedAt: at, StudentDetails: booking.StudentDetails{
			Name: `O'Brien "Bo" {x},\y`, Email: "bo@example.org", TimeZone: "UTC", InterviewLimit: &limit,
		}},
		{ID: 8, CreatedAt: at, StudentDetails: booking.StudentDetails{Name: "NULL", Email: "null@example.org", TimeZone: "Europe/Berlin"}},
	}
	interviewer := booking.Interviewer{ID: 5, Active: true, CreatedAt: at, InterviewerDetails: booking.InterviewerDetails{
		Name: "Ünal 学", Email: "u@example.org", TimeZone: "UTC", Tags: tags, MaxPerDay: &limit,
		Headline: &reason, Bio: &note, Languages: []string{"de", "en"},
	}}
	plain := booking.Interviewer{ID: 6, CreatedAt: at, InterviewerDetails: booking.InterviewerDetails{
		Name: "Plain", Email: "p@example.org", TimeZone: "UTC", Tags: []string{}, Languages: []string{},
	}}
	window := booking.Availability{Tags: []string{}, ID: 3, InterviewerID: 5, Start: at, End: at.Add(time.Hour), SlotMinutes: 60, CreatedAt: at}
	day := calendar.Date{Year: 2026, Month: time.June, Day: 5}
	rule := booking.Availability{
		ID: 9, InterviewerID: 5, Start: at, End: at.AddDate(0, 0, 3), SlotMinutes: 45, GapMinutes: 10, Tags: tags, CreatedAt: at, PublishedUntil: &at,
		Weekly: &booking.WeeklyRule{
			TimeZone: "Europe/Berlin", StartDate: day, EndDate: &day, Weekdays: []time.Weekday{0, 6}, StartTime: 60, EndTime: 0, EveryWeeks: 2,
		},
	}
	open := rule // no end
	open.ID, open.End, open.Tags = 10, time.Time{}, []string{}
	open.Weekly = &booking.WeeklyRule{TimeZone: "UTC", StartDate: day, Weekdays: []time.Weekday{1}, EndTime: 60, EveryWeeks: 1}
	slot := booking.Slot{ID: 4, InterviewerID: 5, Start: at, End: at.Add(time.Hour), Status: booking.SlotBooked}
	completed := booking.NewInterview(7, slot, at.Add(-time.Hour))
	completed.ID, completed.Status, completed.Grade, completed.Note = 1, booking.Completed, &grade, &note
	completed.CompletedAt, completed.Intake = &slot.End, &note
	cancelled := booking.NewInterview(8, slot, at.Add(-2*time.Hour))
	cancelled.ID, cancelled.Status, cancelled.CancelledAt, cancelled.CancelReason = 2, booking.Cancelled, &cancelled.BookedAt, &reason

	for i := range students {
		students[i].Revision = booking.FirstRevision(at)
	}
	interviewer.Revision, plain.Revision = booking.FirstRevision(at), booking.FirstRevision(at)
	window.Revision, rule.Revision, open.Revision = booking.FirstRevision(at), booking.FirstRevision(at), booking.FirstRevision(at)
	completed.Revision, cancelled.Revision = booking.FirstRevision(slot.End), booking.FirstRevision(*cancelled.CancelledAt)

	ctx := t.Context()
	_, err := store.InTx(ctx, s, func(tx *store.Tx) (store.Nothing, error) {
		for _, load := range []func() error{
			func() error { return tx.LoadStudents(ctx, nil) },
			func() error { return tx.LoadStudents(ctx, students) },
			func() error { return tx.LoadInterviewers(ctx, []booking.Interviewer{interviewer, plain}) },
			func() error { return tx.LoadAvailabilities(ctx, []booking.Availability{window, rule, open}) },
			func() error { return tx.LoadSlots(ctx, []store.LoadedSlot{{Slot: slot, AvailabilityID: 3}}) },
			func() error { return tx.LoadInterviews(ctx, []booking.Interview{completed, cancelled}) },
			func() error { return tx.SkipUsedIDs(ctx) },
		} {
			if err := load(); err != nil {
				return store.Nothing{}, err
			}
		}
		return store.Nothing{}, nil
	})
	if err != nil {
		t.Fatal(err)
	}

	wantReadBack(t, students[0], func() (booking.Student, error) { return s.Student(ctx, 7) })
	wantReadBack(t, students[1], func() (booking.Student, error) { return s.Student(ctx, 8) })
	wantReadBack(t, interviewer, func() (booking.Interviewer, error) { return s.Interviewer(ctx, 5) })
	wantReadBack(t, plain, func() (booking.Interviewer, error) { return s.Interviewer(ctx, 6) })
	wantReadBack(t, window, func() (booking.Availability, error) { return s.Availability(ctx, 3) })
	wantReadBack(t, rule, func() (booking.Availability, error) { return s.Availability(ctx, 9) })
	wantReadBack(t, open, func() (booking.Availability, error) { return s.Availability(ctx, 10) })
	wantReadBack(t, slot, func() (booking.Slot, error) { return s.Slot(ctx, 4) })
	wantReadBack(t, []store.LoadedSlot{{Slot: slot, AvailabilityID: 3}}, func() ([]store.LoadedSlot, error) {
		return s.SlotsIn(ctx, []store.InterviewerWindow{{InterviewerID: 5, Span: slot.Span()}})
	})
	wantReadBack(t, completed, func() (booking.Interview, error) { return s.Interview(ctx, 1) })
	wantReadBack(t, cancelled, func() (booking.Interview, error) { return s.Interview(ctx, 2) })
}

// wantReadBack compares a loaded row with the row that read returns.
func wantReadBack[T any](t *testing.T, want T, read func() (T, error)) {
	t.Helper()
	got, err := read()
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
