package bench

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

const (
	mostPerPoint = 5 // as a multiple of the median

	batches     = 12                    // of each document; the batch with the least CPU counts
	cpuOfBatch  = 10 * time.Millisecond // a cheaper document is executed more than once
	mostInBatch = 50
)

var (
	seed  = flag.Uint64("seed", 1, "seed of the drawn documents")
	drawn = flag.Int("drawn", 300, "number of drawn documents")
)

var strict = flag.Bool("strict", false, "fail when a point takes more than five times the median of CPU")

// priced is a document, its cost in points, and the CPU time that it took in the server
// and in Postgres.
type priced struct {
	document string
	points   int
	cpu      time.Duration
}

func (p priced) perPoint() time.Duration { return p.cpu / time.Duration(p.points) }

// BenchmarkCostPerPoint executes documents that are drawn from the schema, and the most
// expensive known ones, and compares their CPU time with their cost. With -strict it fails
// if a document takes more than five times the median CPU per point.
//
// The median is over all documents, most of which are drawn: small reads of objects and
// short lists, with their edges. The cost is an upper bound for full pages, and most pages
// are not full, so the median is below the CPU per point of a full page. The CPU is that
// of the server and of the Postgres backends, minus that of an operation that reads
// nothing.
func BenchmarkCostPerPoint(b *testing.B) {
	w := open(b)
	schema := servedSchema(b)
	draw := drawer{schema, rand.New(rand.NewPCG(*seed, 2)), w.arguments(b)}
	documents := w.mostExpensive()
	for range *drawn {
		documents = append(documents, draw.document())
	}
	handler := w.handler()
	var empty time.Duration // of an operation that reads nothing
	var all []priced
	for i, document := range append([]string{`{ __typename }`}, documents...) {
		one, ok := w.cpuOf(b, handler, document)
		switch {
		case i == 0:
			empty = one.cpu
		case ok:
			one.cpu = max(one.cpu-empty, 0)
			all = append(all, one)
		}
	}
	slices.SortFunc(all, func(x, y priced) int { return cmp.Compare(y.perPoint(), x.perPoint()) })
	median, most := all[len(all)/2].perPoint(), all[0].perPoint()
	b.ReportMetric(float64(median.Microseconds()), "median-µs/point")
	b.ReportMetric(float64(most.Microseconds()), "max-µs/point")
	for _, one := range all[:min(len(all), 16)] {
		b.Logf("%v per point: %d points, %v: %.400s", one.perPoint(), one.points, one.cpu, one.document)
	}
	b.Logf("%d documents, median %v per point, maximum %v", len(all), median, most)
	if *strict && most > mostPerPoint*median {
		b.Errorf("the maximum CPU per point, %v, is more than %d times the median, %v", most, mostPerPoint, median)
	}
}

// cpuOf executes a document and measures its CPU. It returns false if the server refuses
// the document.
func (w *world) cpuOf(b *testing.B, handler http.Handler, document string) (priced, bool) {
	b.Helper()
	body := fmt.Appendf(nil, `{"query":%q}`, document)
	least := priced{document: document}
	backends := cpuOfBackends{}
	execute := func() *httptest.ResponseRecorder {
		request := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/graphql", bytes.NewReader(body))
		request.Header.Set("Content-Type", "application/json")
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		return answer
	}
	answer := execute() // opens connections, prepares statements and fills caches
	switch {
	case bytes.Contains(answer.Body.Bytes(), []byte("QUERY_TOO_COMPLEX")):
		return least, false
	case bytes.Contains(answer.Body.Bytes(), []byte(`"errors":[{`)):
		b.Fatalf("%s: %.500s", document, answer.Body)
	}
	least.points, _ = strconv.Atoi(answer.Header().Get("X-GraphQL-Cost"))
	if err := w.backends(b.Context(), backends); err != nil {
		b.Fatal(err)
	}
	batch := func(n int) time.Duration {
		before := backends.processorTime(b)
		for range n {
			execute()
		}
		return (backends.processorTime(b) - before) / time.Duration(n)
	}
	least.cpu = batch(1)
	n := int(min(max(1, cpuOfBatch/max(least.cpu, time.Microsecond)), mostInBatch))
	for range batches {
		least.cpu = min(least.cpu, batch(n))
	}
	return least, true
}

// cpuOfBackends maps the pids of Postgres backends to their CPU time at the last reading.
type cpuOfBackends map[int]time.Duration

// backends adds the Postgres backends of the database.
func (w *world) backends(ctx context.Context, to cpuOfBackends) error {
	rows, err := w.pool.Query(ctx, "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'")
	if err != nil {
		return err
	}
	pids, err := pgx.CollectRows(rows, pgx.RowTo[int])
	for _, pid := range pids {
		to[pid] = 0
	}
	return err
}

