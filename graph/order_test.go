package graph_test

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// ordered is an item of any list, with every field that a list can be ordered by.
type ordered struct {
	ID, Name, Email, CreatedAt, Start, BookedAt string
}

type orderedList struct {
	TotalCount int
	Nodes      []ordered
	Edges      []struct {
		Cursor string
		Node   ordered
	}
	PageInfo struct {
		HasNextPage, HasPreviousPage bool
		StartCursor, EndCursor       *string
	}
}

type orderable struct {
	list, fields string
	by           map[string]func(ordered) string
}

const listFields = ` totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } `

// orders holds the lists, the orders of each, and the same orders in Go.
var orders = []orderable{
	{"students", "id name email createdAt", peopleBy},
	{"interviewers", "id name email createdAt", peopleBy},
	{"interviews", "id start bookedAt", map[string]func(ordered) string{
		"START":     func(o ordered) string { return o.Start },
		"BOOKED_AT": func(o ordered) string { return o.BookedAt },
	}},
	{"slots", "id start", map[string]func(ordered) string{"START": func(o ordered) string { return o.Start }}},
}

var peopleBy = map[string]func(ordered) string{
	"ID":         func(ordered) string { return "" },
	"NAME":       func(o ordered) string { return o.Name },
	"EMAIL":      func(o ordered) string { return o.Email },
	"CREATED_AT": func(o ordered) string { return o.CreatedAt },
}

// tied creates a school with several items that are equal in every order.
func tied(t *testing.T) *school {
	t.Helper()
	s := newSchool(t)
	for i, name := range []string{"Cleo", "Ada", "Bo", "Ada", "Bo.x.1", "Ada"} {
		s.SetClock(t0.Add(time.Duration(i/2) * time.Minute))
		student := s.Student(map[string]any{"name": name, "email": fmt.Sprintf("%d@s.example.org", (i+3)%6)})
		ann := s.Interviewer(map[string]any{"name": name, "email": fmt.Sprintf("%d@i.example.org", (i+3)%6)})
		s.Booked(student, s.Slot(ann, time.Duration(3-i%3)*day))
		s.Slot(ann, time.Duration(6-i%3)*day)
	}
	return s
}

func (s *school) read(t *testing.T, list, arguments, fields string) orderedList {
	t.Helper()
	var data map[string]orderedList
	s.Ask(fmt.Sprintf("{ %s%s { %s nodes { %s } edges { cursor node { id } } } }", list, arguments, listFields, fields), nil).Into(&data)
	return data[list]
}

func TestOrders(t *testing.T) {
	t.Parallel()
	s := tied(t)
	for _, test := range orders {
		usual := s.read(t, test.list, "", test.fields)
		for field, key := range test.by {
			for _, direction := range []string{"ASC", "DESC"} {
				order := fmt.Sprintf("orderBy: {field: %s, direction: %s}", field, direction)
				t.Run(test.list+" "+field+" "+direction, func(t *testing.T) {
					s := s.For(t)
					want := slices.Clone(usual.Nodes)
					slices.SortFunc(want, func(a, b ordered) int {
						return cmp.Or(strings.Compare(key(a), key(b)), cmp.Compare(number(t, a.ID), number(t, b.ID)))
					})
					if direction == "DESC" {
						slices.Reverse(want)
					}
					whole := s.read(t, test.list, "("+order+")", test.fields)
					same(t, "items", whole.Nodes, want)
					same(t, "total", whole.TotalCount, len(usual.Nodes))
					for _, first := range []int{1, 2, 5, len(want)} {
						t.Run(fmt.Sprintf("pages of %d", first), func(t *testing.T) {
							s := s.For(t)
							same(t, "items from the start", s.pages(t, test, order, first), want)
							same(t, "items from the end", s.pagesFromEnd(t, test, order, first), want)
						})
					}
				})
			}
		}
	}
}

// pages reads a list page by page.
func (s *school) pages(t *testing.T, of orderable, order string, first int) []ordered {
	t.Helper()
	var all []ordered
	after := "null"
	for range 100 {
		page := s.read(t, of.list, fmt.Sprintf("(%s, first: %d, after: %s)", order, first, after), of.fields)
		all = append(all, page.Nodes...)
		same(t, "has a page before", page.PageInfo.HasPreviousPage, after != "null")
		same(t, "start cursor", *page.PageInfo.StartCursor, page.Edges[0].Cursor)
		same(t, "end cursor", *page.PageInfo.EndCursor, page.Edges[len(page.Edges)-1].Cursor)
		if !page.PageInfo.HasNextPage {
			return all
		}
		after = `"` + *page.PageInfo.EndCursor + `"`
	}
	t.Fatal("the pages do not end")
	return nil
}

