package graph_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"rehearse/internal/store"
)

// node is the node of an edge; edgeList is a page of edges.
type (
	node struct {
		ID, Start, Status    string
		Interviewer, Student person
	}
	edgeList struct {
		TotalCount int
		Nodes      []node
		Edges      []struct{ Cursor string }
		PageInfo   struct {
			HasNextPage bool
			EndCursor   *string
		}
	}
)

func (l edgeList) ids() []string {
	out := []string{}
	for _, n := range l.Nodes {
		out = append(out, n.ID)
	}
	return out
}

// edgeOf reads one edge field of one person: `student(id: 1) { interviews(...) }`.
func (s *school) edgeOf(t *testing.T, whose, id, edge, arguments string) edgeList {
	t.Helper()
	var data map[string]map[string]edgeList
	s.Ask(fmt.Sprintf("{ %s(id: %s) { %s%s { totalCount pageInfo { hasNextPage endCursor } nodes { id start status } edges { cursor } } } }",
		whose, id, edge, arguments), nil).Into(&data)
	return data[whose][edge]
}

// family is a student with three interviews, one of them cancelled, with Ann and two
// others. Ann has one more slot, which is open.
type family struct {
	*school
	student, ann, open string
	interviews         []string // by start
	slots              []string // Ann's, by start
}

func newFamily(t *testing.T) family {
	t.Helper()
	f := family{school: newSchoolWith(t, store.Options{}, unlimited)}
	f.student, f.ann = f.Student(nil), f.Interviewer(nil)
	late := f.Booked(f.student, f.NewSlot(3*day))
	taken := f.Slot(f.ann, day)
	early := f.Booked(f.student, taken)
	off := f.Booked(f.student, f.NewSlot(2*day))
	f.Accepted(f.Cancel(off).Errors)
	f.interviews = []string{early, off, late}
	f.open = f.Slot(f.ann, 5*day)
	f.slots = []string{taken, f.open}
	return f
}

func TestInterviewsOfAStudent(t *testing.T) {
	t.Parallel()
	f := newFamily(t)
	early, off, late := f.interviews[0], f.interviews[1], f.interviews[2]
	for _, test := range []struct {
		filter string
		want   []string
	}{
		{"{}", f.interviews},
		{"null", f.interviews},
		{"{status: []}", f.interviews},
		{"{status: [CANCELLED]}", []string{off}},
		{"{status: [BOOKED, CANCELLED]}", f.interviews},
		{"{status: [COMPLETED]}", []string{}},
		{`{start: "2026-06-03T08:00:00Z"}`, []string{off, late}},
		{`{start: "2026-06-03T08:00:00.000001Z"}`, []string{late}},
		{`{end: "2026-06-03T09:00:00Z"}`, []string{early, off}},
		{`{end: "2026-06-03T08:59:59.999999Z"}`, []string{early}},
		{`{start: "2026-06-03T08:00:00Z", end: "2026-06-03T09:00:00Z"}`, []string{off}},
		{"{interviewerId: " + f.ann + "}", []string{early}},
		{"{interviewerId: 999}", []string{}},
		{"{studentId: " + f.student + "}", f.interviews},
		{"{studentId: 999}", []string{}},
	} {
		t.Run(test.filter, func(t *testing.T) {
			got := f.For(t).edgeOf(t, "student", f.student, "interviews", "(filter: "+test.filter+")")
			same(t, "interviews", got.ids(), test.want)
			same(t, "total", got.TotalCount, len(test.want))
		})
	}
	for _, first := range []int{1, 2, 3, 100} {
		t.Run(fmt.Sprintf("pages of %d", first), func(t *testing.T) {
			same(t, "interviews", f.For(t).walk(t, "student", f.student, "interviews", first, 3), f.interviews)
		})
	}
	same(t, "interviews of a student without any", f.edgeOf(t, "student", f.Student(nil), "interviews", "").ids(), []string{})
}

// walk reads an edge field page by page.
func (s *school) walk(t *testing.T, whose, id, edge string, first, total int) []string {
	t.Helper()
	var all []string
	for after := "null"; ; {
		page := s.edgeOf(t, whose, id, edge, fmt.Sprintf("(first: %d, after: %s)", first, after))
		same(t, "total", page.TotalCount, total)
		all = append(all, page.ids()...)
		if !page.PageInfo.HasNextPage || len(all) > total {
			return all
		}
		after = `"` + *page.PageInfo.EndCursor + `"`
	}
}

