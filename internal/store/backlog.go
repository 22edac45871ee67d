package store

import (
	"context"
	"time"
)

// backlog finds out whether there are events, links, messages or deliveries that a dispatcher would process
// by the time $1. $2 says whether messages are sent. It dispatches from where dispatchEvents does.
const backlog = `
	WITH receivers AS MATERIALIZED (
		SELECT id, (SELECT position FROM event_positions WHERE event_id = since_event_id) AS since
		FROM webhooks WHERE disabled_at IS NULL AND (paused_until IS NULL OR paused_until <= $1)
	), fresh AS MATERIALIZED (
		SELECT EXISTS (SELECT FROM events WHERE id > (SELECT last_event_id FROM event_sequence) ORDER BY id LIMIT 1) AS events, last_position FROM event_sequence
	)
	SELECT $2 AND (
			EXISTS (SELECT FROM sign_in_links WHERE NOT mailed)
			OR EXISTS (SELECT FROM mail WHERE status = 'PENDING' AND next_attempt_at <= $1)
			OR EXISTS (SELECT FROM mail_dispatch, fresh WHERE position IS NOT NULL AND (events OR position < last_position)))
		OR EXISTS (SELECT FROM receivers r, LATERAL (
			SELECT FROM webhook_deliveries d WHERE d.webhook_id = r.id AND status = 'PENDING' AND next_attempt_at <= $1 LIMIT 1) AS due)
		OR EXISTS (SELECT FROM receivers HAVING count(*) > 0 AND (
			(SELECT events FROM fresh) OR (SELECT last_position FROM fresh) > greatest((SELECT position FROM webhook_dispatch), min(since))))`

// HasBacklog reports whether there are deliveries, or with mail also messages, to send by a time.
func (s *Store) HasBacklog(ctx context.Context, by time.Time, mail bool) (bool, error) {
	has, err := one(ctx, s, func(has *bool) []any { return []any{has} }, backlog, by, mail)
	return has, fault(err, "look for messages and deliveries to send")
}