// The default order is by id, or by start.
func TestDefaultOrders(t *testing.T) {
	t.Parallel()
	s := tied(t)
	for list, order := range map[string]string{
		"students": "ID", "interviewers": "ID", "interviews": "START", "slots": "START",
	} {
		t.Run(list, func(t *testing.T) {
			s := s.For(t)
			usual := s.read(t, list, "", "id")
			same(t, "the list with its order given", s.read(t, list, "(orderBy: {field: "+order+"})", "id"), usual)
			same(t, "the list with a null order", s.read(t, list, "(orderBy: null)", "id"), usual)
			cursor := usual.Edges[0].Cursor
			rest := s.read(t, list, fmt.Sprintf("(orderBy: {field: %s}, after: %q)", order, cursor), "id")
			same(t, "items after the first", rest.Nodes, usual.Nodes[1:])
		})
	}
}

// Cursors from before lists had orders are still accepted.
func TestOldCursors(t *testing.T) {
	t.Parallel()
	s := tied(t)
	for list, cursor := range map[string]string{
		"students": "LWd6dDhiM3Q1aGMwLjI", "interviewers": "LWd6dDhiM3Q1aGMwLjI",
	} {
		t.Run(list, func(t *testing.T) {
			same(t, "the next id", s.For(t).read(t, list, fmt.Sprintf("(after: %q)", cursor), "id").Nodes[0].ID, "3")
		})
	}
	all := s.read(t, "interviews", "", "id start").Nodes
	start, err := time.Parse(time.RFC3339, all[2].Start)
	if err != nil {
		t.Fatal(err)
	}
	old := base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(start.UnixMicro(), 36) + "." + all[2].ID))
	same(t, "interviews after the third", s.read(t, "interviews", fmt.Sprintf("(after: %q)", old), "id start").Nodes, all[3:])
}

// A cursor of another order or another list is refused.
func TestForeignCursors(t *testing.T) {
	t.Parallel()
	s := tied(t)
	type position struct{ list, order, cursor string }
	var positions []position
	for _, o := range orders {
		for field := range o.by {
			for _, direction := range []string{"ASC", "DESC"} {
				order := fmt.Sprintf("orderBy: {field: %s, direction: %s}", field, direction)
				positions = append(positions, position{o.list, order, *s.read(t, o.list, "("+order+", first: 1)", "id").PageInfo.EndCursor})
			}
		}
	}
	for _, from := range positions {
		t.Run("a cursor of "+from.list+" "+from.order, func(t *testing.T) {
			for _, to := range positions {
				if from == to {
					continue
				}
				answer := s.For(t).Ask(fmt.Sprintf("{ %s(%s, after: %q) { nodes { id } } }", to.list, to.order, from.cursor), nil)
				if len(answer.Errors) != 1 || answer.Code() != "BAD_USER_INPUT" ||
					answer.Errors[0].Message != "after is not a cursor of this list with this order; a cursor from an edge or from pageInfo is expected" {
					t.Errorf("response in %s(%s) = %s, want BAD_USER_INPUT", to.list, to.order, answer.Body)
				}
			}
		})
	}
}

func TestBadOrders(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	forged := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	for _, test := range []struct{ name, document, says string }{
		{"an unknown field", `{ students(orderBy: {field: START}) { nodes { id } } }`, "START"},
		{"no field", `{ students(orderBy: {direction: ASC}) { nodes { id } } }`, "field"},
		{"an unknown direction", `{ slots(orderBy: {field: START, direction: UP}) { nodes { id } } }`, "UP"},
		{"a null direction", `{ slots(orderBy: {field: START, direction: null}) { nodes { id } } }`, "null"},
		{"a page of too many slots", `{ slots(first: 501) { nodes { id } } }`, "first is 501; a whole number from 1 to 500 is allowed"},
		{"a page of no slots", `{ slots(first: 0) { nodes { id } } }`, "first is 0"},
		{"a reversed range of slots", `{ slots(filter: {start: "2026-06-02T00:00:00Z", end: "2026-06-01T00:00:00Z"}) { nodes { id } } }`, "must be after start"},
		{"a cursor that is not UTF-8", fmt.Sprintf(`{ students(orderBy: {field: NAME}, after: %q) { nodes { id } } }`,
			forged("students:NAME:ASC.2.\xff")), "not a cursor"},
		{"a cursor with a null character", fmt.Sprintf(`{ students(orderBy: {field: NAME}, after: %q) { nodes { id } } }`,
			forged("students:NAME:ASC.2.a\x00b")), "not a cursor"},
		{"a cursor after the last time", fmt.Sprintf(`{ slots(after: %q) { nodes { id } } }`, forged("slots.2.1y2p0ij32e8e7")), "not a cursor"},
		{"a cursor before the first time", fmt.Sprintf(`{ interviews(after: %q) { nodes { id } } }`, forged("-1y2p0ij32e8e7.2")), "not a cursor"},
		{"a cursor without an id", fmt.Sprintf(`{ slots(after: %q) { nodes { id } } }`, forged("slots..5")), "not a cursor"},
		{"a cursor of students for interviews", `{ interviews(after: "LWd6dDhiM3Q1aGMwLjI") { nodes { id } } }`, "not a cursor"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s.For(t).Ask(test.document, nil).WantError("BAD_USER_INPUT", test.says)
		})
	}
	same(t, "log", s.Log.String(), "")
}
