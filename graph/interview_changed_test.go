package graph_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"rehearse/internal/booking"
)

type interviewChanged struct{ InterviewChanged interview }

const interviewChangedOf = `subscription($s: ID, $i: ID) { interviewChanged(studentId: $s, interviewerId: $i) { ` + interviewFields + ` } }`

// wantChanged reads the next event, which must report the interview with the status.
func (c *client) wantChanged(id, interview, status string) {
	c.T.Helper()
	var e interviewChanged
	if c.Event(id, &e); e.InterviewChanged.ID != interview || e.InterviewChanged.Status != status {
		c.T.Fatalf("event = %+v, want interview %s with the status %s", e.InterviewChanged, interview, status)
	}
}

func TestInterviewsChangeOnAnotherServer(t *testing.T) {
	t.Parallel()
	s, second := living(t)
	me, other := s.Student(nil), s.Student(nil)
	mine, theirs := s.Interviewer(nil), s.Interviewer(nil)
	follow := func(role booking.Role, id string, variables in) (*client, string) {
		t.Helper()
		second.Act(role, int64(number(t, id)))
		c := second.Connect()
		return c, c.Subscribed(interviewChangedOf, variables)
	}
	student, ofStudent := follow(booking.RoleStudent, me, nil)
	interviewer, ofInterviewer := follow(booking.RoleInterviewer, mine, nil)
	admin, ofAdmin := follow(booking.RoleAdmin, "0", nil)
	narrow, ofNarrow := follow(booking.RoleAdmin, "0", in{"s": other, "i": theirs})
	nobodys, ofNobody := follow(booking.RoleStudent, other, in{"i": theirs})

	wantChanged := func(interview, status string, by map[*client]string) {
		t.Helper()
		for c, id := range by {
			c.wantChanged(id, interview, status)
		}
	}
	first := s.Booked(me, s.Slot(mine, 7*day))
	wantChanged(first, "BOOKED", map[*client]string{student: ofStudent, interviewer: ofInterviewer, admin: ofAdmin})
	moved := s.Slot(theirs, 8*day)
	s.Accepted(s.ChangeInterview("rescheduleInterview", in{"interviewId": first, "slotId": moved}).Errors)
	wantChanged(first, "BOOKED", map[*client]string{student: ofStudent, admin: ofAdmin}) // the interviewer no longer has it
	s.Accepted(s.Cancel(first).Errors)
	wantChanged(first, "CANCELLED", map[*client]string{student: ofStudent, admin: ofAdmin})
	second2 := s.Booked(other, s.Slot(theirs, 9*day))
	wantChanged(second2, "BOOKED", map[*client]string{admin: ofAdmin, narrow: ofNarrow, nobodys: ofNobody})
	third := s.Booked(other, s.Slot(mine, 10*day))
	wantChanged(third, "BOOKED", map[*client]string{interviewer: ofInterviewer, admin: ofAdmin}) // the next event of each of them
}

// A server that loses the connections on which it follows the changes reconnects and delivers
// the events that it has missed. Subscribers need not fetch their lists again.
func TestLostConnections(t *testing.T) {
	t.Parallel()
	s, second := living(t)
	student, interviewer := s.Student(nil), s.Interviewer(nil)
	before := s.Booked(student, s.Slot(interviewer, 7*day))
	slots := second.Connect()
	ofSlots := slots.Follow(student)
	interviews := second.Connect()
	ofInterviews := interviews.Subscribed(interviewChangedOf, nil)

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	rows := s.DB.SQL(t)
	for _, last := range []string{"LISTEN%", "%FROM changes%"} {
		for ended := 0; ended == 0; { // until the connection has sent this statement
			err := rows.QueryRowContext(ctx, `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
				WHERE datname = current_database() AND query LIKE $1 AND pid <> pg_backend_pid()`, last).Scan(&ended)
			if err != nil {
				t.Fatalf("end the connection with %s: %v", last, err)
			}
		}
	}
	s.Accepted(s.Cancel(before).Errors)
	// The event of the booking may arrive first.
	for status := ""; status != "CANCELLED"; {
		var e interviewChanged
		interviews.Event(ofInterviews, &e)
		status = e.InterviewChanged.Status
	}
	after := s.Slot(s.Interviewer(nil), 9*day)
	slots.Until(ofSlots, func(e slotsChanged) bool {
		if e.SlotsChanged.Refetch {
			t.Error("an event asks for a refetch")
		}
		return slices.Contains(ids(e.SlotsChanged.Opened), after)
	})
}

// The second server's clock is ahead, so that the test need not wait for the hold to expire.
func TestExpiredHoldOpensItsSlot(t *testing.T) {
	t.Parallel()
	s, second := living(t)
	s.policy(in{"holdSeconds": 30})
	second.SetClock(t0.Add(29900 * time.Millisecond))
	me, other := s.Student(nil), s.Student(nil)
	theirs := s.NewSlot(7 * day)
	c := second.Connect()
	id := c.Follow(me)
	s.held(other, theirs)
	c.Until(id, func(e slotsChanged) bool { return slices.Contains(e.SlotsChanged.ClosedIDs, theirs) })
	second.SetClock(t0.Add(31 * time.Second))
	c.Until(id, func(e slotsChanged) bool { return slices.Contains(ids(e.SlotsChanged.Opened), theirs) })
}
