package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
	"rehearse/internal/sample"
	"rehearse/internal/store"
)

// Every list reads each page from an index, in every order and for every parent. The cost
// is proportional to the page: at most six buffers for each parent to descend the index, and
// at most two for each fetched row.
func TestPagesAreReadFromAnIndex(t *testing.T) {
	t.Parallel()
	database, s, trace := tracedSample(t)
	for _, read := range pagesOf(t, s) {
		t.Run(read.name, func(t *testing.T) {
			if err := read.run(); err != nil {
				t.Fatal(err)
			}
			for _, mode := range []string{"force_custom_plan", "force_generic_plan"} {
				prepare, execute := trace.prepared()
				plan := explain(t, database.SQL(t), prepare, execute, mode)
				if indexes := plan.indexes(); !slices.Equal(indexes, []string{read.index}) || strings.Contains(plan.scans(), "Seq Scan") {
					t.Errorf("%s: the plan scans %q with the indexes %q, want the index %s", mode, plan.scans(), indexes, read.index)
				}
				if most := read.parents*6 + read.rows*2; plan.buffers() > most {
					t.Errorf("%s: the plan reads %d buffers for %d rows, want at most %d", mode, plan.buffers(), plan.rows(), most)
				}
			}
		})
	}
}

// pageRead is a read of pages with a number of rows and parents. A list without parents
// counts as one parent.
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
				_, _, err := s.Students(ctx, everything, store.StudentFilter{}, p)
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
		pageRead{"interviews by start", "interviews_by_start", 1, first + 1, func() error {
			_, _, err := s.Interviews(ctx, everything, store.InterviewFilter{}, late)
			return err
		}},
		pageRead{"interviews by booking", "interviews_booked", 1, first + 1, func() error {
			_, _, err := s.Interviews(ctx, everything, store.InterviewFilter{}, booked)
			return err
		}},
		pageRead{"slots by start", "slots_start", 1, first + 1, func() error {
			_, _, err := s.Slots(ctx, everything, store.SlotFilter{}, late)
			return err
		}},
		pageRead{"interviews by start, from the end", "interviews_by_start", 1, first + 1, func() error {
			_, _, err := s.Interviews(ctx, everything, store.InterviewFilter{}, early)
			return err
		}},
		pageRead{"interviews of students, from the end", "interviews_of_student", of, of * (first + 1), func() error {
			_, err := s.InterviewsOfStudents(ctx, everything, students, store.InterviewFilter{}, store.Page{First: first, FromEnd: true})
			return err
		}},
		pageRead{"slots of two interviewers, from the end", "slots_interviewer", 2, 2 * (first + 1), func() error {
			_, _, err := s.Slots(ctx, everything, store.SlotFilter{InterviewerIDs: interviewers[:2], Start: &from, End: &to}, store.Page{First: first, FromEnd: true})
			return err
		}},
		pageRead{"slots of two interviewers", "slots_interviewer", 2, 2 * (first + 1), func() error {
			_, _, err := s.Slots(ctx, everything, store.SlotFilter{InterviewerIDs: interviewers[:2], Start: &from, End: &to}, store.Page{First: first})
			return err
		}},
		pageRead{"interviews of students", "interviews_of_student", of, of * (first + 1), func() error {
			_, err := s.InterviewsOfStudents(ctx, everything, students, store.InterviewFilter{}, late)
			return err
		}},
		pageRead{"interviews of interviewers", "interviews_interviewer", of, of * (first + 1), func() error {
			_, err := s.InterviewsOfInterviewers(ctx, everything, interviewers, store.InterviewFilter{}, late)
			return err
		}},
		pageRead{"slots of interviewers", "slots_interviewer", of, of * (first + 1), func() error {
			_, err := s.SlotsOf(ctx, everything, interviewers, store.SlotFilter{Start: &from, End: &to}, store.Page{First: first})
			return err
		}},
		pageRead{"availability of interviewers", "availabilities_interviewer", 2, 2 * 50, func() error {
			_, err := s.AvailabilitiesOf(ctx, interviewers[:2])
			return err
		}},
	)
}

