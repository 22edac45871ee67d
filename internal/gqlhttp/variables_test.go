package gqlhttp_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"rehearse/graph"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/schooltest"
)

// Every enum value of every input is tested in another case than its own.
func TestEnumsInVariablesMatchExactly(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	before := s.Rows()
	walked := 0
	for _, p := range schooltest.InputPositions(graph.Schema()) {
		enum := p.Schema.Types[p.Type.Name()]
		if enum.Kind != ast.Enum {
			continue
		}
		walked++
		right, path := schooltest.Sample(p.Schema, p.Type), ""
		var wrong any = strings.ToLower(enum.EnumValues[0].Name)
		if p.Type.Elem != nil {
			wrong, path = []any{right.([]any)[0], wrong}, "[1]"
		}
		in := strings.Join(append([]string{"$v"}, p.Names...), ".")
		for name, send := range map[string]func(any) (string, map[string]any){
			in + path:   p.AsVariable,
			"$v" + path: func(leaf any) (string, map[string]any) { return p.AsLeaf(p.Type, leaf) },
		} {
			t.Run(p.String()+": "+name, func(t *testing.T) {
				document, variables := send(wrong)
				a := s.For(t).Ask(document, variables)
				says := fmt.Sprintf("Variable %q: %q is not a value of %s; expected one of %s",
					name, strings.ToLower(enum.EnumValues[0].Name), enum.Name, enum.EnumValues[0].Name)
				if a.Code() != "BAD_USER_INPUT" || !strings.HasPrefix(a.Errors[0].Message, says) || a.Data != nil {
					t.Errorf("%s: got %s, want the error %q", document, a.Body, says)
				}
				document, variables = send(right)
				if problems := gqlhttp.Examine(t.Context(), document, variables); problems != nil {
					t.Errorf("%s with a correct value was refused: %v", document, problems)
				}
			})
		}
	}
	if walked < 12 {
		t.Errorf("the schema has only %d enums in its inputs", walked)
	}
	same(t, "rows are unchanged", s.Rows(), before)
}

// Every input with a default that cannot be null is tested: an explicit null does not
// mean the default.
func TestExplicitNullIsNotTheDefault(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	before := s.Rows()
	walked := 0
	for _, p := range schooltest.InputPositions(graph.Schema()) {
		if !p.Type.NonNull || p.Fallback == nil {
			continue
		}
		walked++
		loose := schooltest.Nullable(p.Type)
		whole, variables := p.AsVariable(nil)
		leaf, _ := p.AsLeaf(loose, nil)
		defaulted := strings.Replace(leaf, "$v: "+loose.String(), "$v: "+loose.String()+" = "+p.Fallback.String(), 1)
		isNull := strings.Replace(leaf, "$v: "+loose.String(), "$v: "+loose.String()+" = null", 1)
		for document, given := range map[string]map[string]any{
			whole: variables, leaf: {"v": nil}, defaulted: {"v": nil}, isNull: nil, p.AsLiteral(nil): nil,
		} {
			t.Run(document, func(t *testing.T) {
				a := s.For(t).Ask(document, given)
				a.WantError("BAD_USER_INPUT", "null is not a value of "+p.Type.String())
				same(t, "data", string(a.Data), "")
			})
		}
		for _, absent := range []string{leaf, defaulted} {
			if problems := gqlhttp.Examine(t.Context(), absent, map[string]any{}); problems != nil {
				t.Errorf("%s without the variable was refused: %v", absent, problems)
			}
		}
	}
	if walked < 15 {
		t.Errorf("the schema has only %d defaults of non-null inputs", walked)
	}
	same(t, "rows are unchanged", s.Rows(), before)
}

