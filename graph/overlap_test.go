package graph_test

import (
	"testing"
	"time"
)

// overlapping is a removal or a change, with the slots that stay and those that open.
type overlapping struct {
	weekly
	KeptSlots, OpenedSlots []slot
}

const overlappingFields = closedFields + "keptSlots { id start } openedSlots { id start } "

func (s *school) remove(availability string, set in) overlapping {
	s.T.Helper()
	input := in{"availabilityId": availability}
	for key, value := range set {
		input[key] = value
	}
	var payload overlapping
	s.Mutate("removeAvailability", overlappingFields, input, &payload)
	s.Accepted(payload.Errors)
	return payload
}

// onDay2 returns a time on the day after t0's.
func onDay2(hours, minutes int) time.Time {
	return t0.Truncate(24 * time.Hour).Add(day + time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute)
}

func stamp(at time.Time) string { return at.Format(time.RFC3339) }

// offered returns the starts of the slots that a new student may book.
func (s *school) offered() []string {
	s.T.Helper()
	return starts(s.List(s.Student(nil)).Nodes)
}

// When one of two overlapping windows is removed, the slots of the other stay, with their
// ids, or are published.
func TestRemovingOneOfTwo(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(nil)
	a := s.Publish(ann, onDay2(10, 0), 2*time.Hour, 60)
	b := s.Publish(ann, onDay2(11, 0), 2*time.Hour, 60)
	same(t, "shared slot of the second window", b.Slots[0].ID, a.Slots[1].ID)
	removed := s.remove(a.Availability.ID, nil)
	same(t, "closed slots", ids(removed.ClosedSlots), []string{a.Slots[0].ID})
	same(t, "kept slots", ids(removed.KeptSlots), []string{a.Slots[1].ID})
	same(t, "opened slots", len(removed.OpenedSlots), 0)
	same(t, "offered slots", s.offered(), []string{stamp(onDay2(11, 0)), stamp(onDay2(12, 0))})
	s.Sound()
	same(t, "closed slots of the second removal", ids(s.remove(b.Availability.ID, nil).ClosedSlots), ids(b.Slots))
	same(t, "offered slots after both removals", s.offered(), []string{})
	s.Sound()
}

// A window that adds no slots, because another has all of them, is still stored.
func TestRemovingTheEnclosingWindow(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(nil)
	a := s.Publish(ann, onDay2(9, 0), 4*time.Hour, 60)
	b := s.Publish(ann, onDay2(10, 0), time.Hour, 60)
	if a.Availability.ID == b.Availability.ID {
		t.Error("the window within another one has the id of the other")
	}
	same(t, "availability of the same window again", s.Publish(ann, onDay2(10, 0), time.Hour, 60).Availability.ID, b.Availability.ID)
	same(t, "kept slots", ids(s.remove(a.Availability.ID, nil).KeptSlots), ids(b.Slots))
	same(t, "offered slots", s.offered(), []string{stamp(onDay2(10, 0))})
	s.Sound()
}

// Slots have different lengths: removing a slot makes room for the one that it
// overlapped.
func TestRemovingTheConflict(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(nil)
	a := s.Publish(ann, onDay2(10, 0), time.Hour, 60)
	b := s.Publish(ann, onDay2(10, 30), 2*time.Hour, 60)
	same(t, "slots of the second window", starts(b.Slots), []string{stamp(onDay2(11, 30))})
	c := s.Publish(ann, onDay2(8, 45), 135*time.Minute, 45) // 8:45 alone
	removed := s.remove(a.Availability.ID, nil)
	same(t, "opened slots after the first removal", starts(removed.OpenedSlots), []string{stamp(onDay2(9, 30)), stamp(onDay2(10, 15))})
	s.Sound()
	next := s.remove(c.Availability.ID, nil)
	same(t, "opened slots after the second removal", starts(next.OpenedSlots), []string{stamp(onDay2(10, 30))})
	same(t, "offered slots", s.offered(), []string{stamp(onDay2(10, 30)), stamp(onDay2(11, 30))})
	s.Sound()
}

func TestChangingOneOfTwo(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(nil)
	a := s.Publish(ann, onDay2(10, 0), 2*time.Hour, 60)
	s.Publish(ann, onDay2(11, 0), 2*time.Hour, 60)
	var moved overlapping
	s.Mutate("updateAvailability", publishedFields+overlappingFields, in{
		"availabilityId": a.Availability.ID, "start": stamp(onDay2(8, 30)), "end": stamp(onDay2(11, 30)),
	}, &moved)
	s.Accepted(moved.Errors)
	same(t, "slots of the moved window", starts(moved.Slots), []string{stamp(onDay2(8, 30)), stamp(onDay2(9, 30))})
	same(t, "skip reason", moved.Skipped[0].Reason, "OVERLAP")
	same(t, "closed slots", ids(moved.ClosedSlots), []string{a.Slots[0].ID})
	same(t, "kept slots", ids(moved.KeptSlots), []string{a.Slots[1].ID})
	same(t, "offered slots", s.offered(), []string{stamp(onDay2(8, 30)), stamp(onDay2(9, 30)), stamp(onDay2(11, 0)), stamp(onDay2(12, 0))})
	s.Sound()
}

