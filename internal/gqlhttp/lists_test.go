package gqlhttp_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"rehearse/graph"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/gqlhttp/coerce"
	"rehearse/internal/schooltest"
)

// limitOfList returns the maximum length of a list of a type: the number of values of an
// enum, or the limit given here.
func limitOfList(of *ast.Definition) int {
	if of.Kind == ast.Enum {
		return len(of.EnumValues)
	}
	return map[string]int{"ID": 500, "Date": 500, "String": 50, "Int": 50}[of.Name]
}

// many returns a list of n equal values.
func many(value any, n int) []any { return slices.Repeat([]any{value}, n) }

// inDocument replaces the only value of a list in a document by n equal ones.
func inDocument(t *testing.T, document, value string, n int) string {
	t.Helper()
	if strings.Count(document, "["+value+"]") != 1 {
		t.Fatalf("%s has no list of %s", document, value)
	}
	return strings.Replace(document, "["+value+"]", "["+strings.TrimSuffix(strings.Repeat(value+" ", n), " ")+"]", 1)
}

// Every list of every input is tested in a variable for the whole argument, in a variable
// of its own, and in the document. One value too many is refused before execution.
func TestInputListLimits(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	before := s.Rows()
	seen := map[string]bool{}
	for _, p := range schooltest.InputPositions(graph.Schema()) {
		if p.Type.Elem == nil {
			continue
		}
		of := p.Type.Elem.Name()
		seen[of] = true
		most := limitOfList(p.Schema.Types[of])
		same(t, "the limit of "+p.String(), coerce.MaxItems(p.Schema, p.Type), most)
		value := schooltest.Sample(p.Schema, p.Type.Elem)
		inVariable := strings.Join(append([]string{"$v"}, p.Names...), ".")
		inArgument := strings.Join(append([]string{p.Argument.Name}, p.Names...), ".")
		says := fmt.Sprintf(": the list has %d values; at most %d are allowed.", most+1, most)
		text := schooltest.Literal(p.Schema, value, p.Type.Elem)
		for name, send := range map[string]func(n int) (string, map[string]any){
			fmt.Sprintf("Variable %q", inVariable): func(n int) (string, map[string]any) { return p.AsVariable(many(value, n)) },
			`Variable "$v"`:                        func(n int) (string, map[string]any) { return p.AsLeaf(p.Type, many(value, n)) },
			fmt.Sprintf("Argument %q of %q", inArgument, p.Field.Name): func(n int) (string, map[string]any) {
				return inDocument(t, p.AsLiteral([]any{value}), text, n), nil
			},
		} {
			t.Run(p.String()+": "+name, func(t *testing.T) {
				document, variables := send(most)
				if problems := gqlhttp.Examine(t.Context(), document, variables); problems != nil {
					t.Errorf("%d values were refused: %v", most, problems)
				}
				document, variables = send(most + 1)
				a := s.For(t).Ask(document, variables)
				if a.Code() != "BAD_USER_INPUT" || len(a.Errors) != 1 || a.Errors[0].Message != name+says || a.Data != nil {
					t.Errorf("%d values: got %s, want the error %q", most+1, a.Body, name+says)
				}
			})
		}
	}
	same(t, "types of lists", slices.Sorted(maps.Keys(seen)),
		[]string{"Date", "EventKind", "ID", "Int", "InterviewStatus", "RefusalCode", "SlotStatus", "String", "Weekday"})
	same(t, "rows are unchanged", s.Rows(), before)
}

// A list in the default of a variable, and a list of variables, have the same limit as
// any other.
func TestInputListLimitsInDefaultsAndVariables(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	const says = "the list has 6 values; at most 5 are allowed."
	for _, test := range []struct{ name, document, want string }{
		{"a default",
			`query($s: [InterviewStatus!] = [BOOKED BOOKED BOOKED BOOKED BOOKED BOOKED]) { interviews(filter: {status: $s}) { totalCount } }`,
			`Default of "$s": ` + says},
		{"a list of variables",
			`query($s: InterviewStatus! = BOOKED) { interviews(filter: {status: [$s $s $s $s $s $s]}) { totalCount } }`,
			`Argument "filter.status" of "interviews": ` + says},
	} {
		t.Run(test.name, func(t *testing.T) {
			s.For(t).Ask(test.document, nil).WantError("BAD_USER_INPUT", test.want)
		})
	}
}

// Lists are limited on every transport.
func TestInputListLimitsOnEveryTransport(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	const document = `query($i: InterviewFilter) { interviews(filter: $i) { totalCount } }`
	for _, n := range []int{5, 6, 9_000} {
		t.Run(fmt.Sprintf("%d values", n), func(t *testing.T) {
			s := s.For(t)
			variables := in{"i": in{"status": many("BOOKED", n)}}
			encoded, err := json.Marshal(variables)
			if err != nil {
				t.Fatal(err)
			}
			socket := s.Connect()
			id := socket.Begin(document, variables)
			bodies := map[string]string{"POST": s.Ask(document, variables).Body}
			if n < 9_000 { // the maximum length of a URL
				get, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"?"+url.Values{"query": {document}, "variables": {string(encoded)}}.Encode(), nil)
				if err != nil {
					t.Fatal(err)
				}
				bodies["GET"] = s.Send(get).Body
			}
			_, bodies["SSE"] = s.open(document, variables).event()
			want := `{"interviews":{"totalCount":0}}`
			if n <= 5 {
				bodies["WebSocket"] = string(socket.Wants("next", id))
			} else {
				bodies["WebSocket"] = string(socket.Wants("error", id))
				want = `"message":"Variable \"$i.status\": the list has ` + strconv.Itoa(n) + ` values; at most 5 are allowed."`
			}
			for transport, body := range bodies {
				if !strings.Contains(body, want) {
					t.Errorf("over %s: got %s, want %s", transport, body, want)
				}
			}
		})
	}
}

// Duplicate values in a list count once.
func TestDuplicateListValuesCountOnce(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, slot := s.Student(nil), s.NewSlot(day)
	s.Booked(student, slot)
	by := s.Interviewer(nil)
	s.Slot(by, 2*day)
	for _, test := range []struct{ name, document, want string }{
		{"interviews by status", `{ interviews(filter: {status: [BOOKED BOOKED]}) { totalCount nodes { id } } }`,
			`{"interviews":{"totalCount":1,"nodes":[{"id":"1"}]}}`},
		{"slots by status and interviewer", `{ slots(filter: {status: [OPEN OPEN], interviewerIds: [` + by + ` ` + by + `]}) { totalCount nodes { status } } }`,
			`{"slots":{"totalCount":1,"nodes":[{"status":"OPEN"}]}}`},
		{"students by what they lack", `{ students(filter: {stuck: [LIMIT_REACHED LIMIT_REACHED]}) { totalCount } }`, `{"students":{"totalCount":0}}`},
		{"events by kind", `{ events(filter: {kind: [INTERVIEW_BOOKED INTERVIEW_BOOKED]}) { totalCount } }`, `{"events":{"totalCount":1}}`},
		{"available slots by interviewer", `{ availableSlots(studentId: ` + student + `, start: "2026-06-01T08:00:00Z", end: "2026-06-20T08:00:00Z",
			interviewerIds: [` + by + ` ` + by + `]) { nodes { status } } }`, `{"availableSlots":{"nodes":[{"status":"OPEN"}]}}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			same(t, "data", string(s.For(t).Ask(test.document, nil).Data), test.want)
		})
	}
}
