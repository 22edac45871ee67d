package graph_test

import (
	"testing"
	"time"

	"rehearse/internal/booking"
)

type dryPublication struct {
	Availability   *person
	Slots          []slot
	Times          []struct{ Start, End string }
	PublishedCount int
	Skipped        []struct{ Start, Reason string }
	UnusedMinutes  int
	Errors         []refused
}

const dryPublicationFields = `availability { id } slots { id } times { start end } publishedCount skipped { start reason overlaps { id status } } unusedMinutes`

func (s *school) publishing(mutation string, set in) (p dryPublication) {
	s.T.Helper()
	s.Mutate(mutation, dryPublicationFields, set, &p)
	return p
}

// A dry run of a window or a rule reports what publishing it does then, and writes nothing.
func TestDryRunsOfPublishing(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(nil)
	s.Publish(ann, t0.Add(day+time.Hour), time.Hour, 60)       // the second hour of the window
	s.Publish(ann, t0.Add(day+150*time.Minute), time.Hour, 60) // overlaps the third and the fourth
	window := in{"interviewerId": ann, "start": moment(day), "end": moment(day + 290*time.Minute)}
	rule := in{"interviewerId": ann, "startDate": "2026-06-08", "endDate": "2026-06-21", "weekdays": []string{"MONDAY"}, "startTime": "09:00", "endTime": "11:00"}
	for mutation, input := range map[string]in{"addAvailability": window, "addWeeklyAvailability": rule} {
		t.Run(mutation, func(t *testing.T) {
			s := s.For(t)
			input["idempotencyKey"], input["dryRun"] = mutation, true
			before := s.Rows()
			var dry dryPublication
			for range 2 {
				dry = s.publishing(mutation, input)
				s.Accepted(dry.Errors)
				same(t, "availability and slots", []any{dry.Availability, len(dry.Slots)}, []any{(*person)(nil), 0})
			}
			same(t, "rows after the dry runs", s.Rows(), before)
			delete(input, "dryRun")
			real := s.publishing(mutation, input)
			s.Accepted(real.Errors)
			same(t, "stored after the mutation with the same key", real.Availability != nil && len(real.Slots) > 0, true)
			real.Availability, real.Slots, dry.Slots = nil, nil, nil
			same(t, "the dry run", dry, real)
			same(t, "number of times", len(dry.Times), dry.PublishedCount)

			input["dryRun"] = true // never a stored response
			again := s.publishing(mutation, input)
			same(t, "slots of a dry run with a used key", len(again.Slots), 0)
			for _, skipped := range again.Skipped {
				if skipped.Reason == "BLOCKED" {
					t.Errorf("%s is blocked", skipped.Start)
				}
			}
			input["slotMinutes"] = 30
			same(t, "refusal codes of a used key with another input", codes(s.publishing(mutation, input).Errors), []string{"IDEMPOTENCY_MISMATCH"})
		})
	}
	s.Sound()
}

// A dry run has the refusals and the permissions of the mutation.
func TestRefusedDryRunsOfPublishing(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann, bob := s.Interviewer(nil), s.Interviewer(nil)
	s.Publish(ann, t0.Add(day), time.Hour, 60)
	dry := func(start time.Duration) in {
		return in{"interviewerId": ann, "start": moment(start), "end": moment(start + time.Hour), "dryRun": true}
	}
	same(t, "refusal codes in the past", codes(s.publishing("addAvailability", dry(-day)).Errors), []string{"SLOT_IN_PAST"})
	same(t, "refusal codes of an overlap", codes(s.publishing("addAvailability", dry(day+30*time.Minute)).Errors), []string{"AVAILABILITY_CONFLICT"})
	s.Act(booking.RoleInterviewer, int64(number(t, ann)))
	s.Accepted(s.publishing("addAvailability", dry(2*day)).Errors)
	s.Act(booking.RoleInterviewer, int64(number(t, bob)))
	same(t, "refusal codes of another interviewer", codes(s.publishing("addAvailability", dry(2*day)).Errors), []string{"NOT_FOUND"})
}

// A dry run of blocking names the interviews in the way, as they are.
func TestDryRunsOfBlocking(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(nil)
	slots := s.Publish(ann, t0.Add(day), 3*time.Hour, 60).Slots
	met := s.Booked(s.Student(nil), slots[1].ID)
	type blocking struct {
		Blocks                                                  []person
		ClosedSlots                                             []struct{ ID, Status string }
		ClosedCount, OpenedCount, ConflictCount, CancelledCount int
		OpenedSlots                                             []person
		Conflicts, Cancelled                                    []struct{ ID, Status string }
		Errors                                                  []refused
	}
	block := func(cancel, dry bool) (b blocking) {
		t.Helper()
		s.Mutate("blockTime", `blocks { id } closedSlots { id status } closedCount openedSlots { id } openedCount
			conflicts { id status } conflictCount cancelled { id status events { nodes { kind } } } cancelledCount`,
			in{"interviewerId": ann, "start": moment(day), "end": moment(day + 3*time.Hour), "reason": "ill", "cancelBooked": cancel, "dryRun": dry, "idempotencyKey": "ill"}, &b)
		s.Accepted(b.Errors)
		return b
	}
	before := s.Rows()
	kept := block(false, true)
	same(t, "blocks", len(kept.Blocks), 0)
	same(t, "closed slots", kept.ClosedSlots, []struct{ ID, Status string }{{slots[0].ID, "OPEN"}, {slots[2].ID, "OPEN"}})
	same(t, "conflicts", kept.Conflicts, []struct{ ID, Status string }{{met, "BOOKED"}})
	cancelled := block(true, true)
	same(t, "closed slots if interviews are cancelled", cancelled.ClosedCount, 3)
	same(t, "cancelled", cancelled.Cancelled, []struct{ ID, Status string }{{met, "BOOKED"}})
	same(t, "rows", s.Rows(), before)
	real := block(true, false)
	same(t, "counts", []int{real.ClosedCount, real.OpenedCount, real.ConflictCount, real.CancelledCount},
		[]int{cancelled.ClosedCount, cancelled.OpenedCount, cancelled.ConflictCount, cancelled.CancelledCount})
	same(t, "cancelled by the mutation", real.Cancelled[0].Status, "CANCELLED")
	same(t, "closed slots of a dry run with the same key", block(true, true).ClosedCount, 0)
	s.Sound()
}

// Nothing that a dry run would publish reaches a list or a subscription.
func TestDryRunIsNotPublished(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann, student := s.Interviewer(nil), s.Student(nil)
	s.Accepted(s.publishing("addAvailability", in{"interviewerId": ann, "start": moment(day), "end": moment(day + 2*time.Hour), "dryRun": true}).Errors)
	same(t, "slots of the list", len(s.List(student).Nodes), 0)
	s.Publish(ann, t0.Add(day), 2*time.Hour, 60)
	same(t, "slots after the mutation", len(s.List(student).Nodes), 2)
}
