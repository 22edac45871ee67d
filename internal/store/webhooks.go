package store

import (
	"context"
	"time"

	"rehearse/internal/booking"
)

type webhookRow struct {
	ID                  booking.WebhookID
	URL                 string
	Kinds               texts                      `gorm:"type:text[]"`
	StudentIDs          ids[booking.StudentID]     `gorm:"column:student_ids;type:bigint[]"`
	InterviewerIDs      ids[booking.InterviewerID] `gorm:"column:interviewer_ids;type:bigint[]"`
	PreviousSecretUntil *time.Time
	DisabledAt          *time.Time
	FailingSince        *time.Time
	PausedUntil         *time.Time
	CreatedAt           time.Time
	Revised             revised `gorm:"embedded"`
}

func (webhookRow) TableName() string { return "webhooks" }

func newWebhookRow(w booking.Webhook) webhookRow {
	row := webhookRow{
		ID: w.ID, URL: w.URL, Kinds: make(texts, len(w.Kinds)), StudentIDs: w.StudentIDs, InterviewerIDs: w.InterviewerIDs,
		PreviousSecretUntil: w.PreviousSecretUntil, DisabledAt: w.DisabledAt,
		FailingSince: w.FailingSince, PausedUntil: w.PausedUntil, CreatedAt: w.CreatedAt, Revised: revised(w.Revision),
	}
	for i, kind := range w.Kinds {
		row.Kinds[i] = string(kind)
	}
	return row
}

func (r webhookRow) domain() booking.Webhook {
	w := booking.Webhook{
		ID: r.ID, URL: r.URL, PreviousSecretUntil: utc(r.PreviousSecretUntil), DisabledAt: utc(r.DisabledAt),
		CreatedAt: r.CreatedAt.UTC(), Revision: r.Revised.revision(),
		ReceiverState: booking.ReceiverState{FailingSince: utc(r.FailingSince), PausedUntil: utc(r.PausedUntil)},
		WebhookFilter: booking.WebhookFilter{Kinds: make([]booking.EventKind, len(r.Kinds)), StudentIDs: r.StudentIDs, InterviewerIDs: r.InterviewerIDs},
	}
	for i, kind := range r.Kinds {
		w.Kinds[i] = booking.EventKind(kind)
	}
	return w
}

// webhookSecretsRow is a webhook with its secrets.
type webhookSecretsRow struct {
	Webhook        webhookRow `gorm:"embedded"`
	Secret         string
	PreviousSecret *string
}

func (webhookSecretsRow) TableName() string { return "webhooks" }

func (r webhookSecretsRow) secrets() booking.WebhookSecrets {
	secrets := booking.WebhookSecrets{Current: r.Secret}
	if r.PreviousSecret != nil {
		secrets.Previous = *r.PreviousSecret
	}
	return secrets
}

// Webhooks returns all webhooks, ordered by id.
func (r *Reader) Webhooks(ctx context.Context) ([]booking.Webhook, error) {
	var rows []webhookRow
	err := r.db.WithContext(ctx).Order("id").Find(&rows).Error
	return domains(rows), fault(err, "list webhooks")
}

// Webhook returns one webhook, or NotFound.
func (r *Reader) Webhook(ctx context.Context, id booking.WebhookID) (booking.Webhook, error) {
	var found webhookRow
	err := r.db.WithContext(ctx).Where("id = ?", id).Take(&found).Error
	return found.domain(), missing(err, "webhook", "webhookId", id)
}

// WebhookSecrets returns the secrets of a webhook, or NotFound.
func (r *Reader) WebhookSecrets(ctx context.Context, id booking.WebhookID) (booking.WebhookSecrets, error) {
	var found webhookSecretsRow
	err := r.db.WithContext(ctx).Where("id = ?", id).Take(&found).Error
	return found.secrets(), missing(err, "webhook", "webhookId", id)
}

// LockWebhooks makes other new webhooks and the dispatch of events wait until the transaction
// ends, and returns the number of webhooks. It must be called before a webhook is locked.
func (tx *Tx) LockWebhooks(ctx context.Context) (int, error) {
	if err := tx.db.WithContext(ctx).Exec(lockDispatch).Error; err != nil {
		return 0, fault(err, "lock the webhooks")
	}
	var n int64
	err := tx.db.WithContext(ctx).Model(&webhookRow{}).Count(&n).Error
	return int(n), fault(err, "count webhooks")
}

