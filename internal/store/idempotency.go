package store

import (
	"bytes"
	"context"
	"time"

	"rehearse/internal/booking"
)

// Request is an idempotent request with its key.
type Request struct {
	Actor     booking.Actor // keys are scoped to the actor
	Key       string
	Operation string
	Input     []byte // digest of the input
	At        time.Time
}

// StoredRequest is the request that has a key, with its response.
type StoredRequest struct {
	Operation string
	Input     []byte
	Response  string `gorm:"column:answer"` // as JSON
}

// Same reports whether r has the stored operation and input.
func (s StoredRequest) Same(r Request) bool {
	return s.Operation == r.Operation && bytes.Equal(s.Input, r.Input)
}

// AcquireKey acquires the key for this transaction and returns nil. If another request has
// the key, AcquireKey waits for its transaction to end and returns the stored request. A
// request from before expiredBefore has expired and is replaced.
func (tx *Tx) AcquireKey(ctx context.Context, r Request, expiredBefore time.Time) (*StoredRequest, error) {
	inserted := tx.db.WithContext(ctx).Exec(`
		INSERT INTO idempotency_keys AS k (actor_role, actor_id, key, operation, input, created_at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (actor_role, actor_id, key) DO UPDATE
			SET operation = excluded.operation, input = excluded.input, answer = NULL, created_at = excluded.created_at
			WHERE k.created_at < ?`,
		r.Actor.Role, r.Actor.ID, r.Key, r.Operation, r.Input, r.At, expiredBefore)
	if inserted.Error != nil || inserted.RowsAffected == 1 {
		return nil, fault(inserted.Error, "acquire an idempotency key")
	}
	var stored StoredRequest
	err := tx.db.WithContext(ctx).Raw(
		"SELECT operation, input, answer FROM idempotency_keys WHERE actor_role = ? AND actor_id = ? AND key = ?",
		r.Actor.Role, r.Actor.ID, r.Key).Take(&stored).Error
	return &stored, fault(err, "read the response of an idempotency key")
}

// StoreResponse stores the response to a request that has acquired its key.
func (tx *Tx) StoreResponse(ctx context.Context, r Request, response string) error {
	err := tx.db.WithContext(ctx).Exec(
		"UPDATE idempotency_keys SET answer = ? WHERE actor_role = ? AND actor_id = ? AND key = ?",
		response, r.Actor.Role, r.Actor.ID, r.Key).Error
	return fault(err, "store the response of an idempotency key")
}

// DeleteKeys deletes the keys that were used before the given time and returns their
// number.
func (s *Store) DeleteKeys(ctx context.Context, before time.Time) (int, error) {
	done := s.db.WithContext(ctx).Exec("DELETE FROM idempotency_keys WHERE created_at < ?", before)
	return int(done.RowsAffected), fault(done.Error, "delete old idempotency keys")
}
