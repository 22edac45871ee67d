package calendarweb_test

import (
	"net/http"
	"testing"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/schooltest"
)

var same = schooltest.Same

// A student creates a feed, subscribes to it, and sees their interviews as they change.
func TestStudentFollowsTheirInterviews(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(schooltest.In{"name": "Ada Ä; 1, \\ 2"})
	ann := s.Interviewer(schooltest.In{"name": "Ann 🎓 Ödegård", "meetingUrl": "https://meet.example.org/a,b;c"})
	var shared struct{ Errors []schooltest.Refusal }
	s.Mutate("updateBookingPolicy", "bookingPolicy { version }", schooltest.In{"shareMeetingRooms": true}, &shared)
	s.Accepted(shared.Errors)
	s.as(booking.RoleStudent, student)
	address, _ := s.feedOf(schooltest.In{"studentId": student})
	same(t, "length of a secret of 256 bits", len(secretOf(t, address)), 43)
	same(t, "titles of an empty calendar", summaries(t, parsed(t, s.text(address))), []string{})

	s.Act(booking.RoleAdmin, 0)
	first, second := s.Slot(ann, 3*schooltest.Day), s.Slot(ann, 5*schooltest.Day)
	interview := s.Booked(student, first)
	events := parsed(t, s.text(address))
	same(t, "titles after a booking", summaries(t, events), []string{"Mock interview with Ann 🎓 Ödegård CONFIRMED"})
	booked := events[0]
	start, err := booked.DateTimeStart(nil)
	same(t, "start", start.UTC(), schooltest.T0.Add(3*schooltest.Day))
	same(t, "error of the start", err, nil)
	same(t, "place", property(t, booked, "LOCATION"), "https://meet.example.org/a,b;c")
	same(t, "first sequence", booked.Props.Get("SEQUENCE").Value, "0")

	var moved struct{ Errors []schooltest.Refusal }
	s.SetClock(schooltest.T0.Add(time.Hour))
	s.Mutate("rescheduleInterview", "interview { id }", schooltest.In{"interviewId": interview, "slotId": second}, &moved)
	s.Accepted(moved.Errors)
	events = parsed(t, s.text(address))
	same(t, "number of events after a move", len(events), 1)
	same(t, "UID after a move", property(t, events[0], "UID"), property(t, booked, "UID"))
	same(t, "sequence after a move", events[0].Props.Get("SEQUENCE").Value, "1")
	start, _ = events[0].DateTimeStart(nil)
	same(t, "start after a move", start.UTC(), schooltest.T0.Add(5*schooltest.Day))

	s.SetClock(schooltest.T0.Add(2 * time.Hour))
	s.Cancel(interview)
	events = parsed(t, s.text(address))
	same(t, "titles after a cancellation", summaries(t, events), []string{"Mock interview with Ann 🎓 Ödegård CANCELLED"})
	same(t, "UID after a cancellation", property(t, events[0], "UID"), property(t, booked, "UID"))
	same(t, "sequence after a cancellation", events[0].Props.Get("SEQUENCE").Value, "2")
	s.SetClock(schooltest.T0.Add(2*time.Hour + 30*schooltest.Day - time.Second))
	same(t, "events before 30 days have passed", len(parsed(t, s.text(address))), 1)
	s.SetClock(schooltest.T0.Add(2*time.Hour + 30*schooltest.Day))
	same(t, "events after 30 days", len(parsed(t, s.text(address))), 0)
}

// An interviewer's feed has their interviews and their open slots, which do not make them busy.
func TestInterviewerFollowsInterviewsAndOpenSlots(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, ann, other := s.Student(schooltest.In{"name": "Ada"}), s.Interviewer(nil), s.Interviewer(nil)
	booked, held, open := s.Slot(ann, schooltest.Day), s.Slot(ann, 2*schooltest.Day), s.Slot(ann, 3*schooltest.Day)
	s.Slot(other, 4*schooltest.Day)
	s.Booked(student, booked)
	var hold struct{ Errors []schooltest.Refusal }
	s.Mutate("holdSlot", "hold { id }", schooltest.In{"studentId": s.Student(nil), "slotId": held}, &hold)
	s.Accepted(hold.Errors)
	address, _ := s.feedOf(schooltest.In{"interviewerId": ann})
	events := parsed(t, s.text(address))
	same(t, "titles", summaries(t, events), []string{
		"Mock interview with Ada CONFIRMED", "Open for booking CONFIRMED", "Open for booking CONFIRMED",
	})
	busy := []string{}
	for _, event := range events {
		busy = append(busy, property(t, event, "TRANSP"))
	}
	same(t, "which make the interviewer busy", busy, []string{"OPAQUE", "TRANSPARENT", "TRANSPARENT"})

	var withdrawn struct{ Errors []schooltest.Refusal }
	s.Mutate("withdrawSlot", "closedSlots { id }", schooltest.In{"slotId": open}, &withdrawn)
	s.Accepted(withdrawn.Errors)
	same(t, "events after a slot was withdrawn", len(parsed(t, s.text(address))), 2)
}

func TestFeedIsRevokedAtOnce(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	address, id := s.feedOf(schooltest.In{"studentId": student})
	second, _ := s.feedOf(schooltest.In{"studentId": student})
	s.text(address)
	s.Accepted(s.delete(id))
	unknown := s.get(http.MethodGet, s.public+"/calendar/wrong.ics")
	revoked := s.get(http.MethodGet, address)
	same(t, "status of a revoked feed", revoked.status, http.StatusNotFound)
	same(t, "response to a revoked and to a wrong secret", revoked.body, unknown.body)
	same(t, "events of the other feed", len(parsed(t, s.text(second))), 0)
	same(t, "codes of deleting it again", schooltest.Codes(s.delete(id)), []string{"NOT_FOUND"})
}
