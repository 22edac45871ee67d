package graph_test

import (
	"testing"
	"time"
)

type (
	hold struct {
		ID, PlacedAt, ExpiresAt string
		Extended                bool
		EndedAt                 *string
		Slot                    slot
		Student                 person
	}
	held struct {
		Hold   *hold
		Errors []refused
	}
)

const (
	holdFields = "hold { id placedAt expiresAt extended endedAt slot { id status } student { id } }"
	holdTime   = 5 * time.Minute
)

func (s *school) hold(student, slot string) held {
	s.T.Helper()
	return s.changeHold("holdSlot", in{"studentId": student, "slotId": slot})
}

func (s *school) release(hold string) held {
	s.T.Helper()
	return s.changeHold("releaseHold", in{"holdId": hold})
}

func (s *school) changeHold(mutation string, input in) held {
	s.T.Helper()
	var payload held
	s.Mutate(mutation, holdFields, input, &payload)
	if (payload.Hold == nil) != (len(payload.Errors) > 0) {
		s.T.Fatalf("%s: hold = %v with errors %v, want one of them", mutation, payload.Hold, payload.Errors)
	}
	return payload
}

// held places a hold, which must succeed, and returns its id.
func (s *school) held(student, slot string) string {
	s.T.Helper()
	payload := s.hold(student, slot)
	s.Accepted(payload.Errors)
	return payload.Hold.ID
}

// bookHeld books a held slot with the id of the hold.
func (s *school) bookHeld(student, slot, hold string) changed {
	s.T.Helper()
	return s.ChangeInterview("bookSlot", in{"studentId": student, "slotId": slot, "holdId": hold})
}

func (s *school) policy(set in) {
	s.T.Helper()
	var payload struct{ Errors []refused }
	s.Mutate("updateBookingPolicy", "bookingPolicy { version }", set, &payload)
	s.Accepted(payload.Errors)
}

// holdOf returns the id of a student's hold as the API returns it, or "none".
func (s *school) holdOf(student string) string {
	s.T.Helper()
	var data struct{ Student struct{ Hold *hold } }
	s.Ask("query($s: ID!) { student(id: $s) { hold { id } } }", in{"s": student}).Into(&data)
	if data.Student.Hold == nil {
		return "none"
	}
	return data.Student.Hold.ID
}

func TestHoldKeepsASlotForOneStudent(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, other, slot := s.Student(nil), s.Student(nil), s.NewSlot(day)
	free := s.NewSlot(2 * day)
	answer := s.hold(student, slot)
	s.Accepted(answer.Errors)
	same(t, "hold", *answer.Hold, hold{
		ID: answer.Hold.ID, PlacedAt: "2026-06-01T08:00:00Z", ExpiresAt: "2026-06-01T08:05:00Z",
		Slot: answer.Hold.Slot, Student: person{ID: student},
	})
	same(t, "status of its slot", answer.Hold.Slot.Status, "HELD")
	same(t, "hold of the student", s.holdOf(student), answer.Hold.ID)

	own := s.List(student)
	same(t, "slots listed for the student who holds", ids(own.Nodes), []string{slot, free})
	same(t, "status of the held slot in the list", own.Nodes[0].Status, "HELD")
	same(t, "refusal codes for the student who holds", s.refusalCodes(student, slot), []string{})
	same(t, "slots listed for another student", ids(s.List(other).Nodes), []string{free})
	same(t, "refusal codes for another student", s.refusalCodes(other, slot), []string{"SLOT_HELD"})
	for mutation, send := range map[string]func(s *school) []refused{
		"bookSlot": func(s *school) []refused { return s.Book(other, slot).Errors },
		"holdSlot": func(s *school) []refused { return s.hold(other, slot).Errors },
	} {
		t.Run(mutation+" by another student", func(t *testing.T) {
			refusals := send(s.For(t))
			wantRefusal(t, refusals, "SLOT_HELD", "slotId")
			same(t, "type of the refusal", refusals[0].Typename, "SlotTaken")
			same(t, "alternatives", ids(refusals[0].Alternatives), []string{free})
		})
	}
	reasons := s.ListIn(other, t0.Add(day), t0.Add(day+time.Hour)).EmptyReasons
	same(t, "empty reasons", len(reasons), 1)
	same(t, "code and count of the empty reason", [2]any{reasons[0].Code, reasons[0].Count}, [2]any{"SLOT_HELD", 1})
	s.Sound()
}

