package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"rehearse/internal/booking"
)

type profile struct {
	Name                    string
	Headline, Bio, PhotoURL *string
	Languages               []string
}

// faculty creates a school of three active interviewers and an inactive one.
func faculty(t *testing.T) (s *school, student string) {
	t.Helper()
	s = newSchool(t)
	s.Interviewer(in{
		"name": "Ann Able", "email": "ann@hidden.example.org", "tags": []string{"go", "senior"}, "languages": []string{"de", "EN-us"},
		"headline": " Systems design ", "bio": "Ten years\nof Go.", "photoUrl": "https://photos.example.org/ann.jpg", "maxPerDay": 3,
	})
	s.Interviewer(in{"name": "Ben Brave", "email": "able@hidden.example.org", "tags": []string{"go"}, "languages": []string{"en-US"}})
	s.Interviewer(in{"name": "Cy Calm", "tags": []string{"sql"}})
	gone := s.Interviewer(in{"name": "Dee Gone", "tags": []string{"go", "cobol"}, "languages": []string{"de"}})
	s.Accepted(s.updateInterviewer(gone, in{"active": false}))
	return s, s.Student(nil)
}

// TestBrowsing lists interviewers as a student and as an administrator.
func TestBrowsing(t *testing.T) {
	t.Parallel()
	s, student := faculty(t)
	for _, test := range []struct {
		name, filter   string
		student, admin []string // first names
	}{
		{"all", "", []string{"Ann", "Ben", "Cy"}, []string{"Ann", "Ben", "Cy", "Dee"}},
		{"a tag", `tags: ["go"]`, []string{"Ann", "Ben"}, []string{"Ann", "Ben", "Dee"}},
		{"a tag in another case", `tags: [" Go "]`, []string{"Ann", "Ben"}, []string{"Ann", "Ben", "Dee"}},
		{"all of two tags", `tags: ["go", "senior"]`, []string{"Ann"}, []string{"Ann"}},
		{"a tag of nobody active", `tags: ["cobol"]`, nil, []string{"Dee"}},
		{"no tag", `tags: []`, []string{"Ann", "Ben", "Cy"}, []string{"Ann", "Ben", "Cy", "Dee"}},
		{"a language", `languages: ["de"]`, []string{"Ann"}, []string{"Ann", "Dee"}},
		{"a language, spelt otherwise", `languages: ["en_us"]`, []string{"Ann", "Ben"}, []string{"Ann", "Ben"}},
		{"both", `languages: ["en-US"], tags: ["senior"]`, []string{"Ann"}, []string{"Ann"}},
		{"a name", `search: "bRAV"`, []string{"Ben"}, []string{"Ben"}},
		{"a part of an e-mail", `search: "hidden"`, nil, []string{"Ann", "Ben"}},
		{"a part of a name and of another's e-mail", `search: "able"`, []string{"Ann"}, []string{"Ann", "Ben"}},
		{"who is not active", `active: false`, nil, []string{"Dee"}},
		{"who is active", `active: true`, []string{"Ann", "Ben", "Cy"}, []string{"Ann", "Ben", "Cy"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for role, want := range map[booking.Role][]string{booking.RoleStudent: test.student, booking.RoleAdmin: test.admin} {
				t.Run(string(role), func(t *testing.T) {
					s := s.For(t)
					s.Act(role, int64(number(t, student)))
					var data struct {
						Interviewers struct {
							TotalCount int
							Nodes      []struct{ Name string }
						}
					}
					s.Ask("{ interviewers(filter: {"+test.filter+"}) { totalCount nodes { name } } }", nil).Into(&data)
					got := []string{}
					for _, one := range data.Interviewers.Nodes {
						name, _, _ := strings.Cut(one.Name, " ")
						got = append(got, name)
					}
					same(t, "interviewers", got, append([]string{}, want...))
					same(t, "total", data.Interviewers.TotalCount, len(want))
				})
			}
		})
	}
}

func TestStudentsReadOnlyThePublicProfile(t *testing.T) {
	t.Parallel()
	s, student := faculty(t)
	s.Act(booking.RoleStudent, int64(number(t, student)))
	var data struct{ Interviewers struct{ Nodes []profile } }
	s.Ask(`{ interviewers(first: 1) { nodes { name headline bio photoUrl languages } } }`, nil).Into(&data)
	text := func(s string) *string { return &s }
	same(t, "interviewers with their profile", data.Interviewers.Nodes, []profile{{
		"Ann Able", text("Systems design"), text("Ten years\nof Go."), text("https://photos.example.org/ann.jpg"), []string{"de", "en-US"},
	}})
	s.Ask(`{ interviewers(last: 1) { nodes { headline languages email maxPerDay maxPerWeek meetingUrl availability { totalCount } blocks { totalCount }
		slots { totalCount } } } }`, nil).Want(
		`{"interviewers":{"nodes":[{"headline":null,"languages":[],"email":null,"maxPerDay":null,"maxPerWeek":null,"meetingUrl":null,`+
			`"availability":null,"blocks":null,"slots":null}]}}`,
		"interviewers nodes 0 availability: FORBIDDEN", "interviewers nodes 0 blocks: FORBIDDEN", "interviewers nodes 0 email: FORBIDDEN",
		"interviewers nodes 0 maxPerDay: FORBIDDEN", "interviewers nodes 0 maxPerWeek: FORBIDDEN",
		"interviewers nodes 0 meetingUrl: FORBIDDEN", "interviewers nodes 0 slots: FORBIDDEN")
	// The order and its cursors would reveal a field that the caller may not read.
	for _, direction := range []string{"ASC", "DESC"} {
		t.Run("order by e-mail "+direction, func(t *testing.T) {
			s.For(t).Ask(`{ interviewers(orderBy: { field: EMAIL, direction: `+direction+` }) { edges { cursor } } }`, nil).
				Want(`{"interviewers":null}`, "interviewers: FORBIDDEN")
		})
	}
	s.Act(booking.RoleInterviewer, 1)
	s.Ask(`{ interviewers { nodes { name } } }`, nil).Want(`{"interviewers":null}`, "interviewers: FORBIDDEN")
}

