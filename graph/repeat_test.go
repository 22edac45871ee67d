package graph_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// repeats returns a request for each mutation that takes no key, each for a school of its
// own.
func repeats(s *school) map[string]in {
	student, holder, ann := s.Student(nil), s.Student(nil), s.Interviewer(nil)
	missed := s.Booked(student, s.NewSlot(day))
	s.SetClock(t0.Add(day + 30*time.Minute))
	window := s.Publish(ann, t0.Add(5*day), 3*time.Hour, 60)
	slot := window.Slots[0].ID
	s.Accepted(s.ChangeInterview("markNoShow", in{"interviewId": missed, "party": "STUDENT"}).Errors)
	var blocked struct {
		Blocks []struct{ ID string }
		Errors []refused
	}
	s.Mutate("blockTime", "blocks { id }", in{
		"interviewerId": ann, "start": moment(9 * day), "end": moment(10 * day), "reason": "away",
	}, &blocked)
	s.Accepted(blocked.Errors)
	return map[string]in{
		"anonymiseStudent":    {"studentId": s.Student(nil)},
		"deleteCalendarFeed":  {"feedId": s.calendarFeed(in{"interviewerId": ann})},
		"releaseHold":         {"holdId": s.hold(holder, slot).Hold.ID},
		"removeAvailability":  {"availabilityId": window.Availability.ID},
		"revokeWaiver":        {"waiverId": s.waive(student, "PAIR", nil)},
		"unblockTime":         {"blockId": blocked.Blocks[0].ID},
		"undoNoShow":          {"interviewId": missed},
		"updateAvailability":  {"availabilityId": window.Availability.ID, "slotMinutes": 30, "tags": []string{"go"}},
		"updateBookingPolicy": {"interviewLimit": 7, "publishHorizonDays": 20},
		"deleteWebhook":       {"webhookId": s.webhook(nil)},
		"redeliver":           {"webhookId": s.webhook(nil), "fromEventId": "1"},
		"updateWebhook":       {"webhookId": s.webhook(nil), "url": publicHook + "other", "kinds": []string{"INTERVIEW_BOOKED"}, "enabled": false},
		"updateInterviewer":   {"interviewerId": ann, "maxPerDay": 2, "active": false},
		"updateStudent":       {"studentId": student, "name": "Another", "interviewLimit": nil},
		"withdrawSlot":        {"slotId": slot},

		"updateNotificationPreferences": {"studentId": student, "reminders": false},
	}
}

// A mutation without a key does nothing the second time.
func TestMutationsWithoutKeysAreRepeatable(t *testing.T) {
	t.Parallel()
	for mutation, why := range repeatable {
		t.Run(mutation, func(t *testing.T) {
			t.Parallel()
			s := newSchool(t)
			input, is := repeats(s)[mutation]
			if !is {
				t.Fatal("the mutation has no request in this test")
			}
			name := strings.ToUpper(mutation[:1]) + mutation[1:] + "Input"
			send := func() string {
				return s.Ask(fmt.Sprintf("mutation($in: %s!) { it: %s(input: $in) { errors { code } } }", name, mutation), in{"in": input}).Body
			}
			before := s.Rows()
			same(t, "first response", strings.TrimSpace(send()), `{"data":{"it":{"errors":[]}}}`)
			first := s.Rows()
			if first == before {
				t.Fatal("the first request changes no rows")
			}
			again := send()
			if s.Rows() != first {
				t.Errorf("the second request changes rows, although %s: %s", why, again)
			}
			s.Sound()
		})
	}
}
