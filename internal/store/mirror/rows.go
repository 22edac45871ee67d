package mirror

import (
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// Rows is an LRU cache of rows that are evicted when the change log says that they have
// changed. It answers only while the log is read in time. The rows are shared and must not be
// modified.
type Rows[K comparable, V any] struct {
	size func(*V) int

	mu        sync.Mutex
	entries   *simplelru.LRU[K, *V]
	held      int // sum of the sizes
	most      int
	suspended bool // the log is not read in time, so rows may be stale
	reads     map[*Read[K]]struct{}
}

// A Read is a read of rows from the database that is under way. Rows that are evicted in the
// meantime may have been read before their change, and are not added.
type Read[K comparable] struct {
	evicted map[K]struct{}
	purged  bool
}

// newRows returns a suspended cache with a capacity. size returns how much of it a row uses.
func newRows[K comparable, V any](most int, size func(*V) int) *Rows[K, V] {
	r := &Rows[K, V]{size: size, most: most, suspended: true, reads: map[*Read[K]]struct{}{}}
	r.entries, _ = simplelru.NewLRU(most, func(_ K, evicted *V) { r.held -= size(evicted) }) // fails only for a capacity that is not positive
	return r
}

// Get returns the row of the key, or nil.
func (r *Rows[K, V]) Get(key K) *V {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.get(key)
}

func (r *Rows[K, V]) get(key K) *V {
	if r.suspended {
		return nil
	}
	found, _ := r.entries.Get(key)
	return found
}

// GetAll returns the rows of those keys that are cached.
func (r *Rows[K, V]) GetAll(keys []K) map[K]*V {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.suspended || r.entries.Len() == 0 {
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

// Begin must be called before rows are read for Add, which ends the read, as does Cancel. It
// reports false while the cache is suspended: nothing can be added then.
func (r *Rows[K, V]) Begin() (*Read[K], bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.suspended { // before the log is followed, nothing is evicted
		return nil, false
	}
	read := &Read[K]{}
	r.reads[read] = struct{}{}
	return read, true
}

// Cancel ends a read without a result.
func (r *Rows[K, V]) Cancel(read *Read[K]) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.reads, read)
}

// Add adds a row, unless it was evicted since Begin, and ends the read. It reports whether the
// row was added.
func (r *Rows[K, V]) Add(read *Read[K], key K, row *V) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.reads, read)
	return r.add(read, key, row)
}

// AddAll is Add for several rows.
func (r *Rows[K, V]) AddAll(read *Read[K], rows map[K]*V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.reads, read)
	for key, row := range rows {
		r.add(read, key, row)
	}
}

func (r *Rows[K, V]) add(read *Read[K], key K, row *V) bool {
	if _, evicted := read.evicted[key]; evicted || read.purged || r.suspended {
		return false
	}
	r.entries.Remove(key)
	r.entries.Add(key, row)
	for r.held += r.size(row); r.held > r.most; {
		r.entries.RemoveOldest()
	}
	return true
}

// Evict evicts rows that have changed.
func (r *Rows[K, V]) Evict(keys ...K) {
	if len(keys) == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, key := range keys {
		r.entries.Remove(key)
	}
	for read := range r.reads {
		if read.evicted == nil {
			read.evicted = make(map[K]struct{}, len(keys))
		}
		for _, key := range keys {
			read.evicted[key] = struct{}{}
		}
	}
}

// Purge evicts all rows.
func (r *Rows[K, V]) Purge() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.entries.Purge()
	for read := range r.reads {
		read.purged = true
	}
}

// suspend makes the cache answer nothing, or answer again. Evictions go on in the meantime.
func (r *Rows[K, V]) suspend(suspended bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.suspended = suspended
}
