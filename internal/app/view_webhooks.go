package app

import (
	"context"

	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// Webhooks lists the webhooks. Only administrators may call it.
func (v View) Webhooks(ctx context.Context) ([]booking.Webhook, error) {
	if err := v.may.Only(); err != nil {
		return nil, err
	}
	return v.app.store.Webhooks(ctx)
}

// Webhook returns a webhook. Only administrators may call it.
func (v View) Webhook(ctx context.Context, id booking.WebhookID) (booking.Webhook, error) {
	if err := v.may.Only(); err != nil {
		return booking.Webhook{}, err
	}
	return v.app.store.Webhook(ctx, id)
}

// DeliveriesOf lists the deliveries of webhooks. Only administrators may call it.
func (v View) DeliveriesOf(
	ctx context.Context, of []booking.WebhookID, f store.AnyDelivery, p store.Page,
) (map[booking.WebhookID]store.Part[booking.Delivery], error) {
	if err := v.may.Only(); err != nil {
		return nil, err
	}
	return v.app.store.DeliveriesOf(ctx, of, f, p)
}

// CountDeliveriesOf counts the deliveries that DeliveriesOf lists.
func (v View) CountDeliveriesOf(ctx context.Context, of []booking.WebhookID, f store.AnyDelivery) (map[booking.WebhookID]int, error) {
	if err := v.may.Only(); err != nil {
		return nil, err
	}
	return v.app.store.CountDeliveriesOf(ctx, of, f)
}
