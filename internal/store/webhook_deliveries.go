package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"rehearse/internal/booking"
)

type deliveryRow struct {
	ID             booking.DeliveryID
	WebhookID      booking.WebhookID
	EventID        booking.EventID
	Kind           booking.EventKind
	InterviewID    *booking.InterviewID
	Status         booking.DeliveryStatus
	Attempts       int
	CreatedAt      time.Time
	FirstAttemptAt *time.Time
	LastAttemptAt  *time.Time
	NextAttemptAt  *time.Time
	ResponseStatus *int
	ResponseBody   *string
	Error          *string
}

func (deliveryRow) TableName() string { return "webhook_deliveries" }

func (r deliveryRow) domain() booking.Delivery {
	return booking.Delivery{
		ID: r.ID, WebhookID: r.WebhookID, EventID: r.EventID, Kind: r.Kind, InterviewID: orZero(r.InterviewID), Status: r.Status,
		Attempts: r.Attempts, CreatedAt: r.CreatedAt.UTC(), FirstAt: utc(r.FirstAttemptAt), LastAt: utc(r.LastAttemptAt), NextAt: utc(r.NextAttemptAt),
		DeliveryResponse: booking.DeliveryResponse{ResponseStatus: r.ResponseStatus, ResponseBody: r.ResponseBody, ResponseError: r.Error},
	}
}

// AnyDelivery is a filter that matches all deliveries.
type AnyDelivery struct{}

func (AnyDelivery) apply(db *gorm.DB) *gorm.DB { return db }

func webhookLists(parents []booking.WebhookID, f AnyDelivery) childLists[booking.WebhookID] {
	return childLists[booking.WebhookID]{parents: parents, column: "webhook_id", filter: f.apply}
}

// DeliveriesOf returns a page of the deliveries of each webhook.
func (r *Reader) DeliveriesOf(
	ctx context.Context, of []booking.WebhookID, f AnyDelivery, p Page,
) (map[booking.WebhookID]Part[booking.Delivery], error) {
	return listParts[deliveryRow](ctx, r, webhookLists(of, f), p, func(d booking.Delivery) booking.WebhookID { return d.WebhookID })
}

// CountDeliveriesOf returns the number of items of DeliveriesOf on all pages.
func (r *Reader) CountDeliveriesOf(ctx context.Context, of []booking.WebhookID, f AnyDelivery) (map[booking.WebhookID]int, error) {
	return countParts[deliveryRow](ctx, r, webhookLists(of, f))
}

// Delivery returns one delivery, or NotFound.
func (r *Reader) Delivery(ctx context.Context, id booking.DeliveryID) (booking.Delivery, error) {
	var found deliveryRow
	err := r.db.WithContext(ctx).Where("id = ?", id).Take(&found).Error
	return found.domain(), missing(err, "delivery", "deliveryId", id)
}

// Redeliver makes a delivery due again, as if it had not been attempted.
func (tx *Tx) Redeliver(ctx context.Context, id booking.DeliveryID, at time.Time) error {
	err := tx.db.WithContext(ctx).Exec("UPDATE webhook_deliveries SET status = 'PENDING', first_attempt_at = NULL, next_attempt_at = ? WHERE id = ?", at, id).Error
	return fault(err, "redeliver %d", id)
}

// RedeliverFrom makes the deliveries of an event and of the later ones due again, and adds
// those that are missing. It stops after most+1 deliveries and returns their number, so a number
// above most means that there are too many. The error is NotFound if the event does not exist.
func (tx *Tx) RedeliverFrom(ctx context.Context, id booking.WebhookID, from booking.EventID, most int, at time.Time) (int, error) {
	var start *int64
	if err := tx.db.WithContext(ctx).Raw("SELECT (SELECT position FROM event_positions WHERE event_id = ?)", from).Scan(&start).Error; err != nil {
		return 0, fault(err, "find the position of event %d", from)
	}
	if start == nil {
		return 0, booking.Missing("event", "fromEventId")
	}
	done := tx.db.WithContext(ctx).Exec(insertDeliveries+`
		SELECT w.id, e.id, e.kind, p.position, e.interview_id, 'PENDING', 0, ?, ?
		FROM webhooks w, event_positions p JOIN events e ON e.id = p.event_id
		WHERE w.id = ? AND p.position BETWEEN ? AND greatest((SELECT position FROM webhook_dispatch), (SELECT position FROM event_positions WHERE event_id = w.since_event_id)) AND `+webhookMatches+`
		ORDER BY p.position LIMIT ?
		ON CONFLICT (webhook_id, event_id) DO UPDATE SET status = 'PENDING', first_attempt_at = NULL, next_attempt_at = excluded.next_attempt_at`,
		at, at, id, *start, most+1)
	return int(done.RowsAffected), fault(done.Error, "redeliver from event %d", from)
}

// insertDeliveries is the beginning of a statement that queues deliveries.
const insertDeliveries = "INSERT INTO webhook_deliveries (webhook_id, event_id, kind, position, interview_id, status, attempts, created_at, next_attempt_at)"

// webhookMatches is the condition that webhook w receives event e.
const webhookMatches = `(w.kinds = '{}' OR e.kind = ANY (w.kinds)) AND
	(w.student_ids = '{}' OR e.student_id = ANY (w.student_ids)) AND (w.interviewer_ids = '{}' OR e.interviewer_id = ANY (w.interviewer_ids))`

// DeleteDeliveries deletes the deliveries that were created before the given time, except
// those that are still attempted, and returns their number.
func (s *Store) DeleteDeliveries(ctx context.Context, before time.Time) (int, error) {
	done := s.db.WithContext(ctx).Exec(`DELETE FROM webhook_deliveries d USING webhooks w
		WHERE w.id = d.webhook_id AND d.created_at < ? AND (d.status <> 'PENDING' OR w.disabled_at IS NOT NULL)`, before)
	return int(done.RowsAffected), fault(done.Error, "delete old deliveries")
}
