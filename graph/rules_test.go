package graph_test

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// refusalCodes returns the refusals of a dry run of a booking, and checks that the slot is
// listed exactly if there are none.
func (s *school) refusalCodes(student, slot string) []string {
	s.T.Helper()
	listed := slices.Contains(ids(s.ListIn(student, t0.Add(-30*day), t0.Add(60*day)).Nodes), slot)
	refusals := codes(s.TryBook(student, slot).Errors)
	if listed != (len(refusals) == 0) {
		s.T.Errorf("slot %s: listed = %v, and the refusal codes of a booking = %v", slot, listed, refusals)
	}
	return refusals
}

func TestRangeEdges(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	slot := s.NewSlot(day) // [t0+24h, t0+25h)
	start, end := t0.Add(day), t0.Add(day+time.Hour)
	for _, test := range []struct {
		name       string
		start, end time.Time
		inside     bool
	}{
		{"exactly the slot", start, end, true},
		{"wider", start.Add(-time.Hour), end.Add(time.Hour), true},
		{"starts a second late", start.Add(time.Second), end.Add(time.Hour), false},
		{"ends a second early", start.Add(-time.Hour), end.Add(-time.Second), false},
		{"starts a microsecond late", start.Add(time.Microsecond), end, false},
		{"ends a microsecond early", start, end.Add(-time.Microsecond), false},
		{"touches its start", start.Add(-time.Hour), start, false},
		{"touches its end", end, end.Add(time.Hour), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := ids(s.For(t).ListIn(student, test.start, test.end).Nodes)
			same(t, "the slot is listed", slices.Contains(got, slot), test.inside)
		})
	}
}

func TestPastAndNotice(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	slot := s.NewSlot(day)
	at := t0.Add(day)
	for _, test := range []struct {
		name   string
		now    time.Time
		notice int
		want   []string
	}{
		{"a microsecond before the start", at.Add(-time.Microsecond), 0, []string{}},
		{"at the start", at, 0, []string{"SLOT_IN_PAST"}},
		{"after it", at.Add(time.Second), 0, []string{"SLOT_IN_PAST"}},
		{"just the notice", at.Add(-time.Hour), 3600, []string{}},
		{"a microsecond less than the notice", at.Add(-time.Hour + time.Microsecond), 3600, []string{"TOO_SOON"}},
		{"past is not too soon as well", at, 3600, []string{"SLOT_IN_PAST"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := s.For(t)
			s.SetClock(test.now)
			s.policy(in{"minimumNoticeSeconds": test.notice})
			same(t, "refusal codes", s.refusalCodes(student, slot), test.want)
		})
	}
}

func TestOneInterviewPerInterviewer(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	ann := s.Interviewer(nil)
	first, second := s.Slot(ann, day), s.Slot(ann, 10*day)
	id := s.Booked(student, first)
	same(t, "refusal codes with a booked interview", s.refusalCodes(student, second), []string{"ALREADY_INTERVIEWED"})
	s.SetClock(t0.Add(2 * day))
	s.Accepted(s.Complete(id, 5).Errors)
	same(t, "refusal codes with a completed interview", s.refusalCodes(student, second), []string{"ALREADY_INTERVIEWED"})
	for status, want := range map[string][]string{
		"CANCELLED": {}, "STUDENT_NO_SHOW": {}, "INTERVIEWER_NO_SHOW": {}, "BOOKED": {"ALREADY_INTERVIEWED"},
	} {
		t.Run(status, func(t *testing.T) {
			s := s.For(t)
			s.setStatus(id, status)
			same(t, "refusal codes", s.refusalCodes(student, second), want)
		})
	}
}

