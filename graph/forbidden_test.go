package graph_test

import (
	"fmt"
	"testing"

	"rehearse/internal/booking"
)

// A field that the caller may not read is null, with an error at its path. The rest of
// the response is unaffected.

func TestForbiddenFieldsLeaveTheRest(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	h := s.household("h")
	query := fmt.Sprintf(`{ bookingPolicy { version } student(id: %s) { name interviewLimit eligibility { eligible } waivers { rule } }
		interviewer(id: %s) { name email maxPerDay slots(first: 1) { nodes { id } } availability { nodes { id } } blocks { nodes { id } } }
		students { nodes { id } } exportStudent(studentId: 987654) viewer { role } }`, h.student, h.interviewer)
	for _, row := range []struct {
		role     booking.Role
		id       string
		data     string
		failures []string
	}{
		{
			booking.RoleAnonymous, "0",
			`{"bookingPolicy":{"version":1},"student":null,"interviewer":null,"students":null,"exportStudent":null,"viewer":{"role":"ANONYMOUS"}}`,
			[]string{
				"exportStudent: UNAUTHENTICATED", "interviewer: UNAUTHENTICATED", "student: UNAUTHENTICATED", "students: UNAUTHENTICATED",
			},
		},
		{
			booking.RoleStudent, h.student,
			`{"bookingPolicy":{"version":1},"student":{"name":"Student h","interviewLimit":15,"eligibility":{"eligible":true},` +
				`"waivers":[{"rule":"LIMIT"}]},"interviewer":{"name":"Interviewer h","email":null,"maxPerDay":null,"slots":null,` +
				`"availability":null,"blocks":null},"students":null,"exportStudent":null,"viewer":{"role":"STUDENT"}}`,
			[]string{
				"exportStudent: FORBIDDEN", "interviewer availability: FORBIDDEN", "interviewer blocks: FORBIDDEN",
				"interviewer email: FORBIDDEN", "interviewer maxPerDay: FORBIDDEN", "interviewer slots: FORBIDDEN", "students: FORBIDDEN",
			},
		},
		{
			booking.RoleInterviewer, h.interviewer,
			`{"bookingPolicy":{"version":1},"student":{"name":"Student h","interviewLimit":null,"eligibility":null,"waivers":null},` +
				`"interviewer":{"name":"Interviewer h","email":"interviewer-h@example.org","maxPerDay":null,"slots":{"nodes":[{"id":"` + h.slot + `"}]},` +
				`"availability":{"nodes":[{"id":"` + h.availability + `"}]},"blocks":{"nodes":[{"id":"` + h.block + `"}]}},"students":null,"exportStudent":null,` +
				`"viewer":{"role":"INTERVIEWER"}}`,
			[]string{
				"exportStudent: FORBIDDEN", "student eligibility: FORBIDDEN", "student interviewLimit: FORBIDDEN",
				"student waivers: FORBIDDEN", "students: FORBIDDEN",
			},
		},
		{
			booking.RoleAdmin, "0",
			`{"bookingPolicy":{"version":1},"student":{"name":"Student h","interviewLimit":15,"eligibility":{"eligible":true},` +
				`"waivers":[{"rule":"LIMIT"}]},"interviewer":{"name":"Interviewer h","email":"interviewer-h@example.org","maxPerDay":null,` +
				`"slots":{"nodes":[{"id":"` + h.slot + `"}]},"availability":{"nodes":[{"id":"` + h.availability + `"}]},"blocks":{"nodes":[{"id":"` + h.block + `"}]}},` +
				`"students":{"nodes":[{"id":"` + h.student + `"}]},"exportStudent":null,"viewer":{"role":"ADMIN"}}`,
			[]string{"exportStudent: NOT_FOUND"},
		},
	} {
		t.Run(string(row.role), func(t *testing.T) {
			s := s.For(t)
			s.Act(row.role, int64(number(t, row.id)))
			s.Ask(query, nil).Want(row.data, row.failures...)
		})
	}
}

