package store_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// A search over a range finds the same slots as a check of each slot, and counts them.
func TestSearchesAgree(t *testing.T) {
	t.Parallel()
	database := pgtest.New(t)
	s := database.Open(t, store.Options{})
	db := database.SQL(t)
	publish(t, db, 4000) // of 20 interviewers
	random := rand.New(rand.NewPCG(30, 1))
	some := func() string {
		tags := slices.DeleteFunc([]string{"a", "b", "c"}, func(string) bool { return random.IntN(3) > 0 })
		return "{" + strings.Join(tags, ",") + "}"
	}
	for id := range 20 {
		for _, table := range []string{"interviewers", "availabilities"} {
			if _, err := db.ExecContext(t.Context(), "UPDATE "+table+" SET tags = $2::text[] WHERE id = $1", id+1, some()); err != nil {
				t.Fatal(err)
			}
		}
	}
	day := calendar.Span{Start: planned, End: planned.AddDate(0, 0, 1)}
	all, _, err := s.OpenSlots(t.Context(), store.SlotSearch{In: day}, anOffer(), store.Page{First: 500})
	if err != nil || len(all) < 100 {
		t.Fatalf("got %d slots, %v; want at least 100", len(all), err)
	}
	keys := make([]booking.SlotID, len(all))
	for i, slot := range all {
		keys[i] = slot.ID
	}
	many := make([]booking.InterviewerID, 12)
	for i := range many {
		many[i] = booking.InterviewerID(i + 5)
	}
	found := 0
	for _, tags := range [][]string{nil, {"a"}, {"b"}, {"a", "b"}, {"c", "a"}, {"a", "b", "c"}, {"d"}, {"a", "d"}} {
		for _, of := range [][]booking.InterviewerID{nil, {9}, {9, 9, 12, 1000}, many} {
			f := store.SlotSearch{In: day, Tags: tags, InterviewerIDs: of}
			want, err := s.SlotsWanted(t.Context(), keys, f)
			if err != nil {
				t.Fatal(err)
			}
			slices.Sort(want)
			listed, _, err := s.OpenSlots(t.Context(), f, anOffer(), store.Page{First: 500})
			if err != nil {
				t.Fatal(err)
			}
			got := []booking.SlotID{}
			for _, slot := range listed {
				got = append(got, slot.ID)
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("tags %v, interviewers %v: OpenSlots finds %v, want %v", tags, of, got, want)
			}
			if n, err := s.CountOpenSlots(t.Context(), f, anOffer()); n != len(want) || err != nil {
				t.Errorf("tags %v, interviewers %v: CountOpenSlots() = %d, %v; want %d", tags, of, n, err, len(want))
			}
			found += len(want)
		}
	}
	if found < 4*len(all) {
		t.Errorf("all searches find %d slots, want at least %d: too few to compare", found, 4*len(all))
	}
}

// The explanation of an empty list counts only the first slots of the range.
func TestTalliesAreBounded(t *testing.T) {
	t.Parallel()
	database := pgtest.New(t)
	s := database.Open(t, store.Options{})
	publish(t, database.SQL(t), 20_000)
	of := make([]booking.InterviewerID, 60)
	for i := range of {
		of[i] = booking.InterviewerID(i + 1)
	}
	week := calendar.Span{Start: planned, End: planned.AddDate(0, 0, 7)}
	for name, test := range map[string]struct {
		search store.SlotSearch
		want   int
	}{
		"four days":                 {store.SlotSearch{In: calendar.Span{Start: planned, End: planned.AddDate(0, 0, 4)}}, 9600},
		"a week":                    {store.SlotSearch{In: week}, 10_000},
		"59 interviewers in a week": {store.SlotSearch{In: week, InterviewerIDs: of[:59]}, 59 * 168},
		"60 interviewers in a week": {store.SlotSearch{In: week, InterviewerIDs: of}, 10_000},
		"one interviewer in a week": {store.SlotSearch{In: week, InterviewerIDs: of[:1]}, 168},
		"an unknown interviewer":    {store.SlotSearch{In: week, InterviewerIDs: []booking.InterviewerID{1000}}, 0},
		"an unknown tag":            {store.SlotSearch{In: week, Tags: []string{"none"}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tally, err := s.TallySlots(t.Context(), test.search, anOffer())
			counted, err2 := s.CountPublished(t.Context(), test.search)
			if err != nil || err2 != nil || tally.Published != test.want || counted != test.want {
				t.Errorf("TallySlots: %d slots, %v; CountPublished() = %d, %v; want %d", tally.Published, err, counted, err2, test.want)
			}
		})
	}
}

// A search reads only the slots of the table that it can find.
func TestSearchesReadAnIndex(t *testing.T) {
	t.Parallel()
	database := pgtest.New(t)
	commitAtOnce(t, database)
	trace := &lastStatement{}
	s := database.Open(t, store.Options{Tracer: pgtest.Trace(trace.record)})
	db := database.SQL(t)
	publish(t, db, 20_000)
	for _, statement := range []string{
		"UPDATE interviewers SET tags = '{common}' WHERE id % 2 = 0",
		"UPDATE availabilities SET tags = '{rare}' WHERE id = 77",
		"UPDATE slots SET held_by = 1, held_until = '2026-06-01T00:00:00Z' WHERE status = 'OPEN' AND id % 1000 = 999",
		"UPDATE slots SET status = 'WITHDRAWN' WHERE id % 1000 = 555",
	} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	vacuumAll(t, s, db)
	week := calendar.Span{Start: planned, End: planned.AddDate(0, 0, 7)}
	open := func(tags ...string) func() error {
		return func() error {
			_, _, err := s.OpenSlots(t.Context(), store.SlotSearch{In: week, Tags: tags}, anOffer(), store.Page{First: 50})
			return err
		}
	}
	states := func(of ...booking.SlotStatus) func() error {
		return func() error {
			_, _, err := s.Slots(t.Context(), store.ScopeOf(admin, anOffer().Now), store.SlotFilter{Status: of}, store.Page{First: 50})
			return err
		}
	}
	for _, read := range []struct {
		name, index string
		buffers     int
		run         func() error
	}{
		{"a common tag", "Index Only Scan slots_open", 24, open("common")}, // reads the interviewers with the tag
		{"a rare tag", "Index Only Scan slots_open", 100, open("rare")},    // reads the index of the range
		{"an unknown tag", "Index Only Scan slots_open", 12, open("none")}, // reads no slot
		{"held", "slots_held_start", 30, states(booking.SlotIsHeld)},
		{"withdrawn", "slots_withdrawn", 30, states(booking.SlotWithdrawn)},
	} {
		t.Run(read.name, func(t *testing.T) {
			if err := read.run(); err != nil {
				t.Fatal(err)
			}
			prepare, execute := trace.prepared()
			plan := explain(t, db, prepare, execute, "force_generic_plan")
			if !strings.Contains(plan.scans(), read.index) || strings.Contains(plan.scans(), "Scan slots_start") {
				t.Errorf("the plan scans %s, want %s", plan.scans(), read.index)
			}
			if plan.buffers() > read.buffers {
				t.Errorf("the plan reads %d buffers, want at most %d; it scans %s", plan.buffers(), read.buffers, plan.scans())
			}
		})
	}
}
