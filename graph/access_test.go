package graph_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"rehearse/internal/booking"
)

// The @access directive of the schema states who may read each field and run each
// mutation. These tests request all of them as every role and compare the results with
// the directive.

// household holds what belongs to one student and one interviewer, who meet in two weeks.
type household struct {
	student, interviewer                          string
	interview, slot, free, hold                   string
	availability, block, waiver, notHeld, webhook string

	feedOfStudent, feedOfInterviewer string
	party                            booking.Role // who asks for a calendar feed; the student if empty
}

// as returns the household for the requests of a caller with the role.
func (h household) as(role booking.Role) household {
	h.party = role
	return h
}

// owner returns the input that names the owner of a new calendar feed.
func (h household) owner() map[string]any {
	if h.party == booking.RoleInterviewer {
		return map[string]any{"interviewerId": h.interviewer}
	}
	return map[string]any{"studentId": h.student}
}

// unsubscribing returns the input that turns off the party's reminders.
func (h household) unsubscribing() map[string]any {
	input := h.owner()
	input["reminders"] = false
	return input
}

// feed returns the id of a calendar feed.
func (h household) feed() string {
	if h.party == booking.RoleInterviewer {
		return h.feedOfInterviewer
	}
	return h.feedOfStudent
}

var nobody = household{
	student: missing, interviewer: missing, interview: missing, slot: missing, free: missing, hold: missing,
	availability: missing, block: missing, waiver: missing, notHeld: missing, webhook: missing,
	feedOfStudent: missing, feedOfInterviewer: missing,
}

// household creates one: a booked slot, a slot that the student holds, two open slots,
// blocked time and a waiver.
func (s *school) household(name string) household {
	s.T.Helper()
	h := household{
		student:     s.Student(map[string]any{"name": "Student " + name, "email": "student-" + name + "@example.org"}),
		interviewer: s.Interviewer(map[string]any{"name": "Interviewer " + name, "email": "interviewer-" + name + "@example.org", "meetingUrl": room(name)}),
	}
	window := s.Publish(h.interviewer, t0.Add(14*day), 3*time.Hour, 60)
	s.Accepted(window.Errors)
	h.slot, h.free, h.notHeld, h.availability = window.Slots[0].ID, window.Slots[1].ID, window.Slots[2].ID, window.Availability.ID
	h.interview = s.Booked(h.student, h.slot)
	other := s.Slot(s.Interviewer(map[string]any{"meetingUrl": room("held-" + name)}), 20*day)
	var hold struct{ Hold *struct{ ID string } }
	s.Mutate("holdSlot", "hold { id }", map[string]any{"studentId": h.student, "slotId": other}, &hold)
	h.hold = hold.Hold.ID
	var block struct{ Blocks []struct{ ID string } }
	s.Mutate("blockTime", "blocks { id }", map[string]any{
		"interviewerId": h.interviewer, "reason": "away", "start": moment(30 * day), "end": moment(31 * day),
	}, &block)
	h.block = block.Blocks[0].ID
	var waiver struct{ Waiver struct{ ID string } }
	s.Mutate("grantWaiver", "waiver { id }", map[string]any{"studentId": h.student, "rule": "LIMIT", "reason": "a long way to come"}, &waiver)
	h.waiver = waiver.Waiver.ID
	h.webhook = s.webhook(nil)
	h.feedOfStudent, h.feedOfInterviewer = s.calendarFeed(in{"studentId": h.student}), s.calendarFeed(in{"interviewerId": h.interviewer})
	return h
}

func room(name string) string { return "https://meet.example.org/" + name }

// queries returns a selection of each field of Query that asks for what belongs to a
// household.
func queries(h household) map[string]string {
	spans := fmt.Sprintf("start: %q, end: %q", moment(0), moment(40*day))
	return map[string]string{
		"availableSlots": fmt.Sprintf(`availableSlots(studentId: %s, %s) { totalCount nodes { id } }`, h.student, spans),
		"eligibility":    fmt.Sprintf(`eligibility(studentId: %s) { interviewsUsed }`, h.student),
		"student":        fmt.Sprintf(`student(id: %s) { id name email }`, h.student),
		"students":       `students { totalCount nodes { id } }`,
		"interviewer":    fmt.Sprintf(`interviewer(id: %s) { id name }`, h.interviewer),
		"tags":           `tags { tag interviewers }`,
		"interviewers":   `interviewers { totalCount nodes { id } }`,
		"slot":           fmt.Sprintf(`slot(id: %s) { id start }`, h.slot),
		"slots":          fmt.Sprintf(`slots(filter: { interviewerIds: [%s] }) { totalCount nodes { id } }`, h.interviewer),
		"interview":      fmt.Sprintf(`interview(id: %s) { id status }`, h.interview),
		"interviews": fmt.Sprintf(`interviews(filter: { studentId: %s, interviewerId: %s }) { totalCount nodes { id } }`,
			h.student, h.interviewer),
		"events":              `events { totalCount nodes { id } }`,
		"eventsAfter":         `eventsAfter { nodes { id } hasMore }`,
		"bookingRefusals":     `bookingRefusals { totalCount nodes { id } }`,
		"webhooks":            `webhooks { id deliveries { totalCount } }`,
		"webhook":             fmt.Sprintf(`webhook(id: %s) { id url }`, h.webhook),
		"exportStudent":       fmt.Sprintf(`exportStudent(studentId: %s)`, h.student),
		"interviewStatistics": `interviewStatistics(firstMonth: "2026-01-01", lastMonth: "2026-12-01") { total interviewers { total } }`,
		"mailPreview":         fmt.Sprintf(`mailPreview(kind: BOOKED, interviewId: %s) { subject text }`, h.interview),
		"bookingPolicy":       `bookingPolicy { interviewLimit }`,
		"viewer":              `viewer { role person { __typename } }`,
	}
}

