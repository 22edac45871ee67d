package store_test

import (
	"fmt"
	"strings"
	"testing"

	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// Rare words are read from the trigram index, in any script; frequent words from the
// list's order.
func TestSearchReadsAnIndex(t *testing.T) {
	t.Parallel()
	database, s, trace := tracedSample(t)
	db := database.SQL(t)
	for _, statement := range []string{
		`INSERT INTO students (id, name, name_folded, email, time_zone, created_at) VALUES (900000, 'Лев Толстой', 'лев толстои', 'lev@example.org', 'UTC', now())`,
		"ANALYZE students",
	} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		words, index string
		rows         int
		maxBuffers   int
	}{
		{"толстой", "students_search", 1, 40},
		{"LEV@EXAMPLE", "students_search", 1, 60},
		{"nobody at all", "students_search", 0, 40},
		{"students", "students_pkey", 21, 30},
	} {
		t.Run(test.words, func(t *testing.T) {
			found, _, err := s.Students(t.Context(), everything, store.StudentFilter{Search: test.words}, store.Page{First: 20})
			if err != nil || len(found) != min(test.rows, 20) {
				t.Fatalf("Students() finds %d, %v; want %d", len(found), err, min(test.rows, 20))
			}
			prepare, execute := trace.prepared()
			plan := explain(t, db, prepare, execute, "force_custom_plan")
			if got := plan.indexes(); len(got) != 1 || got[0] != test.index || strings.Contains(plan.scans(), "Seq Scan") {
				t.Errorf("the plan scans %q, want the index %s", plan.scans(), test.index)
			}
			if plan.rows() != test.rows || plan.buffers() > test.maxBuffers {
				t.Errorf("the plan reads %d buffers for %d rows, want at most %d for %d", plan.buffers(), plan.rows(), test.maxBuffers, test.rows)
			}
		})
	}
}

// A migration folds names that predate the folded form or that an older server wrote;
// Check finds names that are not folded.
func TestNamesAreFolded(t *testing.T) {
	t.Parallel()
	database := pgtest.New(t)
	s, db := database.Open(t, store.Options{}), database.SQL(t)
	const people = 2300 // more than two batches
	for _, table := range []string{"students", "interviewers"} {
		active := ""
		if table == "interviewers" {
			active = ", active"
		}
		_, err := db.ExecContext(t.Context(), fmt.Sprintf(`INSERT INTO %s (name, email, time_zone, created_at%s)
			SELECT E'Zoe\u0308 ' || i, i || '@example.org', 'UTC', now()%s FROM generate_series(1, %d) AS i`,
			table, active, strings.Replace(active, "active", "true", 1), people))
		if err != nil {
			t.Fatal(err)
		}
	}
	findings, err := s.Check(t.Context(), planned)
	if err != nil || len(findings) != 20 || !strings.Contains(findings[0].Detail, "students 1: set its name_folded to ''") {
		t.Fatalf("Check() = %v, %v; want 20 findings, first that of student 1", findings, err)
	}
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"students", "interviewers"} {
		var folded int
		err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM "+table+` WHERE name = U&'Zo\00EB ' || id AND name_folded = 'zoe ' || id`).Scan(&folded)
		if err != nil || folded != people {
			t.Errorf("%s: %d names are folded, %v; want %d", table, folded, err, people)
		}
	}
	if findings, err := s.Check(t.Context(), planned); err != nil || len(findings) > 0 {
		t.Errorf("Check() after the migration = %v, %v; want no findings", findings, err)
	}
	if _, err := db.ExecContext(t.Context(), "UPDATE students SET name = 'Other' WHERE id = 7"); err != nil {
		t.Fatal(err)
	}
	if findings, err := s.Check(t.Context(), planned); err != nil || len(findings) != 1 || !strings.Contains(findings[0].Detail, "students 7:") {
		t.Errorf("Check() after a change of a name = %v, %v; want the finding of student 7", findings, err)
	}
}