// Rules overlap as windows do. Two rules that differ only in the name of the same zone
// are one rule.
func TestRemovingOneOfTwoRules(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(nil)
	a := s.weekly(ann, in{"timeZone": "Europe/Kiev", "startTime": "10:00", "endTime": "12:00"})
	b := s.weekly(ann, in{"timeZone": "Europe/Kyiv", "startTime": "11:00", "endTime": "13:00", "endDate": nil})
	s.Accepted(append(a.Errors, b.Errors...))
	removed := s.remove(a.Availability.ID, nil)
	same(t, "closed, kept and opened slots", []int{len(removed.ClosedSlots), len(removed.KeptSlots), len(removed.OpenedSlots)}, []int{7, 7, 0})
	same(t, "offered slots of a day", starts(s.ListIn(s.Student(nil), t0.Add(7*day), t0.Add(8*day)).Nodes),
		[]string{"2026-06-08T08:00:00Z", "2026-06-08T09:00:00Z"})
	s.Sound()
}

// A booked slot stays if another availability has it, even if bookings are to be
// cancelled. Otherwise its time is filled when it becomes free.
func TestBookedInOneOfTwo(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(nil)
	a := s.Publish(ann, onDay2(10, 0), 2*time.Hour, 60)
	s.Publish(ann, onDay2(11, 0), 2*time.Hour, 60)
	s.Publish(ann, onDay2(8, 30), 2*time.Hour, 60) // 10:00 overlaps 9:30
	ten, eleven := s.Booked(s.Student(nil), a.Slots[0].ID), s.Booked(s.Student(nil), a.Slots[1].ID)
	removed := s.remove(a.Availability.ID, nil)
	same(t, "conflicts", removed.Conflicts, []interview{{ID: ten, Status: "BOOKED"}})
	same(t, "kept slot", removed.KeptSlots[0].ID, a.Slots[1].ID)
	same(t, "opened slots", len(removed.OpenedSlots), 0)
	s.Sound()
	s.Accepted(s.Cancel(ten).Errors)
	s.Accepted(s.Cancel(eleven).Errors)
	same(t, "offered slots after the cancellation", s.offered(), []string{stamp(onDay2(8, 30)), stamp(onDay2(9, 30)), stamp(onDay2(11, 0)), stamp(onDay2(12, 0))})
	s.Sound()

	bob := s.Interviewer(nil)
	c := s.Publish(bob, onDay2(15, 0), time.Hour, 60)
	s.Publish(bob, onDay2(14, 0), 2*time.Hour, 60)
	booked := s.Booked(s.Student(nil), c.Slots[0].ID)
	harder := s.remove(c.Availability.ID, in{"cancelBooked": true})
	same(t, "cancelled interviews", len(harder.Cancelled), 0)
	same(t, "kept slot", harder.KeptSlots[0].ID, c.Slots[0].ID)
	s.Accepted(s.Cancel(booked).Errors)
	same(t, "slot status after the cancellation", s.statusOf(c.Slots[0].ID), "OPEN")
	s.Sound()
}

// Moving an interview away from a slot that has no availability fills its time as well.
func TestMovingAwayFromAConflict(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(nil)
	a := s.Publish(ann, onDay2(10, 0), time.Hour, 60)
	s.Publish(ann, onDay2(10, 30), 2*time.Hour, 60) // 11:30 alone
	booked := s.Booked(s.Student(nil), a.Slots[0].ID)
	s.remove(a.Availability.ID, nil)
	other := s.Publish(s.Interviewer(nil), onDay2(18, 0), time.Hour, 60)
	s.Accepted(s.ChangeInterview("rescheduleInterview", in{"interviewId": booked, "slotId": other.Slots[0].ID}).Errors)
	same(t, "offered slots", s.offered(), []string{stamp(onDay2(10, 30)), stamp(onDay2(11, 30))})
	s.Sound()
}

