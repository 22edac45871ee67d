package graph_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"rehearse/internal/booking"
)

const linkTemplate = "https://meet.example.org/{interviewerId}/{interviewId}-{studentId}-{random}"

// madeLink matches a link that linkTemplate makes.
func madeLink(interviewer, interview, student string) *regexp.Regexp {
	return regexp.MustCompile(fmt.Sprintf(`^https://meet\.example\.org/%s/%s-%s-[a-z2-7]{26}$`, interviewer, interview, student))
}

func (s *school) wantLink(interview string, want *regexp.Regexp) (link string) {
	s.T.Helper()
	if link = s.meetingURL(interview); !want.MatchString(link) {
		s.T.Fatalf("meetingUrl of interview %s = %q, want %s", interview, link, want)
	}
	return link
}

// linkFor returns the link of an interview as the caller sees it.
func (s *school) linkFor(role booking.Role, id, interview string) (link string) {
	s.T.Helper()
	s.as(role, id, func() { link = s.meetingURL(interview) })
	return link
}

func TestBackToBackStudentsHaveDifferentLinks(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	s.policy(in{"meetingUrlTemplate": linkTemplate})
	ann, ada, bob := s.Interviewer(in{"meetingUrl": room("ann")}), s.Student(nil), s.Student(nil)
	slots := s.Publish(ann, t0.Add(day), 2*time.Hour, 60).Slots
	booked := s.ChangeInterview("bookSlot", in{"studentId": ada, "slotId": slots[0].ID})
	s.Accepted(booked.Errors)
	first, second := booked.Interview.ID, s.Booked(bob, slots[1].ID)
	links := []string{s.wantLink(first, madeLink(ann, first, ada)), s.wantLink(second, madeLink(ann, second, bob))}
	same(t, "the links are equal", links[0][len(links[0])-26:] == links[1][len(links[1])-26:], false)

	// Both people of the interview read the link, and nobody else.
	same(t, "link for its student", s.linkFor(booking.RoleStudent, ada, first), links[0])
	same(t, "link for its interviewer", s.linkFor(booking.RoleInterviewer, ann, first), links[0])
	s.as(booking.RoleStudent, ada, func() {
		same(t, "interview of the next student", s.Ask("query($id: ID!) { interview(id: $id) { meetingUrl } }", in{"id": second}).Body,
			`{"data":{"interview":null}}`+"\n")
	})
	other := s.Interviewer(nil)
	for role, id := range map[booking.Role]string{booking.RoleStudent: bob, booking.RoleInterviewer: other, booking.RoleAnonymous: "0"} {
		s.as(role, id, func() {
			for _, document := range []string{
				fmt.Sprintf("{ interview(id: %s) { meetingUrl } }", first),
				"{ interviews { nodes { meetingUrl } } }",
				fmt.Sprintf("{ interviewer(id: %s) { interviews { nodes { meetingUrl } } } }", ann),
				fmt.Sprintf("{ slot(id: %s) { interview { meetingUrl } } }", slots[0].ID),
			} {
				if answer := s.Ask(document, nil).Body; strings.Contains(answer, links[0]) {
					t.Errorf("answer to %s, who asks %s, has the link", role, document)
				}
			}
		})
	}
	s.SetClock(t0.Add(day + 2*time.Hour))
	same(t, "link for the student after the end", s.linkFor(booking.RoleStudent, ada, first), links[0])
	s.Accepted(s.Complete(first, 4).Errors)
	same(t, "link of a completed interview", s.meetingURL(first), "")
	s.Sound()
}

func TestMeetingURLAfterAMove(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	s.policy(in{"meetingUrlTemplate": linkTemplate})
	ann, bea, ada := s.Interviewer(nil), s.Interviewer(in{"meetingUrl": room("bea")}), s.Student(nil)
	id := s.Booked(ada, s.Slot(ann, 2*day))
	first := s.wantLink(id, madeLink(ann, id, ada))

	s.policy(in{"meetingUrlTemplate": "https://other.example.org/{interviewId}"})
	same(t, "link after a change of the template", s.meetingURL(id), first)
	s.Accepted(s.move(id, s.Slot(ann, 3*day)).Errors)
	same(t, "link after a move to another time", s.meetingURL(id), first)
	_, changed := s.lastChanges("INTERVIEW_RESCHEDULED")["meetingUrl"]
	same(t, "the move records a change of the link", changed, false)

	s.Accepted(s.move(id, s.Slot(bea, 4*day)).Errors)
	same(t, "link after a move to another interviewer", s.meetingURL(id), "https://other.example.org/"+id)
	same(t, "change of the link", s.lastChanges("INTERVIEW_RESCHEDULED")["meetingUrl"], [2]any{true, true})
	s.policy(in{"meetingUrlTemplate": nil})
	s.Accepted(s.move(id, s.Slot(ann, 5*day)).Errors)
	same(t, "link of an interviewer without a room, without a template", s.meetingURL(id), "")
	s.Accepted(s.Cancel(id).Errors)

	second := s.Booked(s.Student(nil), s.Slot(bea, 6*day))
	s.policy(in{"meetingUrlTemplate": linkTemplate})
	same(t, "place of an interview that was booked without a template", s.meetingURL(second), room("bea"))
	s.Sound()
}

