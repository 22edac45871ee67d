package store

import (
	"context"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/semaphore"
)

// shares bounds the number of connections that the reads of one caller use at the same
// time. The fields of an operation are read in parallel, so without a bound a few
// operations could use all connections, and their statements would compete with everyone
// else's for the cores of Postgres. A read beyond the share waits in FIFO order until
// its context ends.
//
// A transaction takes no share, because others may wait for its locks. No read waits for
// a share while it has a connection, so a read that has its share always ends.
type shares struct {
	each    int64 // maximum of one caller
	waiting atomic.Int64
	unused  sync.Pool // holds *share

	mu      sync.Mutex
	callers map[string]*share // callers with active reads
}

// share is one caller's share of the connections.
type share struct {
	of    *shares
	whose string
	free  *semaphore.Weighted
	reads int // reads that use or await a connection; guarded by shares.mu
}

func newShares(each int) *shares {
	s := &shares{each: int64(each), callers: map[string]*share{}}
	s.unused.New = func() any { return &share{of: s, free: semaphore.NewWeighted(s.each)} }
	return s
}

type callerKey struct{}

// ForCaller returns a context whose reads count toward the caller's share. Reads without
// a caller, such as the program's own, are not limited.
func ForCaller(ctx context.Context, caller string) context.Context {
	return context.WithValue(ctx, callerKey{}, caller)
}

// take reserves a connection of the share of the context's caller, and waits if all are
// in use. The caller must call giveBack. Without a caller, take returns nil.
func (s *shares) take(ctx context.Context) (*share, error) {
	whose, named := ctx.Value(callerKey{}).(string)
	if !named {
		return nil, nil
	}
	one := s.enter(whose)
	if one.free.TryAcquire(1) {
		return one, nil
	}
	s.waiting.Add(1)
	defer s.waiting.Add(-1)
	if err := one.free.Acquire(ctx, 1); err != nil {
		s.leave(one)
		return nil, err
	}
	return one, nil
}

func (c *share) giveBack() {
	if c != nil {
		c.free.Release(1)
		c.of.leave(c)
	}
}

// enter returns the share of a caller, and creates it for the caller's first read.
func (s *shares) enter(whose string) *share {
	s.mu.Lock()
	defer s.mu.Unlock()
	one := s.callers[whose]
	if one == nil {
		one, _ = s.unused.Get().(*share)
		one.whose = whose
		s.callers[whose] = one
	}
	one.reads++
	return one
}

func (s *shares) leave(one *share) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if one.reads--; one.reads == 0 {
		delete(s.callers, one.whose)
		s.unused.Put(one)
	}
}
