package store

import (
	"context"
	"fmt"
	"math"
	"time"

	"rehearse/internal/booking"
)

const (
	// dispatchBatch is the number of events that are dispatched in one transaction.
	dispatchBatch = 1000
	// lockDispatch locks the position up to which events have been dispatched.
	lockDispatch = "SELECT FROM webhook_dispatch FOR UPDATE"
)

// dispatchEvents adds the deliveries of the next events and advances the position by them. It
// starts no earlier than the first event after the oldest enabled webhook, and stops after the event
// that brings the number of deliveries to $2 or more. An event that was dispatched once is not
// dispatched again, because the position and the deliveries are written together.
var dispatchEvents = fmt.Sprintf(`
	WITH receivers AS MATERIALIZED (
		SELECT *, (SELECT position FROM event_positions WHERE event_id = since_event_id) AS since FROM webhooks WHERE disabled_at IS NULL
	), start AS MATERIALIZED (
		SELECT greatest(position, (SELECT min(since) FROM receivers)) AS position FROM webhook_dispatch
	), batch AS MATERIALIZED (
		SELECT p.position, e.id, e.kind, e.student_id, e.interviewer_id, e.interview_id
		FROM event_positions p JOIN events e ON e.id = p.event_id
		WHERE p.position > (SELECT position FROM start) AND p.position <= (SELECT position + %[1]d FROM start)
		ORDER BY p.position LIMIT %[1]d
	), matches AS MATERIALIZED (
		SELECT w.id AS webhook_id, e.*, count(*) OVER (ORDER BY e.position) AS n
		FROM batch e JOIN receivers w ON e.position > w.since AND %[3]s
	), last AS MATERIALIZED (
		SELECT (SELECT max(position) FROM batch) AS of_batch, (SELECT min(position) FROM matches WHERE n >= $2) AS of_enough
	), added AS (
		%[2]s
		SELECT webhook_id, id, kind, position, interview_id, 'PENDING', 0, $1::timestamptz, $1::timestamptz
		FROM matches WHERE position <= (SELECT coalesce(of_enough, of_batch) FROM last)
		ORDER BY position, webhook_id
		ON CONFLICT (webhook_id, event_id) DO NOTHING RETURNING id
	)
	UPDATE webhook_dispatch d SET position = greatest(d.position, (SELECT coalesce(of_enough, of_batch) FROM last))
	RETURNING (SELECT count(*) FROM batch), (SELECT count(*) FROM added), (SELECT of_enough IS NOT NULL FROM last)`,
	dispatchBatch, insertDeliveries, webhookMatches)

// Receiver is an enabled webhook, as far as claims depend on it.
type Receiver struct {
	ID                        booking.WebhookID
	FailingSince, PausedUntil *time.Time
}

// State returns the state of the receiver.
func (r Receiver) State() booking.ReceiverState {
	return booking.ReceiverState{FailingSince: r.FailingSince, PausedUntil: r.PausedUntil}
}

// Receivers returns the enabled webhooks.
func (s *Store) Receivers(ctx context.Context) (enabled []Receiver, err error) {
	err = s.db.WithContext(ctx).Raw("SELECT id, failing_since, paused_until FROM webhooks WHERE disabled_at IS NULL").Scan(&enabled).Error
	return enabled, fault(err, "list the enabled webhooks")
}

// dispatched is what dispatchEvents has done.
type dispatched struct {
	events, deliveries int  // in the batch, and added
	enough             bool // it may have left events of the batch
}

// DispatchEvents adds a delivery for each committed event and each enabled webhook that
// receives it, and returns the number of deliveries.
func (s *Store) DispatchEvents(ctx context.Context, now time.Time) (deliveries int, err error) {
	deliveries, _, err = s.DispatchSome(ctx, now, math.MaxInt32)
	return deliveries, err
}