func TestEdgesOfAnInterviewer(t *testing.T) {
	t.Parallel()
	f := newFamily(t)
	taken := f.slots[0]
	for _, test := range []struct {
		arguments string
		want      []string
	}{
		{"", f.slots},
		{"(status: [])", f.slots},
		{"(status: null, start: null, end: null, first: null, after: null)", f.slots},
		{"(status: [OPEN])", []string{f.open}},
		{"(status: [BOOKED, WITHDRAWN])", []string{taken}},
		{"(status: [WITHDRAWN])", []string{}},
		{`(start: "2026-06-02T08:00:00Z")`, f.slots},
		{`(start: "2026-06-02T08:00:00.000001Z")`, []string{f.open}},
		{`(end: "2026-06-02T09:00:00Z")`, []string{taken}},
		{`(end: "2026-06-02T08:59:59.999999Z")`, []string{}},
		{`(start: "2026-06-02T08:00:00Z", end: "2026-06-06T09:00:00Z")`, f.slots},
	} {
		t.Run(cmp.Or(test.arguments, "no arguments"), func(t *testing.T) {
			got := f.For(t).edgeOf(t, "interviewer", f.ann, "slots", test.arguments)
			same(t, "slots", got.ids(), test.want)
			same(t, "total", got.TotalCount, len(test.want))
		})
	}
	same(t, "pages of slots", f.walk(t, "interviewer", f.ann, "slots", 1, 2), f.slots)
	same(t, "interviews of the interviewer", f.edgeOf(t, "interviewer", f.ann, "interviews", "").ids(), f.interviews[:1])
	same(t, "interviews with a student", f.edgeOf(t, "interviewer", f.ann, "interviews", "(filter: {studentId: "+f.student+"})").ids(), f.interviews[:1])
	same(t, "interviews with an unknown student", f.edgeOf(t, "interviewer", f.ann, "interviews", "(filter: {studentId: 999})").ids(), []string{})
	same(t, "pages of interviews", f.walk(t, "interviewer", f.ann, "interviews", 1, 1), f.interviews[:1])
}

func TestAvailabilityOfAnInterviewer(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann, bob := s.Interviewer(nil), s.Interviewer(nil)
	for _, after := range []time.Duration{3 * day, day, 2 * day} {
		s.Accepted(s.Publish(ann, t0.Add(after), 2*time.Hour, 30).Errors)
	}
	type window struct {
		Start, End  string
		SlotMinutes int
		Interviewer person
	}
	var data struct {
		Interviewers struct {
			Nodes []struct{ Availability struct{ Nodes []window } }
		}
	}
	s.Ask("{ interviewers { nodes { availability { nodes { start end slotMinutes interviewer { id } } } } } }", nil).Into(&data)
	same(t, "availability by start", data.Interviewers.Nodes[0].Availability.Nodes, []window{
		{"2026-06-02T08:00:00Z", "2026-06-02T10:00:00Z", 30, person{ID: ann}},
		{"2026-06-03T08:00:00Z", "2026-06-03T10:00:00Z", 30, person{ID: ann}},
		{"2026-06-04T08:00:00Z", "2026-06-04T10:00:00Z", 30, person{ID: ann}},
	})
	same(t, "availability of an interviewer without any", data.Interviewers.Nodes[1].Availability.Nodes, []window{})
	var added struct {
		Availability struct{ Interviewer person }
		Errors       []refused
	}
	s.Mutate("addAvailability", "availability { interviewer { id } }", map[string]any{
		"interviewerId": bob, "start": "2026-06-09T08:00:00Z", "end": "2026-06-09T09:00:00Z",
	}, &added)
	same(t, "interviewer of a new availability", added.Availability.Interviewer.ID, bob)

	taken := s.Publish(bob, t0.Add(20*day), time.Hour, 60)
	s.Accepted(taken.Errors)
	var removed struct{ Errors []refused }
	s.Mutate("removeAvailability", "", map[string]any{"availabilityId": taken.Availability.ID}, &removed)
	s.Accepted(removed.Errors)
	s.Ask("{ interviewers { nodes { availability { nodes { start end slotMinutes interviewer { id } } } } } }", nil).Into(&data)
	same(t, "availability after a removal", len(data.Interviewers.Nodes[1].Availability.Nodes), 1)
}

