package store

import (
	"slices"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"rehearse/internal/booking"
)

// keptRecord is a cached student's record with its recordStamp. It is immutable.
type keptRecord struct {
	booking.Record
	stamp int64
}

// maxKept is the capacity of the cache: the total number of students, interviews and
// waivers, at about 300 bytes each.
const maxKept = 100_000

// keptRecords is an LRU cache of students' records. Entries may be stale; callers must
// verify the stamp.
type keptRecords struct {
	mu   sync.Mutex
	kept *simplelru.LRU[booking.StudentID, *keptRecord]
	size int
}

func newKeptRecords() *keptRecords {
	k := &keptRecords{}
	k.kept, _ = simplelru.NewLRU(maxKept, func(_ booking.StudentID, gone *keptRecord) { k.size -= gone.size() }) // fails only for a size that is not positive
	return k
}

// forget evicts the records of changed students. This is an optimization: a list with a
// stale record costs one more statement.
func (k *keptRecords) forget(changed []booking.StudentID) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, id := range changed {
		k.kept.Remove(id)
	}
}

func (r *keptRecord) size() int { return 1 + len(r.History) + len(r.Waivers) }

func (k *keptRecords) get(id booking.StudentID) *keptRecord {
	k.mu.Lock()
	defer k.mu.Unlock()
	found, _ := k.kept.Get(id)
	return found
}

func (k *keptRecords) keep(r *keptRecord) {
	r.History = slices.Clone(r.History) // drop the unused capacity
	k.mu.Lock()
	defer k.mu.Unlock()
	k.kept.Remove(r.Student.ID)
	k.kept.Add(r.Student.ID, r)
	for k.size += r.size(); k.size > maxKept; {
		k.kept.RemoveOldest()
	}
}