// mutations returns the input of each mutation, applied to what belongs to a household.
func mutations(h household) map[string]map[string]any {
	return map[string]map[string]any{
		"bookSlot":              {"studentId": h.student, "slotId": h.free},
		"holdSlot":              {"studentId": h.student, "slotId": h.free},
		"releaseHold":           {"holdId": h.hold},
		"rescheduleInterview":   {"interviewId": h.interview, "slotId": h.free},
		"updateInterviewIntake": {"interviewId": h.interview, "intake": "I know Go."},
		"cancelInterview":       {"interviewId": h.interview, "reason": "ill"},
		"completeInterview":     {"interviewId": h.interview, "grade": 3},
		"markNoShow":            {"interviewId": h.interview, "party": "STUDENT"},
		"undoNoShow":            {"interviewId": h.interview},
		"addAvailability":       {"interviewerId": h.interviewer, "start": moment(21 * day), "end": moment(21*day + time.Hour)},
		"addWeeklyAvailability": {"interviewerId": h.interviewer, "startDate": "2026-07-01", "weekdays": []string{"FRIDAY"}, "startTime": "09:00", "endTime": "10:00"},
		"updateAvailability":    {"availabilityId": h.availability, "tags": []string{"go"}},
		"removeAvailability":    {"availabilityId": h.availability},
		"blockTime":             {"interviewerId": h.interviewer, "start": moment(50 * day), "end": moment(51 * day), "reason": "away"},
		"unblockTime":           {"blockId": h.block},
		"withdrawSlot":          {"slotId": h.notHeld},
		"createStudent":         {"name": "New", "email": "new@example.org"},
		"updateStudent":         {"studentId": h.student, "name": "Other"},
		"anonymiseStudent":      {"studentId": h.student},
		"createInterviewer":     {"name": "New", "email": "new@example.org"},
		"updateInterviewer":     {"interviewerId": h.interviewer, "headline": "Other"},
		"updateBookingPolicy":   {"interviewLimit": 3},
		"grantWaiver":           {"studentId": h.student, "rule": "PAIR", "reason": "again"},
		"revokeWaiver":          {"waiverId": h.waiver},
		"createWebhook":         {"url": publicHook},
		"updateWebhook":         {"webhookId": h.webhook, "kinds": []string{"INTERVIEW_BOOKED"}},
		"deleteWebhook":         {"webhookId": h.webhook},
		"rotateWebhookSecret":   {"webhookId": h.webhook},
		"redeliver":             {"webhookId": h.webhook, "fromEventId": "1"},
		"createCalendarFeed":    h.owner(),
		"deleteCalendarFeed":    {"feedId": h.feed()},

		"updateNotificationPreferences": h.unsubscribing(),
		"importStudents":                {"csv": "name,email\nNew,new@example.org\n"},
		"importInterviewers":            {"csv": "name,email\nNew,new@example.org\n"},
		"importAvailability":            {"csv": "interviewerEmail,start,end\ninterviewer-b@example.org,2026-08-01T10:00:00Z,2026-08-01T11:00:00Z\n"},
		"importInterviews":              {"csv": "studentEmail,interviewerEmail,start,end,status\nstudent-b@example.org,interviewer-b@example.org,2026-08-01T10:00:00Z,2026-08-01T11:00:00Z,BOOKED\n"},
	}
}

