package sample

import (
	"slices"
	"testing"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// schoolDays lists the times at which these tests create the sample school.
var schoolDays = []struct {
	name string
	now  time.Time
}{
	{"a Monday", time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)},
	{"late on a Saturday", time.Date(2026, 8, 15, 23, 59, 59, 0, time.UTC)},
	{"before a clock change", time.Date(2026, 10, 23, 12, 0, 0, 0, time.UTC)},
	{"after a leap day", time.Date(2028, 3, 1, 0, 0, 0, 0, time.UTC)},
}

func TestSchool(t *testing.T) {
	t.Parallel()
	for _, day := range schoolDays {
		t.Run(day.name, func(t *testing.T) {
			t.Parallel()
			database := pgtest.New(t)
			database.WantLoggedWrites(t)
			s := database.Open(t, store.Options{})
			if err := (Request{Size: "school"}).Load(t.Context(), s, day.now); err != nil {
				t.Fatal(err)
			}
			checkIsClean(t, s, day.now)
			checkNamedStudents(t, s, day.now)
			checkOpenSlots(t, s, day.now)
			if _, err := s.Student(t.Context(), 123); err != nil {
				t.Errorf("student 123: %v", err)
			}
		})
	}
}

// checkNamedStudents compares the students that the documentation names with their
// description.
func checkNamedStudents(t *testing.T, s *store.Store, now time.Time) {
	t.Helper()
	for _, want := range []struct {
		id          booking.StudentID
		used, limit int
		grades      []int
		met         int
		fails       []booking.RefusalCode
	}{
		{Newcomer, 0, 15, []int{}, 0, nil},
		{AtFourteen, 14, 15, []int{4, 3}, 14, nil},
		{AtFifteen, 15, 15, []int{4, 3}, 15, []booking.RefusalCode{booking.LimitReached}},
		{FourThenOne, 2, 15, []int{1, 4}, 2, []booking.RefusalCode{booking.GradesTooLow}},
		{MetNearlyAll, 15, 20, []int{3, 5}, 15, nil},
	} {
		record, err := s.Record(t.Context(), want.id)
		if err != nil {
			t.Fatal(err)
		}
		offer := record.Offer(now)
		e := offer.Eligibility
		var fails []booking.RefusalCode
		for _, r := range e.Reasons {
			fails = append(fails, r.Code)
		}
		if e.InterviewsUsed != want.used || e.InterviewLimit != want.limit || len(offer.Met) != want.met ||
			!slices.Equal(e.RecentGrades, want.grades) || !slices.Equal(fails, want.fails) {
			t.Errorf("student %d: got %d of %d interviews used, grades %v, %d interviewers met, failed rules %v; want %+v",
				want.id, e.InterviewsUsed, e.InterviewLimit, e.RecentGrades, len(offer.Met), fails, want)
		}
	}
}

// checkOpenSlots checks that the next week has a bookable slot in every interviewer's
// time zone, and one for the student who has met all interviewers except one.
func checkOpenSlots(t *testing.T, s *store.Store, now time.Time) {
	t.Helper()
	week := calendar.Span{Start: now, End: now.AddDate(0, 0, 7)}
	all, _, err := s.OpenSlots(t.Context(), store.SlotSearch{In: week}, offerOf(t, s, Newcomer, now), store.Page{First: 500})
	if err != nil {
		t.Fatal(err)
	}
	open := map[string]bool{}
	for _, slot := range all {
		interviewer, err := s.Interviewer(t.Context(), slot.InterviewerID)
		if err != nil {
			t.Fatal(err)
		}
		open[interviewer.TimeZone] = true
	}
	for _, person := range interviewers {
		if !open[person.zone] {
			t.Errorf("no slot is open in %s in the next week", person.zone)
		}
	}
	left, _, err := s.OpenSlots(t.Context(), store.SlotSearch{In: week}, offerOf(t, s, MetNearlyAll, now), store.Page{First: 500})
	if err != nil {
		t.Fatal(err)
	}
	if len(left) == 0 || slices.ContainsFunc(left, func(slot booking.BookableSlot) bool { return slot.InterviewerID != left[0].InterviewerID }) {
		t.Errorf("the student who has met all interviewers except one: got %d slots, want those of one interviewer", len(left))
	}
}

func offerOf(t *testing.T, s *store.Store, id booking.StudentID, now time.Time) booking.Offer {
	t.Helper()
	record, err := s.Record(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return record.Offer(now)
}
