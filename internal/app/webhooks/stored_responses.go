package webhooks

import (
	"context"
	"crypto/sha256"

	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
	"rehearse/internal/store"
)

var secretForm = operation.NewForm(newStoredSecret, nil)

// storedSecret is a webhook and the digest of its new secret, both of which are read again on
// replay. A secret that has expired is not returned.
type storedSecret struct {
	ID     booking.WebhookID `json:"id"`
	Digest []byte            `json:"digest"`
}

func newStoredSecret(w *WebhookWithSecret) storedSecret {
	digest := sha256.Sum256([]byte(w.Secret))
	return storedSecret{w.Webhook.ID, digest[:]}
}

func (stored storedSecret) Restore(ctx context.Context, r *store.Reader) (*WebhookWithSecret, error) {
	of, err := r.Webhook(ctx, stored.ID)
	if err != nil {
		return nil, err
	}
	secrets, err := r.WebhookSecrets(ctx, stored.ID)
	restored := WebhookWithSecret{Webhook: of}
	for _, secret := range []string{secrets.Current, secrets.Previous} {
		if digest := sha256.Sum256([]byte(secret)); string(digest[:]) == string(stored.Digest) {
			restored.Secret = secret
		}
	}
	return &restored, err
}
