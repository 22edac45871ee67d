package gqlhttp_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"rehearse/graph"
	"rehearse/internal/booking"
	"rehearse/internal/gqlhttp"
)

// Each list of objects in the schema is a page of a connection or of a batch, has the argument
// "first", has a limit, or is a list of user errors. Each limit belongs to a list.
func TestEveryListHasALimit(t *testing.T) {
	t.Parallel()
	schema := graph.Schema()
	bounds, scalars := 0, 0
	short := []string{"path", "codes", "expected", "weekdays"} // lists of a few scalars
	for _, of := range schema.Types {
		if of.Kind != ast.Object || strings.HasPrefix(of.Name, "__") {
			continue
		}
		for _, f := range of.Fields {
			if f.Type.Elem == nil || strings.HasPrefix(f.Name, "__") {
				continue
			}
			name := of.Name + "." + f.Name
			if !schema.Types[f.Type.Name()].IsCompositeType() {
				_, is := gqlhttp.ScalarLists[name]
				if is {
					scalars++
				}
				same(t, name+" has a price", is || slices.Contains(short, f.Name), true)
				continue
			}
			_, bounded := graph.ListBounds[name]
			page := (strings.HasSuffix(of.Name, "Connection") || of.Name == "EventBatch") && (f.Name == "nodes" || f.Name == "edges")
			if bounded {
				bounds++
			}
			ways := 0
			for _, is := range []bool{bounded, page, f.Arguments.ForName("first") != nil, f.Type.Name() == "UserError"} {
				if is {
					ways++
				}
			}
			same(t, name+": kinds of limits", ways, 1)
		}
	}
	same(t, "limits", bounds, len(graph.ListBounds))
	same(t, "limits of scalar lists", scalars, len(gqlhttp.ScalarLists))
	same(t, "limit of emptyReasons", graph.ListBounds["AvailableSlotConnection.emptyReasons"], len(schema.Types["EmptyReasonCode"].EnumValues))
	same(t, "limit of waivers", graph.ListBounds["Eligibility.waivers"], len(schema.Types["WaivableRule"].EnumValues))
	for _, kind := range booking.EventKinds() {
		if limit := graph.ListBounds["Event.changes"]; len(kind.Fields) > limit {
			t.Errorf("an event of kind %s can have %d changes; the limit is %d", kind.Kind, len(kind.Fields), limit)
		}
	}
	for list, filters := range gqlhttp.Scans {
		filter := schema.Types[schema.Query.Fields.ForName(list).Arguments.ForName("filter").Type.Name()]
		for name := range filters {
			same(t, list+" has the filter "+name, filter.Fields.ForName(name) != nil, true)
		}
	}
}

// costOf returns the cost that the server reports for an operation.
func (s *school) costOf(document string) int {
	s.T.Helper()
	a, _ := s.sendFrom("", document)
	var told struct {
		Extensions struct{ Cost struct{ Requested int } }
	}
	if err := json.Unmarshal([]byte(a.Body), &told); err != nil {
		s.T.Fatal(err)
	}
	return told.Extensions.Cost.Requested
}