// Without a template, the students of an interviewer come to the same room one after the
// other. Each sees it during their own interview alone, unless the school shares rooms.
func TestRoomDuringTheInterview(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann, ada, bob := s.Interviewer(in{"meetingUrl": room("ann")}), s.Student(nil), s.Student(nil)
	slots := s.Publish(ann, t0.Add(day), 2*time.Hour, 60).Slots
	first, second := s.Booked(ada, slots[0].ID), s.Booked(bob, slots[1].ID)
	for _, moment := range []struct {
		after    time.Duration
		ada, bob string
	}{
		{0, "", ""},
		{day - time.Microsecond, "", ""},
		{day, room("ann"), ""},
		{day + time.Hour - time.Microsecond, room("ann"), ""},
		{day + time.Hour, "", room("ann")},
		{day + 2*time.Hour, "", ""},
	} {
		t.Run(moment.after.String(), func(t *testing.T) {
			s := s.For(t)
			s.SetClock(t0.Add(moment.after))
			same(t, "room for the first student", s.linkFor(booking.RoleStudent, ada, first), moment.ada)
			same(t, "room for the second student", s.linkFor(booking.RoleStudent, bob, second), moment.bob)
			same(t, "room for the interviewer", s.linkFor(booking.RoleInterviewer, ann, second), room("ann"))
			same(t, "room for an administrator", s.meetingURL(first), room("ann"))
		})
	}
	s.SetClock(t0)
	s.policy(in{"shareMeetingRooms": true})
	same(t, "shared room for the second student", s.linkFor(booking.RoleStudent, bob, second), room("ann"))
	s.policy(in{"shareMeetingRooms": false})
	same(t, "room for the second student, not shared again", s.linkFor(booking.RoleStudent, bob, second), "")
}

func TestMeetingURLTemplateInThePolicy(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	read := func() string {
		return strings.TrimSpace(s.Ask("{ bookingPolicy { meetingUrlTemplate shareMeetingRooms version } }", nil).Body)
	}
	same(t, "policy of a new school", read(), `{"data":{"bookingPolicy":{"meetingUrlTemplate":null,"shareMeetingRooms":false,"version":1}}}`)
	s.policy(in{"meetingUrlTemplate": " HTTPS://meet.example.org/{random} "})
	set := `{"data":{"bookingPolicy":{"meetingUrlTemplate":"https://meet.example.org/{random}","shareMeetingRooms":false,"version":2}}}`
	same(t, "policy with a template", read(), set)
	same(t, "change of the template", s.lastChanges("POLICY_UPDATED")["meetingUrlTemplate"], [2]any{nil, "https://meet.example.org/{random}"})
	s.policy(in{"meetingUrlTemplate": "https://meet.example.org/{random}", "shareMeetingRooms": false})
	same(t, "policy with the same template", read(), set)
	s.policy(in{"interviewLimit": 15})
	same(t, "policy after an update without a template", read(), set)

	wantRefusal(t, s.policyRefusals(in{"meetingUrlTemplate": "https://meet.example.org/room"}), "INVALID_INPUT", "meetingUrlTemplate")
	s.policy(in{"meetingUrlTemplate": "https://meet.example.org/room", "shareMeetingRooms": true})
	ann := s.Interviewer(nil)
	id := s.Booked(s.Student(nil), s.Slot(ann, day))
	same(t, "link that all interviews share", s.meetingURL(id), "https://meet.example.org/room")
	wantRefusal(t, s.policyRefusals(in{"shareMeetingRooms": false}), "INVALID_INPUT", "meetingUrlTemplate")
	s.policy(in{"meetingUrlTemplate": " ", "shareMeetingRooms": false})
	same(t, "policy without a template", read(), `{"data":{"bookingPolicy":{"meetingUrlTemplate":null,"shareMeetingRooms":false,"version":4}}}`)

	student := s.Student(nil)
	for role, id := range map[booking.Role]string{booking.RoleStudent: student, booking.RoleInterviewer: ann, booking.RoleAnonymous: "0"} {
		s.as(role, id, func() {
			s.Ask("{ bookingPolicy { meetingUrlTemplate version } }", nil).
				Want(`{"bookingPolicy":{"meetingUrlTemplate":null,"version":4}}`, map[bool]string{
					true: "bookingPolicy meetingUrlTemplate: UNAUTHENTICATED", false: "bookingPolicy meetingUrlTemplate: FORBIDDEN",
				}[role == booking.RoleAnonymous])
		})
	}
	s.Sound()
}

