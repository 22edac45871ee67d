package graph_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rehearse/internal/schooltest"
)

var unwantedTexts = map[string]string{
	"a\u0000b": "a control character (U+0000)", "a\u009fb": "a control character (U+009F)",
	"\ufff9": "an annotation character (U+FFF9)", "\uffff": "a noncharacter (U+FFFF)",
	"\ufffd": "a replacement for an undecodable character (U+FFFD)", "\u202egpj.exe": "a character that overrides the text direction (U+202E)",
}

// Every text of every argument and filter is tested with characters that Postgres or
// readers cannot process. The response is a client error and never an internal one.
func TestForbiddenCharactersInTexts(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	walked := 0
	for _, p := range schooltest.TextPositions() {
		if p.Operation == "mutation" {
			continue
		}
		walked++
		t.Run(p.String(), func(t *testing.T) {
			s := s.For(t)
			for text, problem := range unwantedTexts {
				if p.Type.Name() != "String" {
					problem = "" // it is never a valid id or time
				}
				document, variables := p.AsVariable(p.Leaf(text))
				for document, given := range map[string]map[string]any{document: variables, p.AsLiteral(p.Leaf(text)): nil} {
					a := s.Ask(document, given)
					if a.Code() != "BAD_USER_INPUT" || !strings.Contains(a.Errors[0].Message, problem) || a.Data != nil {
						t.Errorf("response to %s with %q = %s, want BAD_USER_INPUT and %q", document, text, a.Body, problem)
					}
				}
			}
		})
	}
	if walked < 30 {
		t.Errorf("tried %d texts, want at least 30", walked)
	}
	lone := s.Post("application/json", `{"query":"query($s:String){students(filter:{search:$s}){nodes{id}}}","variables":{"s":"a\ud800b"}}`)
	lone.WantError("BAD_USER_INPUT", "a replacement for an undecodable character (U+FFFD)")
}

// The same characters in the inputs of mutations are refused. Nothing is written, and
// there is no internal error.
func TestForbiddenCharactersInInputs(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	s.Live(s.Student(nil), day, nil) // so that objects with id 1 exist
	before := s.Rows()
	walked := 0
	for _, p := range schooltest.TextPositions() {
		if p.Operation != "mutation" || p.Type.Name() != "String" {
			continue
		}
		walked++
		t.Run(p.String(), func(t *testing.T) {
			s := s.For(t)
			for text := range unwantedTexts {
				document, variables := p.AsVariable(p.Leaf(text))
				document = strings.Replace(document, "{ __typename }", "{ errors { code message } }", 1)
				a := s.Ask(document, variables)
				if len(a.Errors) > 0 || !strings.Contains(a.Body, `"errors":[{`) {
					t.Errorf("response to %s with %q = %s, want a refusal", document, text, a.Body)
				}
			}
		})
	}
	if walked < 30 {
		t.Errorf("tried %d texts, want at least 30", walked)
	}
	same(t, "rows", s.Rows(), before)
	same(t, "log", s.Log.String(), "")
}