func TestOperationCostRules(t *testing.T) {
	t.Parallel()
	s := limited(t, 1_000_000, 10)
	scalars := func(n int) string {
		fields := ""
		for i := range n {
			fields += fmt.Sprintf(" a%d: version", i)
		}
		return fields
	}
	list := func(arguments, fields string) string {
		return `{ availableSlots(studentId: 1, start: "2026-06-01T08:00:00Z", end: "2026-06-08T08:00:00Z", first: 10 ` + arguments + `) { ` + fields + ` } }`
	}
	const read = 9 // the cost of a field that reads objects, once for all of them
	const update = `updateBookingPolicy(input: {}) { errors { code } }`
	for _, test := range []struct {
		name, document string
		want           int
	}{
		// Scalars above ten.
		{"10 scalars", `{ bookingPolicy { ` + scalars(10) + ` } }`, read + 1},
		{"11 scalars", `{ bookingPolicy { ` + scalars(11) + ` } }`, read + 2},
		{"20 scalars", `{ bookingPolicy { ` + scalars(20) + ` } }`, read + 2},
		{"21 scalars", `{ bookingPolicy { ` + scalars(21) + ` } }`, read + 3},
		{"11 scalars in fragments", `{ bookingPolicy { ...f ...g } } fragment f on BookingPolicy {` + scalars(6) + ` } fragment g on BookingPolicy { x: version ...h } fragment h on BookingPolicy { b: version c: version d: version e: version }`, read + 2},
		{"a list of scalars", `{ interviewers(first: 10) { nodes { id name tags languages } } }`, read + 1 + 10*2}, // a list of scalars counts as several
		// Lists by their limit.
		{"the history of a slot", `{ slot(id: 1) { history { what } } }`, 2*read + 1 + 100},
		{"upcoming interviews and waivers", `{ student(id: 1) { upcomingInterviews { id } waivers { id } } }`, 3*read + 1 + 20 + 50},
		{"waivers and reasons", `{ eligibility(studentId: 1) { waivers { id } reasons { code } } }`, 2*read + 1 + 4 + 2},
		{"changes of events", `{ interview(id: 1) { events { nodes { changes { field } } } } }`, 2*read + 1 + 1 + 20*(1+22)}, // an updated interviewer has the most changes: 12 fields and 10 effects
		{"events within events", `{ interview(id: 1) { events(first: 2) { nodes { interview { events(first: 3) { nodes { id } } } } } } }`, 4*read + 1 + 1 + 2*(1+1+1+3)},
		{"statistics of three months", `{ interviewStatistics(firstMonth: "2026-01-31", lastMonth: "2026-03-01") { total } }`, read + 1 + 3*60},
		{"statistics of too many months", `{ interviewStatistics(firstMonth: "1926-01-31", lastMonth: "2026-03-01") { total } }`, read + 1 + 24*60},
		{"statistics of interviewers", `{ interviewStatistics(firstMonth: "2026-01-01", lastMonth: "2026-01-01") { counts interviewers(first: 10) { total counts interviewer { id } } } }`, 3*read + 3 + 60 + 10*(3+1)},
		// Counts, once for each list.
		{"a total", `{ students { totalCount } }`, read + 25 + 1 + 20},
		{"a flag of a capped total", `{ students { totalCountIsCapped } }`, read + 25 + 1 + 20},
		{"a total twice with its flag", `{ students { a: totalCount b: totalCount totalCountIsCapped } }`, read + 25 + 1 + 20},
		{"a total in a fragment", `{ students { ...f } } fragment f on StudentConnection { totalCount }`, read + 25 + 1 + 20},
		{"totals of two lists", `{ a: students { totalCount } b: students { totalCount } }`, 2 * (read + 25 + 1 + 20)},
		{"a total of each parent", `{ students(first: 2) { nodes { interviews { totalCount } } } }`, 2*read + 1 + 2*(1+1+25+20)},
		{"a page without its nodes", `{ students(first: 7) { pageInfo { endCursor } } }`, read + 1 + 1 + 7},                           // the page is still read
		{"a total with a filter on standing", `{ students(filter: {eligible: true}) { totalCount } }`, read + 25 + 1 + 20 + 20 + 700}, // each row is compared
		{"a filtered total of each parent", `{ students(first: 2) { nodes { interviews(filter: {status: [BOOKED]}) { totalCount } } } }`, 2*read + 1 + 2*(1+1+25+20+20)},
		{"interviews by status in the order of an index", `{ interviews(filter: {status: [BOOKED]}, orderBy: {field: START}) { nodes { id } } }`, read + 1 + 20 + 50},
		{"interviews by status in another order", `{ interviews(filter: {status: [BOOKED]}, orderBy: {field: BOOKED_AT}) { nodes { id } } }`, read + 1 + 20 + 2000},
		{"interviews of a student by status in another order", `{ interviews(filter: {status: [BOOKED], studentId: 1}, orderBy: {field: BOOKED_AT}) { nodes { id } } }`, read + 1 + 20 + 50}, // there are few of them
		{"interviews of an interviewer in another order", `{ interviews(filter: {end: "2026-06-01T08:00:00Z", interviewerId: 1}, orderBy: {field: BOOKED_AT}) { nodes { id } } }`, read + 1 + 20 + 20},
		// A scalar that follows from the policy, and one from the record of each student.
		{"a scalar that follows from the policy", `{ interviews(first: 10) { nodes { viewerCanCancel } } }`, 2*read + 1 + 10},
		{"a scalar from each student's record", `{ students(first: 10) { nodes { interviewLimit } } }`, 2*read + 1 + 10*2},
		// Lists of values, each time they are used.
		{"100 ids in a filter", `{ a: slots(first: 1, filter: {interviewerIds: [` + strings.Repeat("1 ", 100) + `]}) { nodes { id } } }`, read + 1 + 1 + 2 + 99/20 + 100/5},
		{"3 ids in a filter of a long page", `{ slots(first: 100, filter: {interviewerIds: [1 2 3]}) { nodes { id } } }`, read + 1 + 100 + 200/20},
		// Rows that a filter may have to read.
		{"a search", `{ students(filter: {search: "x"}) { nodes { id } } }`, read + 1 + 20 + 900},
		{"a null search", `{ students(filter: {search: null}) { nodes { id } } }`, read + 1 + 20},
		{"a search with a filter on standing", `{ students(filter: {search: "x", stuck: [LIMIT_REACHED]}) { nodes { id } } }`, read + 1 + 20 + 900}, // each row once
		{"a search by id with its total", `{ students(filter: {search: "x"}, orderBy: {field: ID}) { nodes { id } totalCount } }`, read + 1 + 20 + 900 + 45},
		{"a search by name with its total", `{ students(filter: {search: "x"}, orderBy: {field: NAME}) { nodes { id } totalCount } }`, read + 1 + 20 + 1800 + 45},
		{"a filter on standing", `{ students(filter: {eligible: false}) { nodes { id } } }`, read + 1 + 20 + 700},
		{"events in commit order", `{ eventsAfter(id: 7, first: 50) { nodes { id } lastId hasMore } }`, read + 1 + 50},
		{"a filter of events in commit order", `{ eventsAfter(filter: {studentId: 1}) { nodes { id } } }`, read + 1 + 20 + 100},
		{"a filter on kinds of events", `{ events(filter: {kind: [INTERVIEW_BOOKED]}) { nodes { id } } }`, read + 1 + 20 + 100},
		// Rows read in a range.
		{"a range", list("", "nodes { id }"), read + 1 + 10},
		{"a range with its empty reasons", list("", "nodes { id } emptyReasons { code }"), read + 1 + 10 + 13 + 60 + 7*12},
		{"a range of a month with its empty reasons", strings.ReplaceAll(list("", "emptyReasons { code }"), "06-08", "07-08"), read + 1 + 13 + 10 + 60 + 300}, // 10,000 slots at most
		{"a range of an interviewer", list("interviewerIds: [1]", "nodes { id }"), read + 1 + 10 + 7*6},
		{"a range of a tag", list(`tags: ["go"]`, "nodes { id }"), read + 1 + 10 + 140 + 7*8},
		{"a range of a tag with its empty reasons", list(`tags: ["go"]`, "nodes { id } emptyReasons { code }"), read + 1 + 10 + 13 + 140 + 7*8 + 60 + 7*12 + 2*140},
		{"a range with its total", list("", "nodes { id } totalCount"), read + 1 + 10 + 25 + 20 + 40},
		{"slots by status", `{ slots(first: 1, filter: {status: [HELD]}) { nodes { id } } }`, read + 1 + 1 + 1600},
		{"slots by status in a range", `{ slots(first: 1, filter: {status: [HELD], start: "2026-06-01T08:00:00Z", end: "2026-06-08T08:00:00Z"}) { nodes { id } } }`, read + 1 + 1 + 7*7},
		{"slots of an interviewer by status", `{ slots(first: 1, filter: {status: [HELD], interviewerIds: 1}) { nodes { id } } }`, read + 1 + 1},
		{"tags", `{ tags(first: 3) { tag } }`, read + 30 + 3},
		// Mutations, in fragments as well.
		{"a mutation", `mutation { ` + update + ` }`, 10 + 1 + 20},
		{"three mutations in fragments", `mutation { a: ` + update + ` ...f } fragment f on Mutation { b: ` + update + ` ... { c: ` + update + ` } }`, 3 * (10 + 1 + 20)},
		{"two mutations in an inline fragment", `mutation { ... on Mutation { a: ` + update + ` b: ` + update + ` } }`, 2 * (10 + 1 + 20)},
		// The objects to which a refusal leads count twice: at most two refusals of a mutation lead
		// to objects by the same field.
		{"slots of a refusal", `mutation { updateBookingPolicy(input: {}) { errors { code ... on AvailabilityConflict { slots { id } } } } }`, read + 10 + 1 + 20 + 2*100},
		// Slots that a mutation publishes: half a point each.
		{"a window", `mutation { addAvailability(input: {interviewerId: 1, start: "2026-06-01T08:00:00Z", end: "2026-06-01T16:00:00Z"}) { publishedCount } }`, 10 + 1 + 24/2},
		{"a weekly rule without an end", `mutation { addWeeklyAvailability(input: {interviewerId: 1, startDate: "2026-06-01", weekdays: [MONDAY, TUESDAY], startTime: "14:00", endTime: "16:00"}) { publishedCount } }`, 10 + 1 + 4*180/7/2},
		{"a weekly rule with an end", `mutation { addWeeklyAvailability(input: {interviewerId: 1, startDate: "2026-06-01", endDate: "2026-06-14", weekdays: [MONDAY], startTime: "14:00", endTime: "16:00", slotMinutes: 30}) { publishedCount } }`, 10 + 1 + 4*14/7/2},
		{"an update of slots", `mutation { updateAvailability(input: {availabilityId: 1, slotMinutes: 15}) { publishedCount } }`, 10 + 1 + 2000},
		{"an update of tags", `mutation { updateAvailability(input: {availabilityId: 1, tags: ["go"]}) { publishedCount } }`, 10 + 1},
		{"a removal", `mutation { removeAvailability(input: {availabilityId: 1}) { closedCount } }`, 10 + 1 + 100},
		// Rows of an import: as many as the table has lines, ten for a point; rows in the
		// response cost a point for twenty.
		{"an imported table", `mutation { importStudents(input: {csv: "` + strings.Repeat(`a\n`, 99) + `", dryRun: true}) { rows { line errors { code } } } }`, 10 + 100/10 + 1 + 100*(1+10)/20},
		{"an imported calendar", `mutation { importAvailability(input: {ical: "", interviewerId: 1, dryRun: true}) { rows { line } } }`, 10 + 5000/10 + 1 + 5000/20},
	} {
		t.Run(test.name, func(t *testing.T) {
			same(t, "cost", s.For(t).costOf(test.document), test.want)
		})
	}
}

