package store_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// The cost of listing bookable slots must depend on the size of the page, and not on the
// size of the table or the range. The tests count the buffers that Postgres touches,
// because that number, unlike a time, is the same on every machine.

// planned is the start of the tested range and of the first slot.
var planned = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

// Maximum of buffers that a page of the list may touch: the descent of the index, its
// leaves (about 200 slots each, fewer after splits), and the visibility map.
const (
	buffersOf50  = 8
	buffersOf500 = 16
	// Leeway for a list in a snapshot. It should not be needed: another statement reads the
	// record first, so the statement of the list reads only the slots.
	buffersOfRecord = 10
)

const byCachedRecord = ", in a snapshot"

func TestListReadsOnlyTheIndex(t *testing.T) {
	t.Parallel()
	buffers := map[int]map[string]int{}
	for _, slots := range []int{20_000, 100_000} {
		t.Run(fmt.Sprintf("%d slots", slots), func(t *testing.T) { buffers[slots] = buffersOfLists(t, slots) })
	}
	for name, few := range buffers[20_000] {
		// The larger table's index may be one level higher and be split elsewhere.
		more := 3
		if strings.Contains(name, byCachedRecord) {
			more++ // leeway, as for buffersOfRecord
		}
		if many := buffers[100_000][name]; many > few+more {
			t.Errorf("%s: %d buffers in 100,000 slots, %d in 20,000; want about the same", name, many, few)
		}
	}
}

// buffersOfLists reads pages of the list from a table of the given number of slots,
// checks each plan, and returns the number of buffers that each touched.
func buffersOfLists(t *testing.T, slots int) map[string]int {
	t.Helper()
	database := pgtest.New(t)
	commitAtOnce(t, database)
	trace := &lastStatement{}
	s := database.Open(t, store.Options{Tracer: pgtest.Trace(trace.record)})
	publish(t, database.SQL(t), slots)
	vacuumAll(t, s, database.SQL(t))
	week := calendar.Span{Start: planned, End: planned.AddDate(0, 0, 7)}
	year := calendar.Span{Start: planned, End: planned.AddDate(1, 0, 0)}
	late := &store.Position{Start: planned.AddDate(0, 0, 6), ID: 77}
	buffers := map[string]int{}
	for _, list := range []struct {
		name       string
		in         calendar.Span
		page       store.Page
		maxBuffers int
	}{
		{"first 50 of a week", week, store.Page{First: 50}, buffersOf50},
		{"first 500 of a week", week, store.Page{First: 500}, buffersOf500},
		{"first 50 of a year", year, store.Page{First: 50}, buffersOf50},
		{"50 of a week after a late slot", week, store.Page{First: 50, After: late}, buffersOf50},
		{"50 of a year after a late slot", year, store.Page{First: 50, After: late}, buffersOf50},
		{"last 50 of a week", week, store.Page{First: 50, FromEnd: true}, buffersOf50},
		{"50 of a year before a late slot", year, store.Page{First: 50, FromEnd: true, Before: late}, buffersOf50},
	} {
		t.Run(list.name, func(t *testing.T) {
			if _, _, err := s.OpenSlots(t.Context(), store.SlotSearch{In: list.in}, anOffer(), list.page); err != nil {
				t.Fatal(err)
			}
			for mode, plan := range bothPlans(t, database.SQL(t), trace) {
				want := listPlan{rows: list.page.First + 1, maxBuffers: list.maxBuffers}
				want.compare(t, mode, plan)
				buffers[list.name+", "+mode] = plan.buffers()
			}
			for range 2 { // in a snapshot, because the store does not follow the change log
				_, err := openSlotsFor(t.Context(), s, 1, func(booking.Record) booking.Offer { return anOffer() }, store.SlotSearch{In: list.in}, list.page)
				if err != nil {
					t.Fatal(err)
				}
			}
			for mode, plan := range bothPlans(t, database.SQL(t), trace) {
				want := listPlan{rows: list.page.First + 1, maxBuffers: list.maxBuffers + buffersOfRecord, readsRecord: true}
				want.compare(t, mode+byCachedRecord, plan)
				buffers[list.name+byCachedRecord+", "+mode] = plan.buffers()
			}
		})
	}
	return buffers
}

