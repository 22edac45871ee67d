package outbox_test

import (
	"testing"

	"rehearse/internal/schooltest"
)

// A message about something that no longer exists is dropped. The others of its batch are sent.
func TestMissing(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		deletion string // $1 is the interview
		want     map[string]int
	}{
		"a waiver":     {"DELETE FROM waivers WHERE $1::bigint > 0", map[string]int{"DROPPED it is about something that does not exist": 1, "SENT accepted": 5}},
		"an interview": {"DELETE FROM interviews WHERE id = $1", map[string]int{"DROPPED it is about something that does not exist": 2, "SENT accepted": 4}},
		"the event of a waiver": {
			"DELETE FROM events WHERE kind = 'WAIVER_GRANTED' AND $1::bigint > 0", map[string]int{"DROPPED it is about something that does not exist": 1, "SENT accepted": 5},
		},
		"the event of a webhook": {
			"DELETE FROM events WHERE kind = 'WEBHOOK_DISABLED' AND $1::bigint > 0", map[string]int{"DROPPED it is about something that does not exist": 1, "SENT accepted": 5},
		},
		"a recipient": {
			"UPDATE mail SET recipient_id = 987654 WHERE interview_id = $1 AND recipient_role = 'INTERVIEWER'",
			map[string]int{"DROPPED it is about something that does not exist": 1, "SENT accepted": 5},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			student, interviewer := w.people()
			var payload struct{ Errors []schooltest.Refusal }
			w.Mutate("grantWaiver", "", in{"studentId": student, "rule": "LIMIT", "reason": "hardship"}, &payload)
			w.Accepted(payload.Errors)
			interview := w.Booked(student, w.Slot(interviewer, 24*hour))
			w.Booked(student, w.NewSlot(48*hour))
			w.exec("ALTER TABLE events DISABLE TRIGGER USER")
			w.exec(`INSERT INTO events (at, kind, actor_role, actor_id, request_id, changes)
				VALUES ($1, 'WEBHOOK_DISABLED', 'SYSTEM', 0, '', '[{"field": "webhookId", "before": null, "after": "7"}]')`, schooltest.T0)
			if err := w.Store.DispatchMail(t.Context(), *w.Clock.Load()); err != nil {
				t.Fatal(err)
			}
			w.exec(test.deletion, interview)
			w.deliver()
			schooltest.Same(t, "the messages", w.statuses(), test.want)
		})
	}
}

// exec changes the database.
func (w *world) exec(statement string, args ...any) {
	w.T.Helper()
	if _, err := w.DB.SQL(w.T).ExecContext(w.T.Context(), statement, args...); err != nil {
		w.T.Fatal(err)
	}
}

// The check finds messages that are not those of an event, an interview and a person, and a
// position that is too high or too low. It finds nothing while all is well.
func TestCheckOfTheOutbox(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ broken, invariant string }{
		"sound":               {"", ""},
		"another event":       {"UPDATE mail SET event_id = 987654 WHERE id = 1", "a message is about an event that exists"},
		"no event":            {"UPDATE mail SET event_id = NULL WHERE id = 1", "a message is about an event that exists"},
		"a deleted event":     {"ALTER TABLE events DISABLE TRIGGER USER; DELETE FROM events WHERE kind = 'INTERVIEW_BOOKED'", "a message is about an event that exists"},
		"another interview":   {"UPDATE mail SET interview_id = 987654 WHERE id = 1", "a message is about an interview that exists"},
		"another student":     {"UPDATE mail SET recipient_id = 987654 WHERE recipient_role = 'STUDENT'", "a message has a recipient that exists"},
		"another interviewer": {"UPDATE mail SET recipient_id = 987654 WHERE recipient_role = 'INTERVIEWER'", "a message has a recipient that exists"},
		"a position ahead":    {"UPDATE mail_dispatch SET position = position + 1", "events are dispatched to the outbox up to a position that exists"},
		"a position behind":   {"UPDATE mail_dispatch SET position = position - 1", "an event with a message is dispatched"},
		"no position":         {"UPDATE mail_dispatch SET position = NULL", "an event with a message is dispatched"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			student, interviewer := w.people()
			w.Booked(student, w.Slot(interviewer, 24*hour))
			w.deliver()
			if test.broken == "" {
				w.Sound()
				return
			}
			w.exec(test.broken)
			w.Unsound(test.invariant)
		})
	}
}
