package gqlhttp

import (
	"slices"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"rehearse/graph"
	"rehearse/graph/page"
	"rehearse/graph/plan"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/store"
)

// Prices, in points.
const (
	costOfObject   = 1
	costOfRead     = 9   // a field that reads objects, once for all of them
	costOfMutation = 10  // a transaction with its locks
	costOfCount    = 25  // counting a list, up to 10,000 rows
	costOfFilter   = 20  // filtering the counted rows
	costOfTags     = 30  // reading the tags of all interviewers
	costOfExport   = 100 // reading everything that is stored about a student

	scalarsOfObject = 10 // scalars included with an object; each ten more cost a point
	valuesOfPoint   = 50 // values of lists in arguments
	rowsOfPoint     = 20 // rows of an import's response, which are in memory
	importedOfPoint = 10 // imported rows, each of which is checked and looked up
	mergedOfPoint   = 20 // rows of several lists merged into one page
	listsOfPoint    = 5  // lists merged into one page
	introspected    = 10 // objects of the schema, which are in memory

	costOfTurn      = 1  // minimum cost of an event, and of a wake-up that finds none
	comparedOfPoint = 50 // slots compared with what the student may book
)

// Bounds of what a field reads.
var (
	largestPage  = page.MaxSize("SlotConnection") // the largest page of any connection
	longestRange = daysIn(booking.MaxRange)
)

func daysIn(d time.Duration) int { return int(d / (24 * time.Hour)) }

// held contains the fields whose objects are read with their parents, or are few and in
// memory.
var held = map[string]bool{
	"nodes": true, "edges": true, "node": true, "pageInfo": true,
	"changes": true, "actor": true, "weekly": true, "reasons": true, "emptyReasons": true, "errors": true, "rows": true,
}

// readsPolicy contains the scalars that are derived from the policy, which has to be read.
var readsPolicy = map[string]bool{
	"Interview.viewerCanCancel": true, "Interview.viewerCanReschedule": true,
	"Interview.cancelableUntil": true, "Interview.reschedulableUntil": true, "Interview.reschedulesLeft": true,
}

// readsRecord contains the scalars that require reading the record of each student.
var readsRecord = map[string]bool{"Student.interviewLimit": true}

// inEvent contains the fields whose objects are part of an event: nothing is read for them.
var inEvent = map[string]bool{
	"Subscription.slotsChanged": true, "Subscription.interviewChanged": true, "Subscription.eventAdded": true,
	"SlotsChanged.opened": true, "SlotsChanged.openedEdges": true, "SlotsChanged.eligibility": true,
}

// scalarLists maps lists of scalars to the number of scalars they count as. Other lists are
// short and count as one.
var scalarLists = map[string]int{
	"Interviewer.tags": 5, "Interviewer.languages": 5, "Availability.tags": 5,
	"Eligibility.recentGrades": 10, "SlotsChanged.closedIds": 10, "ImportRow.notes": 5,
	"BookingPolicy.reminderLeadSeconds": 5, "Webhook.kinds": 10, "Webhook.studentIds": 10, "Webhook.interviewerIds": 10,
	"InterviewStatistics.months": booking.MaxStatisticsMonths, "InterviewStatistics.counts": booking.MaxStatisticsMonths,
	"InterviewerStatistics.counts": booking.MaxStatisticsMonths,
}

// scans maps the filters that may scan a whole table, whatever the page size, to their
// costs. Several filters share one scan, so the most expensive of them counts.
var scans = map[string]map[string]int{
	"students": {"search": 900, "eligible": 700, "stuck": 700, "interviewsUsed": 900},
	// The interviewers are far fewer.
	"interviewers": {"search": 10, "tags": 10, "languages": 10, "active": 10},
	"interviews":   {"status": 50, "start": 20, "end": 20},
	"events":       {"kind": 100, "start": 50, "end": 50},
	"eventsAfter":  {"studentId": 100, "interviewerId": 100, "interviewId": 100, "kind": 100, "start": 100, "end": 100},
}

// costOfOtherOrder is the cost of filtering everybody's interviews in an order in which the
// matches may come last. It reads an index of all interviews.
const costOfOtherOrder = 2000

// costOfMonth is the cost of counting the interviews of a month.
const costOfMonth = 60

// pageArguments contains the arguments of a list that do not filter it.
var pageArguments = map[string]bool{"first": true, "after": true, "last": true, "before": true, "orderBy": true}

// Costs of reading a range of days.
const (
	dayByInterviewer = 6   // each bookable slot is compared with the filter
	dayByTag         = 8   // each slot is compared, with its interviewer and its availability
	dayOfReasons     = 12  // each published slot is judged
	mostOfReasons    = 300 // cost of booking.MaxTallied slots

	costOfOpenCount = 40  // more than other counts, because each slot is judged
	costOfTagged    = 140 // reading the interviewers and the availabilities with the tags
	costOfReasons   = 60  // reading the slots of each interviewer in the filter
	dayByStatus     = 7   // each slot is compared with the filter
	anyDayByStatus  = 1600
)

