package graph_test

import (
	"cmp"
	"testing"
	"time"

	"rehearse/internal/booking"
)

// Students are filtered by the verdict of the rules. A property test in app compares the
// filters with the verdict over random schools.
func TestStudentsByStanding(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	fresh := s.Student(nil)
	full := s.Student(map[string]any{"interviewLimit": 1})
	locked, waived := s.Student(nil), s.Student(nil)
	s.Live(full, day, nil)
	s.SetClock(t0)
	for grade, student := range []string{locked, waived} { // 0 and 1: both are too low
		s.SetClock(t0)
		s.Live(student, day, grade)
	}
	var granted struct{ Errors []refused }
	s.Mutate("grantWaiver", "__typename", map[string]any{"studentId": waived, "rule": "GRADES", "reason": "a bad day"}, &granted)
	s.Accepted(granted.Errors)

	for filter, want := range map[string][]string{
		"": {fresh, full, locked, waived}, "eligible: true": {fresh, waived}, "eligible: false": {full, locked}, "eligible: null": {fresh, full, locked, waived},
		"stuck: [GRADES_TOO_LOW]": {locked}, "stuck: [LIMIT_REACHED]": {full}, "stuck: [LIMIT_REACHED, GRADES_TOO_LOW]": {full, locked},
		"stuck: []": {fresh, full, locked, waived}, "interviewsUsed: {min: 1}": {full, locked, waived}, "interviewsUsed: {max: 0}": {fresh},
		"interviewsUsed: {min: 1, max: 1}, eligible: true": {waived}, "interviewsUsed: {}": {fresh, full, locked, waived}, "interviewsUsed: {min: 2}": {},
	} {
		t.Run(cmp.Or(filter, "no filter"), func(t *testing.T) {
			same(t, "students", s.For(t).studentsWhere(filter, len(want)), want)
		})
	}
	for filter, says := range map[string]string{
		"stuck: [SLOT_TAKEN]":              "LIMIT_REACHED and GRADES_TOO_LOW are allowed",
		"interviewsUsed: {min: -1}":        "interviewsUsed.min is -1",
		"interviewsUsed: {min: 3, max: 2}": "interviewsUsed.min is 3, which is greater than interviewsUsed.max, 2",
	} {
		t.Run(filter, func(t *testing.T) {
			s.For(t).Ask("{ students(filter: {"+filter+"}) { totalCount } }", nil).WantError("BAD_USER_INPUT", says)
		})
	}
	s.Act(booking.RoleStudent, int64(number(t, fresh)))
	s.Ask("{ students(filter: {stuck: [GRADES_TOO_LOW]}) { totalCount } }", nil).WantError("FORBIDDEN", "")
}

// studentsWhere pages through the students that match a filter, one at a time, and checks
// the total beside each page.
func (s *school) studentsWhere(filter string, total int) []string {
	s.T.Helper()
	got, after := []string{}, ""
	for {
		var data struct {
			Students struct {
				TotalCount int
				Nodes      []struct{ ID string }
				PageInfo   struct {
					HasNextPage bool
					EndCursor   *string
				}
			}
		}
		s.Ask("{ students(first: 1, filter: {"+filter+"}"+after+") { totalCount nodes { id } pageInfo { hasNextPage endCursor } } }", nil).Into(&data)
		same(s.T, "total with "+filter, data.Students.TotalCount, total)
		for _, n := range data.Students.Nodes {
			got = append(got, n.ID)
		}
		if !data.Students.PageInfo.HasNextPage {
			return got
		}
		after = `, after: "` + *data.Students.PageInfo.EndCursor + `"`
	}
}

// standings returns the filters of standingFilters that match each of the students, and
// checks that the totals agree and that there are no other students.
func (s *school) standings(students ...string) [][]string {
	s.T.Helper()
	by := map[string][]string{}
	for _, f := range standingFilters { // one at a time: together they cost too much
		var found struct {
			Students struct {
				TotalCount int
				Nodes      []struct{ ID string }
			}
		}
		s.Ask("{ students(first: 10, filter: {"+f.filter+"}) { totalCount nodes { id } } }", nil).Into(&found)
		list := found.Students
		same(s.T, "total of "+f.name, list.TotalCount, len(list.Nodes))
		for _, node := range list.Nodes {
			by[node.ID] = append(by[node.ID], f.name)
		}
	}
	out := make([][]string, len(students))
	for n, id := range students {
		out[n] = by[id]
	}
	same(s.T, "students found", len(by), len(students))
	s.Sound()
	return out
}

var standingFilters = []struct{ name, filter string }{
	{"eligible", "eligible: true"}, {"not eligible", "eligible: false"},
	{"limit", "stuck: [LIMIT_REACHED]"}, {"grades", "stuck: [GRADES_TOO_LOW]"},
	{"0 used", "interviewsUsed: {max: 0}"}, {"1 used", "interviewsUsed: {min: 1, max: 1}"},
	{"2 used", "interviewsUsed: {min: 2, max: 2}"}, {"3 used or more", "interviewsUsed: {min: 3}"},
}

// standingStory checks the filters while one student changes and another does not.
type standingStory struct {
	*school
	student, other string
}

func newStandingStory(t *testing.T) standingStory {
	t.Helper()
	s := newSchool(t)
	return standingStory{s, s.Student(nil), s.Student(nil)}
}

// wantAfter checks which filters match the student after a change.
func (s standingStory) wantAfter(change string, want ...string) {
	s.T.Helper()
	same(s.T, "filters after "+change, s.standings(s.student, s.other), [][]string{want, {"eligible", "0 used"}})
}

