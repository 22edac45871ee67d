package app

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// KeyLifetime is how long the answer to a request with an idempotency key is
// kept.
const KeyLifetime = 24 * time.Hour

// request is what an idempotency key stands for.
type request struct {
	operation string
	key       *string // nil: every time anew
	input     any     // what makes two requests the same
	now       time.Time
	dryRun    bool // answers the same, writes nothing, and uses up no key
}

// answer is what is kept of a request: its result, or why it was refused.
type answer[T any] struct {
	Result  T
	Refused booking.Refused `json:",omitempty"`
}

// once runs an operation in a transaction, and only the first time its key is
// seen: whoever sends the request again gets the first answer, a refusal too.
// The answer is kept by the transaction that did what it tells, so neither is
// there without the other, whenever the server dies. A request that comes while
// the first one is under way waits for it.
//
// What may turn out otherwise the next time without anything being wrong is not
// kept: BUSY_RETRY, and faults.
func once[T any](ctx context.Context, a *App, r request, run func(*store.Tx) (T, error)) (T, error) {
	var none T
	if err := booking.CheckIdempotencyKey(r.key).Err(); err != nil {
		return none, err
	}
	done, err := store.InTx(ctx, a.store, func(tx *store.Tx) (answer[T], error) {
		if r.dryRun {
			tx.Discard()
		}
		if r.key == nil {
			result, err := run(tx)
			return answer[T]{Result: result}, err
		}
		return claimed(ctx, tx, r, run)
	})
	if err != nil {
		return none, err
	}
	return done.Result, done.Refused.Err()
}

// unless answers what was answered before to the request; a refusal that is met
// before its transaction begins is kept like any other.
func unless[T any](ctx context.Context, a *App, r request, err error) (*T, error) {
	if !errors.As(err, new(booking.Refused)) {
		return nil, err
	}
	done, err := once(ctx, a, r, func(*store.Tx) (T, error) {
		var none T
		return none, err
	})
	if err != nil {
		return nil, err
	}
	return &done, nil
}

func claimed[T any](ctx context.Context, tx *store.Tx, r request, run func(*store.Tx) (T, error)) (answer[T], error) {
	var done answer[T]
	input, err := json.Marshal(r.input)
	if err != nil {
		return done, fmt.Errorf("write the input of %s: %w", r.operation, err)
	}
	digest := sha256.Sum256(input)
	claim := store.Request{
		Actor: CallerOf(ctx).Actor, Key: *r.key, Operation: r.operation, Input: digest[:], At: r.now,
	}
	ask := tx.ClaimKey
	if r.dryRun {
		ask = tx.KeptAnswer
	}
	kept, err := ask(ctx, claim, r.now.Add(-KeyLifetime))
	if err != nil {
		return done, err
	}
	if kept != nil {
		return again[T](claim, *kept)
	}
	if r.dryRun {
		done.Result, err = run(tx)
		return done, err
	}
	done.Result, err = store.Try(ctx, tx, run)
	if err != nil && (!errors.As(err, &done.Refused) || done.Refused.Has(booking.BusyRetry)) {
		return done, err
	}
	text, err := json.Marshal(done)
	if err != nil {
		return done, fmt.Errorf("keep the answer of %s: %w", r.operation, err)
	}
	return done, tx.KeepAnswer(ctx, claim, string(text))
}

// again is the first answer, to the same request.
func again[T any](r store.Request, kept store.KeptRequest) (answer[T], error) {
	var done answer[T]
	if kept.Operation != r.Operation || string(kept.Input) != string(r.Input) {
		return done, booking.Refuse(booking.IdempotencyMismatch, "idempotencyKey", fmt.Sprintf(
			"The key was used in the last %d hours for another input, or for another mutation.", int(KeyLifetime.Hours())))
	}
	if err := json.Unmarshal([]byte(kept.Answer), &done); err != nil {
		return done, fmt.Errorf("read the first answer of %s: %w", r.Operation, err)
	}
	return done, nil
}

// ForgetKeys deletes the idempotency keys whose time has passed.
func (a *App) ForgetKeys(ctx context.Context) (int, error) {
	return a.store.ForgetKeys(ctx, a.Now().Add(-KeyLifetime))
}
