package store_test

import (
	"database/sql"
	"slices"
	"testing"

	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// changesOfStanding maps names to statements that change interviews of students 1 and 2.
var changesOfStanding = map[string]string{
	"added": `INSERT INTO interviews (student_id, interviewer_id, slot_id, starts_at, ends_at, status, booked_at)
		SELECT 1 + id % 2, interviewer_id, id, starts_at, ends_at, 'BOOKED', now() FROM slots WHERE id IN (410, 411)`,
	"not held by the interviewer": "UPDATE interviews SET status = 'INTERVIEWER_NO_SHOW', no_show_at = ends_at",
	"cancelled":                   "UPDATE interviews SET status = 'CANCELLED', cancelled_at = ends_at",
	"graded":                      "UPDATE interviews SET status = 'COMPLETED', completed_at = ends_at, grade = 3",
	"removed":                     "DELETE FROM interviews",
	"twice in a transaction": `DO $$ BEGIN
		UPDATE interviews SET status = 'COMPLETED', completed_at = ends_at;
		UPDATE interviews SET grade = 1;
	END $$`,
	"after the student in a transaction": `DO $$ BEGIN
		UPDATE students SET name = 'Another';
		DELETE FROM interviews WHERE student_id = 1;
	END $$`,
}

// Every change of interviews updates the standings of their students. Without the
// triggers it does not, and Check finds the difference.
func TestStandingsAreKept(t *testing.T) {
	t.Parallel()
	for name, change := range changesOfStanding {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, triggers := range []bool{true, false} {
				database, rows := keptSchool(t)
				execute(t, rows, `INSERT INTO interviews (student_id, interviewer_id, slot_id, starts_at, ends_at, status, booked_at)
					SELECT 1 + id % 2, interviewer_id, id, starts_at, ends_at, 'BOOKED', now() FROM slots WHERE id IN (206, 207)`)
				if !triggers {
					execute(t, rows, "ALTER TABLE interviews DISABLE TRIGGER USER")
				}
				execute(t, rows, change)
				if broken := brokenStandings(t, database); triggers == (broken > 0) {
					t.Errorf("with the triggers %v: %d standings are broken", triggers, broken)
				}
			}
		})
	}
}

// brokenStandings returns the number of findings of Check about standings.
func brokenStandings(t *testing.T, database pgtest.Database) int {
	t.Helper()
	findings, err := database.Open(t, store.Options{}).Check(t.Context(), planned)
	if err != nil {
		t.Fatal(err)
	}
	return len(slices.DeleteFunc(findings, func(f store.Finding) bool {
		return f.Invariant != "a student's row has the number of counted interviews and the last grades"
	}))
}

// The widest grade window of a policy covers exactly the stored grades.
func TestGradesOfTheWidestWindow(t *testing.T) {
	t.Parallel()
	database, rows := keptSchool(t)
	s := database.Open(t, store.Options{})
	if _, err := rows.ExecContext(t.Context(), `
		INSERT INTO interviews (student_id, interviewer_id, slot_id, starts_at, ends_at, status, booked_at, completed_at, grade, exempt)
		SELECT 3, interviewer_id, id, starts_at, ends_at, 'COMPLETED', $1, ends_at, 5, true
		FROM slots WHERE interviewer_id = 3 ORDER BY starts_at LIMIT $2`, planned, booking.MaxGradeWindow+1); err != nil {
		t.Fatal(err)
	}
	if _, err := rows.ExecContext(t.Context(), "UPDATE booking_policy SET grade_window = $1, interview_limit = 1000", booking.MaxGradeWindow); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name  string
		low   int // which grade is too low, counted from the oldest
		stuck bool
	}{
		{"one before the window", 1, false},
		{"the oldest in the window", 2, true},
		{"the newest", booking.MaxGradeWindow + 1, true},
	} {
		if _, err := rows.ExecContext(t.Context(), `
			UPDATE interviews SET grade = CASE WHEN n = $1 THEN 0 ELSE 5 END
			FROM (SELECT id, row_number() OVER (ORDER BY starts_at, id) AS n FROM interviews WHERE student_id = 3) AS by_start
			WHERE interviews.id = by_start.id`, test.low); err != nil {
			t.Fatal(err)
		}
		total, err := s.CountStudents(t.Context(), gradesTooLow())
		record, recordErr := s.Record(t.Context(), 3)
		if err != nil || recordErr != nil || (total == 1) != test.stuck || record.Eligibility(planned).Eligible == test.stuck {
			t.Errorf("%s: the filter finds %d students (%v), the rules (%v) say %+v",
				test.name, total, err, recordErr, record.Eligibility(planned))
		}
		if broken := brokenStandings(t, database); broken != 0 {
			t.Errorf("%s: %d standings are broken", test.name, broken)
		}
	}
}

