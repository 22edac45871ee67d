package store_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// The tests of this file read the migrations, the golden statements and the functions for what a
// school on a distributed Postgres does not allow (docs/explanation/many-schools-on-citus.md).

// oneSubcommand is the first migration whose ALTER TABLE statements have one subcommand each.
const oneSubcommand = 46

// undistributable are the statements that a school on a distributed Postgres does not allow, and
// what to write instead.
var undistributable = []struct{ pattern, instead string }{
	{`(?i)\b(?:FROM|JOIN|INTO|UPDATE|TABLE|REFERENCES|ON) "?(?:public|school\w*)"?\."?\w`, "names without a schema, because each school has its own"},
	{`(?i)\b(?:pg_notify\(|NOTIFY |LISTEN )`, "the change log; wake-ups are sent outside transactions"},
	{`(?is)^\s*(?:UPDATE|DELETE)\b.*\b(?:` + volatile + `)\(`, "the value of the volatile function as a parameter"},
}

// volatile are the volatile functions that statements of the store may use.
const volatile = `nextval|currval|lastval|setval|random|gen_random_uuid|clock_timestamp|pg_current_xact_id`

// undistributableIn returns what to write instead of the parts of a statement that a school on a
// distributed Postgres does not allow.
func undistributableIn(statement string) (instead []string) {
	text := sqlComment.ReplaceAllString(statement, " ")
	for _, one := range undistributable {
		if regexp.MustCompile(one.pattern).MatchString(text) {
			instead = append(instead, one.instead)
		}
	}
	return instead
}

var (
	alteration = regexp.MustCompile(`(?is)\bALTER TABLE [^;]*;`)
	nested     = regexp.MustCompile(`\([^()]*\)|'[^']*'`)
)

// severalSubcommands returns the ALTER TABLE statements with more than one subcommand.
func severalSubcommands(migration string) (found []string) {
	text := functionBody.ReplaceAllString(sqlComment.ReplaceAllString(migration, " "), " ")
	for _, statement := range alteration.FindAllString(text, -1) {
		outer := statement
		for nested.MatchString(outer) {
			outer = nested.ReplaceAllString(outer, " ")
		}
		if strings.Contains(outer, ",") {
			found = append(found, strings.Join(strings.Fields(statement), " "))
		}
	}
	return found
}

// filesOf returns the texts of the files that match a pattern, by name.
func filesOf(t *testing.T, pattern string) map[string]string {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("%s matches %v, %v", pattern, names, err)
	}
	texts := make(map[string]string, len(names))
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = string(text)
	}
	return texts
}

// numberOf returns the number of a migration.
func numberOf(t *testing.T, file string) int {
	t.Helper()
	number, err := strconv.Atoi(filepath.Base(file)[:5])
	if err != nil {
		t.Fatal(err)
	}
	return number
}

func TestStatementsCanBeDistributed(t *testing.T) {
	t.Parallel()
	for name, text := range filesOf(t, "../../testdata/statements/*.golden.sql") {
		for statement := range strings.SplitSeq(text, "\n\n") {
			if instead := undistributableIn(statement); len(instead) > 0 {
				t.Errorf("%s: use %s in:\n%s", name, strings.Join(instead, "; "), statement)
			}
		}
	}
	// Migrations may use volatile functions. Some create functions that notify servers of older
	// versions, until the schema is contracted.
	schemas := regexp.MustCompile(undistributable[0].pattern)
	for name, text := range filesOf(t, "*/0*.sql") {
		if schemas.MatchString(sqlComment.ReplaceAllString(text, " ")) {
			t.Errorf("%s: use %s", name, undistributable[0].instead)
		}
		if found := severalSubcommands(text); numberOf(t, name) >= oneSubcommand && len(found) > 0 {
			t.Errorf("%s: use a statement for each subcommand of %q", name, found)
		}
	}
}

func TestUndistributableStatementsAreFound(t *testing.T) {
	t.Parallel()
	for statement, found := range map[string]bool{
		"SELECT id FROM slots WHERE id = $1":                                           false,
		"SELECT id FROM public.slots WHERE id = $1":                                    true,
		`SELECT s.id FROM slots s JOIN "school_b"."students" t ON t.id = s.id`:         true,
		"INSERT INTO school_b.slots (id) VALUES ($1)":                                  true,
		"SELECT s.id FROM slots s WHERE s.held_by IS DISTINCT FROM s.id":               false,
		"SELECT pg_notify('changes', '1')":                                             true,
		"NOTIFY changes":                                                               true,
		"UPDATE webhooks SET since_event_id = currval('events_id_seq') WHERE id = $1":  true,
		"UPDATE webhooks SET since_event_id = $1 WHERE id = $2":                        false,
		"DELETE FROM changes WHERE at < clock_timestamp() - make_interval(secs => $1)": true,
		"DELETE FROM changes WHERE at < now() - make_interval(secs => $1)":             false,
		"INSERT INTO slot_history (event_id) SELECT currval('events_id_seq')":          false,
		"-- UPDATE webhooks SET since_event_id = currval('events_id_seq')\nSELECT 1":   false,
		"SELECT id FROM slots WHERE id = $1 FOR NO KEY UPDATE":                         false,
	} {
		if got := undistributableIn(statement); (len(got) > 0) != found {
			t.Errorf("%s: got %q, want a fault: %t", statement, got, found)
		}
	}
	for migration, want := range map[string]int{
		"ALTER TABLE slots ADD COLUMN room text;":                                                       0,
		"ALTER TABLE slots ADD COLUMN room text, ADD COLUMN floor integer;":                             1,
		"ALTER TABLE slots ADD CONSTRAINT c CHECK (num_nonnulls(a, b) IN (0, 2)) NOT VALID;":            0,
		"ALTER TABLE slots ADD COLUMN kind text DEFAULT 'a, b';":                                        0,
		"ALTER TABLE slots ADD COLUMN a int; ALTER TABLE slots ADD COLUMN b int;":                       0,
		"ALTER TABLE slots\n    ADD COLUMN a numeric(4, 2), -- a comment, with a comma\n    ADD b int;": 1,
	} {
		if got := severalSubcommands(migration); len(got) != want {
			t.Errorf("%s: got %q, want %d", migration, got, want)
		}
	}
}

