package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"rehearse/internal/booking"
)

// refusal sends a mutation that one rule refuses and returns the refusal.
func (s *school) refusal(mutation string, input in) refused {
	s.T.Helper()
	var payload struct{ Errors []refused }
	s.Mutate(mutation, "", input, &payload)
	if len(payload.Errors) != 1 {
		s.T.Fatalf("refusals of %s = %+v, want 1", mutation, payload.Errors)
	}
	r := payload.Errors[0]
	s.wantPlainMessage(r)
	return r
}

// wantPlainMessage fails the test if a message contains a UTC time, which belongs in the data, or is
// not a sentence.
func (s *school) wantPlainMessage(r refused) {
	s.T.Helper()
	if strings.Contains(r.Message, "Z ") || strings.Contains(r.Message, ":00Z") || !strings.HasSuffix(r.Message, ".") {
		s.T.Errorf("message of %s = %q, want a sentence without a UTC time", r.Code, r.Message)
	}
}

// wantRefusal fails the test unless there is one refusal, with the code and the path of a
// field of the input.
func wantRefusal(t *testing.T, got []refused, code, field string) {
	t.Helper()
	same(t, "refusal codes", codes(got), []string{code})
	if len(got) > 0 {
		same(t, "path of the refusal", got[0].Path, []string{"input", field})
	}
}

func stamped(after time.Duration) string { return t0.Add(after).Format(time.RFC3339Nano) }

func TestLimitReachedCarriesTheNumbers(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(in{"interviewLimit": 2})
	s.Booked(student, s.NewSlot(day))
	s.Booked(student, s.NewSlot(2*day))
	got := s.refusal("bookSlot", in{"studentId": student, "slotId": s.NewSlot(3 * day)})
	same(t, "type and code", [2]string{got.Typename, got.Code}, [2]string{"LimitReached", "LIMIT_REACHED"})
	same(t, "used and limit", [2]int{got.Used, got.Limit}, [2]int{2, 2})
	same(t, "interviews remaining", got.Eligibility.InterviewsRemaining, 0)
}

func TestGradesTooLowCarriesTheGrades(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	s.Live(student, day, 1)
	got := s.refusal("bookSlot", in{"studentId": student, "slotId": s.NewSlot(3 * day)})
	same(t, "type and code", [2]string{got.Typename, got.Code}, [2]string{"GradesTooLow", "GRADES_TOO_LOW"})
	same(t, "recent grades", got.Eligibility.RecentGrades, []int{1})
}

func TestRefusalsNameTheConflict(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, ann := s.Student(nil), s.Interviewer(nil)
	booked := s.Booked(student, s.Slot(ann, day))
	again := s.refusal("bookSlot", in{"studentId": student, "slotId": s.Slot(ann, 5*day)})
	same(t, "type and code", [2]string{again.Typename, again.Code}, [2]string{"AlreadyInterviewed", "ALREADY_INTERVIEWED"})
	same(t, "interview", again.Interview, &person{ID: booked})
	same(t, "without a hold", again.Hold == nil, true)

	overlap := s.refusal("bookSlot", in{"studentId": student, "slotId": s.NewSlot(day + 30*time.Minute)})
	same(t, "type and code", [2]string{overlap.Typename, overlap.Code}, [2]string{"OwnOverlap", "OWN_OVERLAP"})
	same(t, "interview", overlap.Interview, &person{ID: booked})

	bob := s.Interviewer(nil)
	held := s.held(student, s.Slot(bob, 3*day))
	holding := s.refusal("holdSlot", in{"studentId": student, "slotId": s.NewSlot(4 * day)})
	same(t, "type and code", [2]string{holding.Typename, holding.Code}, [2]string{"AlreadyHolding", "ALREADY_HOLDING"})
	same(t, "hold", holding.Hold, &person{ID: held})
	met := s.refusal("rescheduleInterview", in{"interviewId": booked, "slotId": s.Slot(bob, 6*day)})
	same(t, "code and hold of the same interviewer", [2]any{met.Code, *met.Hold}, [2]any{"ALREADY_INTERVIEWED", person{ID: held}})
	same(t, "without an interview", met.Interview == nil, true)
	busy := s.refusal("rescheduleInterview", in{"interviewId": booked, "slotId": s.NewSlot(3*day + 30*time.Minute)})
	same(t, "code and hold of the same time", [2]any{busy.Code, *busy.Hold}, [2]any{"OWN_OVERLAP", person{ID: held}})
}

