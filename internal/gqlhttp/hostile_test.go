package gqlhttp_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"
)

// hostile is a request that tries to cost more than it should.
type hostile struct {
	name      string
	document  string
	variables map[string]any
	limit     string // the limit that refuses it; "" if validation or the resolver refuses it, or if it succeeds
	code      string // of the first error; "" if it succeeds
}

// times concatenates the results of write for the numbers below n.
func times(n int, write func(i int) string) string {
	var out strings.Builder
	for i := range n {
		out.WriteString(write(i))
	}
	return out.String()
}

// numbered repeats text n times. In each repetition, {n} is its number, from 0, and {n+1}
// is the next one.
func numbered(n int, text string) string {
	return times(n, func(i int) string {
		return strings.NewReplacer("{n}", strconv.Itoa(i), "{n+1}", strconv.Itoa(i+1)).Replace(text)
	})
}

const (
	tooComplex = "QUERY_TOO_COMPLEX"
	badInput   = "BAD_USER_INPUT"
)

// refusedByLimits returns requests that exceed a limit, with its name.
func refusedByLimits() []hostile {
	return []hostile{
		{name: "a document of 15,001 characters", document: "{ __typename }" + strings.Repeat(" ", 14_987), limit: "characters"},
		{name: "a string of 100,000 characters", document: `{ __type(name: "` + strings.Repeat("x", 100_000) + `") { name } }`, limit: "characters"},
		{name: "a name of 15,000 characters", document: `{ ` + strings.Repeat("x", 15_000) + ` }`, limit: "characters"},
		{name: "comments only", document: strings.Repeat("#\n", 7000), limit: "tokens"},
		{name: "2,001 tokens", document: "{" + strings.Repeat("a ", 1999) + "}", limit: "tokens"},
		{name: "a thousand operations", document: strings.Repeat("query q{a}", 1000), limit: "tokens"},
		{name: "a thousand nested lists", document: "{ student(id: " + strings.Repeat("[", 900) + strings.Repeat("]", 900) + ") { id } }", limit: "nesting"},
		{name: "nested input objects", document: "{ students(filter: " + strings.Repeat("{a:", 300) + "1" + strings.Repeat("}", 300) + ") { totalCount } }", limit: "nesting"},
		{name: "nested inline fragments", document: strings.Repeat("{...", 100) + "{ __typename }" + strings.Repeat("}", 100), limit: "nesting"},
		{name: "a type of nested lists", document: "query($a: " + strings.Repeat("[", 500) + "Int" + strings.Repeat("]", 500) + ") { __typename }", limit: "nesting"},
		{name: "nested objects", document: strings.Repeat("{ student(id: 1) ", 13) + "{ id }" + strings.Repeat("}", 13), limit: "depth"},
		{name: "nested objects in fragments", document: "{ ...f0 }" +
			numbered(12, " fragment f{n} on Query { student { ...f{n+1} } }") + " fragment f12 on Query { id }", limit: "depth"},
		{name: "nested types", document: "{ __schema { types " + strings.Repeat("{ ofType ", 20) + "{ name }" + strings.Repeat("}", 20) + " } }",
			limit: "introspectionDepth"},
		{name: "many aliases", document: "{" + numbered(600, "a{n}:__typename ") + "}", limit: "rootFields"},
		{name: "31 aliases", document: "{ bookingPolicy {" + numbered(31, "a{n}:version ") + "} }", limit: "aliases"},
		{name: "51 directives", document: "{ __typename " + strings.Repeat("@include(if: true) ", 51) + "}", limit: "directives"},
		{name: "21 root fields", document: "{" + strings.Repeat("__typename ", 21) + "}", limit: "rootFields"},
		{name: "21 root fields, in fragments", document: "{ ...a ...a ...a } fragment a on Query {" + strings.Repeat("__typename ", 7) + "}", limit: "rootFields"},
		{name: "6 mutations", document: "mutation {" + numbered(6, "a{n}: holdSlot(input: {studentId: 1, slotId: 1}) { errors { code } } ") + "}",
			limit: "rootFieldsOfMutation"},
		{name: "a response key eleven times", document: "{ bookingPolicy {" + strings.Repeat("version ", 11) + "} }", limit: "sameKey"},
		{name: "a response key eleven times through a fragment", document: "{" + strings.Repeat("bookingPolicy { version ...p } ", 6) + "} fragment p on BookingPolicy { version }",
			limit: "sameKey"},
		{name: "fragments that double", document: "{ ...f0 }" + numbered(60, " fragment f{n} on Query { ...f{n+1} ...f{n+1} }") +
			" fragment f60 on Query { viewer { role } }", limit: "rootFields"},
		{name: "fragments that double below the root", document: "{ viewer { ...f0 } }" + numbered(60, " fragment f{n} on Viewer { ...f{n+1} ...f{n+1} }") +
			" fragment f60 on Viewer { role }", limit: "fields"},
		{name: "nested duplicates on every level", document: "{" + nestedFields(4, 4) + "}", limit: "sameKey"},
		{name: "a chain of fragments", document: "{ viewer { ...f0 } }" + numbered(150, " fragment f{n} on Viewer { ...f{n+1} }") +
			" fragment f150 on Viewer { " + numbered(300, "a{n} ") + "}", limit: "nodes"},
		{name: "operations that share a fragment", document: numbered(100, "query q{n}{viewer{...f}}") + "fragment f on Viewer{" +
			numbered(500, "a{n} ") + "}", limit: "nodes"},
		{name: "nested lists", document: "{ students(first: 100) { nodes { interviews(first: 100) { nodes { id } } } } }", limit: "cost"},
		{name: "the whole schema twelve times", document: "{ __schema { types { name " +
			numbered(12, "a{n}: fields { args { type { name } } type { fields { name type { name } args { name type { name } } } } } ") + "} } }", limit: "cost"},
	}
}

