package graph_test

import (
	"fmt"
	"testing"

	"rehearse/internal/booking"
)

// A filter that names the data of others matches nothing, at the root and on a path that the
// caller may take.
func TestFiltersDoNotWidenAccess(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	me, other := s.Student(nil), s.Student(nil)
	ann, ben := s.Interviewer(nil), s.Interviewer(nil)
	mine := s.Booked(me, s.Slot(ann, day))
	theirs := s.Booked(other, s.Slot(ann, 2*day)) // by the same interviewer
	s.Booked(other, s.Slot(ben, 3*day))
	ofOther, ofBen := fmt.Sprintf("(filter: { studentId: %s }) { totalCount nodes { id } }", other),
		fmt.Sprintf("(filter: { interviewerId: %s }) { totalCount nodes { id } }", ben)
	type list struct {
		TotalCount int
		Nodes      []struct{ ID string }
	}
	for _, test := range []struct {
		name     string
		role     booking.Role
		id, list string // of the caller; of their interviews or slots
		want     []string
	}{
		{"a student, interviews of another", booking.RoleStudent, me, "interviews" + ofOther, nil},
		{"an interviewer, interviews of another", booking.RoleInterviewer, ann, "interviews" + ofBen, nil},
		{"an interviewer, interviews of a student", booking.RoleInterviewer, ann, "interviews" + ofOther, []string{theirs}},
		{"an interviewer, slots of another", booking.RoleInterviewer, ann, fmt.Sprintf("slots(filter: { interviewerIds: [%s] }) { totalCount nodes { id } }", ben), nil},
		{"an administrator", booking.RoleAdmin, "0", "interviews" + fmt.Sprintf("(filter: { studentId: %s }) { totalCount nodes { id } }", me), []string{mine}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := s.For(t)
			s.Act(test.role, int64(number(t, test.id)))
			var data struct{ List list }
			s.Ask("{ list: "+test.list+" }", nil).Into(&data)
			same(t, "list", listed(data.List.Nodes), append([]string{}, test.want...))
			same(t, "total", data.List.TotalCount, len(test.want))
		})
	}
	t.Run("a student, by an interviewer of both", func(t *testing.T) {
		s := s.For(t)
		s.Act(booking.RoleStudent, int64(number(t, me)))
		var data struct {
			Interview struct{ Interviewer struct{ List, All list } }
		}
		s.Ask(fmt.Sprintf("{ interview(id: %s) { interviewer { list: interviews%s all: interviews { totalCount nodes { id } } } } }", mine, ofOther), nil).Into(&data)
		same(t, "interviews of the other", listed(data.Interview.Interviewer.List.Nodes), []string{})
		same(t, "all interviews", listed(data.Interview.Interviewer.All.Nodes), []string{mine})
		same(t, "total", data.Interview.Interviewer.All.TotalCount, 1)
	})
}

func listed(nodes []struct{ ID string }) []string {
	ids := []string{}
	for _, node := range nodes {
		ids = append(ids, node.ID)
	}
	return ids
}
