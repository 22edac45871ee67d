package mirror

import (
	"fmt"
	"iter"
)

const MaxScanned = maxScanned

// Defect returns what is wrong with the form of the index, or nothing.
func (s *Slots) Defect() string {
	count, claims := 0, 0
	last := startOf(s.since)
	for i, chunk := range s.chunks {
		if len(chunk) == 0 || len(chunk) > chunkSize || cap(chunk) > chunkSize {
			return fmt.Sprintf("chunk %d has %d entries and room for %d", i, len(chunk), cap(chunk))
		}
		for _, e := range chunk {
			if !last.before(e.key) {
				return fmt.Sprintf("in chunk %d, %v is after %v", i, e.key, last)
			}
			last = e.key
			if e.claimed() {
				claims++
			}
		}
		count += len(chunk)
	}
	switch {
	case count != s.count:
		return fmt.Sprintf("%d entries are counted as %d", count, s.count)
	case claims != len(s.claims):
		return fmt.Sprintf("%d entries have a claim, but %d claims are stored", claims, len(s.claims))
	case count > s.most:
		return fmt.Sprintf("%d entries exceed the maximum of %d", count, s.most)
	}
	return ""
}

// Room returns the number of entries that the chunks have memory for.
func (s *Slots) Room() int {
	room := 0
	for _, chunk := range s.chunks {
		room += cap(chunk)
	}
	return room
}

// Chunks returns the number of chunks.
func (s *Slots) Chunks() int { return len(s.chunks) }

const (
	ChunkSize  = chunkSize
	MaxRecords = maxRecords
	MaxMissed  = maxMissed
)

// Slots returns the open slots in use.
func (m *Mirror) Slots() *Slots { return m.slots }

// Len returns the number of rows, including those that are being read.
func (r *Rows[K, V]) Len() int { return r.entries.Len() }

// Ascend returns the slots from one position up to, not including, another, in order. To
// start after a slot, add 1 to its id. The index must not change during the iteration.
func (s *Slots) Ascend(from, to Position) iter.Seq[OpenSlot] { return s.walk(from, to, false) }

// Descend returns the same slots as Ascend, in reverse order.
func (s *Slots) Descend(from, to Position) iter.Seq[OpenSlot] { return s.walk(from, to, true) }

func (s *Slots) walk(from, to Position, backward bool) iter.Seq[OpenSlot] {
	return func(yield func(OpenSlot) bool) {
		s.scan(from.key(), to.key(), backward, func(e *entry) bool { return yield(s.open(e)) })
	}
}

// open returns the entry as a slot.
func (s *Slots) open(e *entry) OpenSlot {
	slot := OpenSlot{SlotRef: e.ref()}
	if e.claimed() {
		on := s.claims[e.id]
		slot.HeldUntil, slot.FullUntil = timeOf(on.heldUntil), timeOf(on.fullUntil)
	}
	return slot
}
