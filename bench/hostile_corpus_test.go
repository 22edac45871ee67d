package bench

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// requests returns the most expensive known requests.
func (h *hostile) requests() []hostileRequest {
	return append(append(h.documents(), h.traffic()...), h.imports()...)
}

func (h *hostile) documents() []hostileRequest {
	in := h.days(90)
	list := fmt.Sprintf(`studentId: "%d", start: %q, end: %q`, h.students[0].Student.ID, in.Start.Format(time.RFC3339), in.End.Format(time.RFC3339))
	return []hostileRequest{
		{name: "slots of a weekly rule", send: weeklyRules},
		{name: "one status 22,000 times", send: manyStatuses},
		{name: "events of a regraded interview", send: regraded},
		{name: "totalCount, 20 times", document: `{ ` + times(20, `c%d: interviews { totalCount }`) + ` }`},
		{name: "slots of interviewers of slots", document: `{ interviewers(first: 10) { nodes { slots(first: %[1]d) { nodes { id start end
			interviewer { name bio slots(first: 40) { nodes { id start end status interviewer { id name email bio headline } } } } } } } } }`},
		{name: "slots that can be booked", document: `{ availableSlots(` + list + `, first: %[1]d) { nodes { id start end interviewer { name headline bio tags languages photoUrl slots(first: 20) { nodes { id start interviewer { bio } } } } } } }`},
		{name: "history of slots", document: `{ interviewers(first: 10) { nodes { slots(first: %[1]d) { nodes { id history { what at until eventId } interviewer { name bio } } } } } }`},
		{name: "events of interviews of events", document: `{ interviews(first: %[1]d) { nodes { events(first: 10) { nodes { id kind at interview { id
			events(first: 5) { nodes { id kind at interview { id status note } } } } } } } } }`},
		{name: "everything of students", document: `{ students(first: %[1]d) { nodes { id name email eligibility { eligible reasons { code message } } upcomingInterviews { id start interviewer { bio } }
			interviews(first: 20) { nodes { id note start interviewer { name bio } events(first: 2) { nodes { id kind at } } } } } } }`},
		{name: "eligible students", document: `{ students(first: %[1]d) { nodes { id a: eligibility { eligible interviewsUsed recentGrades reasons { code message } student { id name email } } } } }`},
		{name: "notes", document: `{ interviews(first: %[1]d) { nodes { note cancelReason } } }`},
		{name: "notes that are not selected", document: `{ ` + times(9, `a%d: interviews(first: 100) { nodes { id } }`) + ` }`},
		{name: "notes of students", document: `{ students(first: %[1]d) { nodes { interviews(first: 40) { nodes { id } } } } }`},
		{name: "profiles, 20 times", document: `{ ` + times(20, `a%[2]d: interviewers(first: %[1]d) { nodes { bio } }`) + ` }`},
		{name: "profiles of interviews", document: `{ interviews(first: %[1]d) { nodes { id interviewer { bio headline tags languages photoUrl } } } }`},
		{name: "long names", document: `{ interviewers(first: %[1]d) { nodes { slots(first: 45) { nodes { ` + longNames(20, 500) + ` } } } } }`},
		{name: "counts of students", document: `{ students(first: %[1]d) { nodes { ` + times(20, `c%d: interviews(first: 1) { totalCount }`) + ` } } }`},
		{name: "introspection, wide", document: `{ __schema { types { name description fields { name description args { name description type { name ofType { name } } } type { name ofType { name ofType { name } } } }
			inputFields { name description } enumValues { name description } } } }`},
		{name: "introspection of GraphiQL", document: introspectionQuery},
		{name: "exports", document: fmt.Sprintf(`{ exportStudent(studentId: %d) }`, h.busiest())},
		{name: "random documents", send: drawnAtOnce},
	}
}

// times concatenates n copies of a format with their numbers.
func times(n int, format string) string {
	var all strings.Builder
	for i := range n {
		all.WriteString(strings.NewReplacer("%d", strconv.Itoa(i), "%[2]d", strconv.Itoa(i)).Replace(format) + " ")
	}
	return all.String()
}

func longNames(n, length int) string {
	return times(n, "n%d_"+strings.Repeat("x", length)+": __typename")
}

// busiest returns the student with the most interviews.
func (h *hostile) busiest() (id int64) {
	if err := h.pool.QueryRow(h.b.Context(), "SELECT student_id FROM interviews GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1").Scan(&id); err != nil {
		h.b.Fatal(err)
	}
	return id
}

