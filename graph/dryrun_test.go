package graph_test

import (
	"fmt"
	"testing"
	"time"

	"rehearse/internal/booking"
)

type bookingAnswer struct {
	Interview    *person
	Allowed      bool
	ReleasedHold *hold
	Student      *standing
	Errors       []refused
}

type standing struct {
	ID          string
	Hold        *person
	Eligibility eligibility
}

const bookingAnswerFields = `interview { id } allowed releasedHold { id endedAt slot { id status } }
	student { id hold { id } eligibility { eligible interviewsUsed interviewLimit interviewsRemaining student { id } } }`

func (s *school) answerToBooking(set in) bookingAnswer {
	s.T.Helper()
	var payload bookingAnswer
	s.Mutate("bookSlot", bookingAnswerFields, set, &payload)
	if payload.Allowed != (len(payload.Errors) == 0) {
		s.T.Errorf("allowed = %v with the errors %v", payload.Allowed, payload.Errors)
	}
	return payload
}

// sequences returns the last id of every table.
func (s *school) sequences() string {
	s.T.Helper()
	var all string
	err := s.DB.SQL(s.T).QueryRowContext(s.T.Context(), `SELECT string_agg(sequencename || ' ' || coalesce(last_value, 0), ', '
		ORDER BY sequencename) FROM pg_sequences WHERE schemaname = current_schema()`).Scan(&all)
	if err != nil {
		s.T.Fatal(err)
	}
	return all
}

func TestDryRunChangesNothing(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, slot := s.Student(nil), s.NewSlot(day)
	held := s.NewSlot(2 * day)
	s.held(student, held)
	rows, sequences := s.Rows(), s.sequences()
	for range 2 {
		answer := s.answerToBooking(in{"studentId": student, "slotId": slot, "dryRun": true, "idempotencyKey": "dry"})
		same(t, "allowed", answer.Allowed, true)
		same(t, "without an interview", answer.Interview == nil, true)
		same(t, "without a released hold", answer.ReleasedHold == nil, true)
		same(t, "student id", answer.Student.ID, student)
	}
	same(t, "rows", s.Rows(), rows)
	same(t, "sequences", s.sequences(), sequences)
	booked := s.answerToBooking(in{"studentId": student, "slotId": slot, "idempotencyKey": "dry"})
	same(t, "booked with the key of the dry run", booked.Interview != nil, true)
	again := s.answerToBooking(in{"studentId": student, "slotId": slot, "dryRun": true})
	same(t, "allowed and without an interview, for a slot that the student has booked", [2]bool{again.Allowed, again.Interview == nil}, [2]bool{true, true})
	kept := s.answerToBooking(in{"studentId": student, "slotId": slot, "dryRun": true, "idempotencyKey": "dry"})
	same(t, "allowed, without an interview and without a released hold, for the key of a booking", [3]bool{kept.Allowed, kept.Interview == nil, kept.ReleasedHold == nil}, [3]bool{true, true, true})
	refused := s.answerToBooking(in{"studentId": s.Student(nil), "slotId": slot, "dryRun": true})
	same(t, "refusal codes of a taken slot", codes(refused.Errors), []string{"SLOT_TAKEN"})
	same(t, "refusal codes of a used key with another input", codes(s.answerToBooking(
		in{"studentId": student, "slotId": held, "dryRun": true, "idempotencyKey": "dry"}).Errors), []string{"IDEMPOTENCY_MISMATCH"})
	s.Sound()
}

// A dry run reports what would happen at this moment, even if its key was used before.
func TestDryRunOfAnImportWithAUsedKey(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	const file = "name,email\nNew,new@example.org\n"
	s.Accepted(s.imports("importStudents", file, in{"idempotencyKey": "key"}).Errors)
	dry := s.imports("importStudents", file, in{"idempotencyKey": "key", "dryRun": true})
	same(t, "rows of a dry run after the import", dry.rowLines(), []string{"2 UNCHANGED"})
	same(t, "rows of the kept answer", s.imports("importStudents", file, in{"idempotencyKey": "key"}).rowLines(), []string{"2 CREATED"})
}

