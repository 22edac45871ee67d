package graph_test

import (
	"slices"
	"testing"
	"time"

	"rehearse/internal/booking"
)

type interviewChanged struct{ InterviewChanged interview }

const interviewChangedOf = `subscription($s: ID, $i: ID) { interviewChanged(studentId: $s, interviewerId: $i) { ` + interviewFields + ` } }`

// tells reads the next event, which must be of the interview in the status.
func (c *client) tells(id, interview, status string) {
	c.t.Helper()
	var e interviewChanged
	if c.event(id, &e); e.InterviewChanged.ID != interview || e.InterviewChanged.Status != status {
		c.t.Fatalf("it tells of %+v, wanted %s %s", e.InterviewChanged, interview, status)
	}
}

func TestInterviewsChangeOnAnotherServer(t *testing.T) {
	t.Parallel()
	s, second := living(t)
	me, other := s.student(nil), s.student(nil)
	mine, theirs := s.interviewer(nil), s.interviewer(nil)
	follow := func(role booking.Role, id string, variables in) (*client, string) {
		t.Helper()
		second.act(role, int64(number(t, id)))
		c := second.connect()
		return c, c.subscribed(interviewChangedOf, variables)
	}
	student, ofStudent := follow(booking.RoleStudent, me, nil)
	interviewer, ofInterviewer := follow(booking.RoleInterviewer, mine, nil)
	admin, ofAdmin := follow(booking.RoleAdmin, "0", nil)
	narrow, ofNarrow := follow(booking.RoleAdmin, "0", in{"s": other, "i": theirs})
	nobodys, ofNobody := follow(booking.RoleStudent, other, in{"i": theirs})

	told := func(interview, status string, by map[*client]string) {
		t.Helper()
		for c, id := range by {
			c.tells(id, interview, status)
		}
	}
	first := s.booked(me, s.slot(mine, 7*day))
	told(first, "BOOKED", map[*client]string{student: ofStudent, interviewer: ofInterviewer, admin: ofAdmin})
	moved := s.slot(theirs, 8*day)
	s.accepted(s.changeInterview("rescheduleInterview", in{"interviewId": first, "slotId": moved}).Errors)
	told(first, "BOOKED", map[*client]string{student: ofStudent, admin: ofAdmin}) // it is not his any more
	s.accepted(s.cancel(first).Errors)
	told(first, "CANCELLED", map[*client]string{student: ofStudent, admin: ofAdmin})
	second2 := s.booked(other, s.slot(theirs, 9*day))
	told(second2, "BOOKED", map[*client]string{admin: ofAdmin, narrow: ofNarrow, nobodys: ofNobody})
	third := s.booked(other, s.slot(mine, 10*day))
	told(third, "BOOKED", map[*client]string{interviewer: ofInterviewer, admin: ofAdmin}) // the next for each of them
}

// until reads events up to one that is as wanted.
func (c *client) until(id string, wanted func(slotsChanged) bool) {
	c.t.Helper()
	for {
		var e slotsChanged
		if c.event(id, &e); wanted(e) {
			return
		}
	}
}

// A listener that is lost comes back, and what happened meanwhile is told.
func TestAListenerThatIsLost(t *testing.T) {
	t.Parallel()
	s, second := living(t)
	student, interviewer := s.student(nil), s.interviewer(nil)
	before := s.booked(student, s.slot(interviewer, 7*day))
	slots := second.connect()
	ofSlots := slots.follow(student)
	interviews := second.connect()
	ofInterviews := interviews.subscribed(interviewChangedOf, nil)

	var ended int
	err := s.db.SQL(t).QueryRowContext(t.Context(), `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
		WHERE datname = current_database() AND query LIKE 'LISTEN%'`).Scan(&ended)
	if err != nil || ended != 1 {
		t.Fatalf("%d listeners were ended: %v", ended, err)
	}
	s.accepted(s.cancel(before).Errors)
	// Something that happened just before may be told besides.
	for status := ""; status != "CANCELLED"; {
		var e interviewChanged
		interviews.event(ofInterviews, &e)
		status = e.InterviewChanged.Status
	}
	slots.until(ofSlots, func(e slotsChanged) bool { return e.SlotsChanged.Refetch })
	after := s.slot(interviewer, 9*day)
	slots.until(ofSlots, func(e slotsChanged) bool { return slices.Contains(ids(e.SlotsChanged.Opened), after) })
}

// The second server's clock is ahead, so that nobody has to wait for the hold.
func TestAHoldThatExpiresOpensItsSlot(t *testing.T) {
	t.Parallel()
	s, second := living(t)
	s.policy(in{"holdSeconds": 30})
	second.setClock(t0.Add(29900 * time.Millisecond))
	me, other := s.student(nil), s.student(nil)
	theirs := s.newSlot(7 * day)
	c := second.connect()
	id := c.follow(me)
	s.held(other, theirs)
	c.until(id, func(e slotsChanged) bool { return slices.Contains(e.SlotsChanged.ClosedIDs, theirs) })
	second.setClock(t0.Add(31 * time.Second))
	c.until(id, func(e slotsChanged) bool { return slices.Contains(ids(e.SlotsChanged.Opened), theirs) })
}