// An interviewer who undoes a no-show learns that the student is busy, and nothing about
// the other interview.
func TestRefusalsHideOthersInterviews(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, ann := s.Student(nil), s.Interviewer(nil)
	missed := s.Booked(student, s.Slot(ann, day))
	s.SetClock(t0.Add(day + 20*time.Minute))
	s.Accepted(s.ChangeInterview("markNoShow", in{"interviewId": missed, "party": "STUDENT"}).Errors)
	other := s.Booked(student, s.NewSlot(day+30*time.Minute))
	same(t, "interview for an administrator", s.refusal("undoNoShow", in{"interviewId": missed}).Interview, &person{ID: other})
	var got refused
	s.as(booking.RoleInterviewer, ann, func() { got = s.refusal("undoNoShow", in{"interviewId": missed}) })
	same(t, "code for the interviewer", got.Code, "OWN_OVERLAP")
	same(t, "without the interview for the interviewer", got.Interview == nil, true)
}

func TestRefusalsCarryDeadlines(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, ann := s.Student(nil), s.Interviewer(nil)
	id := s.Booked(student, s.Slot(ann, 2*day))
	s.policy(in{"minimumNoticeSeconds": 3600})
	soon := s.refusal("bookSlot", in{"studentId": s.Student(nil), "slotId": s.NewSlot(30 * time.Minute)})
	same(t, "type and earliest time of a booking", [2]string{soon.Typename, *soon.Earliest}, [2]string{"TooSoon", stamped(time.Hour)})
	early := s.refusal("completeInterview", in{"interviewId": id, "grade": 3})
	same(t, "type and earliest time of a completion", [2]string{early.Typename, *early.Earliest}, [2]string{"TooSoon", stamped(2 * day)})
	absent := s.refusal("markNoShow", in{"interviewId": id, "party": "STUDENT"})
	same(t, "type and earliest time of a no-show", [2]string{absent.Typename, *absent.Earliest}, [2]string{"TooSoon", stamped(2*day + 10*time.Minute)})

	s.SetClock(t0.Add(day + time.Second))
	var late refused
	s.as(booking.RoleStudent, student, func() { late = s.refusal("cancelInterview", in{"interviewId": id, "reason": "ill"}) })
	same(t, "type, code and deadline of a cancellation", [3]string{late.Typename, late.Code, *late.Deadline}, [3]string{"CancelTooLate", "CANCEL_TOO_LATE", stamped(day)})

	s.SetClock(t0.Add(3 * day))
	s.Accepted(s.ChangeInterview("markNoShow", in{"interviewId": id, "party": "STUDENT"}).Errors)
	s.SetClock(t0.Add(6 * day))
	undo := s.refusal("undoNoShow", in{"interviewId": id})
	same(t, "type, status and deadline of undoing a no-show", [3]string{undo.Typename, *undo.Status, *undo.Until}, [3]string{"WrongStatus", "STUDENT_NO_SHOW", stamped(5 * day)})
}

func TestRefusalsCarryTheState(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	id, slot := s.Booked(s.Student(nil), s.NewSlot(day)), s.NewSlot(2*day)
	s.policy(in{"maxReschedules": 0})
	moves := s.refusal("rescheduleInterview", in{"interviewId": id, "slotId": slot})
	same(t, "type, used and limit of a move", [3]any{moves.Typename, moves.Used, moves.Limit}, [3]any{"TooManyReschedules", 0, 0})
	s.Accepted(s.Cancel(id).Errors)
	status := s.refusal("rescheduleInterview", in{"interviewId": id, "slotId": slot})
	same(t, "type and status of a cancelled interview", [2]any{status.Typename, *status.Status}, [2]any{"WrongStatus", "CANCELLED"})
	same(t, "expected status", status.Expected, []string{"BOOKED"})

	holder, held := s.Student(nil), s.NewSlot(4*day)
	s.held(holder, held)
	taken := s.refusal("bookSlot", in{"studentId": s.Student(nil), "slotId": held})
	same(t, "type, code and end of the hold of a held slot", [3]any{taken.Typename, taken.Code, *taken.HeldUntil}, [3]any{"SlotTaken", "SLOT_HELD", stamped(holdTime)})
	s.SetClock(t0.Add(time.Hour))
	s.Booked(holder, slot)
	booked := s.refusal("bookSlot", in{"studentId": s.Student(nil), "slotId": slot})
	same(t, "type, code and end of the hold of a booked slot", [3]any{booked.Typename, booked.Code, booked.HeldUntil}, [3]any{"SlotTaken", "SLOT_TAKEN", (*string)(nil)})

	version := s.refusal("updateBookingPolicy", in{"expectedVersion": 1, "interviewLimit": 3})
	same(t, "type, code and current version", [3]any{version.Typename, version.Code, version.CurrentVersion}, [3]any{"VersionConflict", "VERSION_CONFLICT", 2})
}

