package webhooks_test

import (
	"testing"
)

// The check finds what is missing among the positions of events and the deliveries, and nothing
// while all is well.
func TestCheckOfTheOutbox(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ broken, invariant string }{
		"sound": {"", ""},
		"a position in the middle": {
			"DELETE FROM event_positions WHERE position = 2", "positions of events are consecutive",
		},
		"the last position": {
			"DELETE FROM event_positions WHERE position = (SELECT last_position FROM event_sequence)", "positions of events are consecutive",
		},
		"the position of an event": {
			"DELETE FROM event_positions WHERE position = 2", "an event has a position unless it is still to get one",
		},
		"an event": {
			"ALTER TABLE events DISABLE TRIGGER USER; DELETE FROM events WHERE id = 1", "each position is that of an event",
		},
		"the order of an interview": {
			`WITH own AS (SELECT p.* FROM event_positions p JOIN events e ON e.id = p.event_id WHERE e.interview_id IS NOT NULL)
			UPDATE event_positions p SET position = 1000000 + (SELECT min(position) + max(position) FROM own) - own.position FROM own WHERE own.event_id = p.event_id;
			UPDATE event_positions SET position = position - 1000000 WHERE position > 1000000`, "events of an interview have positions in their order",
		},
		"a delivery": {
			"DELETE FROM webhook_deliveries WHERE id = (SELECT max(id) FROM webhook_deliveries)", "a webhook has a delivery of each dispatched event that it receives",
		},
		"the place of a delivery": {
			"UPDATE webhook_deliveries SET position = position + 1 WHERE id = 1", "a delivery is that of an event, and has its position",
		},
		"the webhook of a delivery": {
			"ALTER TABLE webhook_deliveries DROP CONSTRAINT webhook_deliveries_webhook_id_fkey; DELETE FROM webhooks", "a delivery is to a webhook that exists",
		},
		"the beginning of the dispatch": {
			"UPDATE webhook_dispatch SET position = 0", "an event with a delivery is dispatched, or older than the webhook",
		},
		"the end of the dispatch": {
			"UPDATE webhook_dispatch SET position = position + 1", "events are dispatched to webhooks up to a position that exists",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, r := newWorld(t), newReceiver(t)
			student := w.Student(nil)
			h := w.hook(r.URL, nil, "STUDENT_CREATED")
			w.Student(nil)
			w.deliver()
			// From here on, the webhook has another filter.
			w.Accepted(w.change("updateWebhook", in{"webhookId": h.ID, "kinds": []string{"INTERVIEW_BOOKED", "INTERVIEW_CANCELLED"}}))
			w.Cancel(w.Book(student, w.NewSlot(48*hour)).Interview.ID)
			w.deliver()
			if test.broken == "" {
				w.Sound()
				return
			}
			if _, err := w.DB.SQL(t).ExecContext(t.Context(), test.broken); err != nil {
				t.Fatal(err)
			}
			w.Unsound(test.invariant)
		})
	}
}
