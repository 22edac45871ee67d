package gqlhttp

import (
	"slices"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"rehearse/graph"
	"rehearse/graph/plan"
	"rehearse/internal/calendar"
)

// The prices of operations, in points.
const (
	costOfObject   = 1
	costOfRead     = 9   // a field that reads objects, for all of them together
	costOfMutation = 10  // a transaction, with its locks
	costOfCount    = 25  // of a list, up to 10,000 rows
	costOfFilter   = 20  // of such rows, which are compared with a filter
	costOfTags     = 20  // of all interviewers
	costOfExport   = 100 // everything that is stored about a student
	largestPage    = 500

	scalarsOfObject = 10 // come with an object; each ten beyond cost a point
	valuesOfPoint   = 50 // values of a list in the arguments
	rowsOfPoint     = 20 // rows of an import's answer, which are in memory
	importedOfPoint = 10 // rows of an import, each of which is checked and looked up
	mergedOfPoint   = 20 // rows of several lists that are merged into one page
	listsOfPoint    = 5  // such lists
	introspected    = 10 // objects of the schema, which are in memory

	costOfTurn      = 1  // of a subscription, at least: an event, or finding out that there is none
	comparedOfPoint = 50 // slots that are compared with what the student may book
)

// held are the fields whose objects are read with those above them, or are few and
// in memory.
var held = map[string]bool{
	"nodes": true, "edges": true, "node": true, "pageInfo": true,
	"changes": true, "actor": true, "weekly": true, "reasons": true, "emptyReasons": true, "errors": true, "rows": true,
}

// readsPolicy are the scalars that follow from the policy, which is read for them.
var readsPolicy = map[string]bool{
	"Interview.viewerCanCancel": true, "Interview.viewerCanReschedule": true,
	"Interview.cancelableUntil": true, "Interview.reschedulableUntil": true, "Interview.reschedulesLeft": true,
}

// readsRecord are the scalars for which the record of each student is read.
var readsRecord = map[string]bool{"Student.interviewLimit": true}

// inEvent are the fields whose objects an event holds: nothing is read for them.
var inEvent = map[string]bool{
	"Subscription.slotsChanged": true, "Subscription.interviewChanged": true,
	"SlotsChanged.opened": true, "SlotsChanged.openedEdges": true, "SlotsChanged.eligibility": true,
}

// scalarLists is how many scalars a list of scalars counts as. The others are
// short, and count as one.
var scalarLists = map[string]int{
	"Interviewer.tags": 5, "Interviewer.languages": 5, "Availability.tags": 5,
	"Eligibility.recentGrades": 10, "SlotsChanged.closedIds": 10, "ImportRow.notes": 5,
}

// scans is what a filter costs that may look at each row of a table, whatever the
// size of the page. Several filters look at each row once, and cost what the dearest
// does.
var scans = map[string]map[string]int{
	"students": {"search": 900, "eligible": 700, "stuck": 700, "interviewsUsed": 700},
	// Of interviewers there are far fewer.
	"interviewers": {"search": 10, "tags": 10, "languages": 10, "active": 10},
	"interviews":   {"status": 50, "start": 20, "end": 20},
	"events":       {"kind": 100, "start": 50, "end": 50},
}

// costOfOtherOrder is of a filter of everybody's interviews whose matches may lie at
// the end of the order. It reads an index of all interviews.
const costOfOtherOrder = 2000

// pageArguments are those of a list that narrow nothing.
var pageArguments = map[string]bool{"first": true, "after": true, "last": true, "before": true, "orderBy": true}

// What is read of a range of days.
const (
	dayByInterviewer = 6   // each bookable slot is compared with the filter
	dayByTag         = 8   // and so are its interviewer and its availability
	dayOfReasons     = 12  // each published slot is judged
	mostOfReasons    = 300 // booking.MaxTallied of them
	longestRange     = 366

	costOfOpenCount = 40  // more than any other count: each slot is judged
	costOfTagged    = 140 // the interviewers and the availabilities with the tags
	costOfReasons   = 60  // the slots of each interviewer of the filter
	dayByStatus     = 7   // each slot is compared with the filter
	anyDayByStatus  = 1600
)

// work is what a field costs beyond the objects of the answer: what its arguments
// have the database read.
func work(f *ast.Field, arguments map[string]any, size int) int {
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
		total = add(total, size) // the page is read all the same
	}
	if f.ObjectDefinition == nil || f.ObjectDefinition.Name != "Query" {
		if slices.Contains(importFields, f.Name) {
			total = add(total, rowsOf(arguments["input"])/importedOfPoint)
		}
		input, _ := arguments["input"].(map[string]any)
		total = add(total, workInCalendar(f.Name, input))
		if f.Name == "slotsChanged" && counts(f) {
			total = add(total, workInRange(f, arguments))
		}
		return total
	}
	filter, _ := arguments["filter"].(map[string]any)
	scan := 0
	for name, cost := range scans[f.Name] {
		if filter[name] != nil {
			scan = max(scan, cost)
		}
	}
	order, _ := arguments["orderBy"].(map[string]any)
	switch {
	case f.Name == "students" && filter["search"] != nil && counts(f) && order["field"] != nil && order["field"] != "ID":
		scan *= 2 // the page and the total are searched each for itself
	case f.Name == "interviews" && scan > 0 && order["field"] == "BOOKED_AT" && filter["studentId"] == nil && filter["interviewerId"] == nil:
		scan = costOfOtherOrder
	}
	total = add(total, scan)
	switch f.Name {
	case "availableSlots":
		total = add(total, workInRange(f, arguments))
	case "slots":
		total = add(total, workByStatus(filter))
		lists := length(filter["interviewerIds"])
		total = add(total, times(size, max(0, lists-1))/mergedOfPoint+lists/listsOfPoint)
	}
	return total
}

// workInRange is what availableSlots reads of the range whatever the size of the
// page.
func workInRange(f *ast.Field, arguments map[string]any) int {
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
			total += 2 * costOfTagged // of those with and without them
		}
	}
	if counts(f) {
		total += costOfOpenCount
	}
	return total
}

// workByStatus is what a filter of slots by their state reads: those of the range,
// or all of them.
func workByStatus(filter map[string]any) int {
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

// days returns how many days a range begins; the longest allowed if it cannot be
// read.
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
	return int(min(max(times[1].Sub(times[0])+day-1, 0)/day, longestRange))
}

// listedValues counts the values of the lists within an argument.
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

// length returns how many values a list has; one value stands for a list of one.
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

// rowsOf bounds how many rows an import has: the lines of its table.
func rowsOf(input any) int {
	fields, _ := input.(map[string]any)
	csv, is := fields["csv"].(string)
	if !is {
		return graph.MaxImportRows // a calendar repeats its events
	}
	return min(graph.MaxImportRows, 1+max(strings.Count(csv, "\n"), strings.Count(csv, "\r")))
}
