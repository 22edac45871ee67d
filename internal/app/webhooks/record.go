package webhooks

import (
	"context"
	"slices"
	"time"

	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// record writes the results of requests and the states of their receivers, and disables the
// webhooks of deliveries that have failed for good, in one transaction. It keeps the results if
// it fails.
func (d *Dispatcher) record(ctx context.Context) error {
	if len(d.results) == 0 {
		return nil
	}
	now := d.now()
	affected := d.affected(now)
	disabled, err := store.InTx(ctx, d.store, func(tx *store.Tx) ([]booking.WebhookID, error) {
		if len(affected) == 0 {
			tx.CommitLazily()
		}
		webhooks, err := lock(ctx, tx, affected)
		if err != nil {
			return nil, err
		}
		done, err := d.judge(ctx, tx, webhooks, now)
		if err != nil {
			return nil, err
		}
		failed, err := tx.RecordAttempts(ctx, done)
		if err != nil {
			return nil, err
		}
		var disabled []booking.WebhookID
		for _, id := range failed {
			if !webhooks[id].Enabled() {
				continue
			}
			if err := disable(ctx, tx, webhooks[id], now); err != nil {
				return nil, err
			}
			disabled = append(disabled, id)
		}
		return disabled, nil
	})
	if err != nil {
		return err
	}
	d.results = nil
	if len(affected) > 0 {
		d.changed.Store(true)
	}
	for _, id := range disabled {
		d.observer.WebhookDisabled()
		d.log.WarnContext(ctx, "a webhook was disabled, because a delivery failed for good", "webhook", id)
	}
	return nil
}

// affected returns the webhooks that the results may change: those whose receiver is or was
// unavailable, and those of deliveries that fail for good.
func (d *Dispatcher) affected(now time.Time) (ids []booking.WebhookID) {
	for _, one := range d.results {
		after, _ := one.After(one.response, booking.ReceiverState{}, now)
		if d.failing[one.WebhookID] || one.response.Unavailable() || after.Status == booking.DeliveryFailed {
			ids = append(ids, one.WebhookID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// lock locks webhooks. As everywhere, this is done before deliveries are locked. A webhook that
// was deleted is missing from the result.
func lock(ctx context.Context, tx *store.Tx, ids []booking.WebhookID) (map[booking.WebhookID]booking.Webhook, error) {
	locked := map[booking.WebhookID]booking.Webhook{}
	for _, id := range ids {
		webhook, err := tx.LockWebhook(ctx, id)
		if operation.IgnoreMissing(err) != nil {
			return nil, err
		}
		if err == nil {
			locked[id] = webhook
		}
	}
	return locked, nil
}

// judge returns the deliveries as they are after the results, and stores the states of the
// receivers that have changed.
func (d *Dispatcher) judge(ctx context.Context, tx *store.Tx, locked map[booking.WebhookID]booking.Webhook, now time.Time) ([]booking.Delivery, error) {
	done := make([]booking.Delivery, len(d.results))
	states := map[booking.WebhookID]booking.ReceiverState{}
	for id, webhook := range locked {
		states[id] = webhook.ReceiverState
	}
	for i, one := range d.results {
		done[i], states[one.WebhookID] = one.After(one.response, states[one.WebhookID], now)
	}
	for id, webhook := range locked {
		if !webhook.Enabled() || webhook.Available() && states[id].Available() {
			continue
		}
		if err := tx.SetReceiverState(ctx, id, states[id]); err != nil {
			return nil, err
		}
	}
	return done, nil
}

// disable disables a webhook, which must be locked.
func disable(ctx context.Context, tx *store.Tx, before booking.Webhook, now time.Time) error {
	after := before
	after.DisabledAt, after.ReceiverState = &now, booking.ReceiverState{}
	after, err := tx.UpdateWebhook(ctx, after, now)
	if err != nil {
		return err
	}
	return operation.AppendEvents(ctx, tx, now, after.Event(booking.WebhookDisabled, before))
}
