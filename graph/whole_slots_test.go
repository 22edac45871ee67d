package graph_test

import (
	"fmt"
	"strings"
	"testing"
)

// wantWholeSlots compares the delivered slots with those read by id.
func (o *objects) wantWholeSlots(s *school, w walker, least int) {
	o.t.Helper()
	slots := 0
	for object := range o.values {
		if id, is := strings.CutPrefix(object, "Slot "); is {
			slots++
			o.ask(s, "slot", fmt.Sprintf("{ slot(id: %s) %s }", id, w.everything("Slot", 1)))
		}
	}
	if slots < least {
		o.t.Errorf("delivered %d slots, want at least %d", slots, least)
	}
}

// The slots of a subscription equal those read by id.
func TestSubscriptionSlotsAreComplete(t *testing.T) {
	t.Parallel()
	first, second := living(t, unlimited)
	f := fill(first)
	w := walker{t: t, schema: loadSchema(t), role: "ADMIN"}
	client := second.Connect()
	id := client.Subscribed(fmt.Sprintf("subscription { slotsChanged(studentId: %s, start: %q, end: %q) %s }",
		f.Student(nil), moment(24*day), moment(40*day), w.everything("SlotsChanged", 2)), nil)
	slot := f.Slot(f.interviewer, 25*day)
	o := &objects{t: t, values: map[string]map[string]string{}, at: map[string]string{}}
	for o.values["Slot "+slot] == nil {
		var data any
		client.Event(id, &data)
		o.read("slotsChanged", data)
	}
	o.wantWholeSlots(f.school, w, 1)
}

// The alternatives to a taken slot equal the slots read by id.
func TestAlternativesAreComplete(t *testing.T) {
	t.Parallel()
	f := newFull(t)
	w := walker{t: t, schema: loadSchema(t), role: "ADMIN"}
	var taken struct{ Interview struct{ Slot slot } }
	f.Ask(fmt.Sprintf("{ interview(id: %s) { slot { id } } }", f.upcoming), nil).Into(&taken)
	o := &objects{t: t, values: map[string]map[string]string{}, at: map[string]string{}}
	o.ask(f.school, "bookSlot", fmt.Sprintf(
		"mutation { bookSlot(input: {studentId: %s, slotId: %s}) { errors { ... on SlotTaken { alternatives %s } } } }",
		f.Student(nil), taken.Interview.Slot.ID, w.everything("Slot", 1)))
	o.wantWholeSlots(f.school, w, 1)
}

// A bookable slot has the fields that its list does not read, too: its history, and the
// status of a slot that the student holds.
func TestBookableSlotsAreComplete(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	me := s.Student(nil)
	mine, free := s.NewSlot(day), s.NewSlot(2*day)
	s.held(me, mine)
	type listed struct {
		ID, Status string
		History    []struct{ What, At string }
	}
	var data struct {
		AvailableSlots     struct{ Nodes []listed }
		MineByID, FreeByID listed
	}
	s.Ask(`query($s: ID!, $mine: ID!, $free: ID!, $start: DateTime!, $end: DateTime!) {
		availableSlots(studentId: $s, start: $start, end: $end, first: 2) { nodes { ...all } }
		mineByID: slot(id: $mine) { ...all } freeByID: slot(id: $free) { ...all } } fragment all on Slot { id status history { what at } }`,
		in{"s": me, "mine": mine, "free": free, "start": moment(0), "end": moment(3 * day)}).Into(&data)
	same(t, "bookable slots", data.AvailableSlots.Nodes, []listed{data.MineByID, data.FreeByID})
	same(t, "statuses", []string{data.MineByID.Status, data.FreeByID.Status}, []string{"HELD", "OPEN"})
	same(t, "changes of the held slot", len(data.MineByID.History), 2)
}