// processorTime returns the CPU time of this process and of the backends. A backend that
// has ended counts with its last reading.
func (c cpuOfBackends) processorTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano()+usage.Stime.Nano()) + c.taken()
}

// taken returns the CPU time that the backends have used.
func (c cpuOfBackends) taken() (total time.Duration) {
	for pid := range c {
		if text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "schedstat")); err == nil {
			first, _, _ := strings.Cut(string(text), " ")
			n, _ := strconv.ParseInt(first, 10, 64)
			c[pid] = time.Duration(n)
		}
		total += c[pid]
	}
	return total
}

func servedSchema(b *testing.B) *ast.Schema {
	b.Helper()
	text, err := os.ReadFile("../schema.graphqls")
	if err != nil {
		b.Fatal(err)
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Input: string(text)})
	if err != nil {
		b.Fatal(err)
	}
	return schema
}

// arguments returns the possible values of arguments in drawn documents, by argument name.
func (w *world) arguments(b *testing.B) map[string][]string {
	b.Helper()
	var interview, slot int64
	if err := w.pool.QueryRow(b.Context(), "SELECT max(id), max(slot_id) FROM interviews").Scan(&interview, &slot); err != nil {
		b.Fatal(err)
	}
	w.tagSome(b)
	student := strconv.FormatInt(int64(w.students[0].Student.ID), 10)
	at := func(days int) string { return strconv.Quote(w.now.AddDate(0, 0, days).Format(time.RFC3339)) }
	return map[string][]string{
		"studentId": {student}, "interviewerId": {"1"}, "interviewId": {strconv.FormatInt(interview, 10)},
		"Query.student": {student}, "Query.interviewer": {"1"}, "Query.slot": {strconv.FormatInt(slot, 10)}, "Query.interview": {strconv.FormatInt(interview, 10)},
		"start": {at(0), at(1), at(-60)}, "end": {at(2), at(30), at(300)}, "first": {"1", "5", "20", "100"}, "search": {`"an"`, `"zq"`, `"anna"`, `"za"`},
		"interviewerIds": {"[1]", "[1 2 3 4 5]", numbersFrom(1, 100)}, "tags": {`["go"]`, `["none"]`, `["rare"]`, `["go" "sql"]`}, "languages": {`["en"]`}, "eligible": {"true", "false"},
		"active": {"true"}, "interviewsUsed": {"{min: 40}", "{max: 1}"}, "code": {"TOO_SOON"},
	}
}

// tagSome adds tags to some interviewers and availabilities if the data set has none.
func (w *world) tagSome(b *testing.B) {
	b.Helper()
	var tagged bool
	if err := w.pool.QueryRow(b.Context(), "SELECT EXISTS (SELECT FROM interviewers WHERE tags <> '{}')").Scan(&tagged); err != nil || tagged {
		if err != nil {
			b.Fatal(err)
		}
		return
	}
	for _, statement := range []string{
		"UPDATE availabilities SET tags = '{go}' WHERE id % 50 = 0",
		"UPDATE interviewers SET tags = CASE WHEN id % 500 = 7 THEN '{rare}' WHEN id % 3 = 0 THEN '{go}' ELSE '{sql}' END::text[]",
		"VACUUM ANALYZE availabilities", "VACUUM ANALYZE interviewers",
	} {
		if _, err := w.pool.Exec(b.Context(), statement); err != nil {
			b.Fatal(err)
		}
	}
}

// numbersFrom formats a list of n ids.
func numbersFrom(first, n int) string {
	text := "["
	for i := range n {
		text += fmt.Sprint(first+i, " ")
	}
	return text + "]"
}

