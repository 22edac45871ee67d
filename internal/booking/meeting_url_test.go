package booking_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rehearse/internal/booking"
)

// random is a source of texts that count up.
func random() func() string {
	n := 0
	return func() string {
		n++
		return fmt.Sprintf("%0*d", booking.RandomLength, n)
	}
}

func policyWith(template string, shared bool) booking.Policy {
	p := booking.DefaultPolicy()
	p.MeetingURLTemplate, p.ShareMeetingRooms = template, shared
	return p
}

func TestMeetingURLTemplates(t *testing.T) {
	t.Parallel()
	for template, want := range map[string]string{
		"": "", " \t": "",
		"https://meet.example.org/{interviewId}-{random}":                     "https://meet.example.org/{interviewId}-{random}",
		"  HTTPS://Meet.example.org/{interviewId} ":                           "https://Meet.example.org/{interviewId}",
		"https://meet.example.org:8443/{random}{random}":                      "https://meet.example.org:8443/{random}{random}",
		"https://meet.example.org?room={random}":                              "https://meet.example.org?room={random}",
		"https://meet.example.org/#{studentId}/{interviewerId}/{random}":      "https://meet.example.org/#{studentId}/{interviewerId}/{random}",
		"Http://localhost:9000/{random}":                                      "http://localhost:9000/{random}",
		"http://127.0.0.2/{random}":                                           "http://127.0.0.2/{random}",
		"http://[::1]:80/{random}":                                            "http://[::1]:80/{random}",
		"https://meet.example.org/{random}/" + strings.Repeat("x", 500-26-26): "https://meet.example.org/{random}/" + strings.Repeat("x", 500-26-26),
	} {
		t.Run(template, func(t *testing.T) {
			t.Parallel()
			got, refused := policyWith(template, false).Normalise()
			if len(refused) > 0 || got.MeetingURLTemplate != want {
				t.Errorf("template = %q, %v; want %q", got.MeetingURLTemplate, refused, want)
			}
		})
	}
}

func TestInvalidMeetingURLTemplates(t *testing.T) {
	t.Parallel()
	const allowed = "{interviewId}, {interviewerId}, {studentId}, {random} are allowed"
	for template, says := range map[string]string{
		"http://meet.example.org/{random}":                              "an https URL",
		"http://localhost.example.org/{random}":                         "an https URL",
		"http://10.0.0.1/{random}":                                      "an https URL",
		"http://localhost:0/{random}":                                   "an https URL",
		"http://ann@localhost/{random}":                                 "an https URL",
		"ftp://meet.example.org/{random}":                               "an https URL",
		"javascript:alert({random})":                                    "{random}",
		"meet.example.org/{random}":                                     "{random}",
		"{random}":                                                      "{random}",
		"https:///{random}":                                             "an https URL",
		"https://localhost/{random}":                                    "an https URL",
		"https://ann:pw@meet.example.org/{random}":                      "an https URL",
		"https://meet.example.org/a b/{random}":                         "an https URL",
		"https://meet.example.org/\\{random}":                           "an https URL",
		"https://meet.example.org/{random}/{interview}":                 "unknown placeholder {interview}; " + allowed,
		"https://meet.example.org/{random}/{Random}":                    "unknown placeholder {Random}; " + allowed,
		"https://meet.example.org/{random}/{}":                          "unknown placeholder {}; " + allowed,
		"https://meet.example.org/{random}/{ random }":                  "unknown placeholder { random }; " + allowed,
		"https://meet.example.org/{{random}}":                           "a brace has no counterpart; " + allowed,
		"https://meet.example.org/{random":                              "a brace has no counterpart; " + allowed,
		"https://meet.example.org/random}":                              "a brace has no counterpart; " + allowed,
		"https://{random}.example.org/":                                 `a placeholder in the host "{random}.example.org"; ` + allowed,
		"https://meet.example.org{random}":                              `a placeholder in the host "meet.example.org{random}"; ` + allowed,
		"https://meet.example.org:{interviewId}/":                       "a placeholder in the host",
		"https://{random}@meet.example.org/":                            "a placeholder in the host",
		"https://meet.example.org/{random}" + strings.Repeat("x", 450):  "makes links of up to 501 characters; at most 500 are allowed",
		"https://meet.example.org/" + strings.Repeat("{studentId}", 26): "makes links of up to 519 characters; at most 500 are allowed",
		"https://meet.example.org/{random}/" + strings.Repeat("{", 500): "at most 500 are allowed",
		"https://meet.example.org/room":                                 "the same link for several interviews; {interviewId} or {random} is expected unless shareMeetingRooms is true",
		"https://meet.example.org/{interviewerId}":                      "the same link for several interviews",
		"https://meet.example.org/{studentId}":                          "the same link for several interviews",
	} {
		t.Run(template, func(t *testing.T) {
			t.Parallel()
			_, refused := policyWith(template, false).Normalise()
			if len(refused) != 1 || refused[0].Code != booking.InvalidInput || refused[0].Field != "meetingUrlTemplate" ||
				!strings.Contains(refused[0].Message, says) || refused[0].Allowed == nil {
				t.Errorf("refusals = %+v, want INVALID_INPUT of meetingUrlTemplate with %q", refused, says)
			}
		})
	}
	for _, shared := range []string{"https://meet.example.org/room", "https://meet.example.org/{interviewerId}", "https://meet.example.org/{studentId}"} {
		if _, refused := policyWith(shared, true).Normalise(); len(refused) > 0 {
			t.Errorf("refusals of %s with shared rooms = %+v, want none", shared, refused)
		}
	}
}

