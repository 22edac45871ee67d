package graph_test

import (
	"strings"
	"testing"
	"time"

	"rehearse/internal/booking"
)

type slotChange struct {
	What    string
	At      string
	Until   *string
	EventID *string
}

// slotHistory returns the entries of a slot's history, oldest first.
func (s *school) slotHistory(slot string) []slotChange {
	s.T.Helper()
	var data struct {
		Slot struct{ History []slotChange }
	}
	s.Ask("query($id: ID!) { slot(id: $id) { history { what at until eventId } } }", in{"id": slot}).Into(&data)
	return data.Slot.History
}

// withdrawDirectly withdraws slots directly in the database and keeps their history consistent.
func (s *school) withdrawDirectly(where string) {
	s.T.Helper()
	s.exec("WITH gone AS (UPDATE slots SET status = 'WITHDRAWN' WHERE " + where + ` RETURNING id)
		INSERT INTO slot_history (slot_id, what, at) SELECT id, 'WITHDRAWN', now() FROM gone`)
}

func whatOf(changes []slotChange) []string {
	var list []string
	for _, c := range changes {
		list = append(list, c.What)
	}
	return list
}

// Every change of a slot's state is in its history, with its event.
func TestSlotHistory(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann, student, other := s.Interviewer(nil), s.Student(nil), s.Student(nil)
	slot, next := s.Slot(ann, day), s.NewSlot(2*day)
	kindOf := func(event *string) string {
		t.Helper()
		for _, e := range s.events("") {
			if event != nil && e.ID == *event {
				return e.Kind
			}
		}
		return ""
	}
	hold := s.hold(student, slot).Hold.ID
	s.SetClock(t0.Add(time.Minute))
	var released struct{ Errors []refused }
	s.Mutate("releaseHold", "hold { id }", in{"holdId": hold}, &released)
	s.Accepted(released.Errors)
	s.hold(student, slot)
	interview := s.Booked(student, slot)
	s.Accepted(s.move(interview, next).Errors)
	s.hold(other, slot)
	s.SetClock(t0.Add(time.Hour)) // the hold has expired and has not been swept
	s.Accepted(s.Book(student, slot).Errors)
	s.Accepted(s.Cancel(interview).Errors)
	s.Accepted(s.closing("withdrawSlot", "", in{"slotId": slot, "cancelBooked": true}).Errors)
	history := s.slotHistory(slot)
	same(t, "changes of the slot", whatOf(history), []string{
		"PUBLISHED", "HELD", "RELEASED", "HELD", "BOOKED", "RELEASED", "HELD", "BOOKED", "WITHDRAWN",
	})
	var events []string
	for _, c := range history {
		events = append(events, kindOf(c.EventID))
	}
	same(t, "events of the slot", events, []string{
		"AVAILABILITY_ADDED", "HOLD_PLACED", "HOLD_RELEASED", "HOLD_PLACED", "INTERVIEW_BOOKED", "INTERVIEW_RESCHEDULED",
		"HOLD_PLACED", "INTERVIEW_BOOKED", "SLOT_WITHDRAWN",
	})
	same(t, "first hold", history[1], slotChange{
		What: "HELD", At: "2026-06-01T08:00:00Z", Until: ptr("2026-06-01T08:05:00Z"), EventID: history[1].EventID,
	})
	same(t, "changes of the slot of the move", whatOf(s.slotHistory(next)), []string{"PUBLISHED", "BOOKED", "RELEASED"})

	s.Act(booking.RoleInterviewer, int64(number(t, ann)))
	answer := s.Ask("query($id: ID!) { slot(id: $id) { status history { what } } }", in{"id": slot})
	if len(answer.Errors) != 1 || answer.Errors[0].Extensions.Code != "FORBIDDEN" || !strings.Contains(answer.Body, "WITHDRAWN") {
		t.Errorf("response to an interviewer = %s, want the status and FORBIDDEN", answer.Body)
	}
	s.Act(booking.RoleAdmin, 0)
	s.Sound()
}

// History entries cannot be changed or removed.
func TestHistoryIsAppendOnly(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	s.NewSlot(day)
	db := s.DB.SQL(t)
	for _, statement := range []string{
		"UPDATE slot_history SET what = 'BOOKED'", "DELETE FROM slot_history", "TRUNCATE slot_history",
		"UPDATE booking_policy_versions SET at = now()", "DELETE FROM booking_policy_versions", "TRUNCATE booking_policy_versions",
	} {
		t.Run(statement, func(t *testing.T) {
			_, err := db.ExecContext(t.Context(), statement)
			if err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Errorf("error = %v, want one that says append-only", err)
			}
		})
	}
}

// Each event names the version of the policy in force, and each version is kept.
func TestEventsNameThePolicyVersion(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	s.Booked(student, s.NewSlot(day))
	var payload struct{ Errors []refused }
	s.Mutate("updateBookingPolicy", "bookingPolicy { version }", in{"interviewLimit": 7}, &payload)
	s.Accepted(payload.Errors)
	s.Booked(student, s.NewSlot(2*day))
	var data struct {
		Events struct {
			Nodes []struct{ PolicyVersion *int }
		}
	}
	s.Ask("{ events(filter: {kind: [INTERVIEW_BOOKED, POLICY_UPDATED]}) { nodes { policyVersion } } }", nil).Into(&data)
	var versions []int
	for _, e := range data.Events.Nodes {
		versions = append(versions, *e.PolicyVersion)
	}
	same(t, "versions", versions, []int{1, 2, 2})
	rows, err := s.DB.SQL(t).QueryContext(t.Context(), "SELECT policy ->> 'interview_limit' FROM booking_policy_versions ORDER BY version")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var limits []string
	for rows.Next() {
		var limit string
		if err := rows.Scan(&limit); err != nil {
			t.Fatal(err)
		}
		limits = append(limits, limit)
	}
	if rows.Err() != nil {
		t.Fatal(rows.Err())
	}
	same(t, "limits", limits, []string{"15", "7"})
}
