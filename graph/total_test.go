package graph_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rehearse/internal/gqlhttp"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// crowded creates a school with 10,000 bookable slots of one interviewer, and as many
// students with one name. more adds one of each.
func crowded(t *testing.T) (s *school, interviewer string, more func()) {
	t.Helper()
	s = newSchool(t)
	interviewer = s.Interviewer(nil)
	s.Accepted(s.Publish(interviewer, t0.Add(day), 30*time.Minute, 30).Errors)
	db := s.DB.SQL(t)
	n := 0
	add := func(upTo int) {
		for _, statement := range []string{
			`INSERT INTO students (name, name_folded, email, time_zone, created_at)
				SELECT 'Crowd', 'crowd', 'crowd' || n || '@example.org', 'UTC', now() FROM generate_series($1::int + 1, $2) AS n`,
			`INSERT INTO slots (interviewer_id, availability_id, starts_at, ends_at, status)
				SELECT interviewer_id, availability_id, starts_at + n * interval '30 minutes', ends_at + n * interval '30 minutes', 'OPEN'
				FROM (SELECT * FROM slots ORDER BY id LIMIT 1) AS s, generate_series(greatest($1::int, 1), $2 - 1) AS n`,
		} {
			if _, err := db.ExecContext(t.Context(), statement, n, upTo); err != nil {
				t.Fatal(err)
			}
		}
		n = upTo
	}
	add(10_000)
	return s, interviewer, func() { add(n + 1) }
}

// Every count counts up to 10,000 and reports when there are more.
func TestTotalsAreCapped(t *testing.T) {
	t.Parallel()
	s, interviewer, more := crowded(t)
	student := s.Student(nil)
	const total = `{ totalCount totalCountIsCapped pageInfo { hasNextPage } }`
	year := fmt.Sprintf("start: %q, end: %q", t0.Format(time.RFC3339), t0.Add(366*day).Format(time.RFC3339))
	documents := map[string]string{
		"bookable slots":        `{ it: availableSlots(first: 1, studentId: ` + student + `, ` + year + `) ` + total + ` }`,
		"slots":                 `{ it: slots(first: 1) ` + total + ` }`,
		"slots of interviewers": `{ it: slots(first: 1, filter: {interviewerIds: [` + interviewer + `]}) ` + total + ` }`,
		"slots of a parent":     `{ of: interviewer(id: ` + interviewer + `) { it: slots(first: 1) ` + total + ` } }`,
		"students by name":      `{ it: students(first: 1, filter: {search: "crowd"}) ` + total + ` }`,
	}
	wantTotals := func(items string, capped bool) {
		t.Helper()
		want := fmt.Sprintf(`{"totalCount":10000,"totalCountIsCapped":%v,"pageInfo":{"hasNextPage":true}}`, capped)
		for name, document := range documents {
			t.Run(name+" with "+items, func(t *testing.T) {
				if a := s.For(t).Ask(document, nil); !strings.Contains(a.Body, want) {
					t.Errorf("response = %s, want %s in it", a.Body, want)
				}
			})
		}
	}
	wantTotals("10,000", false)
	more()
	wantTotals("10,001", true)
}

// A list is counted once however often its total is selected, and not at all if its first
// page is the whole list.
func TestTotalsAreCountedOnce(t *testing.T) {
	t.Parallel()
	for name, set := range map[string]func(*gqlhttp.Options){"planned": func(*gqlhttp.Options) {}, "unplanned": func(o *gqlhttp.Options) { *o = unplanned(*o) }} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			trace := &statements{}
			s := newSchoolWith(t, store.Options{Tracer: pgtest.Trace(trace.keep)}, set)
			of := s.Interviewer(nil)
			first := s.Slot(of, day)
			document := `{ slots(first: 1) { a: totalCount ...f b: totalCount nodes { interviewer { interviews(first: 1) { totalCount totalCountIsCapped } } } } }
				fragment f on SlotConnection { c: totalCount totalCountIsCapped }`
			answer := `{"slots":{"a":%[1]d,"c":%[1]d,"totalCountIsCapped":false,"b":%[1]d,"nodes":[{"interviewer":{"interviews":{"totalCount":%[2]d,"totalCountIsCapped":false}}}]}}`
			counts := func(slots, interviews int) (counted int) {
				trace.take()
				a := s.Ask(document, nil)
				same(t, "answer", string(a.Data), fmt.Sprintf(answer, slots, interviews))
				for _, statement := range trace.take() {
					counted += strings.Count(statement, "count(*)")
				}
				return counted
			}
			same(t, "counts for pages with the whole list", counts(1, 0), 0)
			s.Booked(s.Student(nil), first)
			same(t, "counts for other pages with the whole list", counts(1, 1), 0)
			s.Booked(s.Student(nil), s.Publish(of, t0.Add(3*day), time.Hour, 60).Slots[0].ID)
			same(t, "counts for pages of a longer list", counts(2, 2), 2)
		})
	}
}
