package budget

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// Pool is the memory that all answers share while they are built and sent.
type Pool struct {
	answer int64 // bytes of one answer
	size   int64
	share  int64 // of the size, that one caller may have

	mu      sync.Mutex
	taken   int64
	callers map[string]int64

	refused, refusedOwn, refusedAlone atomic.Int64
}

// The largest answer is in memory several times for a moment: as it was read, in parts
// that have grown, and whole. A caller has at least as much.
const (
	copies         = 4
	callersInPool  = 3
	eventsOfAnswer = 8
	// free is the memory of each answer that is not taken from the pool, so that
	// the small ones, which most are, never depend on it.
	free = 64 << 10
	step = 64 << 10 // in which memory is taken
)

// DefaultShare is how much memory the answers to one caller may take. It is a
// third of the pool.
const DefaultShare = 32 << 20

// NewPool returns a pool for answers of at most so many bytes, of which each caller
// may take a share: as much as the largest answer takes, if that is more.
func NewPool(answer, share int) *Pool {
	each := int64(max(share, copies*answer))
	return &Pool{answer: int64(answer), share: each, size: callersInPool * each, callers: map[string]int64{}}
}

// Open begins the budget of an answer to a caller. cancel ends ctx.
func (p *Pool) Open(ctx context.Context, cancel context.CancelFunc, caller string) *Budget {
	return &Budget{Context: ctx, cancel: cancel, limit: p.answer, account: account{pool: p, caller: caller}}
}

// OpenEvent begins the budget of one event of a subscription. Its time begins with
// the first charge, because an event is awaited in ctx. It is smaller than an
// answer's: a subscription keeps a buffer of its largest event.
func (p *Pool) OpenEvent(ctx context.Context, cancel context.CancelFunc, caller string, patience time.Duration) *Budget {
	b := p.Open(ctx, cancel, caller)
	b.limit, b.patience = max(1, p.answer/eventsOfAnswer), patience
	return b
}

// Taken returns how much of the pool is taken, in bytes.
func (p *Pool) Taken() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.taken
}

// Refused returns how many answers found too little in the pool, in all.
func (p *Pool) Refused() int64 { return p.refused.Load() }

// RefusedOwn returns how many found too little in their caller's share.
func (p *Pool) RefusedOwn() int64 { return p.refusedOwn.Load() }

// RefusedAlone returns how many needed more than a caller's share for themselves.
func (p *Pool) RefusedAlone() int64 { return p.refusedAlone.Load() }

// Size returns how much all answers may take, in bytes.
func (p *Pool) Size() int64 { return p.size }

// take takes n bytes for one who has had so many for the same answer.
func (p *Pool) take(caller string, had, n int64) error {
	if had+n > p.share {
		return &ExceededError{Limit: memoryLimit, Allowed: int(p.share)}
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

// count counts an answer that is given up for want of memory.
func (p *Pool) count(err error) {
	var large *ExceededError
	switch {
	case errors.Is(err, ErrBusy):
		p.refused.Add(1)
	case errors.Is(err, ErrOwn):
		p.refusedOwn.Add(1)
	case errors.As(err, &large) && large.Limit == memoryLimit:
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

// account is what one answer has taken from the pool.
type account struct {
	pool   *Pool
	caller string
	held   atomic.Int64

	grant   sync.Mutex
	granted atomic.Int64 // of what is held beyond free
}

// take takes n bytes, from the pool when the free ones are used up.
func (a *account) take(n int64) error {
	if a.held.Add(n)-free <= a.granted.Load() {
		return nil
	}
	a.grant.Lock()
	defer a.grant.Unlock()
	granted := a.granted.Load()
	missing := a.held.Load() - free - granted
	if missing <= 0 {
		return nil
	}
	missing = max(missing, min((missing+step-1)/step*step, a.pool.share-granted))
	if err := a.pool.take(a.caller, granted, missing); err != nil {
		return err
	}
	a.granted.Store(granted + missing)
	return nil
}

// settle gives all back but so many bytes.
func (a *account) settle(held int64) {
	a.grant.Lock()
	defer a.grant.Unlock()
	a.held.Store(held)
	granted := a.granted.Load()
	keep := min(granted, max(0, (held-free+step-1)/step*step))
	if keep < granted {
		a.pool.give(a.caller, granted-keep)
		a.granted.Store(keep)
	}
}