// Every forbidden root field is requested beside an allowed one.
func TestForbiddenRootFieldsLeaveTheRest(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	h := s.household("h")
	schema := loadSchema(t)
	for role, id := range map[booking.Role]string{
		booking.RoleAnonymous: "0", booking.RoleStudent: h.student, booking.RoleInterviewer: h.interviewer,
	} {
		t.Run(string(role), func(t *testing.T) {
			s := s.For(t)
			s.Act(role, int64(number(t, id)))
			code := map[bool]string{true: "UNAUTHENTICATED", false: "FORBIDDEN"}[role == booking.RoleAnonymous]
			for name, query := range queries(h) {
				if rightsTo(t, schema.Query.Fields.ForName(name))[role] != "NONE" {
					continue
				}
				t.Run(name, func(t *testing.T) {
					s.For(t).Ask("{ it: "+query+" bookingPolicy { interviewLimit } }", nil).
						Want(`{"it":null,"bookingPolicy":{"interviewLimit":15}}`, "it: "+code)
				})
			}
		})
	}
}

func TestForbiddenMutationLeavesTheOthers(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	h := s.household("h")
	document := func(first string) string {
		return fmt.Sprintf(`mutation { %s
			createStudent(input: { name: "New", email: "new@example.org" }) { student { name } errors { code } }
			last: releaseHold(input: { holdId: %s }) { hold { id } errors { code } } }`, first, h.hold)
	}
	cancel := fmt.Sprintf(`cancelInterview(input: { interviewId: %s, reason: "ill" }) { interview { status } errors { code } }`, h.interview)

	s.Act(booking.RoleAnonymous, 0)
	s.Ask(document(cancel), nil).Want(`{"cancelInterview":null,"createStudent":null,"last":null}`,
		"cancelInterview: UNAUTHENTICATED", "createStudent: UNAUTHENTICATED", "last: UNAUTHENTICATED")

	s.Act(booking.RoleStudent, int64(number(t, h.student)))
	s.Ask(document(cancel), nil).Want(
		`{"cancelInterview":{"interview":{"status":"CANCELLED"},"errors":[]},"createStudent":null,`+
			`"last":{"hold":{"id":"`+h.hold+`"},"errors":[]}}`, "createStudent: FORBIDDEN")

	s.Act(booking.RoleInterviewer, int64(number(t, h.interviewer)))
	withdraw := fmt.Sprintf(`withdrawSlot(input: { slotId: %s }) { closedSlots { id } errors { code } }`, h.free)
	s.Ask(document(withdraw), nil).Want(
		`{"withdrawSlot":{"closedSlots":[{"id":"`+h.free+`"}],"errors":[]},"createStudent":null,"last":null}`,
		"createStudent: FORBIDDEN", "last: FORBIDDEN")
	s.Sound()
}

// A mutation fails on its own. The results of earlier mutations are returned.
func TestFailedMutationLeavesTheFirst(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, slot := s.Student(nil), s.NewSlot(day)
	s.exec(`CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'secret cause'; END $$`)
	s.exec(`CREATE TRIGGER fail BEFORE INSERT ON waivers FOR EACH ROW EXECUTE FUNCTION fail()`)
	s.Ask(fmt.Sprintf(`mutation { bookSlot(input: { studentId: %[1]s, slotId: %[2]s }) { interview { status } errors { code } }
		grantWaiver(input: { studentId: %[1]s, rule: PAIR, reason: "again" }) { waiver { id } errors { code } } }`, student, slot), nil).
		Want(`{"bookSlot":{"interview":{"status":"BOOKED"},"errors":[]},"grantWaiver":null}`, "grantWaiver: INTERNAL")
}

func TestUnknownViewerIsNull(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	for _, role := range []booking.Role{booking.RoleStudent, booking.RoleInterviewer} {
		t.Run(string(role), func(t *testing.T) {
			s := s.For(t)
			s.Act(role, 987654)
			s.Ask(`{ viewer { role person { __typename } } bookingPolicy { version } }`, nil).
				Want(`{"viewer":null,"bookingPolicy":{"version":1}}`)
		})
	}
}
