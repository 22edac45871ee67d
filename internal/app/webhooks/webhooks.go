// Package webhooks implements what administrators do with webhooks, and sends the events of
// the school to them.
package webhooks

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
	"rehearse/internal/store"
	"rehearse/internal/webhook"
)

// Webhooks runs the operations on webhooks.
type Webhooks struct {
	store     *store.Store
	now       func() time.Time
	addresses webhook.Addresses

	// For the Dispatcher.
	wake    chan struct{} // holds one token after a commit
	changed atomic.Bool   // webhooks may have been created or enabled
}

// New returns Webhooks that use the store, take the time from now and accept the addresses.
func New(s *store.Store, now func() time.Time, a webhook.Addresses) *Webhooks {
	return &Webhooks{store: s, now: now, addresses: a, wake: make(chan struct{}, 1)}
}

// Committed makes the Dispatcher look for new events, if there are webhooks. It must be
// called after a commit.
func (w *Webhooks) Committed() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// webhooksChanged makes the Dispatcher look for webhooks and events.
func (w *Webhooks) webhooksChanged() {
	w.changed.Store(true)
	w.Committed()
}

// resolveTimeout bounds the resolution of the name in the URL of a new webhook.
const resolveTimeout = 2 * time.Second

func (w *Webhooks) checkURL(ctx context.Context, url string) (string, booking.Refused) {
	ctx, cancel := context.WithTimeout(ctx, resolveTimeout)
	defer cancel()
	return w.addresses.Check(ctx, webhook.Lookup, url)
}

// CreateWebhookInput describes a new webhook.
type CreateWebhookInput struct {
	URL            string
	Kinds          []booking.EventKind
	StudentIDs     []booking.StudentID
	InterviewerIDs []booking.InterviewerID
	IdempotencyKey *string
}

// WebhookWithSecret is a webhook and its new secret, which is empty if a request is repeated
// after the secret has expired.
type WebhookWithSecret struct {
	Webhook booking.Webhook
	Secret  string
}

// CreateWebhook creates a webhook, which receives the events after its own creation.
func (w *Webhooks) CreateWebhook(ctx context.Context, in CreateWebhookInput) (*WebhookWithSecret, error) {
	if err := operation.AccessOf(ctx).Only(); err != nil {
		return nil, err
	}
	ctx = operation.WithKey(ctx, "createWebhook", in.IdempotencyKey, in, secretForm)
	now := w.now()
	url, refused := w.checkURL(ctx, in.URL)
	filter, more := booking.WebhookFilter{Kinds: in.Kinds, StudentIDs: in.StudentIDs, InterviewerIDs: in.InterviewerIDs}.Normalise()
	if err := append(refused, more...).Err(); err != nil {
		return nil, err
	}
	created, err := operation.Write(ctx, w.store, operation.Options{Now: now}, func(tx *store.Tx) (*WebhookWithSecret, error) {
		existing, err := tx.LockWebhooks(ctx)
		if err != nil {
			return nil, err
		}
		if err := booking.TooManyWebhooks(existing).Err(); err != nil {
			return nil, err
		}
		if err := knownSubjects(ctx, tx, filter); err != nil {
			return nil, err
		}
		result := WebhookWithSecret{Secret: webhook.NewSecret()}
		if result.Webhook, err = tx.CreateWebhook(ctx, booking.Webhook{URL: url, WebhookFilter: filter, CreatedAt: now}, result.Secret); err != nil {
			return nil, err
		}
		if err := operation.AppendEvents(ctx, tx, now, result.Webhook.Event(booking.WebhookCreated, booking.Webhook{})); err != nil {
			return nil, err
		}
		return &result, tx.StartWebhook(ctx, result.Webhook.ID)
	})
	w.webhooksChanged()
	return created, err
}

// knownSubjects refuses a filter with people who do not exist.
func knownSubjects(ctx context.Context, tx *store.Tx, f booking.WebhookFilter) error {
	students, err := tx.StudentsByID(ctx, f.StudentIDs)
	if err != nil {
		return err
	}
	if len(students) < len(f.StudentIDs) {
		return booking.Missing("student", "studentIds")
	}
	interviewers, err := tx.InterviewersByID(ctx, f.InterviewerIDs)
	if err == nil && len(interviewers) < len(f.InterviewerIDs) {
		err = booking.Missing("interviewer", "interviewerIds")
	}
	return err
}