// bothPlans returns the custom and the generic plan of the last statement.
func bothPlans(t *testing.T, db *sql.DB, trace *lastStatement) map[string]plan {
	t.Helper()
	plans := map[string]plan{}
	for _, mode := range []string{"force_custom_plan", "force_generic_plan"} {
		prepare, execute := trace.prepared()
		plans[mode] = explain(t, db, prepare, execute, mode)
	}
	return plans
}

// listPlan is what is expected of the plan of a list.
type listPlan struct {
	rows        int // one more than the page
	maxBuffers  int
	readsRecord bool // the plan may scan other tables before the index slots_open
}

func (l listPlan) compare(t *testing.T, name string, p plan) {
	t.Helper()
	if p.rows() != l.rows {
		t.Errorf("%s: the plan returns %d rows, want %d", name, p.rows(), l.rows)
	}
	const index = "Index Only Scan slots_open"
	if got := p.scans(); got != index && (!l.readsRecord || !strings.HasSuffix(got, ", "+index)) {
		t.Errorf("%s: the plan scans %q, want only the index slots_open", name, got)
	}
	if p.buffers() > l.maxBuffers {
		t.Errorf("%s: the plan reads %d buffers, want at most %d", name, p.buffers(), l.maxBuffers)
	}
}

// commitAtOnce makes every commit wait for the write-ahead log (WAL), which the test server
// does not do by default. Before the WAL is written, VACUUM does not mark a row as visible
// to all, and an index-only scan reads the table.
func commitAtOnce(t *testing.T, d pgtest.Database) {
	t.Helper()
	_, err := d.SQL(t).ExecContext(t.Context(), `
		DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = on', current_database()); END $$`)
	if err != nil {
		t.Fatal(err)
	}
}

// vacuumAll runs VACUUM until every page of the slots is marked as all-visible. A
// connection to any database that another test opens meanwhile can hold VACUUM back.
func vacuumAll(t *testing.T, s *store.Store, db *sql.DB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for visible := false; !visible; {
		if err := s.Vacuum(ctx); err != nil {
			t.Fatal(err)
		}
		err := db.QueryRowContext(ctx, "SELECT relallvisible = relpages FROM pg_class WHERE oid = 'slots'::regclass").Scan(&visible)
		if err != nil {
			t.Fatalf("read which pages are all-visible: %v", err)
		}
	}
}

// anOffer returns the offer for an eligible student who has met seven interviewers and
// is busy for an hour of the range.
func anOffer() booking.Offer {
	return booking.Offer{
		Student: 1, Eligibility: booking.Eligibility{Eligible: true},
		Now: planned.Add(-time.Hour), Earliest: planned.Add(-time.Hour),
		Met:  []booking.InterviewerID{1, 2, 3, 4, 5, 6, 7},
		Busy: []calendar.Span{{Start: planned.AddDate(0, 0, 1), End: planned.AddDate(0, 0, 1).Add(time.Hour)}},
	}
}

// publish inserts 200 one-hour slots for each of n/200 interviewers. Three tenths of
// them are booked. The rows are not in the order of their starts, so neighbours in the
// list are far apart in the table.
func publish(t *testing.T, db *sql.DB, n int) {
	t.Helper()
	for _, statement := range []string{
		`INSERT INTO interviewers (id, name, email, time_zone, active, created_at)
			SELECT i, 'Interviewer ' || i, i || '@example.org', 'UTC', true, $1 FROM generate_series(1, $2::int / 200) AS i`,
		`INSERT INTO students (name, email, time_zone, created_at)
			SELECT 'Student ' || s, s || '@students.example.org', 'UTC', $1 FROM generate_series(1, $2::int / 200) AS s`,
		`INSERT INTO availabilities (id, interviewer_id, starts_at, ends_at, slot_minutes, created_at)
			SELECT i, i, $1, $1::timestamptz + interval '200 hours', 60, $1 FROM generate_series(1, $2::int / 200) AS i`,
		`INSERT INTO slots (interviewer_id, availability_id, starts_at, ends_at, status)
			SELECT by, by, $1::timestamptz + at * interval '1 hour', $1::timestamptz + (at + 1) * interval '1 hour',
				CASE WHEN n % 10 < 3 THEN 'BOOKED' ELSE 'OPEN' END
			FROM generate_series(0, $2::int - 1) AS n, LATERAL (SELECT n / 200 + 1 AS by, n % 200 * 7 % 200 AS at) AS position`,
	} {
		if _, err := db.ExecContext(t.Context(), statement, planned, n); err != nil {
			t.Fatalf("publish %d slots: %v", n, err)
		}
	}
}

