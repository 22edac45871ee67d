package cache

import (
	"slices"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"rehearse/internal/booking"
)

// Record is a student's record with a stamp of the rows it was read from. Cached records
// are shared and must not be modified.
type Record struct {
	booking.Record
	Stamp int64
}

func (r *Record) size() int { return 1 + len(r.History) + len(r.Waivers) }

// maxRecords is the capacity of the cache: the total number of students, interviews and
// waivers, at about 300 bytes each.
const maxRecords = 100_000

// Records is an LRU cache of students' records. Entries may be stale; callers must
// verify the stamp.
type Records struct {
	mu      sync.Mutex
	entries *simplelru.LRU[booking.StudentID, *Record]
	size    int
}

// NewRecords returns an empty cache.
func NewRecords() *Records {
	c := &Records{}
	c.entries, _ = simplelru.NewLRU(maxRecords, func(_ booking.StudentID, evicted *Record) { c.size -= evicted.size() }) // fails only for a size that is not positive
	return c
}

// Evict evicts the records of changed students. This is an optimization: a list with a
// stale record costs one more statement.
func (c *Records) Evict(changed []booking.StudentID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, id := range changed {
		c.entries.Remove(id)
	}
}

// Get returns the student's cached record, or nil.
func (c *Records) Get(id booking.StudentID) *Record {
	c.mu.Lock()
	defer c.mu.Unlock()
	found, _ := c.entries.Get(id)
	return found
}

// Add caches a record in place of the student's previous one.
func (c *Records) Add(r *Record) {
	r.History = slices.Clone(r.History) // drop the unused capacity
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entries.Remove(r.Student.ID)
	c.entries.Add(r.Student.ID, r)
	for c.size += r.size(); c.size > maxRecords; {
		c.entries.RemoveOldest()
	}
}