func TestInvalidInputSaysWhatIsAllowed(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	s.Student(in{"email": "taken@example.org"})
	ann := s.Interviewer(nil)
	person := func(set in) in { return merged(in{"name": "Ada", "email": "ada@example.org"}, set) }
	window := func(start, end time.Duration) in {
		return in{"interviewerId": ann, "start": stamped(start), "end": stamped(end)}
	}
	for _, test := range []struct {
		name, mutation string
		input          in
		code, allowed  string
		low, high      int // -1 for none
	}{
		{"a text", "createStudent", person(in{"name": ""}), "INVALID_INPUT", "LENGTH", 1, 200},
		{"a number", "createStudent", person(in{"interviewLimit": 1001}), "INVALID_INPUT", "INTEGER", 0, 1000},
		{"an e-mail", "createStudent", person(in{"email": "x"}), "INVALID_INPUT", "EMAIL", -1, -1},
		{"an e-mail of another", "createStudent", person(in{"email": "taken@example.org"}), "INVALID_INPUT", "UNUSED", -1, -1},
		{"a zone", "createStudent", person(in{"timeZone": "Mars/Base"}), "INVALID_INPUT", "TIME_ZONE", -1, -1},
		{"a room", "createInterviewer", person(in{"meetingUrl": "x"}), "INVALID_INPUT", "HTTPS_URL", -1, -1},
		{"tags", "createInterviewer", person(in{"tags": strings.Split("a b c d e f g h i j k l m n o p q r s t u", " ")}), "INVALID_INPUT", "COUNT", 0, 20},
		{"a reversed range", "addAvailability", window(2*day, day), "INVALID_RANGE", "AFTER_START", -1, -1},
		{"a long range", "addAvailability", window(day, 40*day), "INVALID_RANGE", "DAYS", -1, 31},
		{"a short range", "addAvailability", window(day, day+time.Minute), "INVALID_RANGE", "MINUTES", 60, -1},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := s.For(t)
			got := s.refusal(test.mutation, test.input)
			same(t, "type, code and allowed", [3]string{got.Typename, got.Code, got.Allowed}, [3]string{"InvalidInput", test.code, test.allowed})
			same(t, "field", *got.Field, got.Path[len(got.Path)-1])
			same(t, "minimum and maximum", [2]int{orNone(got.Min), orNone(got.Max)}, [2]int{test.low, test.high})
		})
	}
	id := s.Booked(s.Student(nil), s.Slot(ann, day))
	s.SetClock(t0.Add(2 * day))
	got := s.refusal("completeInterview", in{"interviewId": id, "completedAt": stamped(3 * day)})
	same(t, "allowed, notBefore and notAfter", [3]string{got.Allowed, *got.NotBefore, *got.NotAfter}, [3]string{"TIME", stamped(day), stamped(2 * day)})
}

func orNone(n *int) int {
	if n == nil {
		return -1
	}
	return *n
}

func merged(a, b in) in {
	for key, value := range b {
		a[key] = value
	}
	return a
}

// In a query, a refusal is a top-level error with its data in the extensions.
func TestQueriesCarryTheDataOfARefusal(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	answer := s.Ask(fmt.Sprintf(`{ availableSlots(studentId: %s, start: "2026-06-01T00:00:00Z", end: "2028-06-01T00:00:00Z") { nodes { id } } }`,
		s.Student(nil)), nil)
	for _, part := range []string{
		`"code":"BAD_USER_INPUT"`, `"refusal":"INVALID_RANGE"`, `"field":"end"`, `"allowed":"DAYS"`, `"max":366`,
	} {
		if !strings.Contains(answer.Body, part) {
			t.Errorf("response = %s, want %s in it", answer.Body, part)
		}
	}
}

// Equal data has one name, and a name has one type, so that clients can select the data
// of several refusals side by side.
func TestOneVocabulary(t *testing.T) {
	t.Parallel()
	schema := loadSchema(t)
	names := func(enum string) (names []string) {
		for _, value := range schema.Types[enum].EnumValues {
			names = append(names, value.Name)
		}
		return names
	}
	refusals := names("RefusalCode")
	ofTheRange := []string{"RANGE_IN_PAST", "NONE_PUBLISHED", "NONE_MATCH"}
	for _, code := range names("EmptyReasonCode") {
		if slices.Contains(refusals, code) == slices.Contains(ofTheRange, code) {
			t.Errorf("EmptyReasonCode.%s is neither a refusal code nor a code of the range", code)
		}
	}
	for _, code := range names("SkipReason") {
		for _, refusal := range refusals {
			if refusal == "SLOT_"+code {
				t.Errorf("SkipReason.%s has the meaning of RefusalCode.%s", code, refusal)
			}
		}
	}
	types := map[string]string{}
	for _, of := range schema.GetPossibleTypes(schema.Types["UserError"]) {
		if of.Kind != ast.Object {
			continue
		}
		for _, field := range of.Fields {
			if known, found := types[field.Name]; found && known != field.Type.String() {
				t.Errorf("%s.%s has the type %s, and elsewhere %s", of.Name, field.Name, field.Type, known)
			}
			types[field.Name] = field.Type.String()
		}
	}
}