// readCost returns the cost of a field beyond the objects of the response: the cost of what
// the database reads for its arguments.
func readCost(f *ast.Field, arguments map[string]any, size int) int {
	total := 0
	for _, value := range arguments {
		total = add(total, listedValues(value)/valuesOfPoint)
	}
	if counts(f) {
		total = add(total, costOfCount)
		if slices.ContainsFunc(f.Arguments, func(a *ast.Argument) bool { return !pageArguments[a.Name] }) {
			total = add(total, costOfFilter)
		}
	}
	if f.Definition.Arguments.ForName("first") != nil && !plan.Selects(f.SelectionSet, "nodes") && !plan.Selects(f.SelectionSet, "edges") {
		total = add(total, size) // the page is read anyway
	}
	if f.ObjectDefinition != nil && f.ObjectDefinition.Name == "Query" {
		return add(total, queryCost(f, arguments, size))
	}
	if slices.Contains(importFields, f.Name) {
		total = add(total, rowsOf(arguments["input"])/importedOfPoint)
	}
	input, _ := arguments["input"].(map[string]any)
	total = add(total, calendarCost(f.Name, input))
	if f.Name == "slotsChanged" && counts(f) {
		total = add(total, rangeCost(f, arguments))
	}
	return total
}

// queryCost returns the cost of what a root field of a query reads, whatever the page size.
func queryCost(f *ast.Field, arguments map[string]any, size int) int {
	filter, _ := arguments["filter"].(map[string]any)
	total := scanCost(f, arguments, filter)
	switch f.Name {
	case "availableSlots":
		total = add(total, rangeCost(f, arguments))
	case "interviewStatistics":
		total = add(total, costOfMonth*months(arguments["firstMonth"], arguments["lastMonth"]))
	case "slots":
		total = add(total, statusCost(filter))
		lists := length(filter["interviewerIds"])
		total = add(total, times(size, max(0, lists-1))/mergedOfPoint+lists/listsOfPoint)
	}
	return total
}

// scanCost returns the cost of the filters that may scan a whole table.
func scanCost(f *ast.Field, arguments, filter map[string]any) int {
	scan := 0
	for name, cost := range scans[f.Name] {
		if filter[name] != nil {
			scan = max(scan, cost)
		}
	}
	order, _ := arguments["orderBy"].(map[string]any)
	switch {
	case f.Name == "students" && filter["search"] != nil && counts(f) && order["field"] != nil && order["field"] != string(store.ByID):
		return scan * 2 // the page and the total each run the search
	case f.Name == "interviews" && scan > 0 && order["field"] == string(store.ByBooked) && filter["studentId"] == nil && filter["interviewerId"] == nil:
		return costOfOtherOrder
	default:
		return scan
	}
}

// rangeCost returns the cost of what availableSlots reads for its range, whatever the
// page size.
func rangeCost(f *ast.Field, arguments map[string]any) int {
	days, total := days(arguments["start"], arguments["end"]), 0
	if length(arguments["interviewerIds"]) > 0 {
		total += dayByInterviewer * days
	}
	if length(arguments["tags"]) > 0 {
		total += costOfTagged + dayByTag*days
	}
	if plan.Selects(f.SelectionSet, "emptyReasons") {
		total += costOfReasons + min(dayOfReasons*days, mostOfReasons)
		if length(arguments["tags"]) > 0 {
			total += 2 * costOfTagged // reading those with and without the tags
		}
	}
	if counts(f) {
		total += costOfOpenCount
	}
	return total
}

// statusCost returns the cost of filtering slots by status: it reads the slots of the
// range, or all of them.
func statusCost(filter map[string]any) int {
	switch {
	case filter["status"] == nil || length(filter["interviewerIds"]) > 0:
		return 0
	case filter["start"] != nil && filter["end"] != nil:
		return dayByStatus * days(filter["start"], filter["end"])
	default:
		return anyDayByStatus
	}
}

// counts reports whether the total of a list is selected.
func counts(f *ast.Field) bool {
	return plan.Selects(f.SelectionSet, "totalCount") || plan.Selects(f.SelectionSet, "totalCountIsCapped")
}

// days returns the number of days in a range, rounded up. It returns the longest allowed
// range if the values are invalid.
func days(start, end any) int {
	var times [2]time.Time
	for i, value := range []any{start, end} {
		text, _ := value.(string)
		var ok bool
		if times[i], ok = calendar.ParseInstant(text, time.UTC); !ok {
			return longestRange
		}
	}
	const day = 24 * time.Hour
	return min(daysIn(max(times[1].Sub(times[0])+day-1, 0)), longestRange)
}

// months returns the number of months between two dates, or the maximum if they are invalid.
func months(first, last any) int {
	var dates [2]calendar.Date
	for i, value := range []any{first, last} {
		text, _ := value.(string)
		var err error
		if dates[i], err = calendar.ParseDate(text); err != nil {
			return booking.MaxStatisticsMonths
		}
	}
	count := 12*(dates[1].Year-dates[0].Year) + int(dates[1].Month) - int(dates[0].Month) + 1
	return max(0, min(count, booking.MaxStatisticsMonths))
}

// listedValues counts the values of all lists in an argument.
func listedValues(value any) int {
	switch v := value.(type) {
	case []any:
		return len(v)
	case map[string]any:
		total := 0
		for _, field := range v {
			total += listedValues(field)
		}
		return total
	}
	return 0
}

// length returns the number of values of a list. A single value counts as a list of one.
func length(list any) int {
	switch v := list.(type) {
	case nil:
		return 0
	case []any:
		return len(v)
	default:
		return 1
	}
}

// rowsOf returns an upper bound of the rows of an import: the number of lines of its table.
func rowsOf(input any) int {
	fields, _ := input.(map[string]any)
	csv, is := fields["csv"].(string)
	if !is {
		return graph.MaxImportRows // events of a calendar may repeat
	}
	return min(graph.MaxImportRows, 1+max(strings.Count(csv, "\n"), strings.Count(csv, "\r")))
}