// A booking of another slot ends the hold. The hold counts only toward the caps of its
// interviewer, in the booking and in the list alike.
func TestBookingEndsTheHoldOnAnotherSlot(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, ann := s.Student(in{"interviewLimit": 2}), s.Interviewer(nil)
	s.Booked(student, s.NewSlot(10*day))
	held := s.Slot(ann, day)
	overlapping, again, other := s.NewSlot(day+30*time.Minute), s.Slot(ann, 3*day), s.NewSlot(4*day)
	id := s.held(student, held)
	same(t, "listed slots", ids(s.List(student).Nodes), []string{held, overlapping, again, other})
	same(t, "interviews used with the hold", s.List(student).Eligibility.InterviewsUsed, 2)
	same(t, "eligible with the hold", s.List(student).Eligibility.Eligible, true)
	for _, slot := range []string{held, overlapping, again, other} {
		same(t, "refusal codes of a listed slot", s.refusalCodes(student, slot), []string{})
	}
	same(t, "refusal codes of a second hold", codes(s.hold(student, other).Errors), []string{"ALREADY_HOLDING"})

	answer := s.answerToBooking(in{"studentId": student, "slotId": overlapping})
	s.Accepted(answer.Errors)
	same(t, "id and end of the released hold", [2]string{answer.ReleasedHold.ID, *answer.ReleasedHold.EndedAt}, [2]string{id, stamped(0)})
	same(t, "slot status of the released hold", answer.ReleasedHold.Slot.Status, "OPEN")
	same(t, "student without a hold", answer.Student.Hold == nil, true)
	same(t, "interviews used", answer.Student.Eligibility.InterviewsUsed, 2)
	same(t, "refusal codes of the released slot for another student", s.refusalCodes(s.Student(nil), held), []string{})
	same(t, "refusal codes at the limit", s.refusalCodes(student, other), []string{"LIMIT_REACHED"})
	s.Sound()
}

func TestBookingEndsAHoldThatFillsACap(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, ann := s.Student(nil), s.Interviewer(in{"maxPerDay": 1})
	slots := ids(s.Publish(ann, t0.Add(day), 2*time.Hour, 60).Slots)
	s.held(student, slots[0])
	same(t, "refusal codes of another slot of the day during the hold", s.refusalCodes(student, slots[1]), []string{"INTERVIEWER_FULL"})
	s.Accepted(s.answerToBooking(in{"studentId": student, "slotId": s.NewSlot(5 * day)}).Errors)
	same(t, "refusal codes of another slot of the day after the booking", s.refusalCodes(s.Student(nil), slots[1]), []string{})
	s.Sound()
}

func TestWaivedNotice(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, soon, later := s.Student(nil), s.NewSlot(time.Hour), s.NewSlot(3*day)
	s.policy(in{"minimumNoticeSeconds": 2 * 3600})
	same(t, "refusal codes of a slot within the notice", s.refusalCodes(student, soon), []string{"TOO_SOON"})
	var granted struct {
		Waiver person
		Errors []refused
	}
	s.Mutate("grantWaiver", "waiver { id }", in{"studentId": student, "rule": "NOTICE", "reason": "an exam"}, &granted)
	s.Accepted(granted.Errors)
	same(t, "listed slots with the waiver", ids(s.List(student).Nodes), []string{soon, later})
	used := func() int {
		var data struct {
			Student struct{ Waivers []struct{ Used int } }
		}
		s.Ask("query($s: ID!) { student(id: $s) { waivers { used } } }", in{"s": student}).Into(&data)
		return data.Student.Waivers[0].Used
	}
	s.Booked(student, later)
	same(t, "uses after a booking without need of the waiver", used(), 0)
	id := s.Booked(student, soon)
	same(t, "uses after a booking within the notice", used(), 1)
	same(t, "refusal codes for another student", s.refusalCodes(s.Student(nil), s.NewSlot(90*time.Minute)), []string{"TOO_SOON"})
	s.Accepted(s.move(id, s.NewSlot(6*day)).Errors)
	same(t, "uses after a move away", used(), 0)
	s.Accepted(s.move(id, s.NewSlot(100*time.Minute)).Errors)
	same(t, "uses after a move back", used(), 1)
	s.Sound()
}

func TestWaiverOfTheLimit(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(in{"interviewLimit": 1})
	s.Booked(student, s.NewSlot(day))
	var granted struct{ Errors []refused }
	s.Mutate("grantWaiver", "waiver { id }", in{"studentId": student, "rule": "LIMIT", "reason": "an exam", "uses": 2}, &granted)
	s.Accepted(granted.Errors)
	left := func() [3]any {
		var data struct {
			Eligibility struct {
				Eligible                           bool
				InterviewsRemaining, ExtraByWaiver int
				Student                            person
			}
		}
		s.Ask(fmt.Sprintf("{ eligibility(studentId: %s) { eligible interviewsRemaining extraByWaiver student { id } } }", student), nil).Into(&data)
		same(t, "student of the eligibility", data.Eligibility.Student.ID, student)
		return [3]any{data.Eligibility.Eligible, data.Eligibility.InterviewsRemaining, data.Eligibility.ExtraByWaiver}
	}
	same(t, "eligible, remaining and extra with two uses left", left(), [3]any{true, 2, 2})
	s.Booked(student, s.NewSlot(2*day))
	same(t, "eligible, remaining and extra with one use left", left(), [3]any{true, 1, 1})
	s.Booked(student, s.NewSlot(3*day))
	same(t, "eligible, remaining and extra without a use left", left(), [3]any{false, 0, 0})
}