func TestTags(t *testing.T) {
	t.Parallel()
	s, student := faculty(t)
	const all = `{"tags":[{"tag":"go","interviewers":2},{"tag":"senior","interviewers":1},{"tag":"sql","interviewers":1}]}`
	for role, id := range map[booking.Role]string{booking.RoleStudent: student, booking.RoleInterviewer: "1", booking.RoleAdmin: "0"} {
		t.Run(string(role), func(t *testing.T) {
			s := s.For(t)
			s.Act(role, int64(number(t, id)))
			s.Ask(`{ tags { tag interviewers } }`, nil).Want(all)
			s.Ask(`{ tags(first: 1) { tag } }`, nil).Want(`{"tags":[{"tag":"go"}]}`)
			for _, first := range []int{0, -1, 501} {
				t.Run(fmt.Sprintf("first %d", first), func(t *testing.T) {
					s := s.For(t)
					a := s.Ask(fmt.Sprintf(`{ tags(first: %d) { tag } }`, first), nil)
					a.Want(`{"tags":null}`, "tags: BAD_USER_INPUT")
					same(t, "message", a.Errors[0].Message, fmt.Sprintf("first is %d; a whole number from 1 to 500 is allowed.", first))
				})
			}
		})
	}
	s.Act(booking.RoleAnonymous, 0)
	s.Ask(`{ tags { tag } }`, nil).Want(`{"tags":null}`, "tags: UNAUTHENTICATED")
}

func TestProfilesAreChanged(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(nil)
	read := func() profile {
		t.Helper()
		var data struct{ Interviewer profile }
		s.Ask(`{ interviewer(id: `+ann+`) { headline bio photoUrl languages } }`, nil).Into(&data)
		return data.Interviewer
	}
	same(t, "profile of a new interviewer", read(), profile{Languages: []string{}})
	full := in{"headline": "One", "bio": "Two", "photoUrl": "https://photos.example.org/3", "languages": []string{"pt-br", "de", "pt_BR"}}
	s.Accepted(s.updateInterviewer(ann, full))
	text := func(s string) *string { return &s }
	want := profile{Headline: text("One"), Bio: text("Two"), PhotoURL: text("https://photos.example.org/3"), Languages: []string{"de", "pt-BR"}}
	same(t, "profile after an update", read(), want)
	s.Accepted(s.updateInterviewer(ann, in{"name": "Other"}))
	same(t, "profile after an update without it", read(), want)
	for field, refusal := range map[string]struct {
		value any
		says  string
	}{
		"headline":  {strings.Repeat("x", 121), "headline has 121 characters; 1 to 120 are allowed."},
		"bio":       {strings.Repeat("x", 1001), "bio has 1001 characters; 1 to 1000 are allowed."},
		"photoUrl":  {"http://photos.example.org/ann", `photoUrl is "http://photos.example.org/ann"; an https URL such as https://photos.example.org/ada.jpg is expected.`},
		"languages": {[]string{"en", "English"}, `languages contains "English"; a BCP 47 tag such as en or pt-BR is expected.`},
	} {
		t.Run(field, func(t *testing.T) {
			s := s.For(t)
			refused := s.updateInterviewer(ann, in{field: refusal.value})
			wantRefusal(t, refused, "INVALID_INPUT", field)
			same(t, "message", refused[0].Message, refusal.says)
		})
	}
	same(t, "profile after refused updates", read(), want)
	s.Accepted(s.updateInterviewer(ann, in{"headline": nil, "bio": " ", "photoUrl": "", "languages": []string{}}))
	same(t, "profile after it was taken away", read(), profile{Languages: []string{}})
}

func TestProfilesAreImported(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	const table = "name,email,headline,bio,photoUrl,languages\n" +
		"Ann,ann@example.org,Go,\"Ten years, and more\",https://photos.example.org/ann.jpg,en; pt_br\n" +
		"Ben,ben@example.org,,,,\n"
	same(t, "rows", s.imports("importInterviewers", table+"Cy,cy@example.org,,,ftp://x,klingonese\n", in{"partial": true}).rowLines(),
		[]string{"2 CREATED", "3 CREATED", "4 FAILED photoUrl:INVALID_INPUT languages:INVALID_INPUT"})
	same(t, "rows of a second import", s.imports("importInterviewers", table, nil).rowLines(), []string{"2 UNCHANGED", "3 UNCHANGED"})
	var data struct{ Interviewers struct{ Nodes []profile } }
	s.Ask(`{ interviewers { nodes { name headline bio photoUrl languages } } }`, nil).Into(&data)
	text := func(s string) *string { return &s }
	same(t, "profiles", data.Interviewers.Nodes, []profile{
		{"Ann", text("Go"), text("Ten years, and more"), text("https://photos.example.org/ann.jpg"), []string{"en", "pt-BR"}},
		{"Ben", nil, nil, nil, []string{}},
	})
}