// The limit is the student's own or the policy's, with waivers and holds.
func TestFiltersFollowTheLimit(t *testing.T) {
	t.Parallel()
	s := newStandingStory(t)
	s.wantAfter("no change", "eligible", "0 used")
	first := s.Booked(s.student, s.NewSlot(2*day))
	s.wantAfter("a booking", "eligible", "1 used")
	s.limitTo(s.student, 1)
	s.wantAfter("a limit of 1", "not eligible", "limit", "1 used")
	waiver := s.waive(s.student, "LIMIT", nil)
	s.wantAfter("a waiver", "eligible", "1 used")
	slot := s.NewSlot(3 * day)
	hold := s.held(s.student, slot)
	s.wantAfter("a hold on the waiver, which a booking of another slot ends", "eligible", "2 used")
	second := s.bookHeld(s.student, slot, hold)
	s.Accepted(second.Errors)
	s.wantAfter("a booking on the waiver", "not eligible", "limit", "2 used")
	s.Accepted(s.Cancel(second.Interview.ID).Errors)
	s.wantAfter("its cancellation, which gives the use back", "eligible", "1 used")
	s.revoke(waiver)
	s.wantAfter("the waiver's revocation", "not eligible", "limit", "1 used")
	s.waive(s.student, "LIMIT", in{"expiresAt": t0.Add(time.Hour).Format(time.RFC3339)})
	s.wantAfter("a waiver for an hour", "eligible", "1 used")
	s.SetClock(t0.Add(time.Hour))
	s.wantAfter("an hour later", "not eligible", "limit", "1 used")
	s.limitTo(s.student, 2)
	s.wantAfter("a limit of 2", "eligible", "1 used")
	s.held(s.student, slot)
	s.wantAfter("a hold", "eligible", "2 used")
	s.SetClock(t0.Add(2 * time.Hour))
	s.wantAfter("the hold's end by the clock", "eligible", "1 used")
	var payload struct{ Errors []refused }
	s.Mutate("updateStudent", "student { id }", in{"studentId": s.student, "interviewLimit": nil}, &payload)
	s.Accepted(payload.Errors)
	s.policy(in{"interviewLimit": 1})
	s.wantAfter("the policy's limit of 1", "not eligible", "limit", "1 used")
	s.policy(in{"interviewLimit": 2})
	s.SetClock(t0.Add(2*day + 30*time.Minute))
	s.Accepted(s.noShow(first, "INTERVIEWER").Errors)
	s.wantAfter("a no-show of the interviewer", "eligible", "0 used")
	s.Accepted(s.undo(first).Errors)
	s.wantAfter("the no-show's undoing", "eligible", "1 used")
	s.Accepted(s.noShow(first, "STUDENT").Errors)
	s.wantAfter("a no-show of the student", "eligible", "1 used")
}

// The last grades count, after a regrade, under another policy and with a waiver.
func TestFiltersFollowTheGrades(t *testing.T) {
	t.Parallel()
	s := newStandingStory(t)
	planned := s.Booked(s.student, s.NewSlot(9*day)) // its grade is the last one
	interview := s.Live(s.student, day, nil)
	s.wantAfter("an interview without a grade", "eligible", "2 used")
	s.Accepted(s.Complete(interview, 1).Errors)
	s.wantAfter("a grade of 1", "not eligible", "grades", "2 used")
	s.Accepted(s.Complete(interview, 2).Errors)
	s.wantAfter("a grade of 2 instead", "eligible", "2 used")
	s.Accepted(s.Complete(interview, 0).Errors)
	s.wantAfter("a grade of 0 instead", "not eligible", "grades", "2 used")
	s.limitTo(s.student, 2)
	s.wantAfter("a limit of 2", "not eligible", "limit", "grades", "2 used")
	s.waive(s.student, "LIMIT", nil)
	s.wantAfter("the limit waived", "not eligible", "grades", "2 used")
	waiver := s.waive(s.student, "GRADES", nil)
	s.wantAfter("both waived", "eligible", "2 used")
	s.limitTo(s.student, 15)
	last := s.Live(s.student, 3*day, nil)
	s.wantAfter("a booking on the waiver, without a grade", "not eligible", "grades", "3 used or more")
	s.Accepted(s.Complete(last, 5).Errors)
	s.wantAfter("a good grade: the low one is the last but one", "not eligible", "grades", "3 used or more")
	s.revoke(waiver)
	s.policy(in{"gradeWindow": 1})
	s.wantAfter("a window of one grade", "eligible", "3 used or more")
	s.policy(in{"gradeWindow": 0})
	s.wantAfter("a window of no grade", "eligible", "3 used or more")
	s.policy(in{"gradeWindow": 100})
	s.wantAfter("a window of every grade", "not eligible", "grades", "3 used or more")
	s.policy(in{"minimumGradeExclusive": -1})
	s.wantAfter("a minimum below every grade", "eligible", "3 used or more")
	s.policy(in{"minimumGradeExclusive": 4, "gradeWindow": 1})
	s.wantAfter("a minimum of 5", "eligible", "3 used or more")
	s.policy(in{"minimumGradeExclusive": 1, "gradeWindow": 2})
	s.wantAfter("the policy as it was", "not eligible", "grades", "3 used or more")
	s.SetClock(t0.Add(9*day + 2*time.Hour))
	s.Accepted(s.Complete(planned, 3).Errors)
	s.wantAfter("another good grade", "eligible", "3 used or more")
}