// Every input field that may be omitted but not be null is tested.
func TestNullIsRefusedWhereNotAllowed(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	before := s.Rows()
	walked := 0
	for _, p := range schooltest.InputPositions(graph.Schema()) {
		if p.Directives.ForName("notNull") == nil {
			continue
		}
		walked++
		whole, variables := p.AsVariable(nil)
		leaf, null := p.AsLeaf(p.Type, nil)
		for document, given := range map[string]map[string]any{whole: variables, leaf: null, p.AsLiteral(nil): nil} {
			t.Run(document, func(t *testing.T) {
				a := s.For(t).Ask(document, given)
				a.WantError("BAD_USER_INPUT", "null is not allowed; omit it to keep the current value")
				same(t, "data", string(a.Data), "")
			})
		}
		if problems := gqlhttp.Examine(t.Context(), leaf, nil); problems != nil {
			t.Errorf("%s without the variable was refused: %v", leaf, problems)
		}
	}
	if walked < 25 {
		t.Errorf("the schema refuses null in only %d fields", walked)
	}
	same(t, "rows are unchanged", s.Rows(), before)
}

// A filter with a null in it lists what it lists without that field.
func TestNullFilterFieldIsIgnored(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	s.Booked(s.Student(nil), s.NewSlot(day))
	s.NewSlot(2 * day)
	walked := 0
	for _, p := range schooltest.InputPositions(graph.Schema()) {
		if len(p.Names) != 1 || p.Type.NonNull || !strings.HasSuffix(p.Argument.Type.Name(), "Filter") || p.Around != "{ %s }" || p.Operation != "query" {
			continue
		}
		walked++
		selection := "totalCount"
		if p.Field.Name == "eventsAfter" {
			selection = "nodes { id }"
		}
		ask := func(filter string) string {
			a := s.Ask("{ all: "+schooltest.Selection(p.Schema, p.Field, map[string]string{p.Argument.Name: filter}, selection)+" }", nil)
			if a.Errors != nil {
				t.Errorf("%s: got %s", p, a.Body)
			}
			return a.Body
		}
		same(t, p.String(), ask("{"+p.Names[0]+": null}"), ask("{}"))
	}
	if walked < 15 {
		t.Errorf("there are only %d fields in filters", walked)
	}
}

// Variables are checked before anything is executed, on every transport.
func TestVariablesAreCheckedOnEveryTransport(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, slot := s.Student(nil), s.NewSlot(day)
	before := s.Rows()
	const order = `query($d: OrderDirection!) { slots(orderBy: {field: START, direction: $d}) { nodes { start } } }`
	const dryRun = `mutation($s: ID!, $l: ID!, $d: Boolean) { bookSlot(input: {studentId: $s, slotId: $l, dryRun: $d}) { interview { id } } }`
	const first = `query($n: Int) { viewer { role } slots(first: $n) { totalCount } }`
	booking := in{"s": student, "l": slot, "d": nil}
	for _, test := range []struct {
		name, document string
		variables      in
		says           string
	}{
		{"an enum value in lower case", order, in{"d": "desc"}, `Variable "$d": "desc" is not a value of OrderDirection; expected one of ASC, DESC.`},
		{"a string for a number", first, in{"n": "1"}, `Variable "$n": "1" is not a whole number from -2147483648 to 2147483647.`},
		{"null for a default", dryRun, booking, `Variable "$d": it is used as the argument "input.dryRun" of "bookSlot", where null is not a value of Boolean!; omit it to use the default, false.`},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := s.For(t)
			variables, err := json.Marshal(test.variables)
			if err != nil {
				t.Fatal(err)
			}
			query := url.Values{"query": {test.document}, "variables": {string(variables)}}.Encode()
			get, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"?"+query, nil)
			if err != nil {
				t.Fatal(err)
			}
			socket := s.Connect()
			id := socket.Begin(test.document, test.variables)
			_, event := s.open(test.document, test.variables).event()
			for transport, body := range map[string]string{
				"POST": s.Ask(test.document, test.variables).Body, "GET": s.Send(get).Body, "SSE": event, "WebSocket": string(socket.Wants("error", id)),
			} {
				text, err := json.Marshal(test.says)
				if err != nil || !strings.Contains(body, `"message":`+string(text)) || !strings.Contains(body, "BAD_USER_INPUT") {
					t.Errorf("over %s: got %s, want BAD_USER_INPUT and %s", transport, body, text)
				}
			}
		})
	}
	same(t, "rows are unchanged", s.Rows(), before)
}