// DispatchSome is like DispatchEvents, but stops once it has added enough deliveries, and reports
// whether it has. A later call dispatches the remaining events.
func (s *Store) DispatchSome(ctx context.Context, now time.Time, enough int) (deliveries int, stopped bool, err error) {
	for {
		all, err := s.sequence(ctx)
		if err != nil {
			return deliveries, false, err
		}
		batch, err := InTx(ctx, s, func(tx *Tx) (dispatched, error) {
			tx.CommitLazily()
			tx.state.queue(lockDispatch)
			batch, err := one(ctx, tx, func(d *dispatched) []any { return []any{&d.events, &d.deliveries, &d.enough} }, dispatchEvents, now, enough-deliveries)
			return batch, fault(err, "dispatch events")
		})
		deliveries += batch.deliveries
		if err != nil || batch.enough || all && batch.events < dispatchBatch {
			return deliveries, batch.enough, err
		}
	}
}

// Attempt is a delivery that a server has claimed, with everything that the request needs.
type Attempt struct {
	booking.Delivery

	Event     booking.Event
	Interview *booking.Interview // nil if the event is not about one
	URL       string
	Secrets   []string // those that are valid
}

// attemptRow is what claimDeliveries returns.
type attemptRow struct {
	delivery            deliveryRow
	event               eventRow
	url, secret         string
	previousSecret      *string
	previousSecretUntil *time.Time
}

var (
	claimedDelivery = columnsOf[deliveryRow]()
	claimedEvent    = columnsOf[eventRow]()
)

func (r *attemptRow) targets() []any {
	return append(claimedEvent.appendTargets(claimedDelivery.targets(&r.delivery), &r.event), &r.url, &r.secret, &r.previousSecret, &r.previousSecretUntil)
}

var claimDeliveries = `
	WITH due AS (
		SELECT d.id FROM unnest($1::bigint[], $2::bigint[]) AS room (webhook_id, size) JOIN webhooks w ON w.id = room.webhook_id AND w.disabled_at IS NULL,
			LATERAL (
				SELECT id FROM webhook_deliveries d
				WHERE d.webhook_id = room.webhook_id AND status = 'PENDING' AND next_attempt_at <= $3 AND NOT EXISTS (
					SELECT FROM webhook_deliveries earlier
					WHERE earlier.webhook_id = d.webhook_id AND earlier.interview_id = d.interview_id AND earlier.status = 'PENDING' AND earlier.position < d.position
				) ORDER BY next_attempt_at, position LIMIT room.size FOR UPDATE SKIP LOCKED
			) AS d
	)
	UPDATE webhook_deliveries d SET attempts = d.attempts + 1, first_attempt_at = coalesce(d.first_attempt_at, $3), last_attempt_at = $3, next_attempt_at = $4
	FROM due, webhooks w, events e WHERE d.id = due.id AND w.id = d.webhook_id AND e.id = d.event_id
	RETURNING ` + claimedDelivery.of("d.") + ", " + claimedEvent.of("e.") + ", w.url, w.secret, w.previous_secret, w.previous_secret_until"

// indexesOnly makes a transaction use indexes. Postgres keeps the plan of a statement until it has
// counted the rows again. A plan for a few deliveries would compare each of thousands that have
// been added since with all others.
const indexesOnly = "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true)"

// ClaimDeliveries claims deliveries that are due. The map room contains the maximum number for
// each webhook. The last parameter is the time at which the claims expire. A delivery is not due
// while an earlier one of the same webhook and interview is pending. Each claim counts as an
// attempt.
func (s *Store) ClaimDeliveries(ctx context.Context, room map[booking.WebhookID]int, now, expires time.Time) ([]Attempt, error) {
	var webhooks, sizes []int64
	for id, size := range room {
		webhooks, sizes = append(webhooks, int64(id)), append(sizes, int64(size))
	}
	rows, err := InTx(ctx, s, func(tx *Tx) (rows []attemptRow, err error) {
		tx.CommitLazily()
		tx.state.queue(indexesOnly)
		err = tx.send(ctx, statement{claimDeliveries, []any{webhooks, sizes, now, expires}, each(&rows, (*attemptRow).targets)})
		return rows, fault(err, "claim deliveries")
	})
	if err != nil {
		return nil, err
	}
	return s.attempts(ctx, rows, now)
}

