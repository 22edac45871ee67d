package graph_test

import (
	"strings"
	"testing"
	"time"
)

type waiver struct {
	ID, Rule, Reason, GrantedAt string
	Uses, Used                  int
	ExpiresAt, RevokedAt        *string
	Student                     person
}

type granted struct {
	Waiver *waiver
	Errors []refused
}

const waiverFields = "id rule reason uses used grantedAt expiresAt revokedAt student { id }"

func (s *school) changeWaiver(mutation string, input in) granted {
	s.T.Helper()
	var payload granted
	s.Mutate(mutation, "waiver { "+waiverFields+" }", input, &payload)
	if (payload.Waiver == nil) != (len(payload.Errors) > 0) {
		s.T.Fatalf("%s: waiver = %v with errors %v, want one of them", mutation, payload.Waiver, payload.Errors)
	}
	return payload
}

// waive grants a waiver of one use; set changes the input.
func (s *school) waive(student, rule string, set in) string {
	s.T.Helper()
	input := in{"studentId": student, "rule": rule, "reason": "a second chance"}
	for key, value := range set {
		input[key] = value
	}
	payload := s.changeWaiver("grantWaiver", input)
	s.Accepted(payload.Errors)
	return payload.Waiver.ID
}

func (s *school) revoke(waiver string) granted {
	s.T.Helper()
	return s.changeWaiver("revokeWaiver", in{"waiverId": waiver})
}

// waivers returns all waivers of the student, and the active ones.
func (s *school) waivers(student string) (all, inForce []waiver) {
	s.T.Helper()
	var data struct {
		Student struct {
			Waivers     []waiver
			Eligibility struct{ Waivers []waiver }
		}
	}
	s.Ask("query($s: ID!) { student(id: $s) { waivers { "+waiverFields+" } eligibility { waivers { "+waiverFields+" } } } }",
		in{"s": student}).Into(&data)
	return data.Student.Waivers, data.Student.Eligibility.Waivers
}

func (s *school) usesOf(student string) []int {
	s.T.Helper()
	uses := []int{}
	all, _ := s.waivers(student)
	for _, w := range all {
		uses = append(uses, w.Used)
	}
	return uses
}

// waiversInForce returns the rules of the student's active waivers.
func (s *school) waiversInForce(student string) []string {
	s.T.Helper()
	rules := []string{}
	_, inForce := s.waivers(student)
	for _, w := range inForce {
		rules = append(rules, w.Rule)
	}
	return rules
}

func TestGrantWaiver(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	id := s.waive(student, "LIMIT", in{"uses": 3, "expiresAt": "2026-07-01T00:00:00Z"})
	all, inForce := s.waivers(student)
	same(t, "waivers", all, []waiver{{
		ID: id, Rule: "LIMIT", Reason: "a second chance", GrantedAt: "2026-06-01T08:00:00Z", Uses: 3,
		ExpiresAt: ptr("2026-07-01T00:00:00Z"), Student: person{ID: student},
	}})
	same(t, "waivers in force without need", inForce, []waiver{})
	same(t, "waivers of another student", s.usesOf(s.Student(nil)), []int{})
	before := s.Rows()
	for _, test := range []struct {
		name  string
		set   in
		field string
		code  string
	}{
		{"no uses", in{"uses": 0}, "uses", "INVALID_INPUT"},
		{"too many uses", in{"uses": 101}, "uses", "INVALID_INPUT"},
		{"no reason", in{"reason": ""}, "reason", "INVALID_INPUT"},
		{"a blank reason", in{"reason": "  "}, "reason", "INVALID_INPUT"},
		{"a long reason", in{"reason": strings.Repeat("x", 501)}, "reason", "INVALID_INPUT"},
		{"expired already", in{"expiresAt": "2026-06-01T08:00:00Z"}, "expiresAt", "INVALID_INPUT"},
		{"an unknown student", in{"studentId": "999"}, "studentId", "NOT_FOUND"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := s.For(t)
			input := merged(in{"studentId": student, "rule": "PAIR", "reason": "why"}, test.set)
			wantRefusal(t, s.changeWaiver("grantWaiver", input).Errors, test.code, test.field)
		})
	}
	same(t, "refusal codes of an unknown waiver", codes(s.revoke("999").Errors), []string{"NOT_FOUND"})
	same(t, "rows", s.Rows(), before)
}

