// Package budget limits the bytes, memory and time of the response to one operation. Code
// that builds a part of a response charges it first, and stops if the charge is refused.
package budget

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"rehearse/internal/meter"
)

// ExceededError reports that a response exceeds the limit of a single response. Retrying
// the same request does not help.
type ExceededError struct {
	Limit   string // AnswerLimit or MemoryLimit
	Allowed int
}

// Names of limits.
const (
	AnswerLimit = "answer" // the bytes of the response
	MemoryLimit = "memory" // the bytes used to build it
)

// Error implements error.
func (e *ExceededError) Error() string {
	return fmt.Sprintf("the response exceeds the limit %s of %d bytes", e.Limit, e.Allowed)
}

// Other responses use the memory that this response needs. A retry may succeed.
var (
	ErrBusy = errors.New("the responses of other callers use the memory for this one")
	ErrOwn  = errors.New("other responses of the same caller use the memory for this one")
)

// timeEvery is the number of charges between two checks of the deadline.
const timeEvery = 32

// Budget is the budget of one response. It is a context that is canceled when the budget is
// exceeded, so that nothing more is read for the response. Its methods are safe for
// concurrent use. A nil Budget has no limits.
type Budget struct {
	context.Context //nolint:containedctx // Budget implements context.Context

	cancel  context.CancelFunc
	limit   int64 // bytes of the response
	written atomic.Int64
	charges atomic.Int64
	over    atomic.Bool

	patience time.Duration // from the first charge; 0 for the context's deadline only
	begun    sync.Once
	late     *time.Timer

	account
	mu       sync.Mutex
	failure  error
	executed []string
}

type contextKey struct{}

// Value implements context.Context.
func (b *Budget) Value(key any) any {
	if key == (contextKey{}) || key == (meter.Key{}) {
		return b
	}
	return b.Context.Value(key)
}

// From returns the Budget in ctx, or nil if there is none.
func From(ctx context.Context) *Budget {
	b, _ := ctx.Value(contextKey{}).(*Budget)
	return b
}

// Write charges n bytes of the response, and the memory of the final buffer for them
// (Buffer).
func (b *Budget) Write(n int) error {
	if b == nil {
		return nil
	}
	if b.written.Add(int64(n)) > b.limit {
		b.fail(&ExceededError{Limit: AnswerLimit, Allowed: int(b.limit)})
	}
	return b.Hold(buffer(n))
}

// buffer returns the size of a buffer for n charged bytes. It exceeds n, because the written
// response is a little larger than the bytes that were charged for it.
func buffer(n int) int { return n + n/4 }

// Buffer returns the buffer size for the whole response, once all of it is charged. A buffer
// that grows on demand briefly needs three times as much.
func (b *Budget) Buffer() int {
	if b == nil {
		return 0
	}
	return buffer(int(min(b.written.Load(), b.limit)))
}

// Hold charges n bytes of memory.
func (b *Budget) Hold(n int) error {
	if b == nil {
		return nil
	}
	if b.patience > 0 {
		b.begun.Do(func() {
			b.late = time.AfterFunc(b.patience, func() { b.fail(context.DeadlineExceeded) })
		})
	}
	if err := b.take(int64(n)); err != nil {
		b.fail(err)
	}
	if b.charges.Add(1)%timeEvery == 0 {
		if err := b.Err(); err != nil {
			b.fail(err)
		}
	}
	return b.Failure()
}

// Room returns how many more bytes may be written. Callers use it to bound preallocation.
func (b *Budget) Room() int {
	if b == nil {
		return int(^uint(0) >> 1)
	}
	return int(max(0, b.limit-b.written.Load()))
}

// Failure returns why the response is abandoned: an ExceededError, ErrBusy, ErrOwn or the
// error of the context. It is nil while the budget lasts. Err differs: it is the context's
// own error and is never nil once Done is closed, as the Context interface requires.
func (b *Budget) Failure() error {
	if b == nil || !b.over.Load() {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.failure
}

// fail abandons the response and keeps the first reason.
func (b *Budget) fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failure == nil {
		b.failure = err
		b.pool.count(err)
		b.over.Store(true)
		if b.cancel != nil {
			b.cancel()
		}
	}
}

// Executed records the response name of a mutation that has been executed.
func (b *Budget) Executed(name string) {
	if b != nil {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.executed = append(b.executed, name)
	}
}

// WhatExecuted returns the response names of the executed mutations.
func (b *Budget) WhatExecuted() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.executed
}

// Built reports that the response is complete and its size in bytes. It releases the memory
// used to build the response; the bytes themselves are charged until Close.
func (b *Budget) Built(bytes int) error {
	if b == nil {
		return nil
	}
	if int64(bytes) > b.limit {
		b.fail(&ExceededError{Limit: AnswerLimit, Allowed: int(b.limit)})
	}
	err := b.Failure()
	if err != nil {
		bytes = 0
	}
	b.settle(int64(buffer(bytes)))
	return err
}

// Close releases all charges and cancels the context. It is idempotent.
func (b *Budget) Close() {
	if b != nil {
		b.begun.Do(func() {}) // a later charge starts no timer
		if b.late != nil {
			b.late.Stop()
		}
		if b.cancel != nil {
			b.cancel()
		}
		b.settle(0)
	}
}
