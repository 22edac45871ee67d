package gqlhttp_test

import (
	"fmt"
	"strings"
	"testing"

	"rehearse/graph"
	"rehearse/internal/calendar"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/schooltest"
	"rehearse/internal/store"
)

// Each scalar accepts what the GraphQL specification allows, in a variable and in the
// document, and its errors name the value they refuse.
func TestScalars(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	before := s.Rows()
	const (
		wholeNumber = "is not a whole number from -2147483648 to 2147483647"
		anID        = "is not an id; a whole number from 1 to 9223372036854775807 is expected"
		aBoolean    = "is not a Boolean; true or false is expected"
		aTime       = `is not a time; RFC 3339 is expected, such as "2026-06-05T13:00:00Z" or "2026-06-05T13:00:00+02:00"`
		aDate       = `is not a date; a string such as "2026-06-05" is expected`
		aTimeOfDay  = `is not a time of day; a string such as "14:30" is expected`
		aString     = "is not a string"
	)
	type use struct{ document, name string } // the document around a value, and the name of the value in errors
	uses := map[string]use{
		"ID":        {"query%s { slot(id: %s) { id } }", `"id" of "slot"`},
		"Int":       {"query%s { slots(first: %s) { nodes { id } } }", `"first" of "slots"`},
		"Boolean":   {"query%s { interviewers(filter: {active: %s}) { nodes { id } } }", `"filter.active" of "interviewers"`},
		"String":    {"query%s { students(filter: {search: %s}) { nodes { id } } }", `"filter.search" of "students"`},
		"DateTime":  {"query%s { slots(filter: {start: %s}) { nodes { id } } }", `"filter.start" of "slots"`},
		"Date":      {`mutation%s { blockTime(input: {interviewerId: 1, start: "2026-06-05T10:00:00Z", end: "2026-06-05T11:00:00Z", reason: "x", dates: [%s]}) { errors { code } } }`, `"input.dates[0]" of "blockTime"`},
		"LocalTime": {"mutation%s { updateAvailability(input: {availabilityId: 1, startTime: %s}) { errors { code } } }", `"input.startTime" of "updateAvailability"`},
	}
	for _, test := range []struct{ scalar, value, inVariable, inDocument string }{
		{"ID", `"7"`, "", ""},
		{"ID", `7`, "", ""},
		{"ID", `"0101"`, anID, anID},
		{"ID", `"+7"`, anID, anID},
		{"ID", `" 7"`, anID, anID},
		{"ID", `"７"`, anID, anID},
		{"ID", `0`, anID, anID},
		{"ID", `-7`, anID, anID},
		{"ID", `7.0`, anID, anID},
		{"ID", `1e2`, anID, anID},
		{"ID", `true`, anID, anID},
		{"ID", `99999999999999999999`, anID, anID},

		{"Int", `3`, "", ""},
		{"Int", `1.0`, "", wholeNumber},
		{"Int", `1e2`, "", wholeNumber},
		{"Int", `10e-1`, "", wholeNumber},
		{"Int", `1.5`, wholeNumber, wholeNumber},
		{"Int", `1e-1`, wholeNumber, wholeNumber},
		{"Int", `1e999`, wholeNumber, wholeNumber},
		{"Int", `2147483648`, wholeNumber, wholeNumber},
		{"Int", `"3"`, wholeNumber, wholeNumber},
		{"Int", `true`, wholeNumber, wholeNumber},

		{"Boolean", `true`, "", ""},
		{"Boolean", `1`, aBoolean, aBoolean},
		{"Boolean", `0.0`, aBoolean, aBoolean},
		{"Boolean", `"true"`, aBoolean, aBoolean},

		{"String", `"7"`, "", ""},
		{"String", `7`, aString, aString},
		{"String", `7.5`, aString, aString},
		{"String", `false`, aString, aString},

		{"DateTime", `"2026-06-05T13:00:00Z"`, "", ""},
		{"DateTime", `1780664400`, aTime, aTime},
		{"DateTime", `"2026-06-05"`, aTime, aTime},
		{"DateTime", `true`, aTime, aTime},

		{"Date", `"2026-06-05"`, "", ""},
		{"Date", `20260605`, aDate, aDate},
		{"Date", `"2026-6-5"`, aDate, aDate},
		{"Date", `"2026-06-05T00:00:00Z"`, aDate, aDate},

		{"LocalTime", `"14:30"`, "", ""},
		{"LocalTime", `1430`, aTimeOfDay, aTimeOfDay},
		{"LocalTime", `14.5`, aTimeOfDay, aTimeOfDay},
		{"LocalTime", `"14:30:00"`, aTimeOfDay, aTimeOfDay},
	} {
		t.Run(test.scalar+" "+test.value, func(t *testing.T) {
			s := s.For(t)
			use := uses[test.scalar]
			wantAnswer := func(name, got, wrong string) {
				t.Helper()
				refused := strings.Contains(got, "BAD_USER_INPUT")
				says := strings.ReplaceAll(name+": "+test.value+" "+wrong+".", `"`, `\"`)
				if refused != (wrong != "") || refused && !strings.Contains(got, says) {
					t.Errorf("%s: got %s, want the error %q", name, got, wrong)
				}
			}
			request := fmt.Sprintf(`{"query": %q, "variables": {"v": %s}}`, fmt.Sprintf(use.document, "($v: "+test.scalar+"!)", "$v"), test.value)
			wantAnswer(`Variable "$v"`, s.Post("application/json", request).Body, test.inVariable)
			wantAnswer("Argument "+use.name, s.Ask(fmt.Sprintf(use.document, "", test.value), nil).Body, test.inDocument)
		})
	}
	same(t, "rows are unchanged", s.Rows(), before)
	same(t, "errors in the log", s.Log.String(), "")
}