func (s *Store) attempts(ctx context.Context, rows []attemptRow, now time.Time) ([]Attempt, error) {
	var about []booking.InterviewID
	for _, row := range rows {
		if row.delivery.InterviewID != nil {
			about = append(about, *row.delivery.InterviewID)
		}
	}
	interviews := map[booking.InterviewID]*booking.Interview{}
	if len(about) > 0 {
		found, err := s.InterviewsByID(ctx, unique(about))
		if err != nil {
			return nil, err
		}
		for _, one := range found {
			interviews[one.ID] = &one
		}
	}
	claimed := make([]Attempt, len(rows))
	for i, row := range rows {
		secrets := booking.WebhookSecrets{Current: row.secret}
		if row.previousSecret != nil {
			secrets.Previous = *row.previousSecret
		}
		claimed[i] = Attempt{
			Delivery: row.delivery.domain(), Event: row.event.domain(), URL: row.url, Secrets: secrets.Valid(row.previousSecretUntil, now),
			Interview: interviews[orZero(row.delivery.InterviewID)],
		}
	}
	return claimed, nil
}

// RecordAttempts writes the results of attempts. The result of a delivery that was claimed
// again or made due again in the meantime is dropped. It returns the webhooks of those that
// have failed for good.
func (tx *Tx) RecordAttempts(ctx context.Context, done []booking.Delivery) (failed []booking.WebhookID, err error) {
	err = tx.send(ctx, statement{recordAttempts, []any{
		valuesOf(done, func(d booking.Delivery) int64 { return int64(d.ID) }),
		valuesOf(done, func(d booking.Delivery) int64 { return int64(d.Attempts) }),
		valuesOf(done, func(d booking.Delivery) *time.Time { return d.FirstAt }),
		valuesOf(done, func(d booking.Delivery) string { return string(d.Status) }),
		valuesOf(done, func(d booking.Delivery) *time.Time { return d.NextAt }),
		valuesOf(done, func(d booking.Delivery) *int64 { return wide(d.ResponseStatus) }),
		valuesOf(done, func(d booking.Delivery) *string { return d.ResponseBody }),
		valuesOf(done, func(d booking.Delivery) *string { return d.ResponseError }),
	}, each(&failed, func(id *booking.WebhookID) []any { return []any{(*int64)(id)} })})
	return failed, fault(err, "record %d attempts", len(done))
}

const recordAttempts = `
	WITH recorded AS (
		UPDATE webhook_deliveries d
		SET status = given.status, next_attempt_at = given.next_attempt_at,
			response_status = given.response_status, response_body = given.response_body, error = given.error
		FROM unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::text[], $5::timestamptz[], $6::bigint[], $7::text[], $8::text[])
			AS given (id, attempts, first_attempt_at, status, next_attempt_at, response_status, response_body, error)
		WHERE d.id = given.id AND d.attempts = given.attempts AND d.first_attempt_at = given.first_attempt_at AND d.status = 'PENDING'
		RETURNING d.webhook_id, d.status
	) SELECT DISTINCT webhook_id FROM recorded WHERE status = 'FAILED' ORDER BY webhook_id`

func wide(n *int) *int64 {
	if n == nil {
		return nil
	}
	w := int64(*n)
	return &w
}

// RepairDeliveries finds the deliveries whose next attempt is later than an attempt can be, and
// makes them due. They were claimed or put off by a server whose clock was fast, and would wait
// for that time.
func (s *Store) RepairDeliveries(ctx context.Context, now time.Time) (int, error) {
	done := s.db.WithContext(ctx).Exec(`UPDATE webhook_deliveries d SET first_attempt_at = NULL, next_attempt_at = ?
		FROM webhooks w WHERE d.webhook_id = w.id AND d.status = 'PENDING' AND d.next_attempt_at > ?`, now, now.Add(booking.LongestRetry+booking.ClockSlack))
	return int(done.RowsAffected), fault(done.Error, "look for deliveries that were put off too far")
}

// OldestDelivery returns when the oldest delivery that is pending for an enabled webhook was
// created, or nil if there is none.
func (s *Store) OldestDelivery(ctx context.Context) (oldest *time.Time, err error) {
	err = s.db.WithContext(ctx).Raw(`SELECT min(d.created_at) FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id
		WHERE d.status = 'PENDING' AND w.disabled_at IS NULL`).Row().Scan(&oldest)
	return utc(oldest), fault(err, "look for the oldest pending delivery")
}
