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

// KeptRequest is the stored request of a key, with its response.
type KeptRequest struct {
	Operation string
	Input     []byte
	Answer    string // as JSON
}

// Same reports whether r has the stored operation and input.
func (k KeptRequest) Same(r Request) bool {
	return k.Operation == r.Operation && bytes.Equal(k.Input, r.Input)
}

// ClaimKey acquires the key for this transaction and returns nil. If another request has
// the key, ClaimKey waits for its transaction to end and returns the stored request. A
// request from before keptSince has expired and is replaced.
func (tx *Tx) ClaimKey(ctx context.Context, r Request, keptSince time.Time) (*KeptRequest, error) {
	claim := tx.db.WithContext(ctx).Exec(`
		INSERT INTO idempotency_keys AS k (actor_role, actor_id, key, operation, input, created_at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (actor_role, actor_id, key) DO UPDATE
			SET operation = excluded.operation, input = excluded.input, answer = NULL, created_at = excluded.created_at
			WHERE k.created_at < ?`,
		r.Actor.Role, r.Actor.ID, r.Key, r.Operation, r.Input, r.At, keptSince)
	if claim.Error != nil || claim.RowsAffected == 1 {
		return nil, fault(claim.Error, "claim an idempotency key")
	}
	var kept KeptRequest
	err := tx.db.WithContext(ctx).Raw(
		"SELECT operation, input, answer FROM idempotency_keys WHERE actor_role = ? AND actor_id = ? AND key = ?",
		r.Actor.Role, r.Actor.ID, r.Key).Take(&kept).Error
	return &kept, fault(err, "read the response of an idempotency key")
}

// KeepAnswer stores the response to a request that has acquired its key.
func (tx *Tx) KeepAnswer(ctx context.Context, r Request, answer string) error {
	err := tx.db.WithContext(ctx).Exec(
		"UPDATE idempotency_keys SET answer = ? WHERE actor_role = ? AND actor_id = ? AND key = ?",
		answer, r.Actor.Role, r.Actor.ID, r.Key).Error
	return fault(err, "store the response of an idempotency key")
}

// ForgetKeys deletes the keys that were used before the given time and returns their
// number.
func (s *Store) ForgetKeys(ctx context.Context, before time.Time) (int, error) {
	done := s.db.WithContext(ctx).Exec("DELETE FROM idempotency_keys WHERE created_at < ?", before)
	return int(done.RowsAffected), fault(done.Error, "delete old idempotency keys")
}