// Every scalar of the schema, including future ones, must have its values checked.
func TestEveryScalarIsValidated(t *testing.T) {
	t.Parallel()
	for _, p := range schooltest.InputPositions(graph.Schema()) {
		document, variables := p.AsVariable(schooltest.Sample(p.Schema, p.Type))
		if problems := gqlhttp.Examine(t.Context(), document, variables); problems != nil {
			t.Errorf("%s: %v", p, problems)
		}
	}
}

func TestLongValuesAreTruncatedInMessages(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	long := strings.Repeat("é", 50_000)
	for _, test := range []struct {
		name, document string
		value          any
	}{
		{"an id", `query($v: ID!) { slot(id: $v) { id } }`, long},
		{"the name of a field", `query($v: SlotFilter) { slots(filter: $v) { totalCount } }`, in{long: 1}},
		{"an enum value", `query($v: [SlotStatus!]) { slots(filter: {status: $v}) { totalCount } }`, long},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := s.For(t).Ask(test.document, in{"v": test.value})
			if a.Code() != "BAD_USER_INPUT" || len(a.Body) > 1000 {
				t.Errorf("got %d bytes: %.1000s, want BAD_USER_INPUT in at most 1000", len(a.Body), a.Body)
			}
		})
	}
}

// The name of a file that is not a time zone is refused in every argument for a zone.
func TestZoneinfoFilesAreNotTimeZones(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, ann := s.Student(nil), s.Interviewer(nil)
	weekly := in{
		"interviewerId": ann, "startDate": "2026-06-08", "endDate": "2026-06-12", "weekdays": []string{"MONDAY"}, "startTime": "10:00", "endTime": "11:00",
	}
	var added struct {
		Availability struct{ ID string }
		Errors       []refused
	}
	s.Mutate("addWeeklyAvailability", "availability { id }", weekly, &added)
	before := s.Rows()
	for _, zone := range []string{"posixrules", "Factory", "localtime", "right/Europe/Berlin", "posix/UTC", "Local"} {
		for mutation, input := range map[string]in{
			"createStudent":         {"name": "New", "email": "new@example.org"},
			"updateStudent":         {"studentId": student},
			"createInterviewer":     {"name": "New", "email": "new@example.org"},
			"updateInterviewer":     {"interviewerId": ann},
			"addWeeklyAvailability": weekly,
			"updateAvailability":    {"availabilityId": added.Availability.ID},
		} {
			t.Run(mutation+" in "+zone, func(t *testing.T) {
				given := in{"timeZone": zone}
				for name, value := range input {
					given[name] = value
				}
				var payload struct{ Errors []refused }
				s.For(t).Mutate(mutation, "", given, &payload)
				if len(payload.Errors) != 1 || payload.Errors[0].Code != "INVALID_INPUT" || !strings.Contains(payload.Errors[0].Message, zone) {
					t.Errorf("got the refusals %+v, want INVALID_INPUT with the zone", payload.Errors)
				}
			})
		}
		for _, mutation := range []string{"importStudents", "importInterviewers"} {
			t.Run(mutation+" in "+zone, func(t *testing.T) {
				var payload struct{ Failed int }
				s.For(t).Mutate(mutation, "failed", in{"csv": "name,email,timeZone\nNew,new@example.org," + zone}, &payload)
				same(t, "failed rows", payload.Failed, 1)
			})
		}
	}
	same(t, "rows are unchanged", s.Rows(), before)
}

// The accepted forms are those of RFC 3339, and that of HTML's input type datetime-local.
func TestTimeFormats(t *testing.T) {
	t.Parallel()
	berlin, err := calendar.Zone("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	s := newSchoolWith(t, store.Options{}, func(o *gqlhttp.Options) { o.Zone = berlin })
	for from, start := range map[string]string{
		"2026-12-01t10:00:00z": "2026-12-01T10:00:00Z",
		"2026-12-02T10:00":     "2026-12-02T09:00:00Z",
		"2026-06-20T10:00":     "2026-06-20T08:00:00Z",
		"2026-06-30T23:59:60Z": "2026-07-01T00:00:00Z",
	} {
		t.Run(from, func(t *testing.T) {
			s := s.For(t)
			var payload struct {
				Availability struct{ Start string }
				Errors       []refused
			}
			end := start[:11] + "22:00:00Z"
			s.Mutate("addAvailability", "availability { start }", in{"interviewerId": s.Interviewer(nil), "start": from, "end": end}, &payload)
			same(t, "start", payload.Availability.Start, start)
		})
	}
}

func TestByteOrderMark(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	same(t, "data", string(s.Post("application/json", "\ufeff"+`{"query": "{ __typename }"}`).Data), `{"__typename":"Query"}`)
}
