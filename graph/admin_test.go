package graph_test

import (
	"testing"
	"time"
)

func TestPublishing(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(nil)
	at := t0.Add(day)

	first := s.Publish(ann, at, 3*time.Hour+25*time.Minute, 60)
	s.Accepted(first.Errors)
	same(t, "slots from the start", starts(first.Slots), []string{"2026-06-02T08:00:00Z", "2026-06-02T09:00:00Z", "2026-06-02T10:00:00Z"})
	same(t, "what is left", first.UnusedMinutes, 25)
	same(t, "nothing skipped", len(first.Skipped), 0)

	before := s.Rows()
	again := s.Publish(ann, at, 3*time.Hour+25*time.Minute, 60)
	s.Accepted(again.Errors)
	same(t, "the same window again answers the same", ids(again.Slots), ids(first.Slots))
	same(t, "and the same availability", again.Availability.ID, first.Availability.ID)
	same(t, "skipped as duplicates", skips(again), []string{"DUPLICATE", "DUPLICATE", "DUPLICATE"})
	same(t, "and writes nothing", s.Rows(), before)

	wider := s.Publish(ann, at.Add(-90*time.Minute), 3*time.Hour, 60)
	s.Accepted(wider.Errors)
	same(t, "what fits is published", starts(wider.Slots), []string{"2026-06-02T06:30:00Z"})
	same(t, "what does not is reported", skips(wider), []string{"OVERLAP", "OVERLAP"})

	touching := s.Publish(ann, at.Add(3*time.Hour), time.Hour, 30)
	s.Accepted(touching.Errors)
	same(t, "touching is fine", len(touching.Slots), 2)

	none := s.Publish(ann, at.Add(30*time.Minute), time.Hour, 60)
	same(t, "nothing could be published", codes(none.Errors), []string{"AVAILABILITY_CONFLICT"})
	same(t, "with its type", none.Errors[0].Typename, "AvailabilityConflict")
	same(t, "and what is in the way", ids(none.Errors[0].Slots), ids(first.Slots[:2]))

	s.SetClock(at.Add(30 * time.Minute))
	bob := s.Interviewer(nil)
	running := s.Publish(bob, at, 2*time.Hour, 60)
	s.Accepted(running.Errors)
	same(t, "what has begun is skipped", skips(running), []string{"SLOT_IN_PAST"})
	same(t, "the rest is published", len(running.Slots), 1)
	s.Sound()
}

func starts(slots []slot) []string {
	out := []string{}
	for _, s := range slots {
		out = append(out, s.Start)
	}
	return out
}

func skips(p published) []string {
	out := []string{}
	for _, s := range p.Skipped {
		out = append(out, s.Reason)
	}
	return out
}

func TestInactiveInterviewer(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	ann := s.Interviewer(nil)
	past, taken, open := s.Slot(ann, time.Hour), s.Slot(ann, day), s.Slot(ann, 2*day)
	id := s.Booked(student, taken)
	s.SetClock(t0.Add(2 * time.Hour))

	var off struct {
		Interviewer struct{ Active bool }
		Slots       []slot
		ClosedSlots []slot
		Conflicts   []interview
		Errors      []refused
	}
	fields := "interviewer { active } slots { start } closedSlots { id status } conflicts { id status }"
	s.Mutate("updateInterviewer", fields, map[string]any{"interviewerId": ann, "active": false}, &off)
	s.Accepted(off.Errors)
	same(t, "off", off.Interviewer.Active, false)
	same(t, "the open slot is closed", off.ClosedSlots, []slot{{ID: open, Status: "WITHDRAWN"}})
	same(t, "the booked one stands and is reported", off.Conflicts, []interview{{ID: id, Status: "BOOKED"}})
	same(t, "booking a closed one", codes(s.Book(s.Student(nil), open).Errors), []string{"SLOT_WITHDRAWN"})
	same(t, "publishing", codes(s.Publish(ann, t0.Add(5*day), time.Hour, 60).Errors), []string{"WRONG_STATUS"})
	cancelled := s.Cancel(id)
	s.Accepted(cancelled.Errors)
	same(t, "a cancelled one does not open again", cancelled.Interview.Slot.Status, "WITHDRAWN")

	s.Mutate("updateInterviewer", fields, map[string]any{"interviewerId": ann, "active": true, "name": "Ann again"}, &off)
	s.Accepted(off.Errors)
	same(t, "on", off.Interviewer.Active, true)
	same(t, "what was withdrawn is published anew", starts(off.Slots), []string{"2026-06-02T08:00:00Z", "2026-06-03T08:00:00Z"})
	_ = past
	s.Sound()
}