// UpdateWebhookInput names the webhook and changes the fields that are not nil.
type UpdateWebhookInput struct {
	WebhookID       booking.WebhookID
	ExpectedVersion *int // refuse if the webhook's version differs
	URL             *string
	Kinds           []booking.EventKind
	StudentIDs      []booking.StudentID
	InterviewerIDs  []booking.InterviewerID
	Enabled         *bool
}

// UpdateWebhook changes a webhook. A webhook that is enabled again receives the events after
// that, and not those that occurred while it was disabled. If a webhook is enabled again or gets
// another URL, its pending deliveries are attempted again.
func (w *Webhooks) UpdateWebhook(ctx context.Context, in UpdateWebhookInput) (*booking.Webhook, error) {
	if err := operation.AccessOf(ctx).Only(); err != nil {
		return nil, err
	}
	if in.URL != nil {
		url, refused := w.checkURL(ctx, *in.URL)
		if err := refused.Err(); err != nil {
			return nil, err
		}
		in.URL = &url
	}
	changed, err := w.change(ctx, in.WebhookID, booking.WebhookUpdated, func(tx *store.Tx, before booking.Webhook, now time.Time) (booking.Webhook, error) {
		if err := before.CheckExpected(in.ExpectedVersion, "webhook").Err(); err != nil {
			return before, err
		}
		after, refused := in.apply(before, now)
		if err := refused.Err(); err != nil {
			return before, err
		}
		if in.StudentIDs != nil || in.InterviewerIDs != nil {
			if err := knownSubjects(ctx, tx, after.WebhookFilter); err != nil {
				return before, err
			}
		}
		if after.Enabled() && (!before.Enabled() || after.URL != before.URL) {
			after.ReceiverState = booking.ReceiverState{}
			if err := tx.ResumeDeliveries(ctx, after.ID, now); err != nil {
				return before, err
			}
		}
		if sameWebhook(before, after) {
			return before, nil
		}
		return tx.UpdateWebhook(ctx, after, now)
	})
	w.webhooksChanged()
	return changed, err
}

func sameWebhook(a, b booking.Webhook) bool {
	return a.URL == b.URL && len(b.Event(booking.WebhookUpdated, a).Changes) == 1 // the only change is the id
}

func (in UpdateWebhookInput) apply(to booking.Webhook, now time.Time) (booking.Webhook, booking.Refused) {
	booking.Assign(&to.URL, in.URL)
	if in.Kinds != nil {
		to.Kinds = in.Kinds
	}
	if in.StudentIDs != nil {
		to.StudentIDs = in.StudentIDs
	}
	if in.InterviewerIDs != nil {
		to.InterviewerIDs = in.InterviewerIDs
	}
	switch {
	case in.Enabled == nil:
	case *in.Enabled:
		to.DisabledAt = nil
	case to.DisabledAt == nil:
		to.DisabledAt, to.ReceiverState = &now, booking.ReceiverState{}
	}
	var refused booking.Refused
	to.WebhookFilter, refused = to.Normalise()
	return to, refused
}

// change changes a webhook and appends the event of the change, if any. A webhook that
// receives events again starts after that event.
func (w *Webhooks) change(
	ctx context.Context, id booking.WebhookID, kind booking.EventKind, write func(*store.Tx, booking.Webhook, time.Time) (booking.Webhook, error),
) (*booking.Webhook, error) {
	now := w.now()
	return operation.Write(ctx, w.store, operation.Options{Now: now}, func(tx *store.Tx) (*booking.Webhook, error) {
		before, err := tx.LockWebhook(ctx, id)
		if err != nil {
			return nil, err
		}
		after, err := write(tx, before, now)
		if err != nil {
			return nil, err
		}
		if after.Version == before.Version && kind == booking.WebhookUpdated {
			return &after, nil
		}
		if err := operation.AppendEvents(ctx, tx, now, after.Event(kind, before)); err != nil {
			return nil, err
		}
		if after.Enabled() && !before.Enabled() {
			return &after, tx.StartWebhook(ctx, id)
		}
		return &after, nil
	})
}

// DeleteWebhookInput names the webhook to delete.
type DeleteWebhookInput struct{ WebhookID booking.WebhookID }

// DeleteWebhook deletes a webhook and its deliveries, and returns the webhook as it was.
func (w *Webhooks) DeleteWebhook(ctx context.Context, in DeleteWebhookInput) (*booking.Webhook, error) {
	if err := operation.AccessOf(ctx).Only(); err != nil {
		return nil, err
	}
	return w.change(ctx, in.WebhookID, booking.WebhookDeleted, func(tx *store.Tx, before booking.Webhook, _ time.Time) (booking.Webhook, error) {
		return before, tx.DeleteWebhook(ctx, before.ID)
	})
}

