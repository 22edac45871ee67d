package graph_test

import (
	"strings"
	"testing"
	"time"

	"rehearse/internal/booking"
)

// meetingURL returns the meetingUrl of an interview, or "" if it is null.
func (s *school) meetingURL(interview string) string {
	s.T.Helper()
	var data struct{ Interview struct{ MeetingURL *string } }
	s.Ask("query($id: ID!) { interview(id: $id) { meetingUrl } }", in{"id": interview}).Into(&data)
	if data.Interview.MeetingURL == nil {
		return ""
	}
	return *data.Interview.MeetingURL
}

func TestInterviewRoom(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	s.policy(in{"shareMeetingRooms": true})
	ann, student := s.Interviewer(nil), s.Student(nil)
	first := s.Booked(student, s.Slot(ann, day))
	same(t, "meetingUrl of an interviewer without one", s.meetingURL(first), "")
	s.Accepted(s.updateInterviewer(ann, in{"meetingUrl": "  " + room("ann") + " "}))
	s.Act(booking.RoleStudent, int64(number(t, student)))
	same(t, "meetingUrl for the student", s.meetingURL(first), room("ann"))
	s.Act(booking.RoleInterviewer, int64(number(t, ann)))
	same(t, "meetingUrl for the interviewer", s.meetingURL(first), room("ann"))
	s.Act(booking.RoleAdmin, 0)
	s.Accepted(s.updateInterviewer(ann, in{"name": "Ann"}))
	same(t, "meetingUrl after an update without it", s.meetingURL(first), room("ann"))
	s.Accepted(s.Cancel(first).Errors)
	same(t, "meetingUrl of a cancelled interview", s.meetingURL(first), "")

	second := s.Booked(student, s.Slot(ann, 2*day))
	for name, none := range map[string]any{"null": nil, "a blank URL": " "} {
		t.Run(name, func(t *testing.T) {
			s := s.For(t)
			s.Accepted(s.updateInterviewer(ann, in{"meetingUrl": room("new")}))
			same(t, "meetingUrl", s.meetingURL(second), room("new"))
			s.Accepted(s.updateInterviewer(ann, in{"meetingUrl": none}))
			same(t, "meetingUrl after it was removed", s.meetingURL(second), "")
		})
	}
	s.Accepted(s.updateInterviewer(ann, in{"meetingUrl": room("new")}))
	s.SetClock(t0.Add(2*day + 2*time.Hour))
	s.Accepted(s.Complete(second, 4).Errors)
	same(t, "meetingUrl of a completed interview", s.meetingURL(second), "")
	s.Sound()
}

func TestBadRooms(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(nil)
	longest := room(strings.Repeat("x", 500-len(room(""))))
	s.Accepted(s.updateInterviewer(ann, in{"meetingUrl": longest, "photoUrl": "HTTPS://photos.example.org/ann.jpg"}))
	for _, bad := range []string{
		"http://meet.example.org/ann", "javascript:alert(1)", "meet.example.org/ann", "https://", "https:///ann", "https://:443/ann",
		"https://meet.example.org@evil.example/", "https://meet.example.org/a b", "https://meet.example.org/\u0085x", "https:\\\\evil.example", longest + "x",
		"https://ann:pw@meet.example.org/", "https://localhost/", "https://127.1/", "https://meet/", `https://meet.example.org\x`,
	} {
		for _, field := range []string{"meetingUrl", "photoUrl"} {
			t.Run(field+" "+bad, func(t *testing.T) {
				wantRefusal(t, s.For(t).updateInterviewer(ann, in{field: bad}), "INVALID_INPUT", field)
			})
		}
	}
}
