package graph_test

import (
	"strings"
	"testing"
	"time"

	"rehearse/internal/booking"
)

// meets returns where the interview takes place, or nothing.
func (s *school) meets(interview string) string {
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
	ann, student := s.Interviewer(nil), s.Student(nil)
	first := s.Booked(student, s.Slot(ann, day))
	same(t, "there is no room yet", s.meets(first), "")
	s.Accepted(s.updateInterviewer(ann, in{"meetingUrl": "  " + room("ann") + " "}))
	s.Act(booking.RoleStudent, int64(number(t, student)))
	same(t, "the student finds it", s.meets(first), room("ann"))
	s.Act(booking.RoleInterviewer, int64(number(t, ann)))
	same(t, "the interviewer, too", s.meets(first), room("ann"))
	s.Act(booking.RoleAdmin, 0)
	s.Accepted(s.updateInterviewer(ann, in{"name": "Ann"}))
	same(t, "what is left out stays", s.meets(first), room("ann"))
	s.Accepted(s.Cancel(first).Errors)
	same(t, "cancelled", s.meets(first), "")

	second := s.Booked(student, s.Slot(ann, 2*day))
	for _, none := range []any{nil, " "} {
		s.Accepted(s.updateInterviewer(ann, in{"meetingUrl": none}))
		same(t, "taken away", s.meets(second), "")
		s.Accepted(s.updateInterviewer(ann, in{"meetingUrl": room("new")}))
		same(t, "another", s.meets(second), room("new"))
	}
	s.SetClock(t0.Add(2*day + 2*time.Hour))
	s.Accepted(s.Complete(second, 4).Errors)
	same(t, "completed", s.meets(second), "")
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
			refused := s.updateInterviewer(ann, in{field: bad})
			same(t, bad, codes(refused), []string{"INVALID_INPUT"})
			same(t, bad, refused[0].Path, []string{"input", field})
		}
	}
}