func TestUpdateStudent(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(map[string]any{"name": "Old", "email": "old@example.org", "interviewLimit": 4})
	update := func(set map[string]any) map[string]any {
		set["studentId"] = student
		var payload struct {
			Student map[string]any
			Errors  []refused
		}
		s.Mutate("updateStudent", "student { name email timeZone interviewLimit }", set, &payload)
		s.Accepted(payload.Errors)
		return payload.Student
	}
	want := map[string]any{"name": "Old", "email": "old@example.org", "timeZone": "UTC", "interviewLimit": 4.0}
	same(t, "nothing given, nothing changed", update(map[string]any{}), want)
	want["name"], want["timeZone"] = "New", "Asia/Tokyo"
	same(t, "what is given", update(map[string]any{"name": " New ", "timeZone": "Asia/Tokyo"}), want)
	want["interviewLimit"] = 0.0
	same(t, "a limit of 0 is a limit", update(map[string]any{"interviewLimit": 0}), want)
	same(t, "a student with a limit of 0 is not eligible", s.List(student).Reasons(), []string{"LIMIT_REACHED"})
	want["interviewLimit"] = 15.0
	same(t, "null gives the policy's back", update(map[string]any{"interviewLimit": nil}), want)
	want["email"] = "new@example.org"
	same(t, "an e-mail in lower case", update(map[string]any{"email": "New@Example.org"}), want)
}

func TestListsOfPeople(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(map[string]any{"name": "Ann 100% Sure"})
	bob := s.Interviewer(map[string]any{"name": "Bob"})
	var off struct{ Errors []refused }
	s.Mutate("updateInterviewer", "", map[string]any{"interviewerId": bob, "active": false}, &off)
	s.Accepted(off.Errors)
	var students []string
	for range 5 {
		students = append(students, s.Student(nil))
	}
	type list struct {
		TotalCount int
		Nodes      []person
		PageInfo   struct {
			HasNextPage bool
			EndCursor   *string
		}
	}
	read := func(field, arguments string) list {
		var data map[string]list
		s.Ask("{ "+field+arguments+" { totalCount nodes { id } pageInfo { hasNextPage endCursor } } }", nil).Into(&data)
		return data[field]
	}
	people := func(l list) []string {
		out := []string{}
		for _, p := range l.Nodes {
			out = append(out, p.ID)
		}
		return out
	}
	page := read("students", "(first: 2)")
	same(t, "a page", people(page), students[:2])
	same(t, "of all", page.TotalCount, 5)
	same(t, "and the next", people(read("students", `(first: 9, after: "`+*page.PageInfo.EndCursor+`")`)), students[2:])
	same(t, "by a part of the e-mail", people(read("students", `(filter: {search: "STUDENT5@"})`)), students[2:3])
	same(t, "by a part of the name", read("students", `(filter: {search: "student "})`).TotalCount, 5)
	same(t, "a percent sign is a percent sign", people(read("interviewers", `(filter: {search: "100%"})`)), []string{ann})
	same(t, "an underscore too", people(read("interviewers", `(filter: {search: "_"})`)), []string{})
	same(t, "active ones", people(read("interviewers", `(filter: {active: true})`)), []string{ann})
	same(t, "inactive ones", people(read("interviewers", `(filter: {active: false})`)), []string{bob})
	same(t, "nobody", read("interviewers", `(filter: {search: "zzz"})`).TotalCount, 0)
}

func TestListOfInterviews(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	one, two := s.Student(nil), s.Student(nil)
	ann := s.Interviewer(nil)
	a := s.Booked(one, s.Slot(ann, day))
	b := s.Booked(two, s.NewSlot(2*day))
	c := s.Booked(one, s.NewSlot(3*day))
	s.Accepted(s.Cancel(c).Errors)
	read := func(filter string) []string {
		var data struct {
			Interviews struct {
				TotalCount int
				Nodes      []interview
			}
		}
		s.Ask("{ interviews(filter: "+filter+") { totalCount nodes { id } } }", nil).Into(&data)
		got := []string{}
		for _, i := range data.Interviews.Nodes {
			got = append(got, i.ID)
		}
		same(t, "total of "+filter, data.Interviews.TotalCount, len(got))
		return got
	}
	same(t, "all", read("{}"), []string{a, b, c})
	same(t, "of a student", read("{studentId: "+one+"}"), []string{a, c})
	same(t, "of an interviewer", read("{interviewerId: "+ann+"}"), []string{a})
	same(t, "by status", read("{status: [CANCELLED]}"), []string{c})
	same(t, "by several", read("{status: [CANCELLED, BOOKED]}"), []string{a, b, c})
	same(t, "by none", read("{status: []}"), []string{a, b, c})
	same(t, "from a time", read(`{start: "2026-06-03T08:00:00Z"}`), []string{b, c})
	same(t, "to a time", read(`{end: "2026-06-03T09:00:00Z"}`), []string{a, b})
	same(t, "of nobody", read("{studentId: 999}"), []string{})
}

func TestUpcomingInterviews(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	later, sooner := s.Booked(student, s.NewSlot(3*day)), s.Booked(student, s.NewSlot(day))
	s.Accepted(s.Cancel(s.Booked(student, s.NewSlot(5*day))).Errors)
	read := func() []string {
		var data struct {
			Student struct{ UpcomingInterviews []interview }
		}
		s.Ask("query($i: ID!) { student(id: $i) { upcomingInterviews { id } } }", map[string]any{"i": student}).Into(&data)
		out := []string{}
		for _, i := range data.Student.UpcomingInterviews {
			out = append(out, i.ID)
		}
		return out
	}
	same(t, "by start", read(), []string{sooner, later})
	s.SetClock(t0.Add(day + time.Hour - time.Microsecond))
	same(t, "until its end", read(), []string{sooner, later})
	s.SetClock(t0.Add(day + time.Hour))
	same(t, "and no longer", read(), []string{later})
}

