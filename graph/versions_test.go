package graph_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"rehearse/internal/booking"
)

// revision is the version counter of an editable object.
type revision struct {
	Version   int
	UpdatedAt string
}

// editable is an object whose edits take an expectedVersion.
type editable struct {
	noun, mutation, id string
	of                 string                 // the id
	change             func(value int) in     // each value is another edit
	read               func(*school) revision // by the object's id
}

// editables returns one unchanged object of each kind. The clock is at t0 plus a day,
// when the interview can be completed.
func (s *school) editables() []editable {
	s.T.Helper()
	ann, student := s.Interviewer(nil), s.Student(nil)
	window := s.Publish(ann, t0.Add(10*day), 4*time.Hour, 60).Availability.ID
	interview := s.Booked(student, s.NewSlot(2*time.Hour))
	s.SetClock(t0.Add(day))
	root := func(name, id string) func(*school) revision {
		return func(s *school) revision {
			s.T.Helper()
			var data struct{ It revision }
			s.Ask(fmt.Sprintf("{ it: %s(id: %s) { version updatedAt } }", name, id), nil).Into(&data)
			return data.It
		}
	}
	return []editable{
		{
			"student", "updateStudent", "studentId", student,
			func(n int) in { return in{"name": fmt.Sprintf("Ada %d", n)} }, root("student", student),
		},
		{
			"interviewer", "updateInterviewer", "interviewerId", ann,
			func(n int) in { return in{"name": fmt.Sprintf("Ann %d", n)} }, root("interviewer", ann),
		},
		{
			"availability", "updateAvailability", "availabilityId", window,
			func(n int) in { return in{"tags": []string{fmt.Sprintf("tag%d", n)}} },
			func(s *school) revision { return s.publishedOf(ann)[window] },
		},
		{
			"interview", "completeInterview", "interviewId", interview,
			func(n int) in { return in{"note": fmt.Sprintf("note %d", n)} }, root("interview", interview),
		},
	}
}

// publishedOf reads the revisions of an interviewer's availability.
func (s *school) publishedOf(interviewer string) map[string]revision {
	s.T.Helper()
	var data struct {
		Interviewer struct {
			Availability struct {
				Nodes []struct {
					ID string
					revision
				}
			}
		}
	}
	s.Ask(fmt.Sprintf("{ interviewer(id: %s) { availability { nodes { id version updatedAt } } } }", interviewer), nil).Into(&data)
	found := map[string]revision{}
	for _, a := range data.Interviewer.Availability.Nodes {
		found[a.ID] = a.revision
	}
	return found
}

type edited struct {
	Student, Interviewer, Availability, Interview *revision
	Errors                                        []refused
}

// object returns the version of the edited object.
func (e edited) object() (r revision) {
	for _, of := range []*revision{e.Student, e.Interviewer, e.Availability, e.Interview} {
		if of != nil {
			r = *of
		}
	}
	return r
}

func (s *school) edit(of editable, change in) (done edited) {
	s.T.Helper()
	s.Mutate(of.mutation, of.noun+" { version updatedAt }", merged(in{of.id: of.of}, change), &done)
	return done
}

func TestEachEditIsAVersion(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	for _, of := range s.editables() {
		t.Run(of.noun, func(t *testing.T) {
			s := s.For(t)
			same(t, "the new object", of.read(s), revision{1, stamped(0)})
			for n := 1; n <= 2; n++ {
				now := t0.Add(day + time.Duration(n)*time.Minute)
				s.SetClock(now)
				done := s.edit(of, merged(in{"expectedVersion": n}, of.change(n)))
				s.Accepted(done.Errors)
				same(t, "payload of an edit", done.object(), revision{n + 1, stamped(now.Sub(t0))})
				same(t, "the object after it", of.read(s), revision{n + 1, stamped(now.Sub(t0))})
			}
			last := of.read(s)
			s.SetClock(t0.Add(day + time.Hour))
			done := s.edit(of, merged(in{"expectedVersion": 3}, of.change(2)))
			s.Accepted(done.Errors)
			same(t, "payload of an edit that changes nothing", done.object(), last)
			done = s.edit(of, merged(in{"expectedVersion": nil}, of.change(2)))
			s.Accepted(done.Errors)
			same(t, "the object after edits that change nothing", of.read(s), last)
		})
	}
	s.Sound()
}

func TestAnOldVersionIsRefused(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	for _, of := range s.editables() {
		t.Run(of.noun, func(t *testing.T) {
			s := s.For(t)
			s.Accepted(s.edit(of, of.change(1)).Errors)
			before := s.Rows()
			for _, version := range []int{1, 3, 0, -1} {
				t.Run(fmt.Sprintf("version %d", version), func(t *testing.T) {
					refusal := s.For(t).refusal(of.mutation, merged(in{of.id: of.of, "expectedVersion": version}, of.change(2)))
					wantRefusal(t, []refused{refusal}, "VERSION_CONFLICT", "expectedVersion")
					same(t, "type", refusal.Typename, "VersionConflict")
					same(t, "current version", refusal.CurrentVersion, 2)
				})
			}
			refusal := s.refusal(of.mutation, merged(in{of.id: of.of, "expectedVersion": 1}, of.change(1)))
			same(t, "refusal code of an edit that changes nothing", refusal.Code, "VERSION_CONFLICT")
			same(t, "rows", s.Rows(), before)
		})
	}
}