// setStatus writes a status that no mutation sets.
func (s *school) setStatus(interview, status string) {
	s.T.Helper()
	_, err := s.DB.SQL(s.T).ExecContext(s.T.Context(), `UPDATE interviews SET status = $2, grade = NULL,
		completed_at = CASE WHEN $2 = 'COMPLETED' THEN ends_at END,
		cancelled_at = CASE WHEN $2 = 'CANCELLED' THEN starts_at END,
		no_show_at = CASE WHEN $2 LIKE '%NO_SHOW' THEN ends_at END WHERE id = $1`, number(s.T, interview), status)
	if err != nil {
		s.T.Fatalf("set the status of interview %s: %v", interview, err)
	}
}

func TestWhatCountsAsUsed(t *testing.T) {
	t.Parallel()
	for status, used := range map[string]int{
		"BOOKED": 1, "COMPLETED": 1, "STUDENT_NO_SHOW": 1, "CANCELLED": 0, "INTERVIEWER_NO_SHOW": 0,
	} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			s := newSchool(t)
			student := s.Student(map[string]any{"interviewLimit": 1})
			id := s.Booked(student, s.NewSlot(day))
			s.setStatus(id, status)
			same(t, "interviews used", s.List(student).Eligibility.InterviewsUsed, used)
		})
	}
}

func TestOwnOverlap(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	s.Booked(student, s.NewSlot(day)) // [24h, 25h)
	for _, test := range []struct {
		name  string
		after time.Duration
		want  []string
	}{
		{"touching before", day - time.Hour, []string{}},
		{"a second into it", day - time.Hour + time.Second, []string{"OWN_OVERLAP"}},
		{"the same time", day, []string{"OWN_OVERLAP"}},
		{"a second before its end", day + time.Hour - time.Second, []string{"OWN_OVERLAP"}},
		{"touching after", day + time.Hour, []string{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := s.For(t)
			same(t, "refusal codes", s.refusalCodes(student, s.NewSlot(test.after)), test.want)
		})
	}
}

func TestNoInterviewWithOneself(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(map[string]any{"email": "Both@Example.org"})
	slot := s.Slot(s.Interviewer(map[string]any{"email": "both@example.org"}), day)
	same(t, "refusal codes", s.refusalCodes(student, slot), []string{"SELF_INTERVIEW"})
	same(t, "empty reasons", s.List(student).Reasons(), []string{"SELF_INTERVIEW"})
}

func TestAllViolatedRulesAtOnce(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, other := s.Student(map[string]any{"interviewLimit": 2}), s.Student(nil)
	ann := s.Interviewer(nil)
	taken := s.Slot(ann, 10*day)
	s.Booked(other, taken)
	first, second := s.Booked(student, s.Slot(ann, day)), s.Booked(student, s.NewSlot(10*day))
	s.SetClock(t0.Add(10 * day))
	s.Accepted(s.Complete(first, 0).Errors)
	s.Accepted(s.Complete(second, 3).Errors)
	answer := s.TryBook(student, taken)
	same(t, "refusal codes", codes(answer.Errors), []string{
		"SLOT_TAKEN", "SLOT_IN_PAST", "ALREADY_INTERVIEWED", "OWN_OVERLAP", "LIMIT_REACHED", "GRADES_TOO_LOW",
	})
	for _, refusal := range answer.Errors {
		field := "slotId"
		if refusal.Eligibility != nil {
			field = "studentId"
		}
		same(t, refusal.Code+" names its field", refusal.Path, []string{"input", field})
	}
}

func TestSlotTakenOffersAlternatives(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	winner, loser := s.Student(nil), s.Student(nil)
	ann := s.Interviewer(nil)
	wanted := s.Slot(ann, 2*day)
	s.NewSlot(day) // before the desired time
	var later []string
	for i := range 7 {
		later = append(later, s.NewSlot(time.Duration(3+i)*day))
	}
	s.Booked(winner, wanted)
	refusal := s.Book(loser, wanted).Errors
	same(t, "refusal codes", codes(refusal), []string{"SLOT_TAKEN"})
	same(t, "type of the refusal", refusal[0].Typename, "SlotTaken")
	same(t, "alternatives", ids(refusal[0].Alternatives), later[:5])
	for _, alternative := range refusal[0].Alternatives {
		same(t, "refusal codes of an alternative", codes(s.TryBook(loser, alternative.ID).Errors), []string{})
	}
}

