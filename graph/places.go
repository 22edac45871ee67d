package graph

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
)

// places bound how many operations are at work at once; a subscription that
// waits for something to tell is not. With many more than the machine has cores
// for, each takes longer and fewer are done. Who finds no place waits for one,
// but not for long, and is then told to come again.
type places struct {
	free  *semaphore.Weighted
	taken atomic.Int64
	shed  atomic.Int64

	mu      sync.Mutex
	waiting int
	lasting *atomic.Bool // whether somebody has been waiting for as long as a rush may last
	timer   *time.Timer  // that makes it so
}

// DefaultMaxOperations is as many as the database has connections for.
const DefaultMaxOperations = 32

// DefaultMaxLargeBodies bounds the memory of imports: a body of 8 MiB takes a few
// times as much while it is read.
const DefaultMaxLargeBodies = 4

// A rush, of people who all come at once, passes: everybody in it waits. When
// there are more than can be served for longer than that, all would wait as long
// as anybody may, with nothing won by it.
const (
	waitInRush = time.Second
	waitAfter  = 250 * time.Millisecond
)

func newPlaces(most int) *places {
	return &places{free: semaphore.NewWeighted(int64(most))}
}

// take takes a place. leave gives it back, and may be called again.
func (p *places) take(ctx context.Context) (leave func(), refused *refusal) {
	if !p.free.TryAcquire(1) && !p.await(ctx) {
		if ctx.Err() == nil { // else he has left, or has no time left
			p.shed.Add(1)
		}
		return nil, because(unavailable, codeUnavailable, "the server has too much to do at the moment; try again").with(retryAfterHeader, retryShed)
	}
	p.taken.Add(1)
	return sync.OnceFunc(func() {
		p.taken.Add(-1)
		p.free.Release(1)
	}), nil
}

// retryShed is when it is worth trying again, in seconds.
const retryShed = "1"

// await waits for a place.
func (p *places) await(ctx context.Context) (ok bool) {
	ctx, cancel := context.WithTimeout(ctx, p.queue())
	defer cancel()
	defer p.unqueue()
	return p.free.Acquire(ctx, 1) == nil
}

// queue is one more who waits. It answers how long he may.
func (p *places) queue() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.waiting == 0 {
		lasting := &atomic.Bool{}
		p.lasting, p.timer = lasting, time.AfterFunc(waitInRush, func() { lasting.Store(true) })
	}
	p.waiting++
	if p.lasting.Load() {
		return waitAfter
	}
	return waitInRush
}

func (p *places) unqueue() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.waiting--; p.waiting == 0 {
		p.timer.Stop()
	}
}

func (p *places) inQueue() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.waiting
}