// A student's record holds only what the rules need of their interviews. What the edge
// answers is the whole interview.
func TestUpcomingInterviewsAreWhole(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, ann := s.Student(nil), s.Interviewer(nil)
	met := s.Booked(student, s.Slot(ann, day))
	s.SetClock(t0.Add(2 * day))
	s.Accepted(s.Complete(met, 5).Errors)
	var granted struct{ Waiver struct{ ID string } }
	s.Mutate("grantWaiver", "waiver { id }", in{"studentId": student, "rule": "PAIR", "reason": "once more"}, &granted)
	id := s.Booked(student, s.Slot(ann, 5*day))
	s.Accepted(s.move(id, s.Slot(ann, 7*day)).Errors)
	const fields = "id status start end rescheduleCount exempt bookedAt updatedAt version slot { id status } interviewer { id }"
	var data struct {
		Student   struct{ UpcomingInterviews []map[string]any }
		Interview map[string]any
	}
	s.Ask("query($s: ID!, $i: ID!) { student(id: $s) { upcomingInterviews { "+fields+" } } interview(id: $i) { "+fields+" } }",
		in{"s": student, "i": id}).Into(&data)
	same(t, "as the interview itself", data.Student.UpcomingInterviews, []map[string]any{data.Interview})
	same(t, "its reschedules", data.Interview["rescheduleCount"], any(1.0))
	same(t, "its exemption", data.Interview["exempt"], any(true))
}

func TestPolicyVersions(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	change := func(input map[string]any) (version int, errors []refused) {
		var payload struct {
			BookingPolicy *struct{ Version, InterviewLimit int }
			Errors        []refused
		}
		s.Mutate("updateBookingPolicy", "bookingPolicy { version interviewLimit }", input, &payload)
		if payload.BookingPolicy != nil {
			version = payload.BookingPolicy.Version
		}
		return version, payload.Errors
	}
	version, _ := change(map[string]any{"interviewLimit": 15})
	same(t, "no change, the same version", version, 1)
	version, _ = change(map[string]any{"interviewLimit": 0, "gradeWindow": 0, "expectedVersion": 1})
	same(t, "a change", version, 2)
	student := s.Student(nil)
	same(t, "a limit of 0 holds", s.List(student).Reasons(), []string{"LIMIT_REACHED"})
	_, errors := change(map[string]any{"interviewLimit": 9, "expectedVersion": 1})
	same(t, "an old version", codes(errors), []string{"VERSION_CONFLICT"})
	version, _ = change(map[string]any{"minimumGradeExclusive": 3, "gradeWindow": 1, "interviewLimit": 15})
	same(t, "another", version, 3)
	s.Live(student, day, 3)
	same(t, "the new numbers hold", s.List(student).Eligibility.Eligible, false)
}

func TestWrongStatus(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	done := s.Live(student, day, 5)
	same(t, "cancelling a completed one", codes(s.Cancel(done).Errors), []string{"WRONG_STATUS"})
	off := s.Booked(student, s.NewSlot(5*day))
	s.Accepted(s.Cancel(off).Errors)
	same(t, "completing a cancelled one", codes(s.Complete(off, 3).Errors), []string{"WRONG_STATUS"})
	missed := s.Booked(student, s.NewSlot(6*day))
	s.setStatus(missed, "STUDENT_NO_SHOW")
	same(t, "completing a missed one", codes(s.Complete(missed, 3).Errors), []string{"WRONG_STATUS"})
	same(t, "cancelling a missed one", codes(s.Cancel(missed).Errors), []string{"WRONG_STATUS"})
}

func TestCompletedAt(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	id := s.Booked(student, s.NewSlot(day))
	s.SetClock(t0.Add(day))
	now := s.Complete(id, nil)
	s.Accepted(now.Errors)
	same(t, "from the start on, and now by default", now.Interview.CompletedAt, ptr("2026-06-02T08:00:00Z"))
	s.SetClock(t0.Add(2 * day))
	set := s.ChangeInterview("completeInterview", map[string]any{
		"interviewId": id, "completedAt": "2026-06-02T10:45:00+02:00", "note": "well done", "grade": 5,
	})
	s.Accepted(set.Errors)
	same(t, "when it was", set.Interview.CompletedAt, ptr("2026-06-02T08:45:00Z"))
	same(t, "the note", set.Interview.Note, ptr("well done"))
	early := s.ChangeInterview("completeInterview", map[string]any{"interviewId": id, "completedAt": "2026-06-02T07:59:59Z"})
	same(t, "not before the start", codes(early.Errors), []string{"INVALID_INPUT"})
	kept := s.Complete(id, nil)
	s.Accepted(kept.Errors)
	same(t, "what is not given stays", kept.Interview, set.Interview)
}