// rightsTo returns the rights that @access gives for a field, by role. A role that it
// does not name has no entry.
func rightsTo(t *testing.T, field *ast.FieldDefinition) map[booking.Role]string {
	t.Helper()
	directive := field.Directives.ForName("access")
	if directive == nil {
		t.Errorf("%s has no @access", field.Name)
		return nil
	}
	rights := map[booking.Role]string{booking.RoleAnonymous: "NONE", booking.RoleStudent: "NONE", booking.RoleInterviewer: "NONE"}
	for _, argument := range directive.Arguments {
		rights[booking.Role(strings.ToUpper(argument.Name))] = argument.Value.Raw
	}
	return rights
}

// reply is a response to compare: the code of a top-level error, the codes of the
// refusals, and the text without ids and durations.
type reply struct {
	code, text string
	refused    []string
}

var digits = regexp.MustCompile(`\d+`)

func (s *school) request(document string, variables map[string]any) reply {
	s.T.Helper()
	a := s.Ask(document, variables)
	var data struct{ It struct{ Errors []refused } }
	_ = json.Unmarshal(a.Data, &data) // a query has no refusals
	r := reply{text: digits.ReplaceAllString(a.Body, "0"), refused: codes(data.It.Errors)}
	if len(a.Errors) > 0 {
		r.code = a.Errors[0].Extensions.Code
	}
	return r
}

// caller is a caller who requests what belongs to a household.
type caller struct {
	name string
	role booking.Role
	id   string
	of   household
	own  bool
}

func callers(a, b household) []caller {
	return []caller{
		{"anonymous", booking.RoleAnonymous, "0", b, false},
		{"another student", booking.RoleStudent, a.student, b, false},
		{"another interviewer", booking.RoleInterviewer, a.interviewer, b, false},
		{"the student", booking.RoleStudent, b.student, b, true},
		{"the interviewer", booking.RoleInterviewer, b.interviewer, b, true},
	}
}

// TestPermissions requests every field of Query and Mutation as every role.
func TestPermissions(t *testing.T) {
	t.Parallel()
	schema := loadSchema(t)
	known := slices.Collect(maps.Keys(queries(nobody)))
	known = append(known, slices.Collect(maps.Keys(mutations(nobody)))...)
	for _, field := range slices.Concat(schema.Query.Fields, schema.Mutation.Fields) {
		if strings.HasPrefix(field.Name, "__") {
			continue
		}
		if !slices.Contains(known, field.Name) {
			t.Errorf("%s has no request in this test", field.Name)
			continue
		}
		rights := rightsTo(t, field)
		t.Run(field.Name, func(t *testing.T) {
			t.Parallel()
			s := newSchool(t)
			a, b := s.household("a"), s.household("b")
			for _, who := range callers(a, b) {
				s.Act(who.role, int64(number(t, who.id)))
				before := s.Rows()
				got, none := s.request(documentFor(field.Name, who.of.as(who.role))), s.request(documentFor(field.Name, nobody.as(who.role)))
				want := rights[who.role]
				if who.role != booking.RoleAnonymous && want == "OWN" && who.own {
					wantAllowed(t, who.name, got)
					continue
				}
				wantRights(t, who, want, got, none)
				if after := s.Rows(); after != before {
					t.Errorf("rows after the request of %s:\n%s\nbefore:\n%s", who.name, after, before)
				}
			}
			s.Act(booking.RoleAdmin, 0)
			wantAllowed(t, "the administrator", s.request(documentFor(field.Name, s.household("c"))))
			s.Sound()
		})
	}
}

func documentFor(field string, of household) (string, map[string]any) {
	if query, is := queries(of)[field]; is {
		return "{ it: " + query + " }", nil
	}
	name := strings.ToUpper(field[:1]) + field[1:]
	return fmt.Sprintf("mutation($in: %sInput!) { it: %s(input: $in) { errors { code message path } } }", name, field),
		map[string]any{"in": mutations(of)[field]}
}

// wantAllowed checks that access was granted. A rule may still refuse the operation.
func wantAllowed(t *testing.T, who string, got reply) {
	t.Helper()
	if got.code != "" || slices.Contains(got.refused, "NOT_FOUND") {
		t.Errorf("response to %s has the code %q and the refusals %v, want access: %s", who, got.code, got.refused, got.text)
	}
}

// wantRights checks that callers get what their rights allow, and that the response about
// another person's object equals the response about one that does not exist.
func wantRights(t *testing.T, who caller, right string, got, none reply) {
	t.Helper()
	switch {
	case right == "ALL":
		wantAllowed(t, who.name, got)
	case right == "NONE" && who.role == booking.RoleAnonymous:
		same(t, "error code for "+who.name, got.code, "UNAUTHENTICATED")
	case right == "NONE":
		same(t, "error code for "+who.name, got.code, "FORBIDDEN")
	case got.text != none.text:
		t.Errorf("response to %s about another person's object:\n%s\nand about a missing one:\n%s", who.name, got.text, none.text)
	}
}