func TestHoldExpiresByTheClock(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		now  time.Duration // after the hold was placed
		live bool
	}{
		{"a microsecond before", holdTime - time.Microsecond, true},
		{"exactly then", holdTime, false},
		{"later", time.Hour, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newSchool(t)
			student, other := s.Student(in{"interviewLimit": 1}), s.Student(nil)
			slot, elsewhere := s.NewSlot(day), s.NewSlot(2*day)
			id := s.held(student, slot)
			s.SetClock(t0.Add(test.now))
			s.Sound()
			used, status, have, refusals, mine := 0, "OPEN", "none", []string{}, []string{"HOLD_EXPIRED"}
			if test.live {
				used, status, have, refusals, mine = 1, "HELD", id, []string{"SLOT_HELD"}, []string{}
			}
			same(t, "interviews used", s.List(student).Eligibility.InterviewsUsed, used)
			same(t, "hold of the student", s.holdOf(student), have)
			same(t, "refusal codes for another student", s.refusalCodes(other, slot), refusals)
			same(t, "slots of the status", s.slotsOf(status), map[bool][]string{true: {slot}, false: {slot, elsewhere}}[test.live])
			same(t, "refusal codes of booking with the hold", codes(s.ChangeInterview("bookSlot",
				in{"studentId": student, "slotId": slot, "holdId": id, "dryRun": true}).Errors), mine)
			if test.live {
				return
			}
			// The hold has not been swept and need not be.
			s.held(other, slot)
			same(t, "refusal codes of a slot held by another student", s.refusalCodes(student, slot), []string{"SLOT_HELD"})
			same(t, "refusal codes of an expired hold of a slot held by another student", codes(s.bookHeld(student, slot, id).Errors), []string{"SLOT_HELD", "HOLD_EXPIRED"})
			s.held(student, elsewhere)
			s.Accepted(s.Book(other, slot).Errors)
			s.Sound()
		})
	}
}

// slotsOf returns all slots with a status.
func (s *school) slotsOf(status string) []string {
	s.T.Helper()
	var data struct{ Slots struct{ Nodes []slot } }
	s.Ask("query($st: [SlotStatus!]) { slots(filter: {status: $st}) { nodes { id status } } }", in{"st": []string{status}}).Into(&data)
	for _, slot := range data.Slots.Nodes {
		same(s.T, "the status of slot "+slot.ID, slot.Status, status)
	}
	return ids(data.Slots.Nodes)
}

// A hold counts wherever a booking counts, except for its own slot.
func TestHoldCountsLikeABooking(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		set   in            // of the student
		same  bool          // the other slot has the same interviewer
		after time.Duration // when the other slot starts
		want  []string
	}{
		{"the limit", in{"interviewLimit": 1}, false, 3 * day, []string{"LIMIT_REACHED"}},
		{"one less than the limit", in{"interviewLimit": 2}, false, 3 * day, []string{}},
		{"the pair", nil, true, 3 * day, []string{"ALREADY_INTERVIEWED"}},
		{"the student's own time", nil, false, day + 30*time.Minute, []string{"OWN_OVERLAP"}},
		{"time that touches", nil, false, day + time.Hour, []string{}},
		{"all at once", in{"interviewLimit": 1}, true, 3 * day, []string{"ALREADY_INTERVIEWED", "LIMIT_REACHED"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newSchool(t)
			student, ann := s.Student(test.set), s.Interviewer(nil)
			slot, by := s.Slot(ann, day), ann
			if !test.same {
				by = s.Interviewer(nil)
			}
			other := s.Slot(by, test.after)
			hold := s.held(student, slot)
			// A booking of another slot ends the hold, so the hold does not prevent it.
			same(t, "refusal codes of another slot", s.refusalCodes(student, other), []string{})
			same(t, "refusal codes of a second hold", codes(s.hold(student, other).Errors), []string{"ALREADY_HOLDING"})
			same(t, "refusal codes of the held slot", s.refusalCodes(student, slot), []string{})
			same(t, "total of listed slots", s.List(student).TotalCount, 2)
			s.Accepted(s.bookHeld(student, slot, hold).Errors)
			same(t, "refusal codes of another slot after the booking", s.refusalCodes(student, other), test.want)
			s.Sound()
		})
	}
}