// mostExpensive returns documents whose CPU is high compared with their result.
func (w *world) mostExpensive() []string {
	student := w.students[0].Student.ID
	list := func(days int, arguments, fields string) string {
		return fmt.Sprintf(`{ availableSlots(studentId: %d, start: %q, end: %q, first: 1%s) { %s } }`,
			student, w.now.Format(time.RFC3339), w.now.AddDate(0, 0, days).Format(time.RFC3339), arguments, fields)
	}
	month := func(from int, status, fields string) string {
		return fmt.Sprintf(`{ slots(first: 1, filter: {status: %s, start: %q, end: %q}) { %s } }`,
			status, w.now.AddDate(0, 0, from).Format(time.RFC3339), w.now.AddDate(0, 0, from+30).Format(time.RFC3339), fields)
	}
	again := func(n int, field string) string {
		text := "{"
		for i := range n {
			text += fmt.Sprintf(" a%d: %s", i, field)
		}
		return text + " }"
	}
	nobody := numbersFrom(1_000_000, 500)
	return []string{
		again(20, `bookingPolicy { version }`), again(20, fmt.Sprintf(`student(id: %d) { interviewLimit }`, student)), again(20, `interviews(first: 100) { pageInfo { endCursor } }`),
		again(20, `interviews { totalCount }`), again(20, `interviews(filter: {status: [BOOKED, COMPLETED, CANCELLED]}) { totalCount }`),
		again(20, `slots { totalCount }`), again(20, `events { totalCount }`), again(20, `students { totalCount }`),
		again(5, `interviews(first: 1, filter: {status: [INTERVIEWER_NO_SHOW]}) { nodes { id } }`),
		again(5, `students(first: 1, filter: {search: "zq"}) { nodes { id } }`), again(5, `students(first: 1, filter: {search: "an"}) { totalCount }`),
		`{ students(first: 1, filter: {interviewsUsed: {min: 40}}) { totalCount } }`,
		`{ students(first: 1, filter: {interviewsUsed: {min: 40}}, orderBy: {field: NAME}) { nodes { id } } }`,
		`{ students(first: 1, filter: {stuck: [LIMIT_REACHED, GRADES_TOO_LOW]}) { totalCount } }`,
		`{ students(first: 1, filter: {eligible: false}, orderBy: {field: NAME}) { totalCount nodes { id } } }`,
		`{ events(first: 1, filter: {kind: [POLICY_UPDATED]}) { totalCount nodes { id } } }`,
		`{ events(first: 1, filter: {start: "2036-01-01T00:00:00Z"}) { nodes { id } } }`,
		`{ slots(first: 1, filter: {status: [HELD]}) { totalCount nodes { id } } }`,
		`{ slots(first: 1, filter: {status: [WITHDRAWN]}) { totalCount nodes { id } } }`, `{ slots(first: 1, filter: {status: [HELD, WITHDRAWN]}) { totalCount nodes { id } } }`,
		`{ slots(first: 1, filter: {status: [OPEN]}) { totalCount nodes { id } } }`,
		month(0, "[HELD]", "totalCount nodes { id }"), month(-60, "[OPEN]", "totalCount nodes { id }"), month(0, "[BOOKED]", "totalCount nodes { id }"), month(-60, "[WITHDRAWN, HELD]", "totalCount"),
		`{ slots(first: 100, filter: {interviewerIds: ` + numbersFrom(1, 100) + `}) { nodes { id } } }`,
		list(30, `, interviewerIds: `+nobody, "nodes { id }"), list(300, `, interviewerIds: `+nobody, "totalCount nodes { id }"), list(30, `, interviewerIds: `+nobody, "nodes { id } emptyReasons { code }"),
		list(1, `, interviewerIds: `+nobody, "nodes { id } emptyReasons { code }"), list(5, `, tags: ["go", "rare"]`, "nodes { id } emptyReasons { code }"),
		list(30, `, tags: ["go", "rare"]`, "nodes { id }"), list(30, `, tags: ["go", "rare"]`, "nodes { id } emptyReasons { code }"), list(300, `, tags: ["rare"]`, "totalCount nodes { id }"), list(1, `, tags: ["go"]`, "nodes { id }"),
		`{ students(first: 1, filter: {search: "za"}, orderBy: {field: NAME}) { totalCount nodes { id } } }`, `{ students(first: 1, filter: {search: "zq"}, orderBy: {field: EMAIL}) { totalCount nodes { id } } }`,
		`{ students(first: 1, filter: {interviewsUsed: {max: 0}}, orderBy: {field: NAME}) { totalCount nodes { id } } }`,
		`{ students(first: 1, filter: {interviewsUsed: {min: 16}, search: "zq"}) { totalCount nodes { id } } }`,
		`{ interviews(first: 1, filter: {status: [INTERVIEWER_NO_SHOW]}, orderBy: {field: BOOKED_AT}) { totalCount nodes { id } } }`,
		fmt.Sprintf(`{ interviews(first: 1, filter: {start: %q}, orderBy: {field: BOOKED_AT}) { nodes { id } } }`, w.now.AddDate(0, 0, 1).Format(time.RFC3339)),
		`{ interviews(first: 1, filter: {status: [BOOKED]}) { totalCount nodes { id } } }`, `{ interviews(first: 1, filter: {status: [STUDENT_NO_SHOW, INTERVIEWER_NO_SHOW]}) { totalCount nodes { id } } }`,
		`{ students(first: 1, filter: {search: "an"}, orderBy: {field: NAME}) { totalCount nodes { id } } }`,
		`{ events(first: 1, filter: {kind: [INTERVIEW_BOOKED]}) { totalCount nodes { id } } }`,
		list(300, `, tags: ["none"]`, "nodes { id }"), list(300, `, tags: ["none"]`, "totalCount"), list(30, `, tags: ["none"]`, "nodes { id } emptyReasons { code }"),
		list(300, `, interviewerIds: [1000000]`, "totalCount nodes { id }"), list(300, "", "totalCount"),
		list(30, `, interviewerIds: [1000000]`, "nodes { id } emptyReasons { code count }"),
		`{ students(first: 100) { nodes { id name email timeZone interviewLimit createdAt version eligibility { eligible } upcomingInterviews { id } waivers { id } } } }`,
		`{ interviewers(first: 50) { nodes { slots(first: 1) { totalCount } interviews(first: 1) { totalCount } } } }`,
		`{ events(first: 100) { nodes { id at kind requestId actor { role id } changes { field before after } } } }`,
		`{ slots(first: 40, filter: {status: [BOOKED]}) { nodes { history { what at until eventId } } } }`,
		fmt.Sprintf(`{ exportStudent(studentId: %d) }`, student),
	}
}

