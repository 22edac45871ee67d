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

// keyedRequest is a request that may be sent again with its key.
type keyedRequest struct {
	operation string
	key       string
	input     any // what makes two requests the same
}

type keyContext struct{}

// WithKey lets the write of an operation be done once, however often its request
// is sent: whoever sends it again with the same key and input gets the first
// answer, a refusal too. Without a key it is done each time.
func WithKey(ctx context.Context, operation string, key *string, input any) context.Context {
	if key == nil {
		return ctx
	}
	return context.WithValue(ctx, keyContext{}, keyedRequest{operation, *key, input})
}

// writing says how a write is made.
type writing struct {
	now     time.Time
	dryRun  bool // answers the same, writes nothing, and uses up no key
	retries bool // the caller tries again after a refusal, which is not kept
}

// answer is the result of a write, or why it was refused.
type answer[T any] struct {
	result   T
	refused  booking.Refused
	replayed bool // refused repeats the first answer
}

// write runs one write of an operation in a transaction. All writes that clients
// ask for begin here, and with a key in the context they are done once.
//
// The answer is kept by the transaction that did what it tells, so neither is
// there without the other, whenever the server dies. A request that comes while
// the first one is under way waits for it. What may turn out otherwise the next
// time without anything being wrong is not kept: BUSY_RETRY, and faults.
func write[T any](ctx context.Context, a *App, w writing, run func(*store.Tx) (T, error)) (T, error) {
	var none T
	run = ifActive(ctx, run)
	r, keyed := ctx.Value(keyContext{}).(keyedRequest)
	if keyed {
		if err := booking.CheckIdempotencyKey(&r.key).Err(); err != nil {
			return none, err
		}
	}
	done, err := store.InTx(ctx, a.store, func(tx *store.Tx) (answer[T], error) {
		if w.dryRun {
			tx.Discard()
		}
		if !keyed {
			result, err := run(tx)
			return answer[T]{result: result}, err
		}
		return claimed(ctx, tx, r, w, run)
	})
	if err != nil {
		return none, err
	}
	if done.replayed {
		return done.result, replayed{done.refused}
	}
	return done.result, done.refused.Err()
}

// ifActive refuses a change that a deactivated interviewer asks for: their token
// still reads what is theirs. It reads without a lock, which has its place after
// the students', so a change that has begun may finish.
func ifActive[T any](ctx context.Context, run func(*store.Tx) (T, error)) func(*store.Tx) (T, error) {
	caller := CallerOf(ctx).Actor
	if caller.Role != booking.RoleInterviewer {
		return run
	}
	return func(tx *store.Tx) (T, error) {
		interviewer, err := tx.Interviewer(ctx, booking.InterviewerID(caller.ID))
		if err == nil {
			err = interviewer.CheckChanges().Err()
		}
		if ignoreMissing(err) != nil {
			var none T
			return none, err
		}
		return run(tx)
	}
}

// unless answers what was answered before to the request; a refusal that is met
// before its transaction begins is kept like any other.
func unless[T any](ctx context.Context, a *App, w writing, err error) (*T, error) {
	if !errors.As(err, new(booking.Refused)) {
		return nil, err
	}
	done, err := write(ctx, a, w, func(*store.Tx) (T, error) {
		var none T
		return none, err
	})
	if err != nil {
		return nil, err
	}
	return &done, nil
}

func claimed[T any](ctx context.Context, tx *store.Tx, r keyedRequest, w writing, run func(*store.Tx) (T, error)) (answer[T], error) {
	var done answer[T]
	input, err := json.Marshal(r.input)
	if err != nil {
		return done, fmt.Errorf("encode the input of %s: %w", r.operation, err)
	}
	digest := sha256.Sum256(input)
	claim := store.Request{
		Actor: CallerOf(ctx).Actor, Key: r.key, Operation: r.operation, Input: digest[:], At: w.now,
	}
	// A dry run claims the key, too, and gives it back with its transaction: it
	// waits for a request under way, as the request itself would.
	kept, err := tx.ClaimKey(ctx, claim, w.now.Add(-KeyLifetime))
	if err != nil {
		return done, err
	}
	if kept != nil && !kept.Same(claim) {
		return done, booking.Refuse(booking.IdempotencyMismatch, "idempotencyKey", fmt.Sprintf(
			"The key was used in the last %d hours with another input or another mutation; use a new key.", int(KeyLifetime.Hours())))
	}
	if w.dryRun { // it says what would happen at this moment, whatever happened before
		done.result, err = run(tx)
		return done, err
	}
	if kept != nil {
		return again[T](ctx, tx, claim, *kept)
	}
	done.result, err = store.Try(ctx, tx, run)
	if err != nil && (w.retries || !errors.As(err, &done.refused) || done.refused.Has(booking.BusyRetry)) {
		return done, err
	}
	text, err := keepAnswer(done.result, done.refused)
	if err != nil {
		return done, fmt.Errorf("store the response of %s: %w", r.operation, err)
	}
	return done, tx.KeepAnswer(ctx, claim, text)
}

// again is the first answer, to the same request.
func again[T any](ctx context.Context, tx *store.Tx, r store.Request, kept store.KeptRequest) (answer[T], error) {
	var done answer[T]
	var err error
	if done.refused, err = recallAnswer(ctx, &tx.Reader, kept.Answer, &done.result); err != nil {
		return done, fmt.Errorf("read the stored response of %s: %w", r.Operation, err)
	}
	done.replayed = len(done.refused) > 0
	return done, nil
}

// ForgetKeys deletes the idempotency keys whose time has passed.
func (a *App) ForgetKeys(ctx context.Context) (int, error) {
	return a.store.ForgetKeys(ctx, a.Now().Add(-KeyLifetime))
}