// Each rule has its own waiver with its own number of uses, in the list, the eligibility
// and the booking alike. A cancellation gives the use back.
func TestEachRuleIsWaived(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		rule, code string
		grade      int
		set        in
		again      bool // the student has met the interviewers of the slots
		exempt     bool
	}{
		{"LIMIT", "LIMIT_REACHED", 5, in{"interviewLimit": 1}, false, false},
		{"GRADES", "GRADES_TOO_LOW", 1, nil, false, false},
		{"PAIR", "ALREADY_INTERVIEWED", 5, nil, true, true},
	} {
		t.Run(test.rule, func(t *testing.T) {
			t.Parallel()
			s := newSchool(t)
			student, ann := s.Student(test.set), s.Interviewer(nil)
			graded := s.Booked(student, s.Slot(ann, time.Hour))
			s.SetClock(t0.Add(2 * time.Hour))
			s.Accepted(s.Complete(graded, test.grade).Errors)
			by := func() string {
				if test.again {
					return ann
				}
				return s.Interviewer(nil)
			}
			slots := []string{s.Slot(by(), 2*day), s.Slot(by(), 3*day), s.Slot(by(), 4*day)}
			for _, other := range []string{"LIMIT", "GRADES", "PAIR"} {
				if other != test.rule {
					s.waive(student, other, nil)
				}
			}
			same(t, "refusal codes with other waivers", s.refusalCodes(student, slots[0]), []string{test.code})
			id := s.waive(student, test.rule, in{"uses": 2})
			same(t, "the waiver is in force", strings.Contains(strings.Join(s.waiversInForce(student), " "), test.rule), true)
			same(t, "eligible", s.List(student).Eligibility.Eligible, true)
			same(t, "refusal codes with the waiver", s.refusalCodes(student, slots[0]), []string{})

			first := s.Booked(student, slots[0])
			same(t, "exempt", s.interview(first).Exempt, test.exempt)
			hold := s.held(student, slots[1])
			same(t, "uses with a hold", s.usesOf(student)[2], 2)
			same(t, "refusal codes of another slot during the hold", s.refusalCodes(student, slots[2]), []string{})
			same(t, "refusal codes of the held slot", s.refusalCodes(student, slots[1]), []string{})
			s.Accepted(s.bookHeld(student, slots[1], hold).Errors)
			same(t, "uses after the booking", s.usesOf(student)[2], 2)
			same(t, "refusal codes of a third slot without a use left", s.refusalCodes(student, slots[2]), []string{test.code})
			s.Sound()
			s.Accepted(s.Cancel(first).Errors)
			same(t, "uses after the cancellation", s.usesOf(student)[2], 1)
			same(t, "refusal codes of a third slot after the cancellation", s.refusalCodes(student, slots[2]), []string{})
			s.Accepted(s.revoke(id).Errors)
			same(t, "refusal codes after the revocation", s.refusalCodes(student, slots[2]), []string{test.code})
			same(t, "uses after the revocation", s.usesOf(student)[2], 1)
			s.Sound()
		})
	}
}

func TestWaiverExpires(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, slot := s.Student(in{"interviewLimit": 0}), s.NewSlot(day)
	s.waive(student, "LIMIT", in{"expiresAt": "2026-06-01T09:00:00Z"})
	for _, test := range []struct {
		name string
		now  time.Duration
		want []string
	}{
		{"a microsecond before it expires", time.Hour - time.Microsecond, []string{}},
		{"when it expires", time.Hour, []string{"LIMIT_REACHED"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := s.For(t)
			s.SetClock(t0.Add(test.now))
			same(t, "refusal codes", s.refusalCodes(student, slot), test.want)
		})
	}
	s.SetClock(t0.Add(time.Hour - time.Minute))
	hold := s.held(student, slot)
	s.SetClock(t0.Add(time.Hour))
	same(t, "refusal codes of the slot that was held by a waiver", s.refusalCodes(student, slot), []string{})
	s.Accepted(s.bookHeld(student, slot, hold).Errors)
	s.Sound()
}

func TestRevokeWaiver(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(in{"interviewLimit": 0})
	id := s.waive(student, "LIMIT", in{"uses": 5})
	slot := s.NewSlot(day)
	interview := s.Booked(student, slot)
	revoked := s.revoke(id)
	s.Accepted(revoked.Errors)
	same(t, "revokedAt and used", [2]any{*revoked.Waiver.RevokedAt, revoked.Waiver.Used}, [2]any{"2026-06-01T08:00:00Z", 1})
	before := s.Rows()
	s.SetClock(t0.Add(time.Hour))
	again := s.revoke(id)
	s.Accepted(again.Errors)
	same(t, "revokedAt after a second revocation", again.Waiver.RevokedAt, ptr("2026-06-01T08:00:00Z"))
	same(t, "rows", s.Rows(), before)
	s.Accepted(s.move(interview, s.NewSlot(2*day)).Errors)
	same(t, "reschedule count after the revocation", s.interview(interview).RescheduleCount, 1)
	s.Accepted(s.Cancel(interview).Errors)
	same(t, "refusal codes after the revocation", s.refusalCodes(student, slot), []string{"LIMIT_REACHED"})
	s.Sound()
}

// The waiver that expires first is used first, and one that never expires last.
func TestWhichWaiverIsUsed(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(in{"interviewLimit": 0})
	s.waive(student, "LIMIT", nil)
	s.waive(student, "LIMIT", in{"expiresAt": "2026-08-01T00:00:00Z"})
	s.waive(student, "LIMIT", in{"expiresAt": "2026-07-01T00:00:00Z"})
	s.Booked(student, s.NewSlot(day))
	same(t, "uses after a booking", s.usesOf(student), []int{0, 0, 1})
	s.Booked(student, s.NewSlot(2*day))
	same(t, "uses after two bookings", s.usesOf(student), []int{0, 1, 1})
	s.Booked(student, s.NewSlot(3*day))
	same(t, "uses after three bookings", s.usesOf(student), []int{1, 1, 1})
	same(t, "empty reasons after all uses", s.List(student).Reasons(), []string{"LIMIT_REACHED"})
	s.Sound()
}

