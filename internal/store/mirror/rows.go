package mirror

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"rehearse/internal/store/changelog"
)

// Rows is an LRU cache of rows that are evicted when the change log says that they have
// changed. It answers only while the log is read in time. The rows are shared and must not be
// modified.
type Rows[K comparable, V any] struct {
	size   func(*V) int
	behind *atomic.Bool // the log is not read in time, so rows may be stale

	mu      sync.Mutex
	entries *simplelru.LRU[K, *cached[V]]
	held    int // sum of the sizes
	most    int
}

// cached is a row, or the place of a row that is being read. A change evicts the place, so that
// a row that was read before its change is not kept.
type cached[V any] struct {
	row  *V            // nil during the read and if it has failed
	read chan struct{} // closed after the read
}

// newRows returns a cache with a capacity. size returns how much of it a row uses.
func newRows[K comparable, V any](most int, behind *atomic.Bool, size func(*V) int) *Rows[K, V] {
	r := &Rows[K, V]{size: size, behind: behind, most: most}
	r.entries, _ = simplelru.NewLRU(most, func(_ K, evicted *cached[V]) { // fails only for a capacity that is not positive
		if evicted.row != nil {
			r.held -= size(evicted.row)
		}
	})
	return r
}

// Get returns the row of the key, or nil.
func (r *Rows[K, V]) Get(key K) *V {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.get(key)
}

func (r *Rows[K, V]) get(key K) *V {
	if e, _ := r.entries.Get(key); e != nil && !r.behind.Load() {
		return e.row
	}
	return nil
}

// last returns the row of the key, or nil, even if it may be stale.
func (r *Rows[K, V]) last(key K) *V {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e, _ := r.entries.Get(key); e != nil {
		return e.row
	}
	return nil
}

// GetAll returns the rows of those keys that are cached.
func (r *Rows[K, V]) GetAll(keys []K) map[K]*V {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.behind.Load() || r.entries.Len() == 0 {
		return nil
	}
	found := make(map[K]*V, len(keys))
	for _, key := range keys {
		if one := r.get(key); one != nil {
			found[key] = one
		}
	}
	return found
}

// Load returns the row of the key. If it is not cached, the first of the callers that wait for
// it reads it. A row that changes in the meantime is returned, but not kept. Load returns
// changelog.ErrBehind while the log is not read in time.
func (r *Rows[K, V]) Load(ctx context.Context, key K, read func(context.Context) (*V, error)) (row *V, err error) {
	for !r.behind.Load() { // before the log is followed, nothing is evicted
		r.mu.Lock()
		e, found := r.entries.Get(key)
		if !found {
			e = r.add(key)
		}
		r.mu.Unlock()
		if !found {
			var rows map[K]*V
			defer func() { r.fill(map[K]*cached[V]{key: e}, rows) }()
			if row, err = read(ctx); err == nil {
				rows = map[K]*V{key: row}
			}
			return row, err
		}
		select {
		case <-e.read:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if e.row != nil { // otherwise the other caller's read has failed
			return e.row, nil
		}
	}
	return nil, changelog.ErrBehind
}

// Reserve must be called before rows are read. The returned function must be called with the
// rows that were read, and keeps those that have not changed since.
func (r *Rows[K, V]) Reserve(keys ...K) (keep func(rows map[K]*V)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	mine := map[K]*cached[V]{}
	for _, key := range keys {
		if !r.behind.Load() && !r.entries.Contains(key) {
			mine[key] = r.add(key)
		}
	}
	return func(rows map[K]*V) { r.fill(mine, rows) }
}

// add adds the place of a row that is about to be read.
func (r *Rows[K, V]) add(key K) *cached[V] {
	e := &cached[V]{read: make(chan struct{})}
	r.entries.Add(key, e)
	return e
}

// fill ends the reads of rows. One that is missing does not exist, or could not be read.
func (r *Rows[K, V]) fill(entries map[K]*cached[V], rows map[K]*V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for key, e := range entries {
		e.row = rows[key]
		close(e.read)
		switch current, _ := r.entries.Peek(key); {
		case current != e: // the row has changed
		case e.row == nil:
			r.entries.Remove(key)
		default:
			for r.held += r.size(e.row); r.held > r.most; {
				r.entries.RemoveOldest()
			}
		}
	}
}

// Evict evicts rows that have changed.
func (r *Rows[K, V]) Evict(keys ...K) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, key := range keys {
		r.entries.Remove(key)
	}
}

// Purge evicts all rows.
func (r *Rows[K, V]) Purge() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.entries.Purge()
}
