package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
	"rehearse/internal/sample"
	"rehearse/internal/store"
)

// Every page of every list, in every order and of every parent, is read from an
// index and costs what it holds: some buffers for the way down, and at most one
// for each row that is fetched.
func TestPagesAreReadFromAnIndex(t *testing.T) {
	t.Parallel()
	database := pgtest.New(t)
	trace := &lastStatement{}
	s := database.Open(t, store.Options{Tracer: pgtest.Trace(trace.keep)})
	if err := (sample.Request{Size: "S", Seed: 1}).Load(t.Context(), s, planned); err != nil {
		t.Fatal(err)
	}
	for _, read := range pagesOf(t, s) {
		if err := read.run(); err != nil {
			t.Fatalf("%s: %v", read.name, err)
		}
		for _, mode := range []string{"force_custom_plan", "force_generic_plan"} {
			prepare, execute := trace.prepared()
			plan := explain(t, database.SQL(t), prepare, execute, mode)
			if indexes := plan.indexes(); !slices.Equal(indexes, []string{read.index}) || strings.Contains(plan.scans(), "Seq Scan") {
				t.Errorf("%s, %s: reads by %q of %q, want the index %s", read.name, mode, plan.scans(), indexes, read.index)
			}
			if most := read.parents*6 + read.rows*2; plan.buffers() > most {
				t.Errorf("%s, %s: %d buffers for %d rows, want at most %d", read.name, mode, plan.buffers(), plan.rows(), most)
			}
		}
	}
}

// pageRead is a read of pages of some rows, of some parents, or of none, which
// is as one.
type pageRead struct {
	name          string
	index         string
	parents, rows int
	run           func() error
}

func pagesOf(t *testing.T, s *store.Store) []pageRead {
	t.Helper()
	ctx := t.Context()
	const first, of = 20, 20
	var reads []pageRead
	for field, index := range map[store.OrderField]string{
		store.ByID: "students_pkey", store.ByName: "students_name", store.ByEmail: "students_email_key", store.ByCreated: "students_created",
	} {
		for _, direction := range []store.Direction{store.Ascending, store.Descending} {
			p := store.Page{
				First: first, Order: store.Order{Field: field, Direction: direction},
				After: &store.Position{Start: planned.AddDate(-1, -2, 0), Text: "Kira", ID: 500},
			}
			reads = append(reads, pageRead{fmt.Sprintf("students by %s %s", field, direction), index, 1, first + 1, func() error {
				_, _, err := s.Students(ctx, store.PeopleFilter{}, p)
				return err
			}})
		}
	}
	late := store.Page{First: first, After: &store.Position{Start: planned.AddDate(0, -1, 0), ID: 77}}
	early := store.Page{First: first, FromEnd: true, Before: late.After}
	booked := late
	booked.Order = store.Order{Field: store.ByBooked, Direction: store.Descending}
	students, interviewers := make([]booking.StudentID, of), make([]booking.InterviewerID, of)
	for i := range of {
		students[i], interviewers[i] = booking.StudentID(40*i+1), booking.InterviewerID(4*i+1)
	}
	from, to := planned.AddDate(0, 0, -7), planned.AddDate(0, 0, 7)
	return append(reads,
		pageRead{"interviews by start", "interviews_start", 1, first + 1, func() error {
			_, _, err := s.Interviews(ctx, store.InterviewFilter{}, late)
			return err
		}},
		pageRead{"interviews by booking", "interviews_booked", 1, first + 1, func() error {
			_, _, err := s.Interviews(ctx, store.InterviewFilter{}, booked)
			return err
		}},
		pageRead{"slots by start", "slots_start", 1, first + 1, func() error {
			_, _, err := s.Slots(ctx, store.SlotFilter{}, late)
			return err
		}},
		pageRead{"interviews by start, from the end", "interviews_start", 1, first + 1, func() error {
			_, _, err := s.Interviews(ctx, store.InterviewFilter{}, early)
			return err
		}},
		pageRead{"interviews of students, from the end", "interviews_student", of, of * (first + 1), func() error {
			_, err := s.InterviewsOfStudents(ctx, students, store.InterviewFilter{}, store.Page{First: first, FromEnd: true})
			return err
		}},
		pageRead{"slots of two interviewers, from the end", "slots_interviewer", 2, 2 * (first + 1), func() error {
			_, _, err := s.Slots(ctx, store.SlotFilter{InterviewerIDs: interviewers[:2], Start: &from, End: &to}, store.Page{First: first, FromEnd: true})
			return err
		}},
		pageRead{"slots of two interviewers", "slots_interviewer", 2, 2 * (first + 1), func() error {
			_, _, err := s.Slots(ctx, store.SlotFilter{InterviewerIDs: interviewers[:2], Start: &from, End: &to}, store.Page{First: first})
			return err
		}},
		pageRead{"interviews of students", "interviews_student", of, of * (first + 1), func() error {
			_, err := s.InterviewsOfStudents(ctx, students, store.InterviewFilter{}, late)
			return err
		}},
		pageRead{"interviews of interviewers", "interviews_interviewer", of, of * (first + 1), func() error {
			_, err := s.InterviewsOfInterviewers(ctx, interviewers, store.InterviewFilter{}, late)
			return err
		}},
		pageRead{"slots of interviewers", "slots_interviewer", of, of * (first + 1), func() error {
			_, err := s.SlotsOf(ctx, interviewers, store.SlotFilter{Start: &from, End: &to}, store.Page{First: first})
			return err
		}},
		pageRead{"windows of interviewers", "availabilities_interviewer", 2, 2 * 50, func() error {
			_, err := s.AvailabilitiesOf(ctx, interviewers[:2])
			return err
		}},
	)
}

// indexes names every index that the plan reads.
func (p plan) indexes() []string {
	var found []string
	if p.IndexName != "" {
		found = append(found, p.IndexName)
	}
	for _, child := range p.Plans {
		found = append(found, child.indexes()...)
	}
	return found
}