// RotateWebhookSecretInput names the webhook.
type RotateWebhookSecretInput struct {
	WebhookID      booking.WebhookID
	IdempotencyKey *string
}

// RotateWebhookSecret gives a webhook a new secret. The one before it stays valid for
// booking.SecretOverlap, in which both sign each request.
func (w *Webhooks) RotateWebhookSecret(ctx context.Context, in RotateWebhookSecretInput) (*WebhookWithSecret, error) {
	if err := operation.AccessOf(ctx).Only(); err != nil {
		return nil, err
	}
	ctx = operation.WithKey(ctx, "rotateWebhookSecret", in.IdempotencyKey, in, secretForm)
	now := w.now()
	return operation.Write(ctx, w.store, operation.Options{Now: now}, func(tx *store.Tx) (*WebhookWithSecret, error) {
		before, err := tx.LockWebhook(ctx, in.WebhookID)
		if err != nil {
			return nil, err
		}
		result := WebhookWithSecret{Webhook: before, Secret: webhook.NewSecret()}
		until := now.Add(booking.SecretOverlap)
		result.Webhook.PreviousSecretUntil = &until
		if result.Webhook, err = tx.RotateSecret(ctx, result.Webhook, result.Secret, now); err != nil {
			return nil, err
		}
		return &result, operation.AppendEvents(ctx, tx, now, result.Webhook.Event(booking.WebhookSecretRotated, before))
	})
}

// MaxRedelivered is the maximum number of events that one call delivers again.
const MaxRedelivered = 10_000

// RedeliverInput names one delivery, or a webhook and the first of the events to deliver
// again.
type RedeliverInput struct {
	DeliveryID  *booking.DeliveryID
	WebhookID   *booking.WebhookID
	FromEventID *booking.EventID
}

// Redelivered is the result of Redeliver.
type Redelivered struct {
	Webhook booking.Webhook
	Queued  int
}

// Redeliver delivers again what was delivered or has failed, and with FromEventID also events
// that the webhook has never received.
func (w *Webhooks) Redeliver(ctx context.Context, in RedeliverInput) (*Redelivered, error) {
	if err := operation.AccessOf(ctx).Only(); err != nil {
		return nil, err
	}
	if (in.DeliveryID == nil) == (in.FromEventID == nil) || (in.WebhookID == nil) != (in.FromEventID == nil) {
		return nil, booking.Refuse(booking.InvalidInput, "deliveryId", "Either deliveryId, or webhookId and fromEventId are expected.")
	}
	now := w.now()
	if in.FromEventID != nil { // the dispatch gives the event a position
		if _, err := w.store.DispatchEvents(ctx, now); err != nil {
			return nil, err
		}
	}
	done, err := operation.Write(ctx, w.store, operation.Options{Now: now}, func(tx *store.Tx) (*Redelivered, error) {
		id := in.WebhookID
		if in.DeliveryID != nil {
			delivery, err := tx.Delivery(ctx, *in.DeliveryID)
			if err != nil {
				return nil, err
			}
			id = &delivery.WebhookID
		}
		of, err := tx.LockWebhook(ctx, *id)
		if err != nil {
			return nil, err
		}
		if !of.Enabled() {
			return nil, booking.RefuseRequest(booking.WrongStatus, "The webhook is disabled; enable it first.")
		}
		of.ReceiverState = booking.ReceiverState{} // the caller knows better
		if err := tx.SetReceiverState(ctx, of.ID, of.ReceiverState); err != nil {
			return nil, err
		}
		if in.DeliveryID != nil {
			return &Redelivered{of, 1}, tx.Redeliver(ctx, *in.DeliveryID, now)
		}
		queued, err := tx.RedeliverFrom(ctx, of.ID, *in.FromEventID, MaxRedelivered, now)
		if err != nil {
			return nil, err
		}
		if queued > MaxRedelivered {
			return nil, booking.Refuse(booking.InvalidInput, "fromEventId", fmt.Sprintf("More than %d events would be delivered; a later event is expected.", MaxRedelivered))
		}
		return &Redelivered{of, queued}, nil
	})
	w.webhooksChanged()
	return done, err
}

// DeleteOldDeliveries deletes the deliveries that are older than booking.DeliveryLifetime, and
// returns their number.
func (w *Webhooks) DeleteOldDeliveries(ctx context.Context) (int, error) {
	return w.store.DeleteDeliveries(ctx, w.now().Add(-booking.DeliveryLifetime))
}