// A slot that an interviewer withdraws is removed from all of their availability. It is not
// offered when the same availability is added again, but it is when the availability is removed
// and then added.
func TestWithdrawingFromTwo(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(nil)
	a := s.Publish(ann, onDay2(10, 0), 2*time.Hour, 60)
	b := s.Publish(ann, onDay2(10, 30), 3*time.Hour, 60) // 12:30 alone
	s.Publish(ann, onDay2(11, 0), 2*time.Hour, 60)
	s.Accepted(s.closing("withdrawSlot", "", in{"slotId": a.Slots[1].ID}).Errors)
	same(t, "offered slots after the withdrawal", s.offered(), []string{stamp(onDay2(10, 0)), stamp(onDay2(12, 30))})
	s.Sound()
	s.remove(a.Availability.ID, nil)
	same(t, "offered slots after the removal", s.offered(), []string{stamp(onDay2(12, 30))})
	s.Sound()
	again := s.Publish(ann, onDay2(10, 30), 3*time.Hour, 60)
	same(t, "availability of the same window again", again.Availability.ID, b.Availability.ID)
	same(t, "offered slots after publishing it again", s.offered(), []string{stamp(onDay2(12, 30))})
	s.remove(b.Availability.ID, nil)
	s.Publish(ann, onDay2(10, 30), 3*time.Hour, 60)
	same(t, "offered slots after it was removed and added", s.offered(), []string{stamp(onDay2(10, 30)), stamp(onDay2(12, 0))})
	s.Sound()
}

// A block closes the slots that extend beyond it. Other availability is published in the
// remaining time, and removing the block does not change that.
func TestBlockingInOneOfTwo(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(nil)
	s.Publish(ann, onDay2(10, 0), 2*time.Hour, 60)
	s.Publish(ann, onDay2(10, 30), 3*time.Hour, 60)
	var blocked struct {
		closed
		OpenedSlots []slot
	}
	s.Mutate("blockTime", closedFields+"blocks { id start end reason } openedSlots { start }", in{
		"interviewerId": ann, "start": stamp(onDay2(10, 0)), "end": stamp(onDay2(10, 15)), "reason": "late",
	}, &blocked)
	s.Accepted(blocked.Errors)
	same(t, "closed slots", len(blocked.ClosedSlots), 1)
	same(t, "opened slots", len(blocked.OpenedSlots), 0)
	s.Sound()
	s.Mutate("blockTime", closedFields+"openedSlots { start }", in{
		"interviewerId": ann, "start": stamp(onDay2(11, 45)), "end": stamp(onDay2(12, 15)), "reason": "lunch",
	}, &blocked)
	same(t, "slots opened by the second block", starts(blocked.OpenedSlots), []string{stamp(onDay2(10, 30))})
	same(t, "offered slots", s.offered(), []string{stamp(onDay2(10, 30)), stamp(onDay2(12, 30))})
	var back struct {
		Slots  []slot
		Errors []refused
	}
	s.Mutate("unblockTime", "slots { id start status }", in{"blockId": 2}, &back)
	s.Accepted(back.Errors)
	same(t, "slots opened by the removal of the block", starts(back.Slots), []string{stamp(onDay2(11, 30))})
	s.Sound()
}

// An interviewer who is deactivated and reactivated has the same slots published as
// before.
func TestLeavingWithTwo(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(nil)
	a := s.Publish(ann, onDay2(10, 0), 2*time.Hour, 60)
	s.Publish(ann, onDay2(11, 0), 2*time.Hour, 60)
	var left closed
	s.Mutate("updateInterviewer", closedFields, in{"interviewerId": ann, "active": false}, &left)
	s.Accepted(left.Errors)
	same(t, "closed slots", len(left.ClosedSlots), 3)
	same(t, "slots opened by a removal while away", len(s.remove(a.Availability.ID, nil).OpenedSlots), 0)
	s.Sound()
	s.Mutate("updateInterviewer", closedFields, in{"interviewerId": ann, "active": true}, &left)
	s.Accepted(left.Errors)
	same(t, "offered slots after the return", s.offered(), []string{stamp(onDay2(11, 0)), stamp(onDay2(12, 0))})
	s.Sound()
}

// Check reports the time of live availability that has no slot, and nothing else.
func TestCheckFindsMissingTime(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(nil)
	a := s.Publish(ann, onDay2(10, 0), 2*time.Hour, 60)
	s.weekly(ann, in{"endDate": nil})
	s.Sound()
	s.withdrawDirectly("id = " + a.Slots[1].ID)
	s.withdrawDirectly("starts_at = '2026-06-09T15:00:00Z'")
	findings, err := s.Store.Check(t.Context(), *s.Clock.Load())
	if err != nil {
		t.Fatal(err)
	}
	details := []string{}
	for _, f := range findings {
		details = append(details, f.Detail)
	}
	same(t, "findings", details, []string{
		"availability 1 of interviewer 1 has no slot from 2026-06-02T11:00:00Z to 2026-06-02T12:00:00Z",
		"availability 2 of interviewer 1 has no slot from 2026-06-09T15:00:00Z to 2026-06-09T16:00:00Z",
	})
	s.exec("UPDATE interviewers SET active = false")
	findings, err = s.Store.Check(t.Context(), *s.Clock.Load())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		same(t, "invariant of the finding", f.Invariant, "an inactive interviewer has no open future slots")
	}
}
