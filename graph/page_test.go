package graph_test

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// pagesFromEnd reads a list page by page, from its end.
func (s *school) pagesFromEnd(t *testing.T, of orderable, order string, last int) []ordered {
	t.Helper()
	var all []ordered
	before := "null"
	for range 100 {
		page := s.read(t, of.list, fmt.Sprintf("(%s, last: %d, before: %s)", order, last, before), of.fields)
		all = slices.Concat(page.Nodes, all)
		same(t, "has a page after", page.PageInfo.HasNextPage, before != "null")
		same(t, "start cursor", *page.PageInfo.StartCursor, page.Edges[0].Cursor)
		same(t, "end cursor", *page.PageInfo.EndCursor, page.Edges[len(page.Edges)-1].Cursor)
		if !page.PageInfo.HasPreviousPage {
			return all
		}
		before = `"` + *page.PageInfo.StartCursor + `"`
	}
	t.Fatal("the pages do not end")
	return nil
}

// The items between two cursors can be paged from either end.
func TestPagesBetweenCursors(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	for n := range 6 {
		s.NewSlot(time.Duration(n+1) * day)
	}
	list := func(s *school, arguments string) orderedList {
		s.T.Helper()
		var data struct{ AvailableSlots orderedList }
		s.Ask(fmt.Sprintf(`{ availableSlots(studentId: %s, start: %q, end: %q%s) { %s nodes { id start } edges { cursor node { id } } emptyReasons { code } } }`,
			student, moment(0), moment(30*day), arguments, listFields), nil).Into(&data)
		return data.AvailableSlots
	}
	all := list(s, "")
	same(t, "listed slots", len(all.Nodes), 6)
	at := func(n int) string { return all.Edges[n].Cursor }
	for _, test := range []struct {
		name, arguments string
		from, to        int
		before, after   bool // whether there are further pages
	}{
		{"the first two", ", first: 2", 0, 2, false, true},
		{"the last two", ", last: 2", 4, 6, true, false},
		{"from the start, with an empty cursor", `, first: 2, after: ""`, 0, 2, false, true},
		{"from the end, with an empty cursor", `, last: 2, before: ""`, 4, 6, true, false},
		{"all, from the start", ", first: 6", 0, 6, false, false},
		{"all, from the end", ", last: 6", 0, 6, false, false},
		{"before a cursor", fmt.Sprintf(", last: 2, before: %q", at(4)), 2, 4, true, true},
		{"before the second", fmt.Sprintf(", last: 2, before: %q", at(1)), 0, 1, false, true},
		{"between two cursors, from the start", fmt.Sprintf(", first: 2, after: %q, before: %q", at(0), at(5)), 1, 3, true, true},
		{"between two cursors, from the end", fmt.Sprintf(", last: 2, after: %q, before: %q", at(0), at(5)), 3, 5, true, true},
		{"between two cursors, all of them", fmt.Sprintf(", after: %q, before: %q", at(1), at(4)), 2, 4, true, true},
		{"from the start, before a cursor", fmt.Sprintf(", first: 9, before: %q", at(2)), 0, 2, false, true},
		{"from the end, after a cursor", fmt.Sprintf(", last: 9, after: %q", at(3)), 4, 6, true, false},
		{"between a cursor and itself", fmt.Sprintf(", first: 1, after: %q, before: %q", at(3), at(3)), 3, 3, true, true},
		{"from the end, with first: null", ", first: null, last: 1", 5, 6, true, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := list(s.For(t), test.arguments)
			same(t, "items", got.Nodes, append([]ordered{}, all.Nodes[test.from:test.to]...))
			same(t, "pages before and after", [2]bool{got.PageInfo.HasPreviousPage, got.PageInfo.HasNextPage}, [2]bool{test.before, test.after})
			same(t, "total", got.TotalCount, 6)
		})
	}
}

func TestPagesOfEachParentFromTheEnd(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	var want, booked []string
	for range 2 {
		student := s.Student(nil)
		for n := range 3 {
			booked = append(booked, s.Booked(student, s.NewSlot(time.Duration(n+1)*day)))
		}
		want = append(want, booked[len(booked)-2:]...)
	}
	var data struct {
		Students struct {
			Nodes []struct{ Interviews orderedList }
		}
	}
	s.Ask(`{ students { nodes { interviews(last: 2) { `+listFields+` nodes { id } edges { cursor } } } } }`, nil).Into(&data)
	var got []string
	for _, student := range data.Students.Nodes {
		for _, interview := range student.Interviews.Nodes {
			got = append(got, interview.ID)
		}
		same(t, "pages before and after",
			[2]bool{student.Interviews.PageInfo.HasPreviousPage, student.Interviews.PageInfo.HasNextPage}, [2]bool{true, false})
	}
	same(t, "last two items of each list", got, want)
}