func TestRescheduleCutoff(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	id, to := s.Booked(student, s.NewSlot(2*day)), s.NewSlot(20*day)
	byStudent := func() (answer changed) {
		s.as(booking.RoleStudent, student, func() { answer = s.move(id, to) })
		return answer
	}
	s.SetClock(t0.Add(day + time.Microsecond))
	late := byStudent().Errors
	same(t, "refusal codes", codes(late), []string{"RESCHEDULE_TOO_LATE"})
	same(t, "type of the refusal", late[0].Typename, "RescheduleTooLate")
	same(t, "deadline of the refusal", *late[0].Deadline, stamped(day))
	s.policy(in{"rescheduleCutoffSeconds": 3600})
	s.SetClock(t0.Add(2*day - time.Hour))
	s.Accepted(byStudent().Errors)
	s.SetClock(t0.Add(20*day - time.Minute))
	s.Accepted(s.move(id, s.NewSlot(25*day)).Errors) // by an administrator
	s.Sound()
}

// A change of the cancel cutoff alone does not let a student move an interview past the
// cutoff and then cancel it.
func TestRescheduleCutoffFollowsTheCancelCutoff(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	type cutoffs struct{ CancelCutoffSeconds, RescheduleCutoffSeconds int }
	sets := func(input in) cutoffs {
		t.Helper()
		var payload struct {
			BookingPolicy cutoffs
			Errors        []refused
		}
		s.Mutate("updateBookingPolicy", "bookingPolicy { cancelCutoffSeconds rescheduleCutoffSeconds }", input, &payload)
		s.Accepted(payload.Errors)
		return payload.BookingPolicy
	}
	const hour = 3600
	same(t, "a raised cancel cutoff raises an equal reschedule cutoff",
		sets(in{"cancelCutoffSeconds": 48 * hour}), cutoffs{48 * hour, 48 * hour})
	same(t, "a lowered cancel cutoff lowers an equal reschedule cutoff",
		sets(in{"cancelCutoffSeconds": 24 * hour}), cutoffs{24 * hour, 24 * hour})
	same(t, "a longer reschedule cutoff", sets(in{"rescheduleCutoffSeconds": 30 * hour}), cutoffs{24 * hour, 30 * hour})
	same(t, "a lowered cancel cutoff keeps a longer reschedule cutoff",
		sets(in{"cancelCutoffSeconds": 12 * hour}), cutoffs{12 * hour, 30 * hour})
	same(t, "a cancel cutoff raised above the reschedule cutoff raises it",
		sets(in{"cancelCutoffSeconds": 48 * hour}), cutoffs{48 * hour, 48 * hour})
	same(t, "a shorter reschedule cutoff", sets(in{"rescheduleCutoffSeconds": hour}), cutoffs{48 * hour, hour})
	same(t, "a raised cancel cutoff keeps a shorter reschedule cutoff", sets(in{"cancelCutoffSeconds": 72 * hour}), cutoffs{72 * hour, hour})
	same(t, "both cutoffs at once",
		sets(in{"cancelCutoffSeconds": 48 * hour, "rescheduleCutoffSeconds": 48 * hour}), cutoffs{48 * hour, 48 * hour})
	var payload struct{ Errors []refused }
	s.Mutate("updateBookingPolicy", "", in{"cancelCutoffSeconds": -1}, &payload)
	same(t, "path of the error", payload.Errors[0].Path, []string{"input", "cancelCutoffSeconds"})
	same(t, "errors", len(payload.Errors), 1)

	student := s.Student(nil)
	id, to := s.Booked(student, s.NewSlot(2*day)), s.NewSlot(20*day)
	s.SetClock(t0.Add(18 * time.Hour)) // 30 hours before
	s.as(booking.RoleStudent, student, func() {
		same(t, "refusal codes of a cancellation", codes(s.Cancel(id).Errors), []string{"CANCEL_TOO_LATE"})
		same(t, "refusal codes of a move", codes(s.move(id, to).Errors), []string{"RESCHEDULE_TOO_LATE"})
	})
	s.Sound()
}

