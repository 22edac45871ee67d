package store

import (
	"context"
	"slices"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"rehearse/internal/booking"
)

// OpenSlotsFor returns a page of the slots in the range that the student's offer allows,
// and reports whether there are more. offer derives the offer from the student's record.
// OpenSlotsFor returns NotFound if the student does not exist.
//
// It tries the cached record first. The statement that reads the slots verifies in the
// same snapshot that the cached record is current. If it returns no slots, OpenSlotsFor
// reads the record from the database.
func (s *Store) OpenSlotsFor(
	ctx context.Context, id booking.StudentID, offer func(booking.Record) booking.Offer, f SlotSearch, p Page,
) (booking.Offer, []booking.Slot, bool, error) {
	kept := s.records.get(id)
	if kept != nil {
		o := offer(kept.Record)
		slots, more, err := s.openSlots(ctx, f, o, p, kept)
		if err != nil || len(slots) > 0 {
			return o, slots, more, err
		}
	}
	read, err := s.stampedRecord(ctx, id)
	if err != nil {
		return booking.Offer{}, nil, false, err
	}
	o := offer(read.Record)
	if kept != nil && kept.stamp == read.stamp {
		return o, nil, false, nil
	}
	s.records.keep(&read)
	slots, more, err := s.OpenSlots(ctx, f, o, p)
	return o, slots, more, err
}

// keptRecord is a cached student's record with its recordStamp. It is immutable.
type keptRecord struct {
	booking.Record
	stamp int64
}

// recordStands is the condition that the student's record has the given stamp. Postgres
// evaluates it once, not for every slot.
const recordStands = `(SELECT ` + recordStamp + ` = ?
		FROM students s
		CROSS JOIN booking_policy p
		LEFT JOIN interviewers me ON me.email = s.email
		LEFT JOIN holds h ON h.student_id = s.id AND h.ended_at IS NULL
		WHERE s.id = ?)`

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
