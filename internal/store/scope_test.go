package store_test

import (
	"testing"

	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

var (
	admin      = booking.Actor{Role: booking.RoleAdmin}
	everything = store.ScopeOf(admin, planned)
)

// A list contains only what its scope contains, whatever the filter asks for.
func TestListsAreScoped(t *testing.T) {
	t.Parallel()
	database := pgtest.New(t)
	s := database.Open(t, store.Options{})
	rows := database.SQL(t)
	publish(t, rows, 600) // interviewers and students 1 to 3, and 200 slots of each interviewer
	execute(t, rows, "UPDATE interviewers SET active = false WHERE id = 3")
	// Student 1 meets interviewers 1 and 2; students 2 and 3 meet one of them.
	execute(t, rows, `INSERT INTO interviews (student_id, interviewer_id, slot_id, starts_at, ends_at, status, booked_at)
		SELECT pair.student, pair.interviewer, slots.id, slots.starts_at, slots.ends_at, 'BOOKED', $1
		FROM (VALUES (1, 1, 0), (1, 2, 1), (2, 1, 2), (3, 2, 3)) AS pair (student, interviewer, hour)
		JOIN slots ON slots.interviewer_id = pair.interviewer AND slots.starts_at = $1::timestamptz + pair.hour * interval '1 hour'`)
	one, inactive := booking.InterviewerID(1), false
	type totals struct{ students, interviewers, inactive, named, interviews, ofOne, slots, slotsOfOne int }
	all := totals{students: 3, interviewers: 3, inactive: 1, named: 1, interviews: 4, ofOne: 2, slots: 600, slotsOfOne: 200}
	for name, test := range map[string]struct {
		scope store.Scope
		want  totals
	}{
		"zero":          {store.Scope{}, totals{}},
		"anonymous":     {store.ScopeOf(booking.Actor{Role: booking.RoleAnonymous}, planned), totals{}},
		"student 1":     {store.ScopeOf(booking.Actor{Role: booking.RoleStudent, ID: 1}, planned), totals{interviewers: 2, interviews: 2, ofOne: 1}},
		"student 3":     {store.ScopeOf(booking.Actor{Role: booking.RoleStudent, ID: 3}, planned), totals{interviewers: 2, interviews: 1}},
		"interviewer 1": {store.ScopeOf(booking.Actor{Role: booking.RoleInterviewer, ID: 1}, planned), totals{interviews: 2, ofOne: 2, slots: 200, slotsOfOne: 200}},
		"interviewer 2": {store.ScopeOf(booking.Actor{Role: booking.RoleInterviewer, ID: 2}, planned), totals{interviews: 2, slots: 200}},
		"administrator": {everything, all},
		"program":       {store.ScopeOf(booking.Actor{Role: booking.RoleSystem}, planned), all},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			count := func(n int, err error) int {
				t.Helper()
				if err != nil {
					t.Error(err)
				}
				return n
			}
			counted := func(byParent map[booking.InterviewerID]int, err error) int { return count(byParent[one], err) }
			got := totals{
				students:     count(s.CountStudents(ctx, test.scope, store.StudentFilter{})),
				interviewers: count(s.CountInterviewers(ctx, test.scope, store.InterviewerFilter{})),
				inactive:     count(s.CountInterviewers(ctx, test.scope, store.InterviewerFilter{Active: &inactive})),
				named:        count(s.CountInterviewers(ctx, test.scope, store.InterviewerFilter{Search: "1@example"})),
				interviews:   count(s.CountInterviews(ctx, test.scope, store.InterviewFilter{})),
				ofOne:        counted(s.CountInterviewsOfInterviewers(ctx, test.scope, []booking.InterviewerID{one}, store.InterviewFilter{})),
				slots:        count(s.CountSlots(ctx, test.scope, store.SlotFilter{})),
				slotsOfOne:   counted(s.CountSlotsOf(ctx, test.scope, []booking.InterviewerID{one}, store.SlotFilter{})),
			}
			if got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
			interviews, _, err := s.Interviews(ctx, test.scope, store.InterviewFilter{InterviewerID: &one}, store.Page{First: 10})
			if err != nil || len(interviews) != test.want.ofOne {
				t.Errorf("Interviews() = %d interviews of interviewer 1, %v; want %d", len(interviews), err, test.want.ofOne)
			}
			slots, _, err := s.Slots(ctx, test.scope, store.SlotFilter{InterviewerIDs: []booking.InterviewerID{one}}, store.Page{First: 500})
			if err != nil || len(slots) != test.want.slotsOfOne {
				t.Errorf("Slots() = %d slots of interviewer 1, %v; want %d", len(slots), err, test.want.slotsOfOne)
			}
		})
	}
}
