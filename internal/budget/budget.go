// Package budget bounds what the answer to one operation takes: bytes, memory and
// time. Whatever builds a part of an answer charges it first, and stops when the
// charge is refused.
package budget

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"rehearse/internal/memory"
)

// ExceededError reports that an answer is larger than any may be. Asking again
// for the same does not help.
type ExceededError struct {
	Limit   string // "answer", in bytes of the answer, or "memory", in bytes that building it takes
	Allowed int
}

const memoryLimit = "memory"

// Error implements error.
func (e *ExceededError) Error() string {
	return fmt.Sprintf("the response exceeds the limit %s of %d bytes", e.Limit, e.Allowed)
}

// The answers of others, or the other answers of the same caller, take the memory
// that an answer needs. It may be there in a moment.
var (
	ErrBusy = errors.New("the responses of other callers use the memory for this one")
	ErrOwn  = errors.New("other responses of the same caller use the memory for this one")
)

// timeEvery is how many charges pass between two looks at the deadline.
const timeEvery = 32

// Budget is what one answer may still take. It is a context that ends when the
// budget is exceeded, so that nothing more is read for the answer. Its methods
// may be called from several goroutines, and on nil, which bounds nothing.
type Budget struct {
	context.Context //nolint:containedctx // it is one

	cancel  context.CancelFunc
	limit   int64 // bytes of the answer
	written atomic.Int64
	charges atomic.Int64
	over    atomic.Bool

	patience time.Duration // from the first charge on; 0 for no end but the context's
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
	if key == (contextKey{}) || key == (memory.MeterKey{}) {
		return b
	}
	return b.Context.Value(key)
}

// From returns the budget of the answer that is built in ctx; nil without one.
func From(ctx context.Context) *Budget {
	b, _ := ctx.Value(contextKey{}).(*Budget)
	return b
}

// Write charges n bytes of the answer, and the memory that the library writes them
// into in the end (Buffer).
func (b *Budget) Write(n int) error {
	if b == nil {
		return nil
	}
	if b.written.Add(int64(n)) > b.limit {
		b.fail(&ExceededError{Limit: "answer", Allowed: int(b.limit)})
	}
	return b.Hold(buffer(n))
}

// buffer is how large a buffer for n bytes is made. What is charged of an answer before
// it is written is a little less than what is written.
func buffer(n int) int { return n + n/4 }

// Buffer returns how large the buffer for the whole answer has to be, once all of it is
// charged. One that grows by itself takes three times as much for a moment.
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

// Room returns how many more bytes may be written, which is also a bound of what
// is worth being allocated ahead.
func (b *Budget) Room() int {
	if b == nil {
		return int(^uint(0) >> 1)
	}
	return int(max(0, b.limit-b.written.Load()))
}

// Failure returns why the answer is given up: an ExceededError, ErrBusy, ErrOwn or the
// error of the context. It is nil while the budget lasts. Err is the context's own, and
// is never nil once Done is closed: who waits for the context relies on that.
func (b *Budget) Failure() error {
	if b == nil || !b.over.Load() {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.failure
}

// fail gives the answer up for the first reason there is.
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

// Executed notes that a mutation has been executed, by its name in the answer.
func (b *Budget) Executed(name string) {
	if b != nil {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.executed = append(b.executed, name)
	}
}

// WhatExecuted returns the names of the mutations that have been executed.
func (b *Budget) WhatExecuted() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.executed
}

// Built says that the answer is built, and has so many bytes. What building it
// took is free for others; the bytes are charged until Close.
func (b *Budget) Built(bytes int) error {
	if b == nil {
		return nil
	}
	if int64(bytes) > b.limit {
		b.fail(&ExceededError{Limit: "answer", Allowed: int(b.limit)})
	}
	err := b.Failure()
	if err != nil {
		bytes = 0
	}
	b.settle(int64(buffer(bytes)))
	return err
}

// Close gives everything back, and ends the context. It may be called again.
func (b *Budget) Close() {
	if b != nil {
		b.begun.Do(func() {}) // whoever comes late begins no clock
		if b.late != nil {
			b.late.Stop()
		}
		if b.cancel != nil {
			b.cancel()
		}
		b.settle(0)
	}
}
