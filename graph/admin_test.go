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
	same(t, "unused minutes", first.UnusedMinutes, 25)
	same(t, "skipped slots", len(first.Skipped), 0)

	before := s.Rows()
	again := s.Publish(ann, at, 3*time.Hour+25*time.Minute, 60)
	s.Accepted(again.Errors)
	same(t, "slots of the same window again", ids(again.Slots), ids(first.Slots))
	same(t, "availability of the same window again", again.Availability.ID, first.Availability.ID)
	same(t, "skip reasons of the same window again", skips(again), []string{"DUPLICATE", "DUPLICATE", "DUPLICATE"})
	same(t, "rows", s.Rows(), before)

	wider := s.Publish(ann, at.Add(-90*time.Minute), 3*time.Hour, 60)
	s.Accepted(wider.Errors)
	same(t, "slots of a wider window", starts(wider.Slots), []string{"2026-06-02T06:30:00Z"})
	same(t, "skip reasons of a wider window", skips(wider), []string{"OVERLAP", "OVERLAP"})

	touching := s.Publish(ann, at.Add(3*time.Hour), time.Hour, 30)
	s.Accepted(touching.Errors)
	same(t, "slots of a window that touches", len(touching.Slots), 2)

	none := s.Publish(ann, at.Add(30*time.Minute), time.Hour, 60)
	same(t, "refusal codes of a window that overlaps everywhere", codes(none.Errors), []string{"AVAILABILITY_CONFLICT"})
	same(t, "type of the refusal", none.Errors[0].Typename, "AvailabilityConflict")
	same(t, "slots in its way", ids(none.Errors[0].Slots), ids(first.Slots[:2]))

	s.SetClock(at.Add(30 * time.Minute))
	bob := s.Interviewer(nil)
	running := s.Publish(bob, at, 2*time.Hour, 60)
	s.Accepted(running.Errors)
	same(t, "skip reasons of a window that has begun", skips(running), []string{"SLOT_IN_PAST"})
	same(t, "slots of a window that has begun", len(running.Slots), 1)
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
	same(t, "active", off.Interviewer.Active, false)
	same(t, "closed slots", off.ClosedSlots, []slot{{ID: open, Status: "WITHDRAWN"}})
	same(t, "conflicts", off.Conflicts, []interview{{ID: id, Status: "BOOKED"}})
	same(t, "refusal codes of booking a closed slot", codes(s.Book(s.Student(nil), open).Errors), []string{"SLOT_WITHDRAWN"})
	same(t, "refusal codes of publishing while inactive", codes(s.Publish(ann, t0.Add(5*day), time.Hour, 60).Errors), []string{"WRONG_STATUS"})
	cancelled := s.Cancel(id)
	s.Accepted(cancelled.Errors)
	same(t, "slot of a cancelled interview", cancelled.Interview.Slot.Status, "WITHDRAWN")

	s.Mutate("updateInterviewer", fields, map[string]any{"interviewerId": ann, "active": true, "name": "Ann again"}, &off)
	s.Accepted(off.Errors)
	same(t, "active", off.Interviewer.Active, true)
	same(t, "slots published again", starts(off.Slots), []string{"2026-06-02T08:00:00Z", "2026-06-03T08:00:00Z"})
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
	same(t, "student after an empty update", update(map[string]any{}), want)
	want["name"], want["timeZone"] = "New", "Asia/Tokyo"
	same(t, "student after an update", update(map[string]any{"name": " New ", "timeZone": "Asia/Tokyo"}), want)
	want["interviewLimit"] = 0.0
	same(t, "student with a limit of 0", update(map[string]any{"interviewLimit": 0}), want)
	same(t, "empty reasons with a limit of 0", s.List(student).Reasons(), []string{"LIMIT_REACHED"})
	want["interviewLimit"] = 15.0
	same(t, "student with a limit of null", update(map[string]any{"interviewLimit": nil}), want)
	want["email"] = "new@example.org"
	same(t, "student with an e-mail in mixed case", update(map[string]any{"email": "New@Example.org"}), want)
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
	same(t, "first page of students", people(page), students[:2])
	same(t, "total of students", page.TotalCount, 5)
	same(t, "second page of students", people(read("students", `(first: 9, after: "`+*page.PageInfo.EndCursor+`")`)), students[2:])
	same(t, "students by a part of the e-mail", people(read("students", `(filter: {search: "STUDENT5@"})`)), students[2:3])
	same(t, "total of students by a part of the name", read("students", `(filter: {search: "student "})`).TotalCount, 5)
	same(t, "interviewers by a percent sign", people(read("interviewers", `(filter: {search: "100%"})`)), []string{ann})
	same(t, "interviewers by an underscore", people(read("interviewers", `(filter: {search: "_"})`)), []string{})
	same(t, "active interviewers", people(read("interviewers", `(filter: {active: true})`)), []string{ann})
	same(t, "inactive interviewers", people(read("interviewers", `(filter: {active: false})`)), []string{bob})
	same(t, "total of interviewers by an unknown name", read("interviewers", `(filter: {search: "zzz"})`).TotalCount, 0)
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
	same(t, "interviews with an empty filter", read("{}"), []string{a, b, c})
	same(t, "interviews of a student", read("{studentId: "+one+"}"), []string{a, c})
	same(t, "interviews of an interviewer", read("{interviewerId: "+ann+"}"), []string{a})
	same(t, "interviews by one status", read("{status: [CANCELLED]}"), []string{c})
	same(t, "interviews by two statuses", read("{status: [CANCELLED, BOOKED]}"), []string{a, b, c})
	same(t, "interviews by an empty list of statuses", read("{status: []}"), []string{a, b, c})
	same(t, "interviews from a time", read(`{start: "2026-06-03T08:00:00Z"}`), []string{b, c})
	same(t, "interviews to a time", read(`{end: "2026-06-03T09:00:00Z"}`), []string{a, b})
	same(t, "interviews of an unknown student", read("{studentId: 999}"), []string{})
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
	same(t, "upcoming interviews", read(), []string{sooner, later})
	s.SetClock(t0.Add(day + time.Hour - time.Microsecond))
	same(t, "upcoming interviews during the first", read(), []string{sooner, later})
	s.SetClock(t0.Add(day + time.Hour))
	same(t, "upcoming interviews at the end of the first", read(), []string{later})
}

