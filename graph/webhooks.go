package graph

import (
	"context"
	"time"

	"rehearse/graph/loader"
	"rehearse/graph/model"
	"rehearse/graph/page"
	"rehearse/internal/app/webhooks"
	"rehearse/internal/booking"
	"rehearse/internal/store"
)

func (r queryResolver) Webhooks(ctx context.Context) ([]booking.Webhook, error) {
	all, err := r.app.View(ctx).Webhooks(ctx)
	if err != nil {
		return nil, err
	}
	loader.Root(ctx, responsePath(ctx), all)
	return notNil(all), nil
}

func (r queryResolver) Webhook(ctx context.Context, id int64) (*booking.Webhook, error) {
	return nullable(r.app.View(ctx).Webhook(ctx, booking.WebhookID(id)))
}

func (r webhookResolver) PreviousSecretExpiresAt(_ context.Context, w *booking.Webhook) (*time.Time, error) {
	return w.PreviousSecretExpiresAt(r.app.Now()), nil
}

func (r webhookResolver) Deliveries(
	ctx context.Context, of []*booking.Webhook, first *int, after *string, last *int, before *string,
) ([]*page.DeliveryConnection, error) {
	return lists[booking.Webhook, booking.WebhookID, booking.Delivery, store.AnyDelivery]{
		of: page.Deliveries, key: func(w *booking.Webhook) booking.WebhookID { return w.ID },
		read: r.app.View(ctx).DeliveriesOf, count: r.app.View(ctx).CountDeliveriesOf,
	}.page(ctx, of, page.Args{First: first, After: after, Last: last, Before: before})
}

func (r mutationResolver) CreateWebhook(ctx context.Context, in webhooks.CreateWebhookInput) (*model.CreateWebhookPayload, error) {
	created, err := r.app.CreateWebhook(ctx, in)
	refused, err := r.userErrors(ctx, err)
	payload := &model.CreateWebhookPayload{Errors: refused}
	if created != nil {
		payload.Webhook, payload.Secret = &created.Webhook, unlessEmpty(created.Secret)
	}
	return payload, err
}

func (r mutationResolver) UpdateWebhook(ctx context.Context, in webhooks.UpdateWebhookInput) (*model.UpdateWebhookPayload, error) {
	webhook, err := r.app.UpdateWebhook(ctx, in)
	refused, err := r.userErrors(ctx, err)
	return &model.UpdateWebhookPayload{Webhook: webhook, Errors: refused}, err
}

func (r mutationResolver) DeleteWebhook(ctx context.Context, in webhooks.DeleteWebhookInput) (*model.DeleteWebhookPayload, error) {
	deleted, err := r.app.DeleteWebhook(ctx, in)
	refused, err := r.userErrors(ctx, err)
	payload := &model.DeleteWebhookPayload{Errors: refused}
	if deleted != nil {
		id := int64(deleted.ID)
		payload.WebhookID = &id
	}
	return payload, err
}

func (r mutationResolver) RotateWebhookSecret(
	ctx context.Context, in webhooks.RotateWebhookSecretInput,
) (*model.RotateWebhookSecretPayload, error) {
	rotated, err := r.app.RotateWebhookSecret(ctx, in)
	refused, err := r.userErrors(ctx, err)
	payload := &model.RotateWebhookSecretPayload{Errors: refused}
	if rotated != nil {
		payload.Webhook, payload.Secret = &rotated.Webhook, unlessEmpty(rotated.Secret)
	}
	return payload, err
}

func (r mutationResolver) Redeliver(ctx context.Context, in webhooks.RedeliverInput) (*model.RedeliverPayload, error) {
	done, err := r.app.Redeliver(ctx, in)
	refused, err := r.userErrors(ctx, err)
	payload := &model.RedeliverPayload{Errors: refused}
	if done != nil {
		payload.Webhook, payload.Queued = &done.Webhook, &done.Queued
	}
	return payload, err
}

// unlessEmpty returns nil for an empty text.
func unlessEmpty(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