// A function of the schema is found by its trigger, whatever the search path of the session is, so it
// must find its tables itself. Postgres inlines functions in SQL where they are called, and a
// distributed one does not accept those that read tables. standing is one of them: only commands that
// load a school before it is distributed call it.
func TestFunctionsFindTheirTables(t *testing.T) {
	t.Parallel()
	database := pgtest.New(t)
	conn, err := pgx.Connect(t.Context(), database.DSN)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	rows, _ := conn.Query(t.Context(), `SELECT DISTINCT p.proname::text FROM pg_proc p JOIN pg_class c ON c.relnamespace = p.pronamespace AND c.relkind = 'r'
		WHERE p.pronamespace = 'public'::regnamespace AND p.prosrc ~ ('\m(FROM|JOIN|UPDATE|INTO) ' || c.relname || '\M')
			AND NOT coalesce(p.proconfig::text LIKE '%search_path=%', false) ORDER BY 1`)
	lost, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if want := []string{"standing"}; err != nil || !slices.Equal(lost, want) {
		t.Errorf("functions that read tables and have no search_path: %q (%v), want %q", lost, err, want)
	}

	rows, _ = conn.Query(t.Context(), "SELECT prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosrc LIKE '%changed%'")
	sources, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(sources) == 0 {
		t.Fatalf("functions with a transition table: %q, %v", sources, err)
	}
	for _, source := range sources {
		for statement := range strings.SplitSeq(source, ";") {
			if joinsTransitionTable(statement) {
				t.Errorf("a statement reads the transition table beside other tables; collect its ids first:\n%s", statement)
			}
		}
	}

	const school = `INSERT INTO students (id, name, email, time_zone, created_at) VALUES (1, 'Ann', 'ann@example.org', 'UTC', now());
		INSERT INTO interviewers (id, name, email, time_zone, active, created_at) VALUES (1, 'Bo', 'bo@example.org', 'UTC', true, now());
		INSERT INTO availabilities (id, interviewer_id, starts_at, ends_at, slot_minutes, created_at) VALUES (1, 1, now(), now() + interval '1 hour', 60, now());
		INSERT INTO slots (id, interviewer_id, availability_id, starts_at, ends_at, status) VALUES (1, 1, 1, now(), now() + interval '1 hour', 'BOOKED');
		SET search_path = pg_catalog;`
	const book = `INSERT INTO public.interviews (student_id, interviewer_id, slot_id, starts_at, ends_at, status, booked_at)
		SELECT 1, interviewer_id, id, starts_at, ends_at, 'BOOKED', now() FROM public.slots`
	if _, err := conn.Exec(t.Context(), school); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), "BEGIN; ALTER FUNCTION public.renew_standings RESET search_path; "+book); err == nil { // negative control
		t.Error("a function without a search_path finds its tables")
	}
	var counted int
	if _, err := conn.Exec(t.Context(), "ROLLBACK; "+book); err != nil {
		t.Fatal(err)
	}
	if err := conn.QueryRow(t.Context(), "SELECT interviews_counted FROM public.students").Scan(&counted); err != nil || counted != 1 {
		t.Errorf("%d interviews count (%v), want 1", counted, err)
	}
}

var tableRead = regexp.MustCompile(`\b(?:FROM|JOIN|UPDATE|INTO) (\w+)`)

// joinsTransitionTable reports whether a statement reads the transition table and another table.
func joinsTransitionTable(statement string) bool {
	var tables []string
	for _, match := range tableRead.FindAllStringSubmatch(statement, -1) {
		tables = append(tables, match[1])
	}
	return slices.Contains(tables, "changed") && len(tables) > 1
}

func TestJoinedTransitionTablesAreFound(t *testing.T) {
	t.Parallel()
	for statement, want := range map[string]bool{
		"UPDATE students SET n = 1 FROM (SELECT DISTINCT student_id FROM changed) AS c": true,
		"ids bigint[] := ARRAY(SELECT DISTINCT student_id FROM changed)":                false,
		"UPDATE students SET n = 1 WHERE id = ANY(ids)":                                 false,
	} {
		if got := joinsTransitionTable(statement); got != want {
			t.Errorf("%s: got %t, want %t", statement, got, want)
		}
	}
}

// A database URL chooses the plans of prepared statements: a distributed Postgres has no generic plan
// for some of the statements.
func TestPlanModeOfTheDatabaseURL(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{"": "force_generic_plan", "auto": "auto", "force_custom_plan": "force_custom_plan"} {
		t.Run("mode "+url, func(t *testing.T) {
			t.Parallel()
			database := pgtest.New(t)
			if url != "" {
				database = database.With("plan_cache_mode", url)
			}
			for name, config := range database.Open(t, store.Options{}).ConnConfigs() {
				conn, err := pgx.ConnectConfig(t.Context(), config)
				if err != nil {
					t.Fatal(err)
				}
				var got string
				err = conn.QueryRow(t.Context(), "SHOW plan_cache_mode").Scan(&got)
				if closed := conn.Close(context.WithoutCancel(t.Context())); err != nil || closed != nil || got != want {
					t.Errorf("plan_cache_mode of %s = %q (%v, %v), want %q", name, got, err, closed, want)
				}
			}
		})
	}
}
