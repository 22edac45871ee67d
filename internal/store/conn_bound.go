package store

import (
	"container/list"
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
)

// A connBound bounds the open connections of several pools together: those of the only school and
// of the others on its server. A pool that needs a connection when all are open gets one that
// another pool does not use, or the next that the pool with most connections gives back. So a
// school at full load does not keep the others from the database.
type connBound struct {
	most int

	mu      sync.Mutex
	open    int
	pools   map[*boundPool]struct{}
	waiting list.List // of *connWait, the oldest first
}

// boundPool is a pool under a bound.
type boundPool struct {
	driver.Connector
	of    *connBound
	pool  *sql.DB
	limit int // of the pool alone
	open  int // guarded by of.mu
}

// connWait is a connection that a pool waits for.
type connWait struct {
	of      *boundPool
	granted chan struct{} // closed once it may be opened
}

func newConnBound(most int) *connBound {
	return &connBound{most: most, pools: map[*boundPool]struct{}{}}
}

const (
	// boundPatience is how long a pool waits for a connection. database/sql opens some connections
	// without a request, whose time limit would apply.
	boundPatience = 5 * time.Second
	// boundPause is the pause between two looks for a connection that is not in use. Pools do not
	// report when one is given back.
	boundPause = 5 * time.Millisecond
)

// add puts the connections of a connector under the bound.
func (b *connBound) add(connector driver.Connector, limit int) *sql.DB {
	p := &boundPool{Connector: connector, of: b, limit: limit}
	p.pool = sql.OpenDB(p)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pools[p] = struct{}{}
	return p.pool
}

// remove forgets a pool, which the caller closes.
func (b *connBound) remove(pool *sql.DB) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for p := range b.pools {
		if p.pool == pool {
			delete(b.pools, p)
		}
	}
}

// Connect implements driver.Connector.
func (p *boundPool) Connect(ctx context.Context) (driver.Conn, error) {
	if err := p.acquire(ctx); err != nil {
		return nil, err
	}
	conn, err := p.Connector.Connect(ctx)
	if err != nil {
		p.release()
		return nil, err
	}
	of, is := conn.(*stdlib.Conn)
	if !is {
		p.release()
		_ = conn.Close()
		return nil, fmt.Errorf("the connection is a %T; one of pgx is expected", conn)
	}
	return meteredConn{of, sync.OnceFunc(p.release)}, nil
}

// acquire waits until the pool may open a connection.
func (p *boundPool) acquire(ctx context.Context) error {
	wait, ok := p.enter()
	if ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, boundPatience)
	defer cancel()
	again := time.NewTicker(boundPause)
	defer again.Stop()
	for {
		restore := p.of.shrinkFor(p)
		select {
		case <-wait.Value.(*connWait).granted: //nolint:forcetypeassert // enter has made it
			restore()
			return nil
		case <-again.C:
			restore()
		case <-ctx.Done():
			restore()
			return p.giveUp(ctx, wait)
		}
	}
}

// enter takes a connection if there is one left, and otherwise queues for one.
func (p *boundPool) enter() (wait *list.Element, ok bool) {
	b := p.of
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open < b.most && b.waiting.Len() == 0 {
		b.open++
		p.open++
		return nil, true
	}
	return b.waiting.PushBack(&connWait{p, make(chan struct{})}), false
}

func (p *boundPool) giveUp(ctx context.Context, wait *list.Element) error {
	one, _ := wait.Value.(*connWait)
	p.of.mu.Lock()
	defer p.of.mu.Unlock()
	select {
	case <-one.granted: // at the last moment
		return nil
	default:
	}
	p.of.waiting.Remove(wait)
	return fmt.Errorf("%w: all %d connections are in use: %w", ErrUnavailable, p.of.most, ctx.Err())
}

// release passes a closed connection on to the pool that has waited longest.
func (p *boundPool) release() {
	b := p.of
	b.mu.Lock()
	defer b.mu.Unlock()
	p.open--
	first := b.waiting.Front()
	if first == nil {
		b.open--
		return
	}
	next, _ := b.waiting.Remove(first).(*connWait)
	next.of.open++
	close(next.granted)
}

// shrinkFor makes another pool close a connection: an idle one, or otherwise the next that it gets
// back, if it has more than p. restore sets the limits of that pool again.
func (b *connBound) shrinkFor(p *boundPool) (restore func()) {
	victim, idle, open := b.richest(p)
	if victim == nil {
		return func() {}
	}
	if idle > 0 {
		victim.pool.SetMaxIdleConns(idle - 1)
		victim.pool.SetMaxIdleConns(victim.limit)
		return func() {}
	}
	victim.pool.SetMaxOpenConns(open - 1)
	return func() {
		victim.pool.SetMaxOpenConns(victim.limit)
		victim.pool.SetMaxIdleConns(victim.limit)
	}
}

// richest returns the pool to take a connection from for p: the one with most idle connections, or
// the one with most connections if none is idle. It returns nil if p has as many as any other.
func (b *connBound) richest(p *boundPool) (victim *boundPool, idle, open int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for other := range b.pools {
		if other == p {
			continue
		}
		if n := other.pool.Stats().Idle; n > idle || idle == 0 && n == 0 && other.open > max(open, p.open+1) {
			victim, idle, open = other, n, other.open
		}
	}
	return victim, idle, open
}
