package budget

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// Pool is the memory shared by all responses while they are built and sent.
type Pool struct {
	answer int64 // largest response in bytes
	size   int64
	share  int64 // part of size that one caller may use

	mu      sync.Mutex
	taken   int64
	callers map[string]int64

	refused, refusedOwn, refusedAlone atomic.Int64
}

// Several copies of the largest response are briefly in memory: the values that were read,
// buffers that have grown, and the whole response. A caller's share covers at least these.
const (
	copiesOfResponse = 4
	callersInPool    = 3
	eventsOfAnswer   = 8
	// uncharged is the memory of each response that is not charged to the pool, so that small
	// responses, which are the most common, never depend on it.
	uncharged      = 64 << 10
	allocationStep = 64 << 10 // granularity of taking memory
)

// DefaultShare is the memory in bytes that the responses to one caller may use. It is a
// third of the pool.
const DefaultShare = 32 << 20

// NewPool returns a pool for responses of at most answer bytes. Each caller may use share
// bytes, or the memory of the largest response if that is more.
func NewPool(answer, share int) *Pool {
	each := int64(max(share, copiesOfResponse*answer))
	return &Pool{answer: int64(answer), share: each, size: callersInPool * each, callers: map[string]int64{}}
}

// Open returns the budget of a response to a caller. cancel must cancel ctx.
func (p *Pool) Open(ctx context.Context, cancel context.CancelFunc, caller string) *Budget {
	return &Budget{Context: ctx, cancel: cancel, limit: p.answer, account: account{pool: p, caller: caller}}
}

// OpenEvent returns the budget of one event of a subscription. Its time limit starts with
// the first charge, because ctx also covers waiting for the event. Its size limit is
// smaller than a response's, because a subscription keeps a buffer of its largest event.
func (p *Pool) OpenEvent(ctx context.Context, cancel context.CancelFunc, caller string, patience time.Duration) *Budget {
	b := p.Open(ctx, cancel, caller)
	b.limit, b.patience = max(1, p.answer/eventsOfAnswer), patience
	return b
}

// Taken returns the number of bytes in use.
func (p *Pool) Taken() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.taken
}

// Refused returns the number of responses refused because the pool was full.
func (p *Pool) Refused() int64 { return p.refused.Load() }

// RefusedOwn returns the number of responses refused because the caller's share was full.
func (p *Pool) RefusedOwn() int64 { return p.refusedOwn.Load() }

// RefusedAlone returns the number of responses that alone needed more than a caller's share.
func (p *Pool) RefusedAlone() int64 { return p.refusedAlone.Load() }

// Size returns the size of the pool in bytes.
func (p *Pool) Size() int64 { return p.size }

// take takes n more bytes for a response. had is the number of bytes that it already has.
func (p *Pool) take(caller string, had, n int64) error {
	if had+n > p.share {
		return &ExceededError{Limit: MemoryLimit, Allowed: int(p.share)}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.callers[caller]+n > p.share {
		return ErrOwn
	}
	if p.taken+n > p.size {
		return ErrBusy
	}
	p.taken += n
	p.callers[caller] += n
	return nil
}

// count counts a response that was refused for lack of memory.
func (p *Pool) count(err error) {
	var large *ExceededError
	switch {
	case errors.Is(err, ErrBusy):
		p.refused.Add(1)
	case errors.Is(err, ErrOwn):
		p.refusedOwn.Add(1)
	case errors.As(err, &large) && large.Limit == MemoryLimit:
		p.refusedAlone.Add(1)
	}
}

func (p *Pool) give(caller string, n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.taken -= n
	if p.callers[caller] -= n; p.callers[caller] == 0 {
		delete(p.callers, caller)
	}
}

// account is the memory that one response has taken from the pool.
type account struct {
	pool   *Pool
	caller string
	held   atomic.Int64

	grant   sync.Mutex
	granted atomic.Int64 // taken from the pool, for what is held beyond uncharged
}

// take takes n bytes, from the pool once the free memory is used up.
func (a *account) take(n int64) error {
	if a.held.Add(n)-uncharged <= a.granted.Load() {
		return nil
	}
	a.grant.Lock()
	defer a.grant.Unlock()
	granted := a.granted.Load()
	missing := a.held.Load() - uncharged - granted
	if missing <= 0 {
		return nil
	}
	missing = max(missing, min((missing+allocationStep-1)/allocationStep*allocationStep, a.pool.share-granted))
	if err := a.pool.take(a.caller, granted, missing); err != nil {
		return err
	}
	a.granted.Store(granted + missing)
	return nil
}

// settle returns all memory to the pool except held bytes.
func (a *account) settle(held int64) {
	a.grant.Lock()
	defer a.grant.Unlock()
	a.held.Store(held)
	granted := a.granted.Load()
	keep := min(granted, max(0, (held-uncharged+allocationStep-1)/allocationStep*allocationStep))
	if keep < granted {
		a.pool.give(a.caller, granted-keep)
		a.granted.Store(keep)
	}
}
