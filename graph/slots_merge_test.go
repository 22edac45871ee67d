package graph_test

import (
	"cmp"
	"slices"
	"testing"
	"time"
)

type cursored struct {
	Cursor string
	Node   struct{ ID, Start string }
}

type slotsMerged struct {
	SlotsChanged struct {
		OpenedEdges []cursored
		ClosedIDs   []string
		Refetch     bool
		TotalCount  int
		Eligibility eligibility
	}
}

const slotsMergedOf = `subscription($s: ID!, $start: DateTime!, $end: DateTime!, $of: [ID!], $tags: [String!], $after: String, $before: String) {
	slotsChanged(studentId: $s, start: $start, end: $end, interviewerIds: $of, tags: $tags, after: $after, before: $before) {
		openedEdges { cursor node { id start } } closedIds refetch totalCount
		eligibility { eligible interviewsUsed interviewLimit interviewsRemaining recentGrades reasons { code message } } } }`

func (c *client) merging(student string, set map[string]any) string {
	c.T.Helper()
	variables := map[string]any{"s": student, "start": t0.Format(time.RFC3339), "end": t0.Add(30 * day).Format(time.RFC3339)}
	for key, value := range set {
		variables[key] = value
	}
	return c.Subscribed(slotsMergedOf, variables)
}

func (c *client) merged(id string, until func(slotsMerged) bool) (e slotsMerged) {
	c.T.Helper()
	for !until(e) {
		c.Event(id, &e)
	}
	return e
}

// edges returns the first slots that a student may book, and the total.
func (s *school) edges(student string, first int) (edges []cursored, total int) {
	s.T.Helper()
	var data struct {
		AvailableSlots struct {
			TotalCount int
			Edges      []cursored
		}
	}
	s.Ask(`query($s: ID!, $start: DateTime!, $end: DateTime!, $first: Int) { availableSlots(studentId: $s, start: $start, end: $end, first: $first) {
		totalCount edges { cursor node { id start } } } }`,
		in{"s": student, "start": moment(0), "end": moment(30 * day), "first": first}).Into(&data)
	return data.AvailableSlots.Edges, data.AvailableSlots.TotalCount
}

// Two pages merged with later changes equal a fresh read.
func TestChangesMergeIntoPages(t *testing.T) {
	t.Parallel()
	s, second := living(t)
	me, other, ann := s.Student(nil), s.Student(nil), s.Interviewer(nil)
	for n := range 6 {
		s.NewSlot(time.Duration(2*n+2) * day)
	}
	taken := s.NewSlot(5 * day)
	interview := s.Booked(other, taken)
	shown, total := s.edges(me, 4)
	c := second.Connect()
	id := c.merging(me, in{"before": shown[3].Cursor})
	merge := func(e slotsMerged) {
		t.Helper()
		same(t, "refetch", e.SlotsChanged.Refetch, false)
		shown = slices.DeleteFunc(shown, func(have cursored) bool {
			return slices.Contains(e.SlotsChanged.ClosedIDs, have.Node.ID) ||
				slices.ContainsFunc(e.SlotsChanged.OpenedEdges, func(new cursored) bool { return new.Node.ID == have.Node.ID })
		})
		shown = append(shown, e.SlotsChanged.OpenedEdges...)
		slices.SortFunc(shown, func(a, b cursored) int {
			return cmp.Or(cmp.Compare(a.Node.Start, b.Node.Start), cmp.Compare(number(t, a.Node.ID), number(t, b.Node.ID)))
		})
		total = e.SlotsChanged.TotalCount
	}
	wantFresh := func(what string) {
		t.Helper()
		fresh, count := s.edges(me, len(shown))
		same(t, what, shown, fresh)
		same(t, what+", total", total, count)
	}

	s.Accepted(s.Cancel(interview).Errors) // its slot opens between the second and the third
	merge(c.merged(id, func(e slotsMerged) bool { return e.SlotsChanged.TotalCount == 7 }))
	wantFresh("opened in between")
	same(t, "slots shown after the next page", len(shown), 5)

	beyond := s.Slot(ann, 20*day) // on a page that is not shown
	merge(c.merged(id, func(e slotsMerged) bool { return e.SlotsChanged.TotalCount == 8 }))
	wantFresh("opened beyond")
	same(t, "slots shown after the change", len(shown), 5)
	same(t, "the slot beyond the page is shown", slices.ContainsFunc(shown, func(e cursored) bool { return e.Node.ID == beyond }), false)

	s.Booked(other, shown[0].Node.ID)
	merge(c.merged(id, func(e slotsMerged) bool { return e.SlotsChanged.TotalCount == 7 }))
	wantFresh("closed")
}

func TestChangesAreFilteredLikeTheList(t *testing.T) {
	t.Parallel()
	s, second := living(t)
	me, other := s.Student(nil), s.Student(nil)
	ann, ben := s.Interviewer(in{"tags": []string{"go", "senior"}}), s.Interviewer(in{"tags": []string{"go"}})
	byTag, byInterviewer := second.Connect(), second.Connect()
	tagged := byTag.merging(me, in{"tags": []string{" Senior"}})
	of := byInterviewer.merging(me, in{"of": []string{ben}})
	b, a := s.Slot(ben, 2*day), s.Slot(ann, day)
	opened := func(c *client, id, slot string) {
		t.Helper()
		e := c.merged(id, func(e slotsMerged) bool { return len(e.SlotsChanged.OpenedEdges) > 0 })
		same(t, "opened slots", []string{e.SlotsChanged.OpenedEdges[0].Node.ID}, []string{slot})
		same(t, "total", e.SlotsChanged.TotalCount, 1)
	}
	opened(byTag, tagged, a)
	opened(byInterviewer, of, b)
	s.Booked(other, a)
	e := byTag.merged(tagged, func(e slotsMerged) bool { return slices.Contains(e.SlotsChanged.ClosedIDs, a) })
	same(t, "total", e.SlotsChanged.TotalCount, 0)
}

func TestEligibilityEvent(t *testing.T) {
	t.Parallel()
	s, second := living(t)
	me := s.Student(nil)
	c := second.Connect()
	id := c.merging(me, nil)
	var payload struct{ Errors []refused }
	s.Mutate("updateStudent", "student { id }", in{"studentId": me, "interviewLimit": 3}, &payload)
	s.Accepted(payload.Errors)
	e := c.merged(id, func(e slotsMerged) bool { return e.SlotsChanged.Eligibility.InterviewLimit == 3 })
	same(t, "opened and closed slots", [2]int{len(e.SlotsChanged.OpenedEdges), len(e.SlotsChanged.ClosedIDs)}, [2]int{0, 0})
	same(t, "interviews remaining", e.SlotsChanged.Eligibility.InterviewsRemaining, 3)
}