// A student cannot hold the slot of their own booking. The refusals name that booking.
func TestHoldOnOwnBookedSlot(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, slot := s.Student(nil), s.NewSlot(day)
	interview := s.Booked(student, slot)
	no := s.hold(student, slot).Errors
	same(t, "refusal codes", codes(no), []string{"ALREADY_INTERVIEWED", "OWN_OVERLAP"})
	for _, refusal := range no {
		same(t, refusal.Code+" names the booking", refusal.Interview.ID, interview)
	}
}

func TestHoldIsFreedForOtherSlots(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(in{"interviewLimit": 1})
	first, second := s.NewSlot(day), s.NewSlot(day)
	id := s.held(student, first)
	same(t, "refusal codes of a second hold", codes(s.hold(student, second).Errors), []string{"ALREADY_HOLDING"})
	released := s.release(id)
	s.Accepted(released.Errors)
	same(t, "end of the released hold", released.Hold.EndedAt, ptr("2026-06-01T08:00:00Z"))
	same(t, "refusal codes of the second slot after the release", s.refusalCodes(student, second), []string{})
	before := s.Rows()
	s.Accepted(s.release(id).Errors)
	same(t, "rows after a second release", s.Rows(), before)
	same(t, "refusal codes of booking with a released hold", codes(s.bookHeld(student, first, id).Errors), []string{"HOLD_EXPIRED"})

	again := s.held(student, second)
	s.SetClock(t0.Add(holdTime))
	s.Accepted(s.release(again).Errors)
	same(t, "an expired hold is held again as a new one", s.held(student, first) != again, true)
	same(t, "refusal codes of releasing an unknown hold", codes(s.release("999").Errors), []string{"NOT_FOUND"})
	s.Sound()
}

func TestHoldIsExtendedOnce(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, slot := s.Student(in{"interviewLimit": 1}), s.NewSlot(day)
	id := s.held(student, slot)
	again := s.hold(student, slot)
	s.Accepted(again.Errors)
	same(t, "extended at the same instant", again.Hold.Extended, false)

	s.SetClock(t0.Add(4 * time.Minute))
	extended := s.hold(student, slot)
	s.Accepted(extended.Errors)
	same(t, "id of the extended hold", extended.Hold.ID, id)
	same(t, "end of the extended hold", extended.Hold.ExpiresAt, "2026-06-01T08:09:00Z")
	same(t, "extended", extended.Hold.Extended, true)

	s.SetClock(t0.Add(6 * time.Minute)) // it would have expired
	same(t, "refusal codes for another student before the new end", s.refusalCodes(s.Student(nil), slot), []string{"SLOT_HELD"})
	before := s.Rows()
	third := s.hold(student, slot)
	s.Accepted(third.Errors)
	same(t, "end after a second extension", third.Hold.ExpiresAt, "2026-06-01T08:09:00Z")
	same(t, "rows after a second extension", s.Rows(), before)
	s.Sound()
	s.SetClock(t0.Add(9 * time.Minute))
	same(t, "refusal codes for another student at the new end", s.refusalCodes(s.Student(nil), slot), []string{})
	fresh := s.hold(student, slot)
	s.Accepted(fresh.Errors)
	same(t, "a new hold after the end", fresh.Hold.ID != id && !fresh.Hold.Extended, true)
	s.Sound()
}