// LockWebhook locks a webhook until the transaction ends, and returns it, or NotFound.
func (tx *Tx) LockWebhook(ctx context.Context, id booking.WebhookID) (booking.Webhook, error) {
	var found webhookRow
	err := tx.db.WithContext(ctx).Raw("SELECT * FROM webhooks WHERE id = ? FOR NO KEY UPDATE", id).Take(&found).Error
	return found.domain(), missing(err, "webhook", "webhookId", id)
}

// CreateWebhook inserts a webhook with its secret, and returns it with its id.
func (tx *Tx) CreateWebhook(ctx context.Context, w booking.Webhook, secret string) (booking.Webhook, error) {
	w.Revision = booking.FirstRevision(w.CreatedAt)
	created := webhookSecretsRow{Webhook: newWebhookRow(w), Secret: secret}
	err := tx.db.WithContext(ctx).Create(&created).Error
	return created.Webhook.domain(), fault(err, "create a webhook")
}

// UpdateWebhook writes all fields of a webhook except the id and the creation time, and
// returns it with the new revision. The webhook must be locked.
func (tx *Tx) UpdateWebhook(ctx context.Context, w booking.Webhook, at time.Time) (booking.Webhook, error) {
	was := w.Version
	w.Revision = w.Next(at)
	changed := newWebhookRow(w)
	return w, tx.edit(ctx, was, &changed, "created_at")
}

// SetReceiverState stores whether the receiver of a webhook is available, which does not change
// the revision. The webhook must be locked.
func (tx *Tx) SetReceiverState(ctx context.Context, id booking.WebhookID, s booking.ReceiverState) error {
	err := tx.db.WithContext(ctx).Exec("UPDATE webhooks SET failing_since = ?, paused_until = ? WHERE id = ?", s.FailingSince, s.PausedUntil, id).Error
	return fault(err, "store the state of the receiver of webhook %d", id)
}

// RotateSecret replaces the secret of a webhook. The current one becomes the previous one,
// which is valid until w.PreviousSecretUntil. The webhook must be locked.
func (tx *Tx) RotateSecret(ctx context.Context, w booking.Webhook, secret string, at time.Time) (booking.Webhook, error) {
	was := w.Version
	w.Revision = w.Next(at)
	err := tx.db.WithContext(ctx).Exec(`UPDATE webhooks SET secret = ?, previous_secret = secret, previous_secret_until = ?, version = ?, updated_at = ?
		WHERE id = ? AND version = ?`, secret, w.PreviousSecretUntil, w.Version, w.UpdatedAt, w.ID, was).Error
	return w, fault(err, "rotate the secret of webhook %d", w.ID)
}

// DeleteWebhook deletes a webhook and its deliveries.
func (tx *Tx) DeleteWebhook(ctx context.Context, id booking.WebhookID) error {
	err := tx.db.WithContext(ctx).Exec("DELETE FROM webhooks WHERE id = ?", id).Error
	return fault(err, "delete webhook %d", id)
}

// StartWebhook makes a webhook receive the events after the last one that this transaction
// has appended.
func (tx *Tx) StartWebhook(ctx context.Context, id booking.WebhookID) error {
	var last int64
	err := tx.db.WithContext(ctx).Raw("SELECT " + lastEvent).Scan(&last).Error
	if err == nil {
		err = tx.db.WithContext(ctx).Exec("UPDATE webhooks SET since_event_id = ? WHERE id = ?", last, id).Error
	}
	return fault(err, "start webhook %d", id)
}

// ResumeDeliveries makes the pending deliveries of a webhook due, as if none had been
// attempted.
func (tx *Tx) ResumeDeliveries(ctx context.Context, id booking.WebhookID, at time.Time) error {
	err := tx.db.WithContext(ctx).Exec(`UPDATE webhook_deliveries SET first_attempt_at = NULL, next_attempt_at = ?
		WHERE webhook_id = ? AND status = 'PENDING'`, at, id).Error
	return fault(err, "resume the deliveries of webhook %d", id)
}