// manyOperations returns many operations that spread one fragment with the selection.
func manyOperations(operations int, on, selected string) string {
	return numbered(operations, "query q{n}{viewer{...f}}") + " fragment f on " + on + " {" + selected + "}"
}

// nestedFields returns nested fields: wide equal fields on each of deep levels.
func nestedFields(wide, deep int) string {
	if deep == 0 {
		return "a "
	}
	return strings.Repeat("a{"+nestedFields(wide, deep-1)+"}", wide)
}

// withinLimits returns requests that are as expensive as the limits allow, or hostile in
// another way.
func withinLimits() []hostile {
	huge := strings.Repeat("x", 200_000)
	return []hostile{
		{name: "an empty document", document: "#", code: badInput},
		{name: "a byte order mark", document: "\ufeff{ __typename }"},
		{name: "a null character", document: "{ __typename \x00 }", code: badInput},
		{name: "a bracket", document: "{", code: badInput},
		{name: "only closing brackets", document: strings.Repeat("}", 1900), code: badInput},
		{name: "a fragment that spreads itself", document: "{ ...a } fragment a on Query { ...a }", code: badInput},
		{name: "fragments that spread each other", document: "{ ...f0 }" + times(40, func(i int) string {
			return fmt.Sprintf(" fragment f%d on Query {%s}", i, times(20, func(j int) string { return fmt.Sprintf(" ...f%d", (i+j)%40) }))
		}), code: badInput},
		{name: "unknown fragments", document: "{" + numbered(900, "...f{n} ") + "}", code: badInput},
		{name: "unknown fields", document: "{ viewer {" + numbered(980, "rol{n} ") + "} }", code: badInput},
		{name: "unknown fields of a type with many", document: "{ viewer { ...f } } fragment f on Mutation {" + numbered(900, "bookSlo{n} ") + "}", code: badInput},
		{name: "unknown fields in many operations", document: manyOperations(90, "Mutation", numbered(30, "bookSlo{n} ")), code: badInput},
		{name: "unknown types in many operations", document: manyOperations(90, "Viewer", numbered(15, "...on InterviewerConnectio{n}{a{n}}")), code: badInput},
		{name: "unknown arguments in many operations", document: manyOperations(90, "Mutation", "bookSlot("+numbered(27, "inpu{n}:1 ")+"){interview{id}}"), code: badInput},
		{name: "unknown enum values in many operations", document: manyOperations(90, "Query", "students(orderBy:{"+numbered(27, "direction:ASCC{n} ")+"}){totalCount}"), code: badInput},
		{name: "unknown arguments", document: "{ student(" + numbered(480, "ib{n}:1 ") + ") { id } }", code: badInput},
		{name: "unknown types", document: numbered(240, "fragment f{n} on InterviewerConnectio{n}{a}"), code: badInput},
		{name: "unknown types of variables", document: "query(" + numbered(390, "$a{n}:Interviewe{n} ") + "){__typename}", code: badInput},
		{name: "unknown enum values", document: "{ students(orderBy: {" + numbered(400, "direction:ASCC{n} ") + "}) { totalCount } }", code: badInput},
		{name: "a nested list of values of the wrong type", document: "{ student(id: " + strings.Repeat("[", 27) + strings.Repeat("{a:1},", 380) + strings.Repeat("]", 27) + ") { id } }", code: badInput},
		{name: "an unknown name of 14,000 characters", document: "{ viewer { " + strings.Repeat("x", 14_000) + " } }", code: badInput},
		{name: "a string of 14,000 characters for a number", document: `{ students(first: "` + strings.Repeat("x", 14_000) + `") { totalCount } }`, code: badInput},
		{name: "nested duplicates", document: "{ student(id: 1) {" + strings.Repeat("interviews { nodes {"+strings.Repeat("id ", 1)+"start end } } ", 10) + "} }"},
		{name: "fields that overlap", document: "{ student(id: 1) {" + times(99, func(i int) string { return strings.Repeat(fmt.Sprintf("f%d ", i), 10) }) + "} }", code: badInput},
		{name: "fields that overlap, in nested inline fragments", document: "{ student(id: 1) " + strings.Repeat("{...", 27) + "{" +
			times(95, func(i int) string { return strings.Repeat(fmt.Sprintf("f%d ", i), 10) }) + "}" + strings.Repeat("}", 27) + "}", code: badInput},
		{name: "fields that differ in their arguments", document: "{ student(id: 1) {" + times(60, func(i int) string {
			return times(5, func(j int) string { return fmt.Sprintf("f%d(b:%d) ", i, j) })
		}) + "} }", code: badInput},
		{name: "a fragment that is spread often", document: "{ viewer {" + strings.Repeat("...f ", 900) + "} } fragment f on Viewer { ...g } fragment g on Viewer { __typename @skip(if: true) }",
			limit: "nodes"},
		{name: "two empty fragments that are spread often", document: "{ viewer { role" + strings.Repeat(" ...f ...g", 450) + "} }", code: badInput},
		{name: "many fragments in one selection", document: "{ viewer {" + numbered(150, "...f{n} ") + "} }" + numbered(150, " fragment f{n} on Viewer {a{n}}"), code: badInput},
		{name: "many variables", document: "query(" + numbered(390, "$a{n}:Int ") + "){__typename}", code: badInput},
		{name: "many operations", document: numbered(330, "query q{n}{a}"), code: badInput},
		{name: "many anonymous operations", document: strings.Repeat("{a}", 600), code: badInput},
		{name: "a variable of 9,999 values", document: `query($i: [ID!]) { availableSlots(studentId: 1, start: "2026-06-01T00:00:00Z", end: "2026-06-02T00:00:00Z", interviewerIds: $i) { totalCount } }`,
			variables: map[string]any{"i": make([]bool, 9_999)}, code: badInput},
		{name: "a variable that the operation does not declare", document: `{ __typename }`, variables: map[string]any{"i": make([]int, 9_999)}},
		{name: "10,001 values", document: `{ __typename }`, variables: map[string]any{"i": make([]int, 10_000)}, limit: "values"},
		{name: "a long string for a number", document: `query($i: Int) { students(first: $i) { totalCount } }`, variables: map[string]any{"i": huge}, code: badInput},
		{name: "a long string for an id", document: `query($i: ID!) { student(id: $i) { id } }`, variables: map[string]any{"i": huge}, code: badInput},
		{name: "a long string for a time", document: `query($i: DateTime!) { availableSlots(studentId: 1, start: $i, end: $i) { totalCount } }`,
			variables: map[string]any{"i": huge}, code: badInput},
		{name: "a long string for an enum value", document: `query($i: OrderDirection!) { students(orderBy: {direction: $i}) { totalCount } }`,
			variables: map[string]any{"i": huge}, code: badInput},
		{name: "an unknown field with a long name", document: `query($i: StudentFilter) { students(filter: $i) { totalCount } }`,
			variables: map[string]any{"i": map[string]any{huge: 1}}, code: badInput},
		{name: "a long cursor", document: `query($i: String) { students(after: $i) { totalCount } }`, variables: map[string]any{"i": huge}, code: badInput},
		{name: "a long time zone", document: `mutation($i: String!) { createStudent(input: {name: "a", email: "a@b.org", timeZone: $i}) { errors { code message } } }`,
			variables: map[string]any{"i": huge}},
	}
}

