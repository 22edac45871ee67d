package store

import (
	"context"
	"slices"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"rehearse/internal/booking"
)

// OpenSlotsFor reads a page of the slots in the range that the offer to a student
// allows, which offer makes of his record, and whether there are more; NotFound
// when there is no such student.
//
// It makes the offer of the record that it keeps, and has the statement that
// reads the slots see, at the same instant, whether it is still the student's. If
// nothing comes of that, it reads the record.
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

// keptRecord is a student's record, which nobody changes, and its recordStamp.
type keptRecord struct {
	booking.Record
	stamp int64
}

// recordStands is the condition that the student's record has the stamp.
// Postgres asks it once, not of every slot.
const recordStands = `(SELECT ` + recordStamp + ` = ?
		FROM students s
		CROSS JOIN booking_policy p
		LEFT JOIN interviewers me ON me.email = s.email
		LEFT JOIN holds h ON h.student_id = s.id AND h.ended_at IS NULL
		WHERE s.id = ?)`

// maxKept is how many students, interviews and waivers there are in the kept
// records in all, of about 300 bytes each.
const maxKept = 100_000

// keptRecords keeps the records of the students who asked last, whatever became
// of them meanwhile: whoever takes one has to see whether it still stands.
type keptRecords struct {
	mu   sync.Mutex
	kept *simplelru.LRU[booking.StudentID, *keptRecord]
	size int
}

func newKeptRecords() *keptRecords {
	k := &keptRecords{}
	k.kept, _ = simplelru.NewLRU(maxKept, func(_ booking.StudentID, gone *keptRecord) { k.size -= gone.size() }) // the size is right
	return k
}

// forget spares those who ask next a statement that would come to nothing.
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
	r.History = slices.Clone(r.History) // without the room that reading it took
	k.mu.Lock()
	defer k.mu.Unlock()
	k.kept.Remove(r.Student.ID)
	k.kept.Add(r.Student.ID, r)
	for k.size += r.size(); k.size > maxKept; {
		k.kept.RemoveOldest()
	}
}
