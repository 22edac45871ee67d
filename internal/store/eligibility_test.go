package store_test

import (
	"database/sql"
	"slices"
	"testing"

	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// interviewChanges maps names to statements that change interviews of students 1 and 2.
var interviewChanges = map[string]string{
	"added": `INSERT INTO interviews (student_id, interviewer_id, slot_id, starts_at, ends_at, status, booked_at)
		SELECT 1 + id % 2, interviewer_id, id, starts_at, ends_at, 'BOOKED', now() FROM slots WHERE id IN (410, 411)`,
	"interviewer no-show": "UPDATE interviews SET status = 'INTERVIEWER_NO_SHOW', no_show_at = ends_at",
	"cancelled":           "UPDATE interviews SET status = 'CANCELLED', cancelled_at = ends_at",
	"graded":              "UPDATE interviews SET status = 'COMPLETED', completed_at = ends_at, grade = 3",
	"removed":             "DELETE FROM interviews",
	"twice in one transaction": `DO $$ BEGIN
		UPDATE interviews SET status = 'COMPLETED', completed_at = ends_at;
		UPDATE interviews SET grade = 1;
	END $$`,
	"after the student in one transaction": `DO $$ BEGIN
		UPDATE students SET name = 'Another';
		DELETE FROM interviews WHERE student_id = 1;
	END $$`,
}

// Every change of interviews updates the standings of their students.
func TestStandingsFollowInterviews(t *testing.T) {
	t.Parallel()
	for name, change := range interviewChanges {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if n := brokenStandingsAfter(t, change); n != 0 {
				t.Errorf("%d standings are wrong, want none", n)
			}
		})
	}
}

// Without the triggers, each change leaves wrong standings, and Check finds them.
func TestStandingsNeedTheTriggers(t *testing.T) {
	t.Parallel()
	for name, change := range interviewChanges {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if n := brokenStandingsAfter(t, "ALTER TABLE interviews DISABLE TRIGGER USER", change); n == 0 {
				t.Error("no standing is wrong")
			}
		})
	}
}

// brokenStandingsAfter executes statements in a school where students 1 and 2 each have an
// interview, and returns the number of wrong standings.
func brokenStandingsAfter(t *testing.T, statements ...string) int {
	t.Helper()
	database, rows := schoolWithRecord(t)
	execute(t, rows, `INSERT INTO interviews (student_id, interviewer_id, slot_id, starts_at, ends_at, status, booked_at)
		SELECT 1 + id % 2, interviewer_id, id, starts_at, ends_at, 'BOOKED', now() FROM slots WHERE id IN (206, 207)`)
	for _, statement := range statements {
		execute(t, rows, statement)
	}
	return brokenStandings(t, database)
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
func TestWidestGradeWindow(t *testing.T) {
	t.Parallel()
	database, rows := schoolWithRecord(t)
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
		name   string
		low    int // the grade that is too low, counted from the oldest
		tooLow bool
	}{
		{"the last before the window", 1, false},
		{"the oldest in the window", 2, true},
		{"the newest", booking.MaxGradeWindow + 1, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := rows.ExecContext(t.Context(), `
				UPDATE interviews SET grade = CASE WHEN n = $1 THEN 0 ELSE 5 END
				FROM (SELECT id, row_number() OVER (ORDER BY starts_at, id) AS n FROM interviews WHERE student_id = 3) AS by_start
				WHERE interviews.id = by_start.id`, test.low); err != nil {
				t.Fatal(err)
			}
			total, err := s.CountStudents(t.Context(), everything, gradesTooLow())
			record, recordErr := s.Record(t.Context(), 3)
			if err != nil || recordErr != nil || (total == 1) != test.tooLow || record.Eligibility(planned).Eligible == test.tooLow {
				t.Errorf("the filter finds %d students (%v), the rules return %+v (%v); want the grades to be too low: %t",
					total, err, record.Eligibility(planned), recordErr, test.tooLow)
			}
			if broken := brokenStandings(t, database); broken != 0 {
				t.Errorf("%d standings are wrong, want none", broken)
			}
		})
	}
}

func gradesTooLow() store.StudentFilter {
	return store.StudentFilter{EligibilityFilter: store.EligibilityFilter{Stuck: []booking.RefusalCode{booking.GradesTooLow}}}
}

// A filter without matches reads each student once and no interview, for every order,
// page and total.
func TestFiltersWithoutMatchesReadOnlyStudents(t *testing.T) {
	t.Parallel()
	database := pgtest.New(t)
	trace := &lastStatement{}
	s := database.Open(t, store.Options{Tracer: pgtest.Trace(trace.record)})
	rows := database.SQL(t)
	publish(t, rows, 20_000)
	execute(t, rows, `INSERT INTO students (name, email, time_zone, created_at)
		SELECT 'More', 'more' || n || '@example.org', 'UTC', $1 FROM generate_series(1, 2000) AS n`)
	// Interviewer n gives ten interviews each to students n and n + 1.
	execute(t, rows, `INSERT INTO interviews (student_id, interviewer_id, slot_id, starts_at, ends_at, status, booked_at, completed_at, grade, exempt)
		SELECT interviewer_id, interviewer_id, id, starts_at, ends_at, 'COMPLETED', $1, ends_at, 5, true FROM slots WHERE id % 20 = 0`)
	execute(t, rows, "VACUUM ANALYZE")
	many, eligible := 40, false
	for name, f := range map[string]store.EligibilityFilter{
		"interviews used": {InterviewsUsed: &store.IntRange{Min: &many}},
		"grades too low":  gradesTooLow().EligibilityFilter,
		"limit reached":   {Stuck: []booking.RefusalCode{booking.LimitReached}},
		"not eligible":    {Eligible: &eligible},
	} {
		t.Run(name, func(t *testing.T) {
			for _, field := range []store.OrderField{store.ByID, store.ByName, store.ByEmail, store.ByCreated} {
				page := store.Page{First: 20, Order: store.Order{Field: field, Direction: store.Ascending}}
				found, _, err := s.Students(t.Context(), everything, store.StudentFilter{EligibilityFilter: f}, page)
				readsOnlyStudents(t, rows, trace, "by "+string(field))
				if err != nil || len(found) > 0 {
					t.Errorf("by %s: got %d students, %v; want none", field, len(found), err)
				}
			}
			total, err := s.CountStudents(t.Context(), everything, store.StudentFilter{EligibilityFilter: f})
			readsOnlyStudents(t, rows, trace, "total")
			if err != nil || total > 0 {
				t.Errorf("CountStudents() = %d, %v; want 0", total, err)
			}
		})
	}
}

// readsOnlyStudents fails the test if the last statement reads more than the students.
func readsOnlyStudents(t *testing.T, rows *sql.DB, trace *lastStatement, name string) {
	t.Helper()
	prepare, execute := trace.prepared()
	plan := explain(t, rows, prepare, execute, "force_generic_plan")
	// At worst one page of the table for each student. Access to an interview's page
	// takes three.
	const students = 2100
	if plan.buffers() > students {
		t.Errorf("%s: the plan reads %d buffers, want at most %d; it scans %s", name, plan.buffers(), students, plan.scans())
	}
}