// lastStatement records the last statement of a store with its arguments.
type lastStatement struct {
	mu   sync.Mutex
	text string
	args []any
}

// record is a pgtest.Trace.
func (l *lastStatement) record(statement string, args []any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if statement != "rollback" {
		l.text, l.args = statement, args
	}
}

// prepared returns the PREPARE of the statement, and its EXECUTE with literal arguments.
func (l *lastStatement) prepared() (prepare, execute string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var literals []string
	for _, arg := range l.args {
		if value, is := arg.(driver.Valuer); is {
			arg, _ = value.Value() // the store's arrays return no error
		}
		switch value := arg.(type) {
		case pgx.QueryResultFormatsByOID, pgx.QueryExecMode: // options of the driver, not parameters
			continue
		case []int64:
			arg = arrayText(pgtype.Int8ArrayOID, value)
		case []string:
			arg = arrayText(pgtype.TextArrayOID, value)
		case []time.Time:
			arg = arrayText(pgtype.TimestamptzArrayOID, value)
		case time.Time:
			arg = value.Format(time.RFC3339Nano)
		}
		literals = append(literals, fmt.Sprintf("'%v'", arg))
	}
	execute = "EXECUTE list"
	if len(literals) > 0 {
		execute += " (" + strings.Join(literals, ", ") + ")"
	}
	return "PREPARE list AS " + l.text, execute
}

func arrayText(oid uint32, value any) string {
	text, _ := pgtype.NewMap().Encode(oid, pgtype.TextFormatCode, value, nil) // these types can be encoded
	return string(text)
}

// plan is a node of the output of EXPLAIN.
type plan struct {
	NodeType   string  `json:"Node Type"`
	IndexName  string  `json:"Index Name"`
	Relation   string  `json:"Relation Name"`
	ActualRows float64 `json:"Actual Rows"`
	Hit        int     `json:"Shared Hit Blocks"`
	Read       int     `json:"Shared Read Blocks"`
	Plans      []plan
}

func (p plan) rows() int    { return int(p.ActualRows) }
func (p plan) buffers() int { return p.Hit + p.Read }

// scans returns the scans of the plan's tables.
func (p plan) scans() string {
	var found []string
	if p.Relation != "" {
		found = append(found, strings.TrimSpace(p.NodeType+" "+p.IndexName))
	}
	for _, child := range p.Plans {
		if scans := child.scans(); scans != "" {
			found = append(found, scans)
		}
	}
	return strings.Join(found, ", ")
}

// explain explains a prepared statement, as the store's connections execute it, under
// the given plan cache mode.
func explain(t *testing.T, db *sql.DB, prepare, execute, mode string) plan {
	t.Helper()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, statement := range []string{"DEALLOCATE ALL", "SET plan_cache_mode = " + mode, prepare} {
		if _, err := conn.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	// The simple protocol, because the driver does not know which of its prepared
	// statements are gone.
	if _, err := conn.ExecContext(t.Context(), execute, pgx.QueryExecModeSimpleProtocol); err != nil { // the first execution looks up functions
		t.Fatalf("%s: %v", execute, err)
	}
	var text []byte
	err = conn.QueryRowContext(t.Context(), "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) "+execute, pgx.QueryExecModeSimpleProtocol).Scan(&text)
	if err != nil {
		t.Fatalf("explain %s: %v", execute, err)
	}
	var result []struct{ Plan plan }
	if err := json.Unmarshal(text, &result); err != nil || len(result) != 1 {
		t.Fatalf("EXPLAIN returns %s: %v", text, err)
	}
	return result[0].Plan
}