// A name is stored in NFC and has a visible character. An e-mail is checked to be ASCII
// before it is lower-cased. The same holds for imports.
func TestNormalizedNamesAndEmails(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	kim := s.Student(map[string]any{"name": "\u00a0Jose\u0301 ", "email": "KIM@example.org"})
	var data struct{ Student struct{ Name, Email string } }
	s.Ask("query($i: ID!) { student(id: $i) { name email } }", map[string]any{"i": kim}).Into(&data)
	same(t, "name", data.Student.Name, "Jos\u00e9")
	same(t, "e-mail", data.Student.Email, "kim@example.org")
	same(t, "rows of the same name in NFD", s.imports("importStudents", "name,email\nJose\u0301,kim@example.org\n", nil).rowLines(), []string{"2 UNCHANGED"})

	for _, test := range []struct{ name, email, says string }{
		{"Kim", "\u212aim@example.org", "an e-mail address such as ada@example.org is expected"},
		{"x\u202ax", "a@example.org", "changes the text direction"},
		{"\u2066x\u2069", "a@example.org", "changes the text direction"},
		{"\u200b", "a@example.org", "name "},
		{"\u0301", "a@example.org", "name "},
		{"\u200d\u2060", "a@example.org", "name "},
		{"\u3164", "a@example.org", "name "},
		{"\ufeff", "a@example.org", "name "},
	} {
		t.Run(fmt.Sprintf("%+q with %+q", test.name, test.email), func(t *testing.T) {
			s := s.For(t)
			for _, mutation := range []string{"createStudent", "createInterviewer"} {
				var payload struct{ Errors []refused }
				s.Mutate(mutation, "__typename", map[string]any{"name": test.name, "email": test.email}, &payload)
				if len(payload.Errors) != 1 || payload.Errors[0].Code != "INVALID_INPUT" || !strings.Contains(payload.Errors[0].Message, test.says) {
					t.Errorf("refusals of %s = %+v, want one with %q", mutation, payload.Errors, test.says)
				}
			}
			imported := s.imports("importStudents", "name,email\n\""+test.name+"\","+test.email+"\n", nil)
			if !strings.Contains(imported.messages(), test.says) {
				t.Errorf("messages of the import = %s, want %q in them", imported.messages(), test.says)
			}
		})
	}
	interviews := s.imports("importInterviews", "studentEmail,interviewerEmail,start,end,status\n"+
		"\u212aim@example.org,a@example.org,2026-05-04T09:00:00Z,2026-05-04T10:00:00Z,COMPLETED\n", nil)
	if got := interviews.messages(); !strings.Contains(got, "\u212aim@example.org") {
		t.Errorf("messages = %s, want the address as it is written", got)
	}
	s.Sound()
}

// A single-line text contains no line break, in mutations and in files. Texts of several
// lines keep theirs.
func TestSingleLineTexts(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	wantInvalid := func(s *school, mutation, field string, input in, says string) {
		s.T.Helper()
		var payload struct{ Errors []refused }
		s.Mutate(mutation, "__typename", input, &payload)
		if len(payload.Errors) != 1 || payload.Errors[0].Code != "INVALID_INPUT" || !strings.Contains(payload.Errors[0].Message, field+" contains "+says) {
			s.T.Errorf("refusals of %s = %+v, want one with %s contains %s", mutation, payload.Errors, field, says)
		}
	}
	for text, says := range map[string]string{
		"a\nb": "a control character (U+000A)", "a\rb": "a control character (U+000D)", "a\tb": "a control character (U+0009)",
		"a\u0085b": "a control character (U+0085)", "a\u2028b": "a line separator (U+2028)", "a\u2029b": "a line separator (U+2029)",
		"a\u202eb": "a character that overrides the text direction (U+202E)",
	} {
		t.Run(fmt.Sprintf("%+q", text), func(t *testing.T) {
			s := s.For(t)
			wantInvalid(s, "createStudent", "name", in{"name": text, "email": "a@example.org"}, says)
			wantInvalid(s, "createStudent", "idempotencyKey", in{"name": "A", "email": "a@example.org", "idempotencyKey": text}, says)
			wantInvalid(s, "createInterviewer", "name", in{"name": text, "email": "a@example.org"}, says)
			wantInvalid(s, "createInterviewer", "headline", in{"name": "A", "email": "a@example.org", "headline": text}, says)
			wantInvalid(s, "createInterviewer", "tags", in{"name": "A", "email": "a@example.org", "tags": []string{text}}, says)
			wantInvalid(s, "addAvailability", "tags", in{
				"interviewerId": s.Interviewer(nil), "start": moment(day), "end": moment(day + time.Hour), "slotMinutes": 60, "tags": []string{text},
			}, says)
			for _, mutation := range []string{"importStudents", "importInterviewers"} {
				imported := s.imports(mutation, "name,email\n\""+text+"\",a@example.org\n", nil)
				if !strings.Contains(imported.messages(), says) {
					t.Errorf("messages of %s = %s, want %q in them", mutation, imported.messages(), says)
				}
			}
		})
	}
	const bio = "First.\n\n\tSecond."
	var payload struct {
		Interviewer struct{ Bio string }
		Errors      []refused
	}
	s.Mutate("createInterviewer", "interviewer { bio }", in{"name": "A", "email": "a@example.org", "bio": bio}, &payload)
	s.Accepted(payload.Errors)
	same(t, "bio of several lines", payload.Interviewer.Bio, bio)
}