// For the cost, times of a range without an offset count as UTC, whatever the server's time zone.
func TestRangeCostDependsOnDays(t *testing.T) {
	t.Parallel()
	s := limited(t, 1_000_000, 10)
	for bounds, want := range map[string]int{
		`start: "2026-06-01T08:00", end: "2026-06-01T09:00"`:              1,
		`start: "2026-06-01T08:00:00+02:00", end: "2026-06-03T08:00:00Z"`: 3,
		`start: "2026-06-01T08:00:00Z", end: "2027-06-02T08:00:00Z"`:      366,
		`start: "2026-06-01T08:00:00Z", end: "2036-06-02T08:00:00Z"`:      366, // refused later
		`start: "2026-06-02T08:00:00Z", end: "2026-06-01T08:00:00Z"`:      0,   // refused as well
	} {
		t.Run(bounds, func(t *testing.T) {
			same(t, "cost", s.For(t).costOf(`{ availableSlots(studentId: 1, `+bounds+`, first: 1, tags: "go") { nodes { id } } }`), 9+2+140+8*want)
		})
	}
}

// The limits of the lists are enforced where the lists are built.
func TestListLimits(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann, student := s.Interviewer(nil), s.Student(nil)

	bad := `"` + strings.Repeat("x", 60) + `%d"`
	tags := func(n int) string {
		texts := make([]string, n)
		for i := range texts {
			texts[i] = fmt.Sprintf(bad, i)
		}
		return strings.Join(texts, " ")
	}
	for n, want := range map[int]int{20: 20, 21: 20} {
		t.Run(fmt.Sprintf("%d invalid tags", n), func(t *testing.T) {
			a := s.For(t).Ask(`mutation { createInterviewer(input: {name: "A", email: "a@example.org", tags: [`+tags(n)+`]}) { errors { code } } }`, nil)
			same(t, "refusals", strings.Count(a.Body, `"code"`), want)
		})
	}

	// A window of 28 hours, with slots of four hours, overlaps 101 slots of 15 minutes.
	s.Accepted(s.Publish(ann, t0.Add(day), 101*15*time.Minute, 15).Errors)
	a := s.Ask(fmt.Sprintf(`mutation { addAvailability(input: {interviewerId: %s, start: %q, end: %q, slotMinutes: 240}) {
		errors { ... on AvailabilityConflict { slots { id } } } } }`, ann, t0.Add(day-time.Minute).Format(time.RFC3339), t0.Add(day+28*time.Hour).Format(time.RFC3339)), nil)
	same(t, "conflicting slots", strings.Count(a.Body, `"id"`), 100)

	db := s.DB.SQL(t)
	if _, err := db.ExecContext(t.Context(), `INSERT INTO waivers (student_id, rule, reason, uses, granted_at)
		SELECT id, 'LIMIT', 'r' || n, 1, $1::timestamptz + n * interval '1 second' FROM students, generate_series(1, 51) AS n`, t0); err != nil {
		t.Fatal(err)
	}
	a = s.Ask(`{ student(id: `+student+`) { waivers { reason } } }`, nil)
	same(t, "waivers", [3]bool{strings.Count(a.Body, `"reason"`) == 50, strings.Contains(a.Body, `"r1"`), strings.Contains(a.Body, `"r51"`)}, [3]bool{true, false, true})

	var last string
	for n := range 21 {
		last = s.Booked(student, s.NewSlot(day+time.Duration(n)*2*time.Hour))
		a = s.Ask(`{ student(id: `+student+`) { upcomingInterviews { id } } }`, nil)
		same(t, "upcoming", [2]any{strings.Count(a.Body, `"id"`), strings.Contains(a.Body, `"`+last+`"`)}, [2]any{min(n+1, 20), n < 20})
	}

	header := "interviewer,start,end,slotMinutes,gapMinutes,tags,weekdays,startTime,endTime,startDate,endDate,timeZone,everyWeeks\n"
	a = s.Ask(`mutation($c: String!) { importAvailability(input: {csv: $c}) { rows { errors { column } } } }`, in{"c": header + strings.Repeat("x,", 12) + "x\n"})
	same(t, "errors of a row", strings.Count(a.Body, `"column"`), 10)
}