func TestOrderIsTotalAndPagesAreStable(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	var want []string
	for i := range 9 { // three times, three slots at each: ties are broken by id
		want = append(want, s.NewSlot(time.Duration(1+i/3)*day))
	}
	same(t, "slots on one page", ids(s.List(student).Nodes), want)
	for _, first := range []int{1, 2, 4, 9} {
		t.Run(fmt.Sprintf("pages of %d", first), func(t *testing.T) {
			s := s.For(t)
			var got []string
			var after *string
			for page := 0; ; page++ {
				if page > 9 {
					t.Fatal("the pages do not end")
				}
				var data struct{ AvailableSlots available }
				s.Ask(`query($s: ID!, $after: String, $first: Int) { availableSlots(studentId: $s, first: $first, after: $after,
					start: "2026-06-01T00:00:00Z", end: "2026-07-01T00:00:00Z") {
					nodes { id } totalCount edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
					map[string]any{"s": student, "first": first, "after": after}).Into(&data)
				page := data.AvailableSlots
				got = append(got, ids(page.Nodes)...)
				same(t, "total", page.TotalCount, 9)
				same(t, "has a page before", page.PageInfo.HasPreviousPage, after != nil)
				same(t, "start cursor", *page.PageInfo.StartCursor, page.Edges[0].Cursor)
				if !page.PageInfo.HasNextPage {
					break
				}
				after = page.PageInfo.EndCursor
			}
			same(t, "slots on all pages", got, want)
		})
	}
}

func TestEmptyReasons(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, other := s.Student(nil), s.Student(nil)
	same(t, "empty reasons without published slots", s.List(student).Reasons(), []string{"NONE_PUBLISHED"})

	past := s.ListIn(student, t0.Add(-10*day), t0.Add(-9*day))
	same(t, "empty reasons of a past range", past.Reasons(), []string{"RANGE_IN_PAST"})

	s.Booked(other, s.NewSlot(day))
	ann := s.Interviewer(nil)
	s.Booked(student, s.Slot(ann, 2*day))
	s.Slot(ann, 3*day)
	s.NewSlot(2 * day)
	s.SetClock(t0.Add(time.Hour))
	answer := s.List(student)
	same(t, "empty reasons", answer.Reasons(), []string{"SLOT_TAKEN", "ALREADY_INTERVIEWED", "OWN_OVERLAP"})
	counts := []int{}
	for _, reason := range answer.EmptyReasons {
		counts = append(counts, reason.Count)
	}
	same(t, "counts of the empty reasons", counts, []int{2, 2, 2})
	s.NewSlot(5 * day)
	same(t, "empty reasons with open slots", s.List(student).Reasons(), []string{})
}

func TestInstantsInTheDefaultZone(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	var data struct{ AvailableSlots available }
	s.Ask(fmt.Sprintf(`{ availableSlots(studentId: %s, start: "2020-06-05T13:00:00", end: "2020-06-05T14:00:00") {
		nodes { id } emptyReasons { code message } } }`, student), nil).Into(&data)
	same(t, "listed slots", len(data.AvailableSlots.Nodes), 0)
	same(t, "empty reasons", data.AvailableSlots.Reasons(), []string{"RANGE_IN_PAST"})
}

func TestNullFirstIsTheDefault(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	for range 21 {
		s.Student(nil)
	}
	var data struct{ Students struct{ Nodes []person } }
	s.Ask("{ students(first: null) { nodes { id } } }", nil).Into(&data)
	same(t, "students with first null", len(data.Students.Nodes), 20)
	s.Ask("{ students { nodes { id } } }", nil).Into(&data)
	same(t, "students without first", len(data.Students.Nodes), 20)
}