const (
	// tooLong indicates a blow-up on any machine, also under the race detector. It is CPU
	// time, which grows little on a busy machine, and forty times the time allowed for
	// a document, which BenchmarkHostileDocuments checks.
	tooLong    = 2 * time.Second
	mostAnswer = 32 << 10
)

// quickest sends a request several times and returns the fastest response. Each attempt
// has a different text, so that nothing is cached. The fastest counts because other load
// on the machine only adds time.
func (s *school) quickest(h hostile) (answer, time.Duration) {
	s.T.Helper()
	var a answer
	least := time.Hour
	for try := range 5 {
		body, err := json.Marshal(map[string]any{"query": h.document + strings.Repeat(" ", try), "variables": h.variables})
		if err != nil {
			s.T.Fatal(err)
		}
		request := httptest.NewRequestWithContext(s.T.Context(), http.MethodPost, "/", strings.NewReader(string(body)))
		request.Header.Set("Content-Type", "application/json")
		recorder := httptest.NewRecorder()
		began := processorTime()
		s.Handler.ServeHTTP(recorder, request)
		least = min(least, processorTime()-began)
		a = answer{T: s.T, Status: recorder.Code, Body: recorder.Body.String()}
		if err := json.Unmarshal(recorder.Body.Bytes(), &a); err != nil {
			s.T.Fatalf("decode the response: %v", err)
		}
	}
	return a, least
}

// It is not parallel, so that other tests do not add to its times.
func TestHostileDocuments(t *testing.T) { //nolint:paralleltest // other tests would add to its times
	s := newSchool(t)
	for _, h := range append(refusedByLimits(), withinLimits()...) {
		t.Run(h.name, func(t *testing.T) {
			if h.limit != "" {
				h.code = tooComplex
			}
			a, took := s.For(t).quickest(h)
			t.Logf("%8.2f ms %6d bytes", float64(took.Microseconds())/1000, len(a.Body))
			if a.Code() != h.code || (h.limit != "" && !strings.Contains(a.Body, `"limit":"`+h.limit+`"`)) {
				t.Errorf("got %.300s, want the code %q and the limit %q", a.Body, h.code, h.limit)
			}
			if strings.Contains(a.Body, `"extensions":{"errorsLeftOut":`) != (len(a.Errors) == 20) {
				t.Errorf("got %d errors, and the message about omitted errors is wrong", len(a.Errors))
			}
			if took > tooLong || len(a.Body) > mostAnswer || len(a.Errors) > 20 {
				t.Errorf("took %v and %d bytes with %d errors, want at most %v, %d and 20", took, len(a.Body), len(a.Errors), tooLong, mostAnswer)
			}
		})
	}
}
