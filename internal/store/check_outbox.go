package store

import (
	"fmt"

	"rehearse/internal/booking"
)

// outboxInvariants are the invariants of what leaves the school: the positions of events, the
// deliveries to webhooks, and messages.
var outboxInvariants = []invariant{
	{"a delivery is that of an event, and has its position", `
		SELECT format('delivery %s of event %s has the position %s', d.id, d.event_id, d.position)
		FROM webhook_deliveries d LEFT JOIN event_positions p ON p.event_id = d.event_id
			LEFT JOIN events e ON e.id = d.event_id AND (e.kind, e.interview_id) IS NOT DISTINCT FROM (d.kind, d.interview_id)
		WHERE p.position IS DISTINCT FROM d.position OR e.id IS NULL`},
	{"a delivery is to a webhook that exists", `
		SELECT format('delivery %s is to webhook %s, which does not exist', d.id, d.webhook_id)
		FROM webhook_deliveries d LEFT JOIN webhooks w ON w.id = d.webhook_id WHERE w.id IS NULL`},
	{"positions of events are consecutive", `
		SELECT format('the positions %s to %s belong to %s events; the last position is %s', min(p.position), max(p.position), count(p.position), s.last_position)
		FROM event_sequence s LEFT JOIN event_positions p ON true
		GROUP BY s.last_position HAVING count(p.position) <> s.last_position
			OR s.last_position > 0 AND (min(p.position), max(p.position)) IS DISTINCT FROM (1::bigint, s.last_position)`},
	{"each position is that of an event", `
		SELECT format('position %s is of event %s, which does not exist', p.position, p.event_id)
		FROM event_positions p LEFT JOIN events e ON e.id = p.event_id WHERE e.id IS NULL`},
	// An event in a gap, or after the last one, gets its position when events are read.
	{"an event has a position unless it is still to get one", `
		SELECT format('event %s has no position', e.id)
		FROM event_sequence s, events e LEFT JOIN event_positions p ON p.event_id = e.id
		WHERE p.event_id IS NULL AND e.id <= s.last_event_id AND NOT s.gaps @> e.id`},
	{"events of an interview have positions in their order", `
		SELECT format('event %s of interview %s has the position %s, before an earlier one', id, interview_id, position)
		FROM (SELECT e.id, e.interview_id, p.position, max(p.position) OVER (PARTITION BY e.interview_id ORDER BY e.id
				ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
			FROM events e JOIN event_positions p ON p.event_id = e.id WHERE e.interview_id IS NOT NULL) AS rows
		WHERE position < before`},
	// Checks only events after the last change of the webhook, because its filter may have been
	// different before, and only events of the time for which deliveries are kept.
	{"a webhook has a delivery of each dispatched event that it receives", fmt.Sprintf(`
		SELECT format('webhook %%s has no delivery of event %%s', w.id, e.id)
		FROM clock, webhook_dispatch d, webhooks w CROSS JOIN LATERAL (
			SELECT max(p.position) AS position FROM events c JOIN event_positions p ON p.event_id = c.id
			WHERE c.kind LIKE 'WEBHOOK%%' AND c.changes @> jsonb_build_array(jsonb_build_object('field', 'webhookId', 'after', w.id::text))) changed
		JOIN event_positions p ON p.position > changed.position JOIN events e ON e.id = p.event_id
		WHERE w.disabled_at IS NULL AND p.position <= d.position AND e.at > clock.now - interval '%d hours' AND %s
			AND NOT EXISTS (SELECT FROM webhook_deliveries have WHERE have.webhook_id = w.id AND have.event_id = e.id)`, int(booking.DeliveryLifetime.Hours())-24, webhookMatches)},
	{"events are dispatched to webhooks up to a position that exists", `
		SELECT format('events are dispatched up to position %s, the last one is %s', d.position, s.last_position)
		FROM webhook_dispatch d, event_sequence s WHERE d.position > s.last_position`},
	// A redelivery may be of an event that is not dispatched yet, if the webhook begins after it.
	{"an event with a delivery is dispatched, or older than the webhook", `
		SELECT format('delivery %s has the position %s, and events are dispatched up to %s', d.id, d.position, c.position)
		FROM webhook_dispatch c, webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id
			LEFT JOIN event_positions since ON since.event_id = w.since_event_id
		WHERE d.position > greatest(c.position, since.position)`},
	{"a message is about an event that exists", fmt.Sprintf(`
		SELECT format('message %%s of the kind %%s is about event %%s, which does not exist', m.id, m.kind, coalesce(m.event_id::text, '(none)'))
		FROM mail m LEFT JOIN events e ON e.id = m.event_id
		WHERE e.id IS NULL AND (m.event_id IS NOT NULL OR m.kind NOT IN ('%s', '%s', '%s'))`, booking.MailReminder, booking.MailAgenda, booking.MailFeedback)},
	{"an event with a message is dispatched", `
		SELECT format('message %s is about an event with the position %s, and events are dispatched up to %s', m.id, p.position, coalesce(c.position::text, '(none)'))
		FROM mail_dispatch c, mail m JOIN event_positions p ON p.event_id = m.event_id
		WHERE c.position IS NULL OR p.position > c.position`},
	{"a message is about an interview that exists", `
		SELECT format('message %s is about interview %s, which does not exist', m.id, m.interview_id)
		FROM mail m LEFT JOIN interviews i ON i.id = m.interview_id WHERE m.interview_id IS NOT NULL AND i.id IS NULL`},
	{"a message has a recipient that exists", `
		SELECT format('message %s is to %s %s, who does not exist', m.id, m.recipient_role, m.recipient_id)
		FROM mail m LEFT JOIN students s ON m.recipient_role = 'STUDENT' AND s.id = m.recipient_id
			LEFT JOIN interviewers v ON m.recipient_role = 'INTERVIEWER' AND v.id = m.recipient_id
		WHERE m.recipient_role <> 'ADMIN' AND num_nonnulls(s.id, v.id) = 0`},
	{"events are dispatched to the outbox up to a position that exists", `
		SELECT format('events are dispatched up to position %s, the last one is %s', m.position, s.last_position)
		FROM mail_dispatch m, event_sequence s WHERE m.position > s.last_position`},
}