func TestExtensionNeverShortens(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, slot := s.Student(nil), s.NewSlot(day)
	s.held(student, slot)
	s.policy(in{"holdSeconds": 30})
	s.SetClock(t0.Add(time.Minute))
	short := s.hold(student, slot)
	s.Accepted(short.Errors)
	same(t, "end and extended of a short hold", [2]any{short.Hold.ExpiresAt, short.Hold.Extended}, [2]any{"2026-06-01T08:05:00Z", false})
	s.SetClock(t0.Add(4*time.Minute + 45*time.Second))
	same(t, "end of a hold that was extended by 15 seconds", s.hold(student, slot).Hold.ExpiresAt, "2026-06-01T08:05:15Z")
	s.Sound()
}

func TestBookWithAHold(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, other := s.Student(nil), s.Student(nil)
	slot, wanted := s.NewSlot(day), s.NewSlot(2*day)
	id, theirs := s.held(student, slot), s.held(other, s.NewSlot(3*day))
	for _, test := range []struct {
		name, slot, hold, code string
	}{
		{"an unknown hold", slot, "999", "NOT_FOUND"},
		{"another student's hold", slot, theirs, "NOT_FOUND"},
		{"a hold of another slot", wanted, id, "INVALID_INPUT"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := s.For(t)
			before := s.Rows()
			wantRefusal(t, s.bookHeld(student, test.slot, test.hold).Errors, test.code, "holdId")
			same(t, "rows", s.Rows(), before)
		})
	}
	before := s.Rows()
	s.Accepted(s.ChangeInterview("bookSlot", in{"studentId": student, "slotId": slot, "holdId": id, "dryRun": true}).Errors)
	same(t, "rows after a dry run with the hold", s.Rows(), before)
	s.Accepted(s.TryBook(student, slot).Errors)
	same(t, "rows after a dry run without the hold", s.Rows(), before)

	booked := s.bookHeld(student, slot, id)
	s.Accepted(booked.Errors)
	same(t, "hold of the student", s.holdOf(student), "none")
	same(t, "status of the booked slot", booked.Interview.Slot.Status, "BOOKED")
	again := s.bookHeld(student, slot, id)
	s.Accepted(again.Errors)
	same(t, "interview of booking the same slot again", again.Interview.ID, booked.Interview.ID)
	same(t, "refusal codes of booking another slot with a used hold", codes(s.bookHeld(student, wanted, id).Errors), []string{"INVALID_INPUT"})
	s.Accepted(s.Cancel(booked.Interview.ID).Errors)
	same(t, "refusal codes of booking its slot with a used hold", codes(s.bookHeld(student, slot, id).Errors), []string{"HOLD_EXPIRED"})
	s.Sound()
}

func TestBookUsesOwnHold(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(in{"interviewLimit": 1})
	slot := s.NewSlot(day)
	s.held(student, slot)
	s.Booked(student, slot)
	same(t, "hold of the student", s.holdOf(student), "none")
	same(t, "interviews used", s.List(student).Eligibility.InterviewsUsed, 1)
	s.Sound()
}