func TestListOfSlots(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann, bob := s.Interviewer(nil), s.Interviewer(nil)
	one, two, three := s.Slot(ann, day), s.Slot(bob, day), s.Slot(ann, 2*day)
	four := s.Slot(bob, 3*day)
	s.Booked(s.Student(nil), three)
	all := []string{one, two, three, four}
	for _, test := range []struct {
		filter string
		want   []string
	}{
		{"null", all},
		{"{}", all},
		{"{interviewerIds: []}", all},
		{"{interviewerIds: [" + ann + "]}", []string{one, three}},
		{"{interviewerIds: [" + bob + ", " + ann + ", " + bob + "]}", all},
		{"{interviewerIds: [" + bob + ", 999]}", []string{two, four}},
		{"{interviewerIds: [999]}", []string{}},
		{"{status: [BOOKED]}", []string{three}},
		{"{status: [BOOKED], interviewerIds: [" + bob + "]}", []string{}},
		{`{start: "2026-06-03T08:00:00Z"}`, []string{three, four}},
		{`{end: "2026-06-03T09:00:00Z", interviewerIds: [` + ann + `]}`, []string{one, three}},
		{`{end: "2026-06-03T08:59:00Z"}`, []string{one, two}},
	} {
		t.Run(test.filter, func(t *testing.T) {
			s := s.For(t)
			filter := "(filter: " + test.filter
			got := s.read(t, "slots", filter+")", "id")
			same(t, "slots", orderedIDs(got.Nodes), test.want)
			same(t, "total", got.TotalCount, len(test.want))
			back := slices.Clone(test.want)
			slices.Reverse(back)
			got = s.read(t, "slots", filter+", orderBy: {field: START, direction: DESC})", "id")
			same(t, "slots in descending order", orderedIDs(got.Nodes), back)
		})
	}
	both := fmt.Sprintf("filter: {interviewerIds: [%s, %s]}, orderBy: {field: START, direction: DESC}", ann, bob)
	pages := s.pages(t, orderable{list: "slots", fields: "id"}, both, 1)
	same(t, "slots in pages from the end", orderedIDs(pages), []string{four, three, two, one})
}

// The same edge field of many parents is read at once, each with its own page and total.
func TestEdgesOfManyParents(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	type parent struct {
		ID         string
		Interviews edgeList
	}
	var want []parent
	for n := range 4 { // the first has no interviews, the next has one, and so on
		p := parent{ID: s.Student(nil)}
		for i := range n {
			p.Interviews.Nodes = append(p.Interviews.Nodes, node{ID: s.Booked(p.ID, s.NewSlot(time.Duration(i+1)*day))})
		}
		want = append(want, p)
	}
	var data struct{ Students struct{ Nodes []parent } }
	s.Ask("{ students { nodes { id interviews(first: 2) { totalCount pageInfo { hasNextPage } nodes { id } } } } }", nil).Into(&data)
	for n, got := range data.Students.Nodes {
		same(t, "student", got.ID, want[n].ID)
		same(t, "interviews", got.Interviews.ids(), want[n].Interviews.ids()[:min(n, 2)])
		same(t, "total", got.Interviews.TotalCount, n)
		same(t, "has a next page", got.Interviews.PageInfo.HasNextPage, n > 2)
	}
}