func (s *school) policyRefusals(set in) []refused {
	s.T.Helper()
	var payload struct{ Errors []refused }
	s.Mutate("updateBookingPolicy", "", set, &payload)
	return payload.Errors
}

// A replayed booking has the link of the interview, and a dry run makes none.
func TestKeyedBookingHasTheLink(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	s.policy(in{"meetingUrlTemplate": linkTemplate})
	ann, ada := s.Interviewer(nil), s.Student(nil)
	slot := s.Slot(ann, day)
	var links []string
	for range 2 {
		var payload struct {
			Interview struct{ ID, MeetingURL string }
			Errors    []refused
		}
		s.Mutate("bookSlot", "interview { id meetingUrl }", in{"studentId": ada, "slotId": slot, "idempotencyKey": "k"}, &payload)
		s.Accepted(payload.Errors)
		same(t, "the link is as the template says", madeLink(ann, payload.Interview.ID, ada).MatchString(payload.Interview.MeetingURL), true)
		links = append(links, payload.Interview.MeetingURL)
	}
	same(t, "link of the repeated booking", links[1], links[0])
}

func TestLinkOfAnAnonymisedStudent(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	s.policy(in{"meetingUrlTemplate": linkTemplate})
	ada := s.Student(nil)
	id := s.Live(ada, day, 4)
	other := s.Booked(s.Student(nil), s.NewSlot(9*day))
	kept := s.meetingURL(other)
	same(t, "the link is in the export", strings.Contains(s.exported(ada), "https://meet.example.org/"), true)
	s.anonymise(ada)
	same(t, "the link is in the export of an anonymised student", strings.Contains(s.exported(ada), "https://"), false)
	same(t, "link of the interview", s.meetingURL(id), "")
	same(t, "link of another student", s.meetingURL(other), kept)
	s.Sound()
}

func TestImportedLinks(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	s.policy(in{"meetingUrlTemplate": linkTemplate})
	ann := s.Interviewer(in{"email": "ann@example.org"})
	ada := s.Student(in{"email": "ada@example.org"})
	bob := s.Student(in{"email": "bob@example.org"})
	s.Student(in{"email": "cem@example.org"})
	row := func(student string, after time.Duration, link string) string {
		return strings.TrimSuffix(bookingRow(student, "ann@example.org", after), "\n") + "," + link + "\n"
	}
	const header = "studentEmail,interviewerEmail,start,end,status,meetingUrl\n"
	const given = "https://elsewhere.example.org/room?pw=1"
	first := s.imports("importInterviews", header+row("ada@example.org", day, "")+row("bob@example.org", 2*day, given), nil)
	same(t, "rows", first.rowLines(), []string{"2 CREATED", "3 CREATED"})
	of := func(student string) string {
		var data struct {
			Student struct{ UpcomingInterviews []struct{ ID string } }
		}
		s.Ask("query($id: ID!) { student(id: $id) { upcomingInterviews { id } } }", in{"id": student}).Into(&data)
		return data.Student.UpcomingInterviews[0].ID
	}
	made := s.wantLink(of(ada), madeLink(ann, of(ada), ada))
	same(t, "link of the file", s.meetingURL(of(bob)), given)

	again := s.imports("importInterviews", header+row("ada@example.org", day, made)+row("bob@example.org", 2*day, ""), nil)
	same(t, "rows with the same links and without", again.rowLines(), []string{"2 UNCHANGED", "3 UNCHANGED"})
	for _, bad := range []string{
		"http://meet.example.org/a", "room 7", "https://meet.example.org/{interviewId}", "https://meet.example.org/" + strings.Repeat("x", 500),
	} {
		t.Run(bad, func(t *testing.T) {
			refused := s.For(t).imports("importInterviews", header+row("cem@example.org", 3*day, bad), nil)
			same(t, "rows", refused.rowLines(), []string{"2 FAILED meetingUrl:INVALID_INPUT"})
		})
	}
	other := s.imports("importInterviews", header+row("bob@example.org", 2*day, room("other")), nil)
	same(t, "rows with another link", other.rowLines(), []string{"2 FAILED meetingUrl:INVALID_INPUT"})
	s.Sound()
}
