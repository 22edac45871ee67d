package store

import (
	"bytes"
	"context"
	"time"

	"rehearse/internal/booking"
)

// Request is a request that may be sent again with its key.
type Request struct {
	Actor     booking.Actor // a key is its sender's own
	Key       string
	Operation string
	Input     []byte // a digest of it
	At        time.Time
}

// KeptRequest is what is known of a key that was used before.
type KeptRequest struct {
	Operation string
	Input     []byte
	Answer    string // as JSON
}

// Same reports whether the request is the one that was sent before.
func (k KeptRequest) Same(r Request) bool {
	return k.Operation == r.Operation && bytes.Equal(k.Input, r.Input)
}

// ClaimKey takes the key for this transaction. If another request has it, it
// waits until that one has ended, and answers what is kept of it, unless it was
// sent before keptSince.
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

// KeepAnswer keeps the answer to the request that has claimed its key.
func (tx *Tx) KeepAnswer(ctx context.Context, r Request, answer string) error {
	err := tx.db.WithContext(ctx).Exec(
		"UPDATE idempotency_keys SET answer = ? WHERE actor_role = ? AND actor_id = ? AND key = ?",
		answer, r.Actor.Role, r.Actor.ID, r.Key).Error
	return fault(err, "store the response of an idempotency key")
}

// ForgetKeys deletes the keys that were used before a time, and says how many.
func (s *Store) ForgetKeys(ctx context.Context, before time.Time) (int, error) {
	done := s.db.WithContext(ctx).Exec("DELETE FROM idempotency_keys WHERE created_at < ?", before)
	return int(done.RowsAffected), fault(done.Error, "delete old idempotency keys")
}

// Try runs fn and returns its result. When fn fails, Try undoes what fn wrote;
// what the transaction wrote before stays.
func Try[T any](ctx context.Context, tx *Tx, fn func(*Tx) (T, error)) (T, error) {
	tx.in.queue("SAVEPOINT try")
	slotChanges, toldAt := len(tx.in.slotChanges), tx.in.toldAt
	result, err := fn(tx)
	if err == nil {
		tx.in.queue("RELEASE SAVEPOINT try")
		return result, nil
	}
	tx.in.slotChanges, tx.in.toldAt = tx.in.slotChanges[:slotChanges], toldAt
	var none T
	if undone := tx.send(ctx, statement{text: "ROLLBACK TO SAVEPOINT try"}); undone != nil {
		return none, fault(undone, "roll back to the savepoint")
	}
	return none, err
}
