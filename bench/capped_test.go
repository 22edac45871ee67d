package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"rehearse/internal/app"
	"rehearse/internal/app/roster"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/pgtest"
)

// BenchmarkAvailableSlotsCapped requests the same lists from three copies of the school in
// turn: unchanged; with tags and caps; and unchanged, but with an index and a statement
// that ignore caps. The last contender filters the second copy by a tag.
func BenchmarkAvailableSlotsCapped(b *testing.B) {
	w := open(b)
	week := calendar.Span{Start: w.now, End: w.now.AddDate(0, 0, 7)}
	plain := w.twin(b, "bench_plain", pgtest.Intercept{})
	capped := w.twin(b, "bench_capped", pgtest.Intercept{})
	closed := capped.cap(b)
	before := w.twin(b, "bench_before", pgtest.Intercept{Rewrite: func(statement string) string {
		return strings.Replace(statement, " AND (full_until IS NULL OR full_until < '9999-12-31T00:00:00Z')", "", 1)
	}})
	before.exec(b, `DROP INDEX bench_before.slots_open;
		CREATE INDEX slots_open ON bench_before.slots (starts_at, id) INCLUDE (ends_at, interviewer_id, held_until, full_until) WHERE status = 'OPEN'`)
	for _, t := range []twin{plain, capped, before} {
		if err := t.store.Vacuum(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	const first = 50
	tagged := strings.Replace(listDocument, "first: $first)", `first: $first, tags: ["go"])`, 1)
	asks := func(t twin, document string, least int) func(context.Context, *rand.Rand) error {
		url := t.serve(b)
		t.checkPages(b, url, document, week, first, least)
		return func(ctx context.Context, random *rand.Rand) error {
			return post(ctx, url, request(document, w.anyStudent(random), week, first))
		}
	}
	contenders := []contender{
		{metric: "plain", name: "neither tags nor caps", do: asks(plain, listDocument, first)},
		{metric: "capped", name: "a third tagged and capped", do: asks(capped, listDocument, first)},
		{metric: "before", name: "index and statement that ignore caps", do: asks(before, listDocument, first)},
		{metric: "tag", name: "a third tagged, filtered by the tag", do: asks(capped, tagged, 1)},
	}
	for _, clients := range []int{1, 16} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			w.compare(b, load{clients: clients}, contenders, closed+".")
		})
	}
}

// twin is a copy of the school with its own interviewers and slots.
type twin struct {
	*world
	schema string
}

// twin copies the tables of the calendars to a schema of their own, which is dropped when
// the benchmark ends. The data set stays unchanged.
func (w *world) twin(b *testing.B, schema string, i pgtest.Intercept) twin {
	b.Helper()
	t := twin{world: &world{pool: w.pool, now: w.now, students: w.students}, schema: schema}
	drop := "DROP SCHEMA IF EXISTS " + schema + " CASCADE"
	t.exec(b, drop+"; CREATE SCHEMA "+schema)
	b.Cleanup(func() {
		if _, err := w.pool.Exec(context.Background(), drop); err != nil {
			b.Errorf("drop the copy: %v", err)
		}
	})
	for _, table := range []string{"interviewers", "availabilities", "slots"} {
		t.exec(b, fmt.Sprintf(`CREATE TABLE %[1]s.%[2]s (LIKE public.%[2]s INCLUDING ALL EXCLUDING INDEXES);
			INSERT INTO %[1]s.%[2]s SELECT * FROM public.%[2]s ORDER BY id`, schema, table))
		// Lists do not use the GiST indexes, which take as long to build as all others.
		rows, err := w.pool.Query(b.Context(), `SELECT replace(indexdef, ' ON public.', ' ON ' || $1 || '.') FROM pg_indexes
			WHERE schemaname = 'public' AND tablename = $2 AND indexdef NOT LIKE '% USING gist %'`, schema, table)
		if err != nil {
			b.Fatal(err)
		}
		indexes, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			b.Fatal(err)
		}
		t.exec(b, strings.Join(indexes, ";"))
	}
	t.store = pgtest.Database{DSN: withSchema(w.pool.Config().ConnString(), schema)}.Intercepted(b, i)
	return t
}

// withSchema returns the DSN with the schema first in the search path.
func withSchema(dsn, schema string) string {
	path := schema + ",public"
	address, err := url.Parse(dsn)
	if err != nil || address.Scheme == "" {
		return dsn + " search_path=" + path
	}
	query := address.Query()
	query.Set("search_path", path)
	address.RawQuery = query.Encode()
	return address.String()
}

func (t twin) exec(b *testing.B, statements string) {
	b.Helper()
	if _, err := t.pool.Exec(b.Context(), statements); err != nil {
		b.Fatalf("%s: %v", statements, err)
	}
}

// cap gives tags and caps to every third interviewer, as an administrator would, and tags
// to every third window. It returns a summary.
func (t twin) cap(b *testing.B) string {
	b.Helper()
	rows, err := t.pool.Query(b.Context(), "SELECT id FROM interviewers WHERE active AND id % 3 = 0")
	if err != nil {
		b.Fatal(err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[booking.InterviewerID])
	if err != nil {
		b.Fatal(err)
	}
	school := app.New(t.store, func() time.Time { return t.now })
	day, week := 2, 5
	for _, id := range ids {
		if _, err := school.UpdateInterviewer(b.Context(), roster.UpdateInterviewerInput{
			InterviewerID: id, InterviewerChange: booking.InterviewerChange{
				Tags: []string{"go"}, MaxPerDay: booking.Set(&day), MaxPerWeek: booking.Set(&week),
			},
		}); err != nil {
			b.Fatal(err)
		}
	}
	t.exec(b, fmt.Sprintf("UPDATE %s.availabilities SET tags = '{senior}' WHERE id %% 3 = 1", t.schema))
	var closed, open int
	if err := t.pool.QueryRow(b.Context(), fmt.Sprintf(`SELECT count(*) FILTER (WHERE full_until > $1), count(*) FROM %s.slots
		WHERE status = 'OPEN' AND starts_at BETWEEN $1 AND $1 + interval '7 days'`, t.schema), t.now).Scan(&closed, &open); err != nil {
		b.Fatal(err)
	}
	if closed == 0 {
		b.Fatal("no slot of the week is closed by a cap")
	}
	return fmt.Sprintf("%d interviewers are capped; %d of the week's %d open slots are closed by caps", len(ids), closed, open)
}

// checkPages verifies that the pages of all copies have at least the given number of
// slots.
func (t twin) checkPages(b *testing.B, url, document string, in calendar.Span, first, least int) {
	b.Helper()
	for _, record := range t.students[:20] {
		text, err := fetch(b.Context(), http.MethodPost, url, request(document, record.Student.ID, in, first))
		if err != nil {
			b.Fatal(err)
		}
		var answer listAnswer
		if err := json.Unmarshal(text, &answer); err != nil {
			b.Fatal(err)
		}
		if n := len(answer.Data.AvailableSlots.Nodes); n < least {
			b.Fatalf("%s returns student %d %d slots, want at least %d", t.schema, record.Student.ID, n, least)
		}
	}
}