// newInterviewer creates an interviewer with an empty calendar.
func (h *hostile) newInterviewer(name string) string {
	var added struct {
		CreateInterviewer struct{ Interviewer struct{ ID string } }
	}
	h.must(`mutation($name: String!, $email: String!, $bio: String!) { createInterviewer(input: {name: $name, email: $email, bio: $bio}) { interviewer { id } } }`,
		map[string]any{"name": name, "email": strings.ReplaceAll(name, " ", "") + "@hostile.example", "bio": strings.Repeat("𝄞", 1000)}, &added)
	return added.CreateInterviewer.Interviewer.ID
}

// weeklyRules publishes half a year in slots of 15 minutes, for a new interviewer of each
// caller, and selects the largest admitted page of the result.
func weeklyRules(h *hostile) {
	rule := func(interviewer string) string {
		return fmt.Sprintf(`mutation { addWeeklyAvailability(input: {interviewerId: %q, startDate: %q, weekdays: [MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY],
			startTime: "08:00", endTime: "18:00", slotMinutes: 15}) { slots(first: %%[1]d) { id interviewer { id name slots(first: 480) { nodes { id start end status interviewer { id name bio } } } } } } }`,
			interviewer, h.now.AddDate(0, 0, 1).Format(time.DateOnly))
	}
	_, size := h.largestAdmitted(rule("999999999"))
	bodies := make([][]byte, hostileClients)
	for caller := range bodies {
		bodies[caller] = hostileBody(fmt.Sprintf(rule(h.newInterviewer(fmt.Sprint("Weekly ", caller))), size), nil)
	}
	h.process.forgetPeak()
	h.atOnce(1, func(caller, _ int) { h.ask(caller, bodies[caller]) })
}

// manyStatuses fills a body with enum values.
func manyStatuses(h *hostile) {
	all := strings.Split(strings.Repeat("BOOKED ", 22_000), " ")
	body := hostileBody(`query($i: [InterviewStatus!]) { `+times(20, `c%d: interviews(filter: {status: $i}) { totalCount }`)+` }`, map[string]any{"i": all[:22_000]})
	h.atOnce(hostileRounds, func(caller, _ int) { h.ask(caller, body) })
	if h.codes["QUERY_TOO_COMPLEX"] != hostileClients*hostileRounds {
		h.b.Errorf("a status 22,000 times: got the codes %v, want only refusals", h.codes)
	}
}

const regrades = 400

// regraded requests the events of an interview that was regraded many times.
func regraded(h *hostile) {
	var id int64
	if err := h.pool.QueryRow(h.b.Context(), "SELECT min(id) FROM interviews WHERE status = 'COMPLETED'").Scan(&id); err != nil {
		h.b.Fatal(err)
	}
	for i := range regrades {
		var graded any
		h.must(`mutation($id: ID!, $grade: Int!) { completeInterview(input: {interviewId: $id, grade: $grade}) { errors { code } } }`,
			map[string]any{"id": strconv.FormatInt(id, 10), "grade": i % 6}, &graded)
	}
	document, _ := h.largestAdmitted(fmt.Sprintf(`{ interview(id: %d) { events(first: 10) { nodes { id interview { id events(first: %%[1]d) { nodes { id kind at changes { field before after }
		interview { id note events(first: 10) { nodes { id kind at interview { id note } } } } } } } } } } }`, id))
	body := hostileBody(document, nil)
	h.process.forgetPeak()
	h.atOnce(hostileRounds, func(caller, _ int) { h.ask(caller, body) })
}

// drawnAtOnce sends drawn documents with large pages, different ones for each caller.
func drawnAtOnce(h *hostile) {
	schema := servedSchema(h.b)
	arguments := h.arguments(h.b)
	arguments["first"] = []string{"100", "500"}
	h.atOnce(5*hostileRounds, func(caller, round int) {
		draw := drawer{schema, rand.New(rand.NewPCG(uint64(caller), uint64(round))), arguments}
		h.ask(caller, hostileBody(draw.document(), nil))
	})
}

// introspectionQuery is the query of GraphiQL and graphql-codegen.
const introspectionQuery = `query IntrospectionQuery { __schema { description queryType { name kind } mutationType { name kind } subscriptionType { name kind }
	types { ...FullType } directives { name description isRepeatable locations args(includeDeprecated: true) { ...InputValue } } } }
	fragment FullType on __Type { kind name description specifiedByURL isOneOf fields(includeDeprecated: true) { name description args(includeDeprecated: true) { ...InputValue }
		type { ...TypeRef } isDeprecated deprecationReason } inputFields(includeDeprecated: true) { ...InputValue } interfaces { ...TypeRef }
		enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
	fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated deprecationReason }
	fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
		ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }`