// A booking uses the waivers it needs, and no others.
func TestWaiverIsUsedWhereItIsNeeded(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, ann := s.Student(nil), s.Interviewer(nil)
	s.Booked(student, s.Slot(ann, day))
	s.waive(student, "PAIR", nil)
	s.waive(student, "LIMIT", nil)
	elsewhere := s.Booked(student, s.NewSlot(2*day))
	same(t, "uses after meeting another interviewer", s.usesOf(student), []int{0, 0})
	again := s.Slot(ann, 3*day)
	s.Accepted(s.move(elsewhere, again).Errors)
	same(t, "uses after a move to the same interviewer", s.usesOf(student), []int{1, 0})
	same(t, "exempt after a move to the same interviewer", s.interview(elsewhere).Exempt, true)
	s.Accepted(s.move(elsewhere, s.NewSlot(4*day)).Errors)
	same(t, "uses after a move away", s.usesOf(student), []int{0, 0})
	same(t, "exempt after a move away", s.interview(elsewhere).Exempt, false)
	same(t, "refusal codes of the same interviewer after a move away", s.refusalCodes(student, again), []string{})
	s.Sound()
}

// An interviewer's no-show gives the use back, and undoing the no-show takes it again.
func TestWaiverOfANoShow(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(in{"interviewLimit": 0})
	s.waive(student, "LIMIT", nil)
	id, other := s.Booked(student, s.NewSlot(day)), s.NewSlot(5*day)
	s.SetClock(t0.Add(2 * day))
	s.Accepted(s.noShow(id, "INTERVIEWER").Errors)
	same(t, "uses after the no-show", s.usesOf(student), []int{0})
	hold := s.held(student, other)
	same(t, "refusal codes of the undoing after another use", codes(s.undo(id).Errors), []string{"LIMIT_REACHED"})
	s.Accepted(s.release(hold).Errors)
	s.Accepted(s.undo(id).Errors)
	same(t, "uses after the undoing", s.usesOf(student), []int{1})
	s.Sound()
}

// A waived pair is not a reason for an empty list.
func TestEmptyReasonsWithAWaivedPair(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, ann := s.Student(nil), s.Interviewer(nil)
	s.Booked(student, s.Slot(ann, day))
	s.Booked(s.Student(nil), s.Slot(ann, 3*day))
	reasons := func() []string { return s.ListIn(student, t0.Add(3*day), t0.Add(4*day)).Reasons() }
	same(t, "empty reasons without a waiver", reasons(), []string{"SLOT_TAKEN", "ALREADY_INTERVIEWED"})
	s.waive(student, "PAIR", nil)
	same(t, "empty reasons with a waiver", reasons(), []string{"SLOT_TAKEN"})
}

// Rule 4 is not checked again when a no-show is undone. The use of its waiver may be
// taken by then: the interview is kept and does not take a second use.
func TestWaivedGradesOfANoShow(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	s.Live(student, time.Hour, 1)
	s.waive(student, "GRADES", nil)
	id := s.Booked(student, s.NewSlot(day))
	s.SetClock(t0.Add(2 * day))
	s.Accepted(s.noShow(id, "INTERVIEWER").Errors)
	s.Booked(student, s.NewSlot(5*day))
	s.Accepted(s.undo(id).Errors)
	same(t, "uses", s.usesOf(student), []int{1})
	s.Sound()
}

// A waiver changes its student's eligibility. Its payload returns the student after the
// change.
func TestWaiverPayloadsHaveTheStudent(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.studentAtLimit()
	type payload struct {
		Waiver  *struct{ ID string }
		Student *struct {
			ID          string
			Eligibility struct {
				Eligible      bool
				ExtraByWaiver int
			}
		}
	}
	send := func(mutation string, input in) (p payload) {
		s.Mutate(mutation, "waiver { id } student { id eligibility { eligible extraByWaiver } }", input, &p)
		return p
	}
	granted := send("grantWaiver", in{"studentId": student, "rule": "LIMIT", "reason": "ill", "uses": 2})
	same(t, "student, eligible and extra after the grant", [3]any{granted.Student.ID, granted.Student.Eligibility.Eligible, granted.Student.Eligibility.ExtraByWaiver}, [3]any{student, true, 2})
	revoked := send("revokeWaiver", in{"waiverId": granted.Waiver.ID})
	same(t, "student, eligible and extra after the revocation", [3]any{revoked.Student.ID, revoked.Student.Eligibility.Eligible, revoked.Student.Eligibility.ExtraByWaiver}, [3]any{student, false, 0})
	same(t, "refused grant without a student", send("grantWaiver", in{"studentId": student, "rule": "LIMIT", "reason": ""}).Student == nil, true)
	same(t, "refused revocation without a student", send("revokeWaiver", in{"waiverId": "999"}).Student == nil, true)
}