// Errors in the shape of variables are named, all at once.
func TestVariablesOfWrongType(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	const document = `mutation($i: AddWeeklyAvailabilityInput!) { addWeeklyAvailability(input: $i) { errors { code } } }`
	weekly := func(set in) in {
		input := in{"interviewerId": "1", "startDate": "2026-06-01", "weekdays": []any{"MONDAY"}, "startTime": "10:00", "endTime": "11:00"}
		maps.Copy(input, set)
		return in{"i": input}
	}
	for _, test := range []struct {
		name      string
		variables in
		says      []string
	}{
		{"missing", nil, []string{`Variable "$i": a value is missing; AddWeeklyAvailabilityInput! is expected.`}},
		{"null", in{"i": nil}, []string{`Variable "$i": null is not a value of AddWeeklyAvailabilityInput!.`}},
		{"a string", in{"i": "x"}, []string{`Variable "$i": "x" is not an object of AddWeeklyAvailabilityInput.`}},
		{"a list", in{"i": []any{in{}}}, []string{`Variable "$i": a list is not an object of AddWeeklyAvailabilityInput.`}},
		{"an object without required fields", in{"i": in{"everyWeeks": 1}}, []string{
			`Variable "$i.interviewerId": a value is missing; ID! is expected.`,
			`Variable "$i.startDate": a value is missing; Date! is expected.`,
			`Variable "$i.weekdays": a value is missing; [Weekday!]! is expected.`,
			`Variable "$i.startTime": a value is missing; LocalTime! is expected.`,
			`Variable "$i.endTime": a value is missing; LocalTime! is expected.`,
		}},
		{"unknown fields", weekly(in{"weekday": 1, "__typename": "AddWeeklyAvailabilityInput"}), []string{
			`Variable "$i.__typename": AddWeeklyAvailabilityInput does not have this field.`,
			`Variable "$i.weekday": AddWeeklyAvailabilityInput does not have this field.`,
		}},
		{"null in a list", weekly(in{"weekdays": []any{"MONDAY", nil}}), []string{`Variable "$i.weekdays[1]": null is not a value of Weekday!.`}},
		{"a list in a list", weekly(in{"weekdays": []any{[]any{"MONDAY"}}}), []string{
			`Variable "$i.weekdays[0]": a list is not a value of Weekday; expected one of MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY.`,
		}},
		{"an object for a time", weekly(in{"startTime": in{"hour": 10}}), []string{
			`Variable "$i.startTime": an object is not a time of day; a string such as "14:30" is expected.`,
		}},
		{"two errors", weekly(in{"weekdays": "monday", "tags": []any{1}}), []string{
			`Variable "$i.weekdays": "monday" is not a value of Weekday; expected one of MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY.`,
			`Variable "$i.tags[0]": 1 is not a string.`,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := s.For(t).Ask(document, test.variables)
			says := []string{}
			for _, problem := range a.Errors {
				says = append(says, problem.Message)
				same(t, "error code", problem.Extensions.Code, "BAD_USER_INPUT")
			}
			slices.Sort(says)
			slices.Sort(test.says)
			same(t, "messages", says, test.says)
		})
	}
	a := s.Ask(document, weekly(in{"weekdays": []any{"MONDAY", "x"}}))
	same(t, "path", a.Errors[0].Path, []any{"variable", "i", "weekdays", 1.0})
	var payload struct{ AddWeeklyAvailability struct{ Errors []refused } }
	s.Ask(document, weekly(in{"weekdays": "MONDAY"})).Into(&payload)
	same(t, "one value for a list of one", payload.AddWeeklyAvailability.Errors[0].Code, "NOT_FOUND")
	if a := s.Ask(document, weekly(in{"tags": make([]any, 50)})); len(a.Errors) != 20 || len(a.Body) > 32<<10 {
		t.Errorf("%d errors in %d bytes", len(a.Errors), len(a.Body))
	}
}