// templates draws templates that make another link for each interview.
func templates() *rapid.Generator[string] {
	return rapid.Custom(func(r *rapid.T) string {
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{
			"{interviewId}", "{interviewerId}", "{studentId}", "{random}", "a", "-", "/", "?x=", "&y=",
		}), 0, 6).Draw(r, "parts")
		unique := rapid.SampledFrom([]string{"{interviewId}", "{random}"}).Draw(r, "unique")
		return "https://meet.example.org/" + strings.Join(parts, "") + "." + unique
	})
}

// Interviews have different links, which are URLs within the limit and keep no placeholder.
func TestMeetingURLsAreDifferent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		p, refused := policyWith(templates().Draw(r, "template"), false).Normalise()
		if len(refused) > 0 {
			r.Fatalf("refusals = %v", refused)
		}
		source, seen := random(), map[string]booking.InterviewID{}
		id := rapid.Int64Range(1, 1<<63-1)
		for n, of := range rapid.SliceOfNDistinct(id, 2, 8, rapid.ID).Draw(r, "ids") {
			i := booking.Interview{
				ID: booking.InterviewID(of), StudentID: booking.StudentID(id.Draw(r, "student")),
				InterviewerID: booking.InterviewerID(id.Draw(r, "interviewer")), Status: booking.Booked,
			}
			link := *i.WithMeetingURL(booking.Interview{}, p, source).MeetingURL
			if other, twice := seen[link]; twice {
				r.Fatalf("interviews %d and %d (number %d) have the link %s", other, i.ID, n, link)
			}
			seen[link] = i.ID
			if len(link) > booking.MaxURL || strings.ContainsAny(link, "{}") {
				r.Fatalf("link = %s, want at most %d characters and no braces", link, booking.MaxURL)
			}
		}
	})
}

// A link changes only when the interviewer does, whatever the policy becomes.
func TestMeetingURLIsKept(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		template := rapid.OneOf(rapid.Just(""), templates())
		source := random()
		i := booking.Interview{ID: 7, StudentID: 3, InterviewerID: 1, Status: booking.Booked}
		i = i.WithMeetingURL(booking.Interview{}, policyWith(template.Draw(r, "first"), false), source)
		for range rapid.IntRange(1, 8).Draw(r, "moves") {
			p := policyWith(template.Draw(r, "template"), false)
			moved := i
			moved.InterviewerID = booking.InterviewerID(rapid.IntRange(1, 2).Draw(r, "interviewer"))
			moved = moved.WithMeetingURL(i, p, source)
			switch {
			case moved.InterviewerID == i.InterviewerID:
				if moved.MeetingURL != i.MeetingURL {
					r.Fatal("the link has changed, but not the interviewer")
				}
			case (moved.MeetingURL == nil) != (p.MeetingURLTemplate == ""):
				r.Fatalf("link = %v by the template %q", moved.MeetingURL, p.MeetingURLTemplate)
			case moved.MeetingURL != nil && i.MeetingURL != nil && strings.Contains(p.MeetingURLTemplate, "{random}") && *moved.MeetingURL == *i.MeetingURL:
				r.Fatal("the former interviewer knows the link")
			}
			i = moved
		}
	})
}

