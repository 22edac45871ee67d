package calendarweb_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	emersion "github.com/emersion/go-ical"

	"rehearse/internal/app"
	"rehearse/internal/booking"
	"rehearse/internal/schooltest"
)

// half is the length of the interviews and slots of these tests.
const half = 30 * time.Minute

// imported imports many interviews of the student with the interviewer, one after the other from
// the time on.
func (s *school) imported(status booking.InterviewStatus, from time.Time, many int) {
	s.T.Helper()
	csv := strings.Builder{}
	csv.WriteString("studentEmail,interviewerEmail,start,end,status,bookedAt\n")
	for n := range many {
		start := from.Add(time.Duration(n) * half)
		fmt.Fprintf(&csv, "sam@student.test,ann@staff.test,%s,%s,%s,2026-01-01T08:00:00Z\n", start.Format(time.RFC3339), start.Add(half).Format(time.RFC3339), status)
	}
	var payload struct {
		Created int
		Errors  []schooltest.Refusal
	}
	s.Mutate("importInterviews", "created", schooltest.In{"csv": csv.String(), "exempt": true}, &payload)
	s.Accepted(payload.Errors)
	same(s.T, "imported interviews", payload.Created, many)
}

// bounds returns the number of events, and the first start and the last end.
func bounds(t *testing.T, events []emersion.Event) (n int, first, last time.Time) {
	t.Helper()
	for _, event := range events {
		start, err := event.DateTimeStart(nil)
		if err != nil {
			t.Fatal(err)
		}
		if first.IsZero() || start.Before(first) {
			first = start
		}
		if end := start.Add(half); end.After(last) {
			last = end
		}
	}
	return len(events), first.UTC(), last.UTC()
}

// A feed has at most 1,000 past interviews, 1,000 others and 1,000 open slots. Those that are
// furthest from the present are left out.
func TestFeedHasTheNearestEvents(t *testing.T) {
	t.Parallel()
	const most = app.MaxCalendarEvents
	now := schooltest.T0
	for name, test := range map[string]struct {
		role        booking.Role
		fill        func(s *school, ann string) // with as many as a feed may have
		add         func(s *school, ann string) // one that is further from the present
		first, last time.Time                   // of the feed, in both cases
	}{
		"past interviews": {
			booking.RoleStudent,
			func(s *school, _ string) { s.imported(booking.Completed, now.Add(-most*half), most) },
			func(s *school, _ string) { s.imported(booking.Completed, now.Add(-(most+1)*half), 1) },
			now.Add(-most * half), now,
		},
		"current and future interviews": {
			booking.RoleStudent,
			func(s *school, _ string) { s.imported(booking.Booked, now.Add(-half/2), most) }, // the first one takes place now
			func(s *school, _ string) { s.imported(booking.Booked, now.Add(-half/2+most*half), 1) },
			now.Add(-half / 2), now.Add(-half/2 + most*half),
		},
		"open slots": {
			booking.RoleInterviewer,
			func(s *school, ann string) { s.published(ann, now.Add(time.Hour), most) },
			func(s *school, ann string) { s.published(ann, now.Add(time.Hour+most*half), 1) },
			now.Add(time.Hour), now.Add(time.Hour + most*half),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSchool(t)
			student, ann := s.Student(schooltest.In{"email": "sam@student.test"}), s.Interviewer(schooltest.In{"email": "ann@staff.test"})
			owner := schooltest.In{"studentId": student}
			if test.role == booking.RoleInterviewer {
				owner = schooltest.In{"interviewerId": ann}
			}
			address, _ := s.feedOf(owner)
			test.fill(s, ann)
			for _, step := range []string{"at the limit", "above it"} {
				n, first, last := bounds(t, parsed(t, s.text(address)))
				same(t, "events "+step, n, most)
				same(t, "start of the first event "+step, first, test.first)
				same(t, "end of the last event "+step, last, test.last)
				if step == "at the limit" {
					test.add(s, ann)
				}
			}
		})
	}
}

// What has ended does not take the place of what is to come, even if it ended recently.
func TestPastInterviewsTakeNoPlaceOfOthers(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(schooltest.In{"email": "sam@student.test"})
	s.Interviewer(schooltest.In{"email": "ann@staff.test"})
	address, _ := s.feedOf(schooltest.In{"studentId": student})
	s.imported(booking.Completed, schooltest.T0.Add(-2*half), 2)
	s.imported(booking.Booked, schooltest.T0, app.MaxCalendarEvents)
	same(t, "events", len(parsed(t, s.text(address))), app.MaxCalendarEvents+2)
}

// Interviews that a feed leaves out because they were cancelled long ago take no place of others.
func TestOldCancellationsTakeNoPlaceOfOthers(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(schooltest.In{"email": "sam@student.test"})
	s.Interviewer(schooltest.In{"email": "ann@staff.test"})
	address, _ := s.feedOf(schooltest.In{"studentId": student})
	const most = app.MaxCalendarEvents
	s.imported(booking.Completed, schooltest.T0.Add(-(most+1)*half), most)
	s.imported(booking.Cancelled, schooltest.T0.Add(-half), 1)
	same(t, "events", len(parsed(t, s.text(address))), most)
}

// published publishes many slots of the interviewer, one after the other from the time on.
func (s *school) published(interviewer string, from time.Time, many int) {
	s.T.Helper()
	var payload struct {
		PublishedCount int
		Errors         []schooltest.Refusal
	}
	s.Mutate("addAvailability", "publishedCount", schooltest.In{
		"interviewerId": interviewer, "start": from.Format(time.RFC3339), "end": from.Add(time.Duration(many) * half).Format(time.RFC3339), "slotMinutes": 30,
	}, &payload)
	s.Accepted(payload.Errors)
	same(s.T, "published slots", payload.PublishedCount, many)
}