// Of concurrent edits that expect the same version, one succeeds.
func TestOneOfManyEditsOfAVersionWins(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	for _, of := range s.editables() {
		t.Run(of.noun, func(t *testing.T) {
			s := s.For(t)
			const many = 6
			done := make([]edited, many)
			var all sync.WaitGroup
			for n := range many {
				all.Go(func() { done[n] = s.edit(of, merged(in{"expectedVersion": 1}, of.change(n))) })
			}
			all.Wait()
			won := 0
			for _, d := range done {
				if len(d.Errors) == 0 {
					won++
					continue
				}
				same(t, "code and version of a refused edit", [2]any{d.Errors[0].Code, d.Errors[0].CurrentVersion}, [2]any{"VERSION_CONFLICT", 2})
			}
			same(t, "edits that succeeded", won, 1)
			same(t, "version after them", of.read(s).Version, 2)
		})
	}
	s.Sound()
}

// Every change of an interview increments its version; a repeated one does not.
func TestEachChangeOfAnInterviewIsAVersion(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann, student := s.Interviewer(nil), s.Student(nil)
	interview := s.Booked(student, s.Slot(ann, 10*day))
	next := s.Slot(ann, 20*day)
	version := 1
	step := func(what string, now time.Time, mutation string, input in) {
		t.Helper()
		version++
		again := []time.Time{now, now.Add(time.Second)} // the second time, it changes nothing
		if mutation == "undoNoShow" {
			again = again[:1] // it is refused
		}
		for _, when := range again {
			s.SetClock(when)
			var done edited
			s.Mutate(mutation, "interview { version updatedAt }", merged(in{"interviewId": interview}, input), &done)
			s.Accepted(done.Errors)
			same(t, what, done.object(), revision{version, stamped(now.Sub(t0))})
		}
	}
	step("a move", t0.Add(time.Hour), "rescheduleInterview", in{"slotId": next})
	step("an intake", t0.Add(2*time.Hour), "updateInterviewIntake", in{"intake": "I know Go."})
	ended := t0.Add(20*day + time.Hour)
	step("a no-show", ended, "markNoShow", in{"party": "STUDENT"})
	step("the no-show undone", ended.Add(time.Minute), "undoNoShow", nil)
	step("a completion", ended.Add(time.Hour), "completeInterview", in{"grade": 3, "note": "good"})
	step("another grade", ended.Add(2*time.Hour), "completeInterview", in{"grade": 4})
	s.Act(booking.RoleAdmin, 1)
	var done struct{ Errors []refused }
	s.SetClock(ended.Add(3 * time.Hour))
	s.Mutate("anonymiseStudent", "student { version updatedAt }", in{"studentId": student}, &done)
	s.Accepted(done.Errors)
	var data struct{ Interview, Student revision }
	s.Ask(fmt.Sprintf("{ interview(id: %s) { version updatedAt } student(id: %s) { version updatedAt } }", interview, student), nil).Into(&data)
	same(t, "interview after its note was taken away", data.Interview, revision{version + 1, stamped(20*day + 3*time.Hour + time.Hour)})
	same(t, "student after the name was taken away", data.Student, revision{2, stamped(20*day + 3*time.Hour + time.Hour)})

	other := s.Booked(s.Student(nil), s.Slot(ann, 40*day))
	interview, version = other, 1
	step("a cancellation", ended.Add(4*time.Hour), "cancelInterview", in{"reason": "ill"})
	cancelled := s.Booked(s.Student(nil), s.Slot(ann, 50*day))
	s.SetClock(ended.Add(5 * time.Hour))
	s.Accepted(s.block(ann, in{"start": moment(49 * day), "end": moment(51 * day), "cancelBooked": true}).Errors)
	s.Ask(fmt.Sprintf("{ interview(id: %s) { version updatedAt } }", cancelled), nil).Into(&data)
	same(t, "interview cancelled by blocked time", data.Interview, revision{2, stamped(20*day + 5*time.Hour + time.Hour)})
	s.Sound()
}

// Extending a rule as time passes is not an edit.
func TestExtendingARuleKeepsItsVersion(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(nil)
	s.Accepted(s.weekly(ann, in{"endDate": nil}).Errors)
	before := s.publishedOf(ann)
	s.SetClock(t0.Add(30 * day))
	result, err := s.App.ExtendAvailability(t.Context())
	if err != nil || result.Slots == 0 {
		t.Fatalf("extension = %+v (%v)", result, err)
	}
	same(t, "the rule", s.publishedOf(ann), before)
	for id := range before {
		s.SetClock(t0.Add(60 * day))
		s.Accepted(s.update(id, in{"expectedVersion": 1, "slotMinutes": 60}).Errors)
	}
	same(t, "the rule after an edit that changes nothing", s.publishedOf(ann), before)
}
