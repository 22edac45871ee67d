package graph_test

import (
	"strings"
	"testing"
	"time"

	"rehearse/internal/booking"
)

// Students by what the rules say of them; a property test in app compares the
// filters with the verdict over drawn schools.
func TestStudentsByStanding(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	fresh := s.student(nil)
	full := s.student(map[string]any{"interviewLimit": 1})
	locked, waived := s.student(nil), s.student(nil)
	s.live(full, day, nil)
	s.setClock(t0)
	for n, student := range []string{locked, waived} {
		s.setClock(t0)
		interview := s.booked(student, s.newSlot(day))
		s.setClock(t0.Add(day + 2*time.Hour))
		s.complete(interview, n) // 0 and 1: both are too low
	}
	var granted struct{ Errors []refused }
	s.mutate("grantWaiver", "__typename", map[string]any{"studentId": waived, "rule": "GRADES", "reason": "a bad day"}, &granted)
	s.accepted(granted.Errors)

	for filter, want := range map[string][]string{
		"": {fresh, full, locked, waived}, "eligible: true": {fresh, waived}, "eligible: false": {full, locked}, "eligible: null": {fresh, full, locked, waived},
		"stuck: [GRADES_TOO_LOW]": {locked}, "stuck: [LIMIT_REACHED]": {full}, "stuck: [LIMIT_REACHED, GRADES_TOO_LOW]": {full, locked},
		"stuck: []": {fresh, full, locked, waived}, "interviewsUsed: {min: 1}": {full, locked, waived}, "interviewsUsed: {max: 0}": {fresh},
		"interviewsUsed: {min: 1, max: 1}, eligible: true": {waived}, "interviewsUsed: {}": {fresh, full, locked, waived}, "interviewsUsed: {min: 2}": {},
	} {
		got, after := []string{}, ""
		for more := true; more; {
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
			s.ask("{ students(first: 1, filter: {"+filter+"}"+after+") { totalCount nodes { id } pageInfo { hasNextPage endCursor } } }", nil).into(&data)
			same(t, filter+" in all", data.Students.TotalCount, len(want))
			for _, n := range data.Students.Nodes {
				got = append(got, n.ID)
			}
			if more = data.Students.PageInfo.HasNextPage; more {
				after = `, after: "` + *data.Students.PageInfo.EndCursor + `"`
			}
		}
		same(t, filter, got, want)
	}
	for filter, says := range map[string]string{
		"stuck: [SLOT_TAKEN]":              "LIMIT_REACHED and GRADES_TOO_LOW are allowed",
		"interviewsUsed: {min: -1}":        "interviewsUsed.min is -1",
		"interviewsUsed: {min: 3, max: 2}": "interviewsUsed.min is 3, which is above interviewsUsed.max, 2",
	} {
		a := s.ask("{ students(filter: {"+filter+"}) { totalCount } }", nil)
		if a.code() != "BAD_USER_INPUT" || !strings.Contains(a.Errors[0].Message, says) {
			t.Errorf("%s: answered %s", filter, a.body)
		}
	}
	s.act(booking.RoleStudent, int64(number(t, fresh)))
	if a := s.ask("{ students(filter: {stuck: [GRADES_TOO_LOW]}) { totalCount } }", nil); a.code() != "FORBIDDEN" {
		t.Errorf("a student: answered %s", a.body)
	}
}