// A filter reads only the rows of the page from the table, and skips other rows in an index.
func TestInterviewFiltersReadAnIndex(t *testing.T) {
	t.Parallel()
	database, s, trace := tracedSample(t)
	vacuumAll(t, s, database.SQL(t))
	past, future := planned.AddDate(-5, 0, 0), planned.AddDate(5, 0, 0)
	soon := planned.AddDate(0, 0, 1)
	last := store.Order{Field: store.ByStart, Direction: store.Descending}
	booked := store.Order{Field: store.ByBooked, Direction: store.Ascending}
	noShows := []booking.InterviewStatus{booking.StudentNoShow, booking.InterviewerNoShow}
	for name, read := range map[string]struct {
		filter     store.InterviewFilter
		order      store.Order
		maxBuffers int
	}{
		"one rare status from the end":       {store.InterviewFilter{Status: noShows[:1]}, last, 100},
		"two rare statuses from the end":     {store.InterviewFilter{Status: noShows}, last, 100},
		"future with rare statuses":          {store.InterviewFilter{Status: noShows, Start: &soon}, last, 20},
		"future with rare statuses, bounded": {store.InterviewFilter{Status: noShows, Start: &soon, End: &future}, store.Order{}, 20},
		"before the first":                   {store.InterviewFilter{End: &past}, store.Order{}, 20},
		// This one scans the index of the order to its end.
		"by booking, future with rare statuses": {store.InterviewFilter{Start: &soon, Status: noShows}, booked, 150},
		"by booking, future":                    {store.InterviewFilter{Start: &soon}, booked, 150},
		"by booking, after the last":            {store.InterviewFilter{Start: &future}, booked, 20},
		"by booking, before the first":          {store.InterviewFilter{End: &past}, booked, 20},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := s.Interviews(t.Context(), everything, read.filter, store.Page{First: 10, Order: read.order})
			if err != nil {
				t.Fatal(err)
			}
			prepare, execute := trace.prepared()
			plan := explain(t, database.SQL(t), prepare, execute, "force_custom_plan")
			if strings.Contains(plan.scans(), "Seq Scan") || plan.buffers() > read.maxBuffers {
				t.Errorf("the plan reads %d buffers for %d rows, want at most %d; it scans %q", plan.buffers(), plan.rows(), read.maxBuffers, plan.scans())
			}
		})
	}
}

// The interviews of a student's record are read from an index alone, because the rows of one
// student are far apart in the table.
func TestRecordReadsInterviewsFromAnIndex(t *testing.T) {
	t.Parallel()
	database, s, trace := tracedSample(t)
	vacuumAll(t, s, database.SQL(t))
	record, err := s.Record(t.Context(), 41)
	if err != nil {
		t.Fatal(err)
	}
	if len(record.History) == 0 {
		t.Fatal("the student has no interviews")
	}
	for _, mode := range []string{"force_custom_plan", "force_generic_plan"} {
		prepare, execute := trace.prepared()
		plan := explain(t, database.SQL(t), prepare, execute, mode)
		const index = "Index Only Scan interviews_of_student"
		if scans := plan.scans(); !strings.HasSuffix(scans, ", "+index) {
			t.Errorf("%s: the plan scans %q; want %q as the last one", mode, scans, index)
		}
	}
}

// Interviews are counted in an index alone, because those of a month are many.
func TestInterviewsAreCountedInAnIndex(t *testing.T) {
	t.Parallel()
	database, s, trace := tracedSample(t)
	vacuumAll(t, s, database.SQL(t))
	month := []time.Time{planned.AddDate(0, -2, 0), planned.AddDate(0, -1, 0)}
	for name, statuses := range map[string][]booking.InterviewStatus{"all": nil, "of a status": {booking.Completed}} {
		t.Run(name, func(t *testing.T) {
			counts, err := s.InterviewCounts(t.Context(), month, statuses)
			if err != nil {
				t.Fatal(err)
			}
			if len(counts) == 0 {
				t.Fatal("there are no interviews in the month")
			}
			for _, mode := range []string{"force_custom_plan", "force_generic_plan"} {
				prepare, execute := trace.prepared()
				plan := explain(t, database.SQL(t), prepare, execute, mode)
				const index = "Index Only Scan interviews_by_start"
				if scans := plan.scans(); scans != index {
					t.Errorf("%s: the plan scans %q; want %q", mode, scans, index)
				}
			}
		})
	}
}

// indexes returns the names of the indexes that the plan uses.
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

// tracedSample returns a database with data set S, and its store, whose last statement is
// traced.
func tracedSample(t *testing.T) (pgtest.Database, *store.Store, *lastStatement) {
	t.Helper()
	database := pgtest.New(t)
	trace := &lastStatement{}
	s := database.Open(t, store.Options{Tracer: pgtest.Trace(trace.record)})
	if err := (sample.Request{Size: "S", Seed: 1}).Load(t.Context(), s, planned); err != nil {
		t.Fatal(err)
	}
	return database, s, trace
}
