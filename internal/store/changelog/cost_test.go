package changelog_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"rehearse/internal/pgtest"
	"rehearse/internal/store/changelog"
)

// A plan is a node of a plan that was executed.
type plan struct {
	Relation string  `json:"Relation Name"`
	Node     string  `json:"Node Type"`
	Rows     float64 `json:"Actual Rows"` // per loop
	Loops    float64 `json:"Actual Loops"`
	Filtered float64 `json:"Rows Removed by Filter"`
	Recheck  float64 `json:"Rows Removed by Index Recheck"`
	Plans    []plan
}

// rowsRead returns the number of rows of the log that were read. A row that is not visible is
// not counted.
func (p plan) rowsRead() (n float64) {
	if p.Relation == "changes" {
		n = (p.Rows + p.Filtered + p.Recheck) * p.Loops
	}
	for _, child := range p.Plans {
		n += child.rowsRead()
	}
	return n
}

// rowsRead returns the number of rows of the log that a statement reads on the reader's
// connection, with the parameters of the next read.
func rowsRead(t *testing.T, r *changelog.Reader, explain string, args ...any) (int, string) {
	t.Helper()
	var text string
	if err := r.Conn().QueryRow(t.Context(), "EXPLAIN (ANALYZE, FORMAT JSON) "+explain, args...).Scan(&text); err != nil {
		t.Fatal(err)
	}
	var explained []struct{ Plan plan }
	if err := json.Unmarshal([]byte(text), &explained); err != nil {
		t.Fatal(err)
	}
	return int(explained[0].Plan.rowsRead()), text
}

// nextCosts returns the number of rows of the log that the next read reads, with the plan
// that the connection keeps, and the plan.
func nextCosts(t *testing.T, r *changelog.Reader) (int, string) {
	t.Helper()
	var name string
	if err := r.Conn().QueryRow(t.Context(), "SELECT name FROM pg_prepared_statements WHERE statement = $1", changelog.ReadChanges).Scan(&name); err != nil {
		t.Fatal(err)
	}
	return rowsRead(t, r, fmt.Sprintf("EXECUTE %s('%s', %d)", name, r.Snapshot(), changelog.MaxRows+1))
}

// A read reads the rows that it returns: not those since the oldest transaction began, nor
// older ones, nor those of a restored backup.
func TestReadCostsWhatItReturns(t *testing.T) {
	t.Parallel()
	for name, analyze := range map[string]string{"without statistics": "SELECT", "with statistics of an empty log": "ANALYZE changes"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database := pgtest.New(t)
			db := database.SQL(t)
			exec(t, db, analyze)
			reader := newReader(t, database)
			if got := next(t, reader); len(got) > 0 { // plans the statement
				t.Fatalf("an empty log has %v", got)
			}
			long := begin(t, db)
			exec(t, long, logChange, 1)
			const changes = 3000
			exec(t, db, fmt.Sprintf(logChanges, changes))
			exec(t, db, "INSERT INTO changes (xid, slots) SELECT (9000000000000000 + n)::text::xid8, ARRAY[n] FROM generate_series(1, $1) n", changes)
			if got := len(next(t, reader)); got != changes {
				t.Fatalf("%d changes were read, want %d", got, changes)
			}
			check := func(when string, want int) {
				t.Helper()
				if got, plan := nextCosts(t, reader); got != want {
					t.Errorf("%s, %d rows of the log are read, want %d: %s", when, got, want, plan)
				}
				if got := len(next(t, reader)); got != want {
					t.Errorf("%s, %d changes are read, want %d", when, got, want)
				}
			}
			check("without changes", 0)
			for n := range 3 {
				exec(t, db, logChange, n)
			}
			check("after changes", 3)
			sinceOldest := strings.ReplaceAll(changelog.ReadChanges, "pg_snapshot_xmax($1", "pg_snapshot_xmin($1")
			if got, _ := rowsRead(t, reader, sinceOldest, reader.Snapshot(), changelog.MaxRows+1); got < changes {
				t.Errorf("from the oldest transaction, %d rows are read, want at least %d", got, changes)
			}
			commit(t, long)
			check("after the long transaction", 1)
		})
	}
}