func TestWhatTheViewerCanDo(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, ann := s.Student(nil), s.Interviewer(nil)
	id := s.Booked(student, s.Slot(ann, 2*day))
	type can struct {
		ViewerCanCancel, ViewerCanReschedule, ViewerCanComplete bool
		CancelableUntil, ReschedulableUntil                     *string
		ReschedulesLeft                                         int
	}
	read := func() [3]bool {
		var data struct{ Interview can }
		s.Ask(`query($i: ID!) { interview(id: $i) { viewerCanCancel viewerCanReschedule viewerCanComplete
			cancelableUntil reschedulableUntil reschedulesLeft } }`, in{"i": id}).Into(&data)
		i := data.Interview
		if i.CancelableUntil != nil {
			same(t, "cancelableUntil, reschedulableUntil and reschedulesLeft", [3]any{*i.CancelableUntil, *i.ReschedulableUntil, i.ReschedulesLeft}, [3]any{stamped(day), stamped(day), 3})
		} else {
			same(t, "without reschedulableUntil, and reschedulesLeft, of a cancelled interview", [2]any{i.ReschedulableUntil == nil, i.ReschedulesLeft}, [2]any{true, 0})
		}
		return [3]bool{i.ViewerCanCancel, i.ViewerCanReschedule, i.ViewerCanComplete}
	}
	everybody := func(what string, asStudent, asInterviewer, asAdmin [3]bool) {
		t.Helper()
		s.as(booking.RoleStudent, student, func() { same(t, what+": student", read(), asStudent) })
		s.as(booking.RoleInterviewer, ann, func() { same(t, what+": interviewer", read(), asInterviewer) })
		same(t, what+": administrator", read(), asAdmin)
	}
	everybody("in time", [3]bool{true, true, false}, [3]bool{true, false, false}, [3]bool{true, true, false})
	s.SetClock(t0.Add(day + time.Second))
	everybody("too late", [3]bool{}, [3]bool{true, false, false}, [3]bool{true, true, false})
	s.SetClock(t0.Add(2 * day))
	everybody("begun", [3]bool{}, [3]bool{true, false, true}, [3]bool{true, false, true})
	s.Accepted(s.Complete(id, 4).Errors)
	everybody("completed", [3]bool{}, [3]bool{false, false, true}, [3]bool{false, false, true})
}

// Mutations and lists return the same student.
func TestPayloadsCarryTheStudent(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, ann := s.Student(nil), s.Interviewer(nil)
	const fields = "student { id hold { id } eligibility { interviewsUsed } }"
	used := func(mutation string, input in) int {
		t.Helper()
		var payload struct {
			Student standing
			Errors  []refused
		}
		s.Mutate(mutation, fields, input, &payload)
		s.Accepted(payload.Errors)
		same(t, mutation+" names the student", payload.Student.ID, student)
		return payload.Student.Eligibility.InterviewsUsed
	}
	slot := s.Slot(ann, day)
	same(t, "interviews used after a hold", used("holdSlot", in{"studentId": student, "slotId": slot}), 1)
	same(t, "interviews used after its release", used("releaseHold", in{"holdId": s.holdOf(student)}), 0)
	id := s.Booked(student, slot)
	same(t, "interviews used after a move", used("rescheduleInterview", in{"interviewId": id, "slotId": s.Slot(ann, 2*day)}), 1)
	same(t, "interviews used after a cancellation", used("cancelInterview", in{"interviewId": id, "reason": "ill"}), 0)
	id = s.Booked(student, s.Slot(ann, 3*day))
	s.SetClock(t0.Add(4 * day))
	same(t, "interviews used after a no-show", used("markNoShow", in{"interviewId": id, "party": "INTERVIEWER"}), 0)
	same(t, "interviews used after the undoing", used("undoNoShow", in{"interviewId": id}), 1)
	same(t, "interviews used after a completion", used("completeInterview", in{"interviewId": id, "grade": 4}), 1)
	var data struct{ AvailableSlots struct{ Student standing } }
	s.Ask(fmt.Sprintf(`{ availableSlots(studentId: %s, start: "2026-06-01T00:00:00Z", end: "2026-07-01T00:00:00Z") { %s } }`, student, fields), nil).Into(&data)
	same(t, "student and interviews used in the list of slots", [2]any{data.AvailableSlots.Student.ID, data.AvailableSlots.Student.Eligibility.InterviewsUsed}, [2]any{student, 1})
	refused := s.answerToBooking(in{"studentId": student, "slotId": "999"})
	same(t, "refused without a student", refused.Student == nil, true)
}