func TestPagesOfAnInterviewsEvents(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	id := s.Booked(s.Student(nil), s.NewSlot(2*day))
	s.Accepted(s.move(id, s.NewSlot(3*day)).Errors)
	s.Accepted(s.Cancel(id).Errors)
	read := func(arguments string) (kinds []string, events orderedList) {
		t.Helper()
		var data struct {
			Interview struct {
				Events struct {
					orderedList
					Kinds []struct{ Kind string }
				}
			}
		}
		s.Ask(fmt.Sprintf(`{ interview(id: %s) { events%s { %s kinds: nodes { kind } edges { cursor } } } }`, id, arguments, listFields), nil).Into(&data)
		for _, e := range data.Interview.Events.Kinds {
			kinds = append(kinds, e.Kind)
		}
		return kinds, data.Interview.Events.orderedList
	}
	first, page := read("(first: 2)")
	same(t, "first page", first, []string{"INTERVIEW_BOOKED", "INTERVIEW_RESCHEDULED"})
	same(t, "total", page.TotalCount, 3)
	rest, _ := read(fmt.Sprintf("(first: 2, after: %q)", *page.PageInfo.EndCursor))
	same(t, "second page", rest, []string{"INTERVIEW_CANCELLED"})
	last, page := read("(last: 1)")
	same(t, "last event", last, []string{"INTERVIEW_CANCELLED"})
	earlier, _ := read(fmt.Sprintf("(last: 1, before: %q)", *page.PageInfo.StartCursor))
	same(t, "event before the last", earlier, []string{"INTERVIEW_RESCHEDULED"})
}

func TestBadPages(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, ann := s.Student(nil), s.Interviewer(nil)
	id := s.Booked(student, s.NewSlot(day))
	for list, document := range map[string]string{ // with the arguments at %s
		"students":        `{ students(%s) { nodes { id } } }`,
		"interviewers":    `{ interviewers(%s) { nodes { id } } }`,
		"interviews":      `{ interviews(%s) { nodes { id } } }`,
		"events":          `{ events(%s) { nodes { id } } }`,
		"bookingRefusals": `{ bookingRefusals(%s) { nodes { id } } }`,
		"availableSlots": fmt.Sprintf(`{ availableSlots(studentId: %s, start: %q, end: %q, %%s) { nodes { id } } }`,
			student, moment(0), moment(day)),
		"slots":                        `{ slots(%s) { nodes { id } } }`,
		"interviews of a student":      `{ student(id: ` + student + `) { interviews(%s) { nodes { id } } } }`,
		"slots of an interviewer":      `{ interviewer(id: ` + ann + `) { slots(%s) { nodes { id } } } }`,
		"interviews of an interviewer": `{ interviewer(id: ` + ann + `) { interviews(%s) { nodes { id } } } }`,
		"deliveries of a webhook":      `{ webhook(id: ` + s.webhook(nil) + `) { deliveries(%s) { nodes { id } } } }`,
		"events of an interview":       `{ interview(id: ` + id + `) { events(%s) { nodes { id } } } }`,
	} {
		t.Run(list, func(t *testing.T) {
			most := 100
			if list == "availableSlots" || list == "slots" || list == "slots of an interviewer" {
				most = 500
			}
			for arguments, says := range map[string]string{
				"first: 1, last: 1": "first and last are both set; only one of them is allowed",
				"last: 0":           fmt.Sprintf("last is 0; a whole number from 1 to %d is allowed", most),
				"last: -1":          fmt.Sprintf("last is -1; a whole number from 1 to %d is allowed", most),
				"last: 501":         fmt.Sprintf("last is 501; a whole number from 1 to %d is allowed", most),
				`before: "x"`:       "before is not a cursor of this list with this order; a cursor from an edge or from pageInfo is expected",
				`after: "x"`:        "after is not a cursor of this list with this order; a cursor from an edge or from pageInfo is expected",
			} {
				t.Run(arguments, func(t *testing.T) {
					answer := s.For(t).Ask(fmt.Sprintf(document, arguments), nil)
					if answer.Code() != "BAD_USER_INPUT" || answer.Errors[0].Message != says {
						t.Errorf("response = %s, want BAD_USER_INPUT and %q", answer.Body, says)
					}
				})
			}
		})
	}
}
