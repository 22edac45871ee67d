package graph_test

import (
	"testing"
	"time"
)

// followTagged subscribes to slots with the tag t, of these interviewers or of all.
func (c *client) followTagged(student string, of []string) string {
	c.T.Helper()
	return c.Subscribed(`subscription($s: ID!, $start: DateTime!, $end: DateTime!, $of: [ID!]) {
		slotsChanged(studentId: $s, start: $start, end: $end, tags: ["t"], interviewerIds: $of) { opened { id } closedIds refetch } }`,
		in{"s": student, "start": moment(0), "end": moment(30 * day), "of": of})
}

// Only subscribers to a list with tags are asked to read it again when tags change.
func TestSlotsChangedByTags(t *testing.T) {
	t.Parallel()
	s, second := living(t)
	me, ann, bob := s.Student(nil), s.Interviewer(in{"tags": []string{"t"}}), s.Interviewer(nil)
	rule := s.Publish(ann, t0.Add(7*day), 2*time.Hour, 60)
	s.Accepted(rule.Errors)
	c, ofBob, all := second.Connect(), second.Connect(), second.Connect()
	tagged, others, untagged := c.followTagged(me, nil), ofBob.followTagged(me, []string{bob}), all.Follow(me)
	refetch := func(c *client, subscription, what string) {
		t.Helper()
		for {
			var e slotsChanged
			if c.Event(subscription, &e); e.SlotsChanged.Refetch {
				return
			}
			same(t, what+": but for what is published", len(e.SlotsChanged.ClosedIDs), 0)
		}
	}
	change := func(mutation string, input in) {
		t.Helper()
		var payload struct{ Errors []refused }
		s.Mutate(mutation, "", input, &payload)
		s.Accepted(payload.Errors)
	}
	change("updateInterviewer", in{"interviewerId": ann, "tags": []string{}})
	refetch(c, tagged, "the interviewer lost a tag")
	change("updateAvailability", in{"availabilityId": rule.Availability.ID, "tags": []string{"t"}})
	refetch(c, tagged, "the availability has one")
	change("updateInterviewer", in{"interviewerId": ann, "tags": []string{"t"}})
	refetch(c, tagged, "the interviewer has it, too")
	change("updateInterviewer", in{"interviewerId": ann, "tags": []string{}})
	refetch(c, tagged, "and lost it")
	s.Publish(ann, t0.Add(7*day), 3*time.Hour, 60) // a third slot, without the tag
	change("removeAvailability", in{"availabilityId": rule.Availability.ID})
	refetch(c, tagged, "the slots belong to an availability without the tag")

	// Other subscribers get only slots.
	slot := s.Slot(bob, 8*day)
	all.Changes(untagged, []string{rule.Slots[0].ID, rule.Slots[1].ID, s.slotAt(moment(7*day + 2*time.Hour)), slot}, nil)
	// Their subscription may hear of the slot first, if it reads the slot after the tag.
	change("updateInterviewer", in{"interviewerId": bob, "tags": []string{"t"}})
	refetch(ofBob, others, "their interviewer has it")
}