// A later mutation of a document does not reuse what an earlier one has read.
func TestEdgesBelowMutations(t *testing.T) {
	t.Parallel()
	f := newFamily(t)
	other := f.Student(nil)
	type answered struct {
		Interview struct {
			Interviewer struct{ Slots, Interviews edgeList }
		}
		Errors []struct {
			Alternatives []struct{ Interviewer struct{ Slots edgeList } }
		}
	}
	const below = `interview { interviewer { slots(status: [OPEN]) { totalCount nodes { id } } interviews { totalCount } } }`
	var data struct{ A, B, C answered }
	f.Ask(fmt.Sprintf(`mutation {
		a: bookSlot(input: {studentId: %s, slotId: %s}) { %s }
		b: cancelInterview(input: {interviewId: %s, reason: "ill"}) { %s }
		c: bookSlot(input: {studentId: %s, slotId: %s}) { errors { ... on SlotTaken {
			alternatives { interviewer { slots(status: [OPEN]) { totalCount } } } } } } }`,
		other, f.open, below, f.interviews[0], below, f.Student(nil), f.open), nil).Into(&data)
	same(t, "open slots after the booking", data.A.Interview.Interviewer.Slots.ids(), []string{})
	same(t, "total of interviews after the booking", data.A.Interview.Interviewer.Interviews.TotalCount, 2)
	same(t, "open slots after the cancellation", data.B.Interview.Interviewer.Slots.ids(), f.slots[:1])
	same(t, "total of open slots after the cancellation", data.B.Interview.Interviewer.Slots.TotalCount, 1)
	same(t, "total of interviews after the cancellation", data.B.Interview.Interviewer.Interviews.TotalCount, 2)
	same(t, "alternatives of the refusal", len(data.C.Errors[0].Alternatives), 0)

	var off struct {
		UpdateInterviewer struct {
			ClosedSlots []struct{ Interviewer struct{ Slots edgeList } }
			Conflicts   []struct{ Student struct{ Interviews edgeList } }
		}
	}
	f.Ask(`mutation { updateInterviewer(input: {interviewerId: `+f.ann+`, active: false}) {
		closedSlots { interviewer { slots { nodes { id status } } } } conflicts { student { interviews { nodes { id } } } } } }`, nil).Into(&off)
	same(t, "slots of the interviewer of a closed slot", off.UpdateInterviewer.ClosedSlots[0].Interviewer.Slots.ids(), f.slots)
	same(t, "interviews of the student of a conflict", len(off.UpdateInterviewer.Conflicts[0].Student.Interviews.Nodes), 1)
}

// Fields of two types may have the same name and different arguments.
func TestEdgesOfOneName(t *testing.T) {
	t.Parallel()
	f := newFamily(t)
	free := f.NewSlot(5 * day) // an alternative
	f.Booked(f.Student(nil), f.open)
	var data struct {
		BookSlot struct {
			Errors []struct {
				Typename string `json:"__typename"`
				X        []struct{ Interviewer struct{ Y edgeList } }
			}
		}
	}
	f.Ask(fmt.Sprintf(`mutation { bookSlot(input: {studentId: %s, slotId: %s}) { errors { __typename
		... on AvailabilityConflict { x: slots { interviewer { y: slots(status: [BOOKED]) { nodes { id } } } } }
		... on SlotTaken { x: alternatives { interviewer { y: slots(status: [OPEN]) { nodes { id } } } } } } } }`,
		f.Student(nil), f.open), nil).Into(&data)
	same(t, "slots of the interviewer of an alternative", data.BookSlot.Errors[0].X[0].Interviewer.Y.ids(), []string{free})
}

func TestBadEdges(t *testing.T) {
	t.Parallel()
	f := newFamily(t)
	elsewhere := f.edgeOf(t, "interviewer", f.ann, "slots", "").Edges[0].Cursor
	list := f.List(f.student)
	for _, test := range []struct{ name, whose, edge, says string }{
		{"a page of too many interviews", "student(id: " + f.student, "interviews(first: 101)", "first is 101; a whole number from 1 to 100 is allowed"},
		{"a page of no interviews", "student(id: " + f.student, "interviews(first: 0)", "first is 0"},
		{"a page of too many slots", "interviewer(id: " + f.ann, "slots(first: 501)", "first is 501; a whole number from 1 to 500 is allowed"},
		{"a reversed range of slots", "interviewer(id: " + f.ann, `slots(start: "2026-06-02T00:00:00Z", end: "2026-06-02T00:00:00Z")`, "must be after start"},
		{
			"a reversed range of interviews", "interviewer(id: " + f.ann,
			`interviews(filter: {start: "2026-06-02T00:00:00Z", end: "2026-06-01T00:00:00Z"})`, "must be after start",
		},
		{"a cursor of an interviewer's slots", "student(id: " + f.student, fmt.Sprintf("interviews(after: %q)", elsewhere), "not a cursor of this list"},
		{
			"a cursor of availableSlots", "interviewer(id: " + f.ann,
			fmt.Sprintf("slots(after: %q)", *list.PageInfo.EndCursor), "not a cursor of this list",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			f.For(t).Ask("{ "+test.whose+") { "+test.edge+" { nodes { id } } } }", nil).WantError("BAD_USER_INPUT", test.says)
		})
	}
	same(t, "log", f.Log.String(), "")
}

func orderedIDs(list []ordered) []string {
	out := []string{}
	for _, o := range list {
		out = append(out, o.ID)
	}
	return out
}