// drawer draws documents that are valid in the schema.
type drawer struct {
	schema    *ast.Schema
	random    *rand.Rand
	arguments map[string][]string
}

func (d drawer) document() string {
	var out strings.Builder
	out.WriteString("{")
	for i := range 1 + d.random.IntN(2) {
		root := d.root()
		for again := range 1 + max(0, d.random.IntN(6)-4)*3 { // repeats one field in six four times
			fmt.Fprintf(&out, " r%d%d: %s", i, again, root)
		}
	}
	return out.String() + " }"
}

// root draws a field of Query that returns objects.
func (d drawer) root() string {
	for {
		f := d.schema.Query.Fields[d.random.IntN(len(d.schema.Query.Fields))]
		if !strings.HasPrefix(f.Name, "__") && d.leads(f) {
			return d.field(d.schema.Query, f, 3)
		}
	}
}

func (d drawer) leads(f *ast.FieldDefinition) bool {
	return d.schema.Types[f.Type.Name()].IsCompositeType()
}

func (d drawer) selection(of *ast.Definition, depth int) string {
	out := "{ __typename"
	for range 1 + d.random.IntN(5) {
		if len(of.Fields) == 0 {
			break
		}
		if f := of.Fields[d.random.IntN(len(of.Fields))]; !strings.HasPrefix(f.Name, "__") && (depth > 0 || !d.leads(f)) {
			out += fmt.Sprintf(" x%d: %s", len(out), d.field(of, f, depth-1))
		}
	}
	return out + " }"
}

func (d drawer) field(of *ast.Definition, f *ast.FieldDefinition, depth int) string {
	given := []string{}
	for _, a := range f.Arguments {
		if text, ok := d.argument(of.Name+"."+f.Name, a.Name, a.Type); ok && (a.Type.NonNull && a.DefaultValue == nil || a.Name == "first" || d.random.IntN(3) == 0) {
			given = append(given, a.Name+": "+text)
		}
	}
	text := f.Name
	if len(given) > 0 {
		text += "(" + strings.Join(given, ", ") + ")"
	}
	if d.leads(f) {
		text += " " + d.selection(d.schema.Types[f.Type.Name()], depth)
	}
	return text
}

// argument draws a value. It returns false if there is no value for the argument.
func (d drawer) argument(field, name string, of *ast.Type) (string, bool) {
	choices := d.arguments[name]
	if name == "id" {
		choices = d.arguments[field]
	}
	if len(choices) > 0 {
		return choices[d.random.IntN(len(choices))], true
	}
	definition := d.schema.Types[of.Name()]
	switch {
	case definition.Kind == ast.InputObject && strings.HasSuffix(definition.Name, "Order"):
		return "{field: " + d.enum(field, d.schema.Types[definition.Fields.ForName("field").Type.Name()], false) + "}", true
	case definition.Kind == ast.Enum:
		return d.enum(field, definition, of.Elem != nil), true
	case definition.Kind == ast.InputObject && strings.HasSuffix(definition.Name, "Filter"):
		f := definition.Fields[d.random.IntN(len(definition.Fields))]
		text, ok := d.argument(field, f.Name, f.Type)
		return "{" + f.Name + ": " + text + "}", ok
	}
	return "", false
}

func (d drawer) enum(field string, of *ast.Definition, list bool) string {
	value := of.EnumValues[d.random.IntN(len(of.EnumValues))].Name
	if field == "Query.students" && of.Name == "RefusalCode" {
		value = "LIMIT_REACHED"
	}
	if list {
		return "[" + value + "]"
	}
	return value
}
