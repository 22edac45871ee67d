package operation

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

// KeyLifetime is how long the response to a request with an idempotency key is stored.
const KeyLifetime = 24 * time.Hour

// keyedRequest is a request with an idempotency key.
type keyedRequest struct {
	operation string
	key       string
	input     any // must be equal when the key is reused
	form      any // Form[T] of the result of the write
}

type keyContext struct{}

// WithKey makes the write of an operation idempotent. A request with the same key and input
// as an earlier one gets the stored response, including a refusal. The form stores the
// result of the write. If key is nil, each request is executed.
func WithKey[T any](ctx context.Context, operation string, key *string, input any, form Form[T]) context.Context {
	if key == nil {
		return ctx
	}
	return context.WithValue(ctx, keyContext{}, keyedRequest{operation, *key, input, form})
}

// Options are the options of a write.
type Options struct {
	Now     time.Time
	DryRun  bool // return the result, but write nothing and do not use the key
	Retries bool // the caller retries after a refusal, so it is not stored
}

// outcome is the result of a write, or its refusal.
type outcome[T any] struct {
	result   T
	refused  booking.Refused
	replayed bool // refused comes from the stored response
}

// Replayed is a refusal that repeats the stored response to an idempotency key.
type Replayed struct{ booking.Refused }

// Unwrap returns the underlying refusal.
func (r Replayed) Unwrap() error { return r.Refused }

// Write runs an operation in a transaction. All client writes start here; with a key in the
// context they are executed once.
//
// The transaction that makes the changes also stores the response, so a crash cannot leave
// one without the other. A request that repeats one in progress waits for it. Outcomes that
// may differ on retry, BUSY_RETRY and faults, are not stored.
func Write[T any](ctx context.Context, s *store.Store, w Options, run func(*store.Tx) (T, error)) (T, error) {
	var none T
	run = ifActive(ctx, run)
	r, keyed := ctx.Value(keyContext{}).(keyedRequest)
	if keyed {
		if err := booking.CheckIdempotencyKey(&r.key).Err(); err != nil {
			return none, err
		}
	}
	done, err := store.InTx(ctx, s, func(tx *store.Tx) (outcome[T], error) {
		if w.DryRun {
			tx.Discard()
		}
		if !keyed {
			result, err := run(tx)
			return outcome[T]{result: result}, err
		}
		return runOnce(ctx, tx, r, w, run)
	})
	if err != nil {
		return none, err
	}
	if done.replayed {
		return done.result, Replayed{done.refused}
	}
	return done.result, done.refused.Err()
}

// ifActive refuses changes by a deactivated interviewer, whose token may still read their own
// data. It reads the interviewer without a lock, because students must be locked first, so a
// change in progress may still finish.
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
		if IgnoreMissing(err) != nil {
			var none T
			return none, err
		}
		return run(tx)
	}
}

// ReplayInstead returns the stored response to the request, if any, instead of err. A
// refusal found before the transaction starts is stored like any other.
func ReplayInstead[T any](ctx context.Context, s *store.Store, w Options, err error) (*T, error) {
	if !errors.As(err, new(booking.Refused)) {
		return nil, err
	}
	done, err := Write(ctx, s, w, func(*store.Tx) (T, error) {
		var none T
		return none, err
	})
	if err != nil {
		return nil, err
	}
	return &done, nil
}

func runOnce[T any](ctx context.Context, tx *store.Tx, r keyedRequest, w Options, run func(*store.Tx) (T, error)) (outcome[T], error) {
	var done outcome[T]
	form, err := formOf[T](r)
	if err != nil {
		return done, err
	}
	input, err := json.Marshal(r.input)
	if err != nil {
		return done, fmt.Errorf("encode the input of %s: %w", r.operation, err)
	}
	digest := sha256.Sum256(input)
	request := store.Request{
		Actor: CallerOf(ctx).Actor, Key: r.key, Operation: r.operation, Input: digest[:], At: w.Now,
	}
	// A dry run also acquires the key, and releases it on rollback, so that it waits for a
	// request in progress as the real request would.
	stored, err := tx.AcquireKey(ctx, request, w.Now.Add(-KeyLifetime))
	if err != nil {
		return done, err
	}
	if stored != nil && !stored.Same(request) {
		return done, booking.Refuse(booking.IdempotencyMismatch, "idempotencyKey", fmt.Sprintf(
			"The key was used in the last %d hours with a different input or a different mutation; use a new key.", int(KeyLifetime.Hours())))
	}
	if w.DryRun { // always computed afresh, even if a response is stored
		done.result, err = run(tx)
		return done, err
	}
	if stored != nil {
		return replay(ctx, tx, request, *stored, form)
	}
	done.result, err = store.Try(ctx, tx, run)
	if err != nil && (w.Retries || !errors.As(err, &done.refused) || done.refused.Has(booking.BusyRetry)) {
		return done, err
	}
	text, err := encodeResponse(form, done.result, done.refused)
	if err != nil {
		return done, fmt.Errorf("store the response of %s: %w", r.operation, err)
	}
	return done, tx.StoreResponse(ctx, request, text)
}

// replay returns the stored response to the request.
func replay[T any](ctx context.Context, tx *store.Tx, r store.Request, stored store.StoredRequest, form Form[T]) (outcome[T], error) {
	var done outcome[T]
	var err error
	if done.result, done.refused, err = decodeResponse(ctx, &tx.Reader, form, stored.Response); err != nil {
		return done, fmt.Errorf("read the stored response of %s: %w", r.Operation, err)
	}
	done.replayed = len(done.refused) > 0
	return done, nil
}