// A student's record holds only what the rules need of their interviews. The field
// upcomingInterviews returns the whole interviews.
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
	same(t, "upcoming interviews", data.Student.UpcomingInterviews, []map[string]any{data.Interview})
	same(t, "reschedule count", data.Interview["rescheduleCount"], any(1.0))
	same(t, "exempt", data.Interview["exempt"], any(true))
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
	same(t, "version after an empty update", version, 1)
	version, _ = change(map[string]any{"interviewLimit": 0, "gradeWindow": 0, "expectedVersion": 1})
	same(t, "version after a change", version, 2)
	student := s.Student(nil)
	same(t, "empty reasons with a limit of 0", s.List(student).Reasons(), []string{"LIMIT_REACHED"})
	_, errors := change(map[string]any{"interviewLimit": 9, "expectedVersion": 1})
	same(t, "refusal codes of an old version", codes(errors), []string{"VERSION_CONFLICT"})
	version, _ = change(map[string]any{"minimumGradeExclusive": 3, "gradeWindow": 1, "interviewLimit": 15})
	same(t, "version after another change", version, 3)
	s.Live(student, day, 3)
	same(t, "eligible by the new policy", s.List(student).Eligibility.Eligible, false)
}

func TestWrongStatus(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	done := s.Live(student, day, 5)
	same(t, "refusal codes of cancelling a completed interview", codes(s.Cancel(done).Errors), []string{"WRONG_STATUS"})
	off := s.Booked(student, s.NewSlot(5*day))
	s.Accepted(s.Cancel(off).Errors)
	same(t, "refusal codes of completing a cancelled interview", codes(s.Complete(off, 3).Errors), []string{"WRONG_STATUS"})
	missed := s.Booked(student, s.NewSlot(6*day))
	s.setStatus(missed, "STUDENT_NO_SHOW")
	same(t, "refusal codes of completing a no-show", codes(s.Complete(missed, 3).Errors), []string{"WRONG_STATUS"})
	same(t, "refusal codes of cancelling a no-show", codes(s.Cancel(missed).Errors), []string{"WRONG_STATUS"})
}

func TestCompletedAt(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	id := s.Booked(student, s.NewSlot(day))
	s.SetClock(t0.Add(day))
	now := s.Complete(id, nil)
	s.Accepted(now.Errors)
	same(t, "completedAt by default, at the start", now.Interview.CompletedAt, ptr("2026-06-02T08:00:00Z"))
	s.SetClock(t0.Add(2 * day))
	set := s.ChangeInterview("completeInterview", map[string]any{
		"interviewId": id, "completedAt": "2026-06-02T10:45:00+02:00", "note": "well done", "grade": 5,
	})
	s.Accepted(set.Errors)
	same(t, "completedAt that was given", set.Interview.CompletedAt, ptr("2026-06-02T08:45:00Z"))
	same(t, "note", set.Interview.Note, ptr("well done"))
	early := s.ChangeInterview("completeInterview", map[string]any{"interviewId": id, "completedAt": "2026-06-02T07:59:59Z"})
	same(t, "refusal codes of a completedAt before the start", codes(early.Errors), []string{"INVALID_INPUT"})
	kept := s.Complete(id, nil)
	s.Accepted(kept.Errors)
	same(t, "interview completed again without input", kept.Interview, set.Interview)
}