func gradesTooLow() store.PeopleFilter {
	return store.PeopleFilter{StandingFilter: store.StandingFilter{Stuck: []booking.RefusalCode{booking.GradesTooLow}, Now: planned}}
}

// A filter without matches reads each student once and no interview, for every order,
// page and total.
func TestFiltersOfNobodyReadStudentsAlone(t *testing.T) {
	t.Parallel()
	database := pgtest.New(t)
	trace := &lastStatement{}
	s := database.Open(t, store.Options{Tracer: pgtest.Trace(trace.keep)})
	rows := database.SQL(t)
	publish(t, rows, 20_000)
	execute(t, rows, `INSERT INTO students (name, email, time_zone, created_at)
		SELECT 'More', 'more' || n || '@example.org', 'UTC', $1 FROM generate_series(1, 2000) AS n`)
	// Interviewer n gives ten interviews each to students n and n + 1.
	execute(t, rows, `INSERT INTO interviews (student_id, interviewer_id, slot_id, starts_at, ends_at, status, booked_at, completed_at, grade, exempt)
		SELECT interviewer_id, interviewer_id, id, starts_at, ends_at, 'COMPLETED', $1, ends_at, 5, true FROM slots WHERE id % 20 = 0`)
	execute(t, rows, "VACUUM ANALYZE")
	many, eligible := 40, false
	for name, f := range map[string]store.StandingFilter{
		"used":   {InterviewsUsed: &store.IntRange{Min: &many}, Now: planned},
		"grades": gradesTooLow().StandingFilter,
		"limit":  {Stuck: []booking.RefusalCode{booking.LimitReached}, Now: planned},
		"either": {Eligible: &eligible, Now: planned},
	} {
		for _, field := range []store.OrderField{store.ByID, store.ByName, store.ByEmail, store.ByCreated} {
			page := store.Page{First: 20, Order: store.Order{Field: field, Direction: store.Ascending}}
			found, _, err := s.Students(t.Context(), store.PeopleFilter{StandingFilter: f}, page)
			readsStudentsAlone(t, rows, trace, name+" by "+string(field))
			if err != nil || len(found) > 0 {
				t.Errorf("%s: %d students, %v", name, len(found), err)
			}
		}
		total, err := s.CountStudents(t.Context(), store.PeopleFilter{StandingFilter: f})
		readsStudentsAlone(t, rows, trace, name+" in all")
		if err != nil || total > 0 {
			t.Errorf("%s: %d students in all, %v", name, total, err)
		}
	}
}

func readsStudentsAlone(t *testing.T, rows *sql.DB, trace *lastStatement, name string) {
	t.Helper()
	prepare, execute := trace.prepared()
	plan := explain(t, rows, prepare, execute, "force_generic_plan")
	// At worst one page of the table for each student. Access to an interview's page
	// takes three.
	const students = 2100
	if plan.buffers() > students {
		t.Errorf("%s: %d buffers for %d students, by %s", name, plan.buffers(), students, plan.scans())
	}
}