func TestNoMeetingURLIsMade(t *testing.T) {
	t.Parallel()
	p := policyWith("https://meet.example.org/{interviewId}-{random}", false)
	given := "https://elsewhere.example/room"
	imported := booking.Interview{ID: 7, Status: booking.Booked, MeetingURL: &given}
	if link := imported.WithMeetingURL(booking.Interview{}, p, random()).MeetingURL; link != &given {
		t.Errorf("link of an imported interview = %v, want that of the file", link)
	}
	for _, status := range []booking.InterviewStatus{booking.Completed, booking.Cancelled, booking.StudentNoShow, booking.InterviewerNoShow} {
		past := booking.Interview{ID: 7, Status: status}
		if link := past.WithMeetingURL(booking.Interview{}, p, random()).MeetingURL; link != nil {
			t.Errorf("link of an interview that is %s = %s, want none", status, *link)
		}
	}
	fresh := booking.Interview{Status: booking.Booked}
	if link := *fresh.WithMeetingURL(booking.Interview{}, p, random()).MeetingURL; !strings.HasPrefix(link, "https://meet.example.org/{interviewId}-0") {
		t.Errorf("link before there is an id = %s, want one with {interviewId}", link)
	}
}

// Two students of one interviewer never see the same link at one time, unless rooms are shared.
func TestStudentsNeverSeeTheSameMeetingURL(t *testing.T) {
	t.Parallel()
	room := "https://meet.example.org/ann"
	rapid.Check(t, func(r *rapid.T) {
		source := random()
		start := time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)
		var interviews []booking.Interview
		for n := range rapid.IntRange(2, 5).Draw(r, "interviews") {
			end := start.Add(time.Duration(rapid.IntRange(1, 4).Draw(r, "length")) * 15 * time.Minute)
			i := booking.Interview{
				ID: booking.InterviewID(n + 1), StudentID: booking.StudentID(n + 1), InterviewerID: 1, Start: start, End: end,
				Status: booking.Booked,
			}
			template := rapid.OneOf(rapid.Just(""), templates()).Draw(r, "template")
			interviews = append(interviews, i.WithMeetingURL(booking.Interview{}, policyWith(template, false), source))
			start = end
		}
		now := interviews[0].Start.Add(time.Duration(rapid.IntRange(-2, 24).Draw(r, "now")) * 15 * time.Minute)
		seen := map[string]booking.StudentID{}
		for _, i := range interviews {
			link := i.MeetingURLFor(booking.RoleStudent, &room, policyWith("", false), now)
			takesPlace := !now.Before(i.Start) && now.Before(i.End)
			if takesPlace && link == nil {
				r.Fatalf("student %d has no link during the interview", i.StudentID)
			}
			if link == nil {
				continue
			}
			if other, twice := seen[*link]; twice {
				r.Fatalf("students %d and %d see %s at %s", other, i.StudentID, *link, now)
			}
			seen[*link] = i.StudentID
		}
	})
}

func TestMeetingURLFor(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 6, 2, 8, 0, 0, 0, time.UTC)
	end := start.Add(time.Hour)
	own, room := "https://meet.example.org/7", "https://meet.example.org/ann"
	with := func(link *string, status booking.InterviewStatus) booking.Interview {
		return booking.Interview{ID: 7, InterviewerID: 1, Start: start, End: end, Status: status, MeetingURL: link}
	}
	roomed := with(nil, booking.Booked)
	for _, test := range []struct {
		name      string
		interview booking.Interview
		role      booking.Role
		room      *string
		shared    bool
		now       time.Time
		want      string
	}{
		{"own link, days before", with(&own, booking.Booked), booking.RoleStudent, &room, false, start.Add(-48 * time.Hour), own},
		{"own link, after the end", with(&own, booking.Booked), booking.RoleStudent, nil, false, end, own},
		{"own link, cancelled", with(&own, booking.Cancelled), booking.RoleInterviewer, &room, true, start, ""},
		{"own link, completed", with(&own, booking.Completed), booking.RoleAdmin, &room, true, start, ""},
		{"room, before the start", roomed, booking.RoleStudent, &room, false, start.Add(-time.Microsecond), ""},
		{"room, at the start", roomed, booking.RoleStudent, &room, false, start, room},
		{"room, before the end", roomed, booking.RoleStudent, &room, false, end.Add(-time.Microsecond), room},
		{"room, at the end", roomed, booking.RoleStudent, &room, false, end, ""},
		{"shared room, days before", roomed, booking.RoleStudent, &room, true, start.Add(-48 * time.Hour), room},
		{"room, for the interviewer", roomed, booking.RoleInterviewer, &room, false, start.Add(-48 * time.Hour), room},
		{"room, for an administrator", roomed, booking.RoleAdmin, &room, false, end, room},
		{"room, cancelled", with(nil, booking.Cancelled), booking.RoleInterviewer, &room, true, start, ""},
		{"no room", roomed, booking.RoleStudent, nil, true, start, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := test.interview.MeetingURLFor(test.role, test.room, policyWith("", test.shared), test.now)
			if text := deref(got); text != test.want {
				t.Errorf("MeetingURLFor() = %q, want %q", text, test.want)
			}
		})
	}
}

func deref(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