// Everything else may change between the hold and the booking: a hold reserves the slot
// and waives no rule.
func TestHoldDoesNotOverrideRules(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	graded := s.Booked(student, s.NewSlot(time.Hour))
	slot := s.NewSlot(day)
	s.SetClock(t0.Add(2 * time.Hour))
	id := s.held(student, slot)
	s.Accepted(s.Complete(graded, 1).Errors)
	same(t, "refusal codes after a low grade", s.refusalCodes(student, slot), []string{"GRADES_TOO_LOW"})
	same(t, "refusal codes of booking with the hold after a low grade", codes(s.bookHeld(student, slot, id).Errors), []string{"GRADES_TOO_LOW"})
	same(t, "refusal codes of extending the hold after a low grade", codes(s.hold(student, slot).Errors), []string{"GRADES_TOO_LOW"})
	s.Accepted(s.Complete(graded, 2).Errors)
	same(t, "refusal codes after a better grade", s.refusalCodes(student, slot), []string{})
	var payload struct{ Errors []refused }
	s.Mutate("updateStudent", "student { id }", in{"studentId": student, "interviewLimit": 1}, &payload)
	s.Accepted(payload.Errors)
	same(t, "refusal codes with a lower limit", s.refusalCodes(student, slot), []string{"LIMIT_REACHED"})
	s.Sound()
}

func TestHeldSlotIsWithdrawn(t *testing.T) {
	t.Parallel()
	for name, closing := range map[string]func(s *school, ann, availability, slot string) []refused{
		"withdrawn": func(s *school, _, _, slot string) []refused {
			return s.closing("withdrawSlot", "", in{"slotId": slot}).Errors
		},
		"blocked": func(s *school, ann, _, _ string) []refused {
			return s.closing("blockTime", "", in{"interviewerId": ann, "start": "2026-06-02T08:30:00Z", "end": "2026-06-02T09:00:00Z", "reason": "away"}).Errors
		},
		"removed": func(s *school, _, availability, _ string) []refused {
			return s.closing("removeAvailability", "", in{"availabilityId": availability}).Errors
		},
		"deactivated": func(s *school, ann, _, _ string) []refused { return s.active(ann, false, nil).Errors },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSchool(t)
			student, ann := s.Student(in{"interviewLimit": 1}), s.Interviewer(in{"maxPerDay": 1})
			published := s.Publish(ann, t0.Add(day), time.Hour, 60)
			slot := published.Slots[0].ID
			id := s.held(student, slot)
			s.Accepted(closing(s, ann, published.Availability.ID, slot))
			same(t, "refusal codes of booking", s.refusalCodes(student, slot), []string{"SLOT_WITHDRAWN"})
			same(t, "refusal codes of booking with the hold", codes(s.bookHeld(student, slot, id).Errors), []string{"SLOT_WITHDRAWN", "HOLD_EXPIRED"})
			same(t, "hold of the student", s.holdOf(student), "none")
			same(t, "interviews used", s.List(student).Eligibility.InterviewsUsed, 0)
			s.held(student, s.NewSlot(2*day))
			s.Sound()
		})
	}
}

func TestHoldRefusals(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(in{"email": "both@example.org"})
	both := s.Slot(s.Interviewer(in{"email": "both@example.org"}), day)
	slot, taken := s.NewSlot(day), s.NewSlot(2*day)
	s.Booked(s.Student(nil), taken)
	past := s.NewSlot(time.Minute)
	before := s.Rows()
	s.SetClock(t0.Add(time.Minute))
	for _, test := range []struct {
		name, student, slot string
		want                []string
	}{
		{"an unknown student", "999", slot, []string{"NOT_FOUND"}},
		{"an unknown slot", student, "999", []string{"NOT_FOUND"}},
		{"a slot of the student as an interviewer", student, both, []string{"SELF_INTERVIEW"}},
		{"a booked slot", student, taken, []string{"SLOT_TAKEN"}},
		{"a slot that has started", student, past, []string{"SLOT_IN_PAST"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			same(t, "refusal codes", codes(s.For(t).hold(test.student, test.slot).Errors), test.want)
		})
	}
	same(t, "rows", s.Rows(), before)
	limited := s.Student(in{"interviewLimit": 0})
	refusal := s.hold(limited, slot).Errors
	same(t, "refusal codes at a limit of 0", codes(refusal), []string{"LIMIT_REACHED"})
	same(t, "interview limit of the refusal", refusal[0].Eligibility.InterviewLimit, 0)
	s.Sound()
}
