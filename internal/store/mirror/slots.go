// Package mirror holds what a server keeps in memory of the database to answer reads
// without SQL: an index of the open slots, students' records and interviewers. The change log
// keeps them current. The types of the package do not know SQL: their owner reads the rows.
package mirror

import (
	"iter"
	"math"
	"slices"
	"time"

	"rehearse/internal/booking"
)

// OpenSlot is a slot that is open, though it may be held or its interviewer may be full.
type OpenSlot struct {
	booking.SlotRef
	HeldUntil time.Time // zero for none
	FullUntil time.Time // zero for none
}

// Position is a place in the order of slots: by start, then id. An id of 0 is before all
// slots of the start.
type Position struct {
	Start time.Time
	ID    booking.SlotID
}

// Slots is an index of open slots by start, then id. Its owner keeps writers and readers apart. It holds each open slot that starts
// from Since and before Horizon, and no other.
//
// A slot takes 32 bytes without pointers, so the garbage collector has nothing to walk in
// millions of them. The slots are in chunks, so that a write moves only the slots of one.
type Slots struct {
	chunks [][]entry // sorted, none empty
	claims map[booking.SlotID]claim
	count  int
	most   int

	since, horizon int64 // in microseconds, as all times in the index
}

// entry is a slot in a chunk.
type entry struct {
	key
	interviewer booking.InterviewerID
	ends        int64 // twice the end, plus 1 if there is a claim on the slot
}

func (e *entry) end() int64    { return e.ends >> 1 }
func (e *entry) claimed() bool { return e.ends&1 == 1 }

// claim is what keeps others from an open slot for a while. Few slots have one.
type claim struct {
	heldUntil, fullUntil int64 // the zero time for none
}

// key is a Position in the index.
type key struct {
	start int64
	id    booking.SlotID
}

func (k key) compare(o key) int {
	switch {
	case k == o:
		return 0
	case k.start < o.start || k.start == o.start && k.id < o.id:
		return -1
	default:
		return 1
	}
}

func (k key) before(o key) bool { return k.compare(o) < 0 }

// next returns the first key after k.
func (k key) next() key {
	if k.id == math.MaxInt64 {
		return startOf(k.start + 1)
	}
	return key{k.start, k.id + 1}
}

// startOf returns the first key of a start.
func startOf(start int64) key { return key{start, math.MinInt64} }

func (p Position) key() key { return key{p.Start.UnixMicro(), p.ID} }

// NewSlots returns an index for up to most slots. It knows of no slot until it is loaded.
func NewSlots(most int) *Slots {
	return &Slots{most: most, since: booking.Forever.UnixMicro(), horizon: time.Time{}.UnixMicro()}
}

// Load replaces the content of the index by the open slots that start at since or later. It
// is fastest if the slots are in order. If they exceed the maximum, it does not read the
// rest, so they must be in order then.
func (s *Slots) Load(since time.Time, slots iter.Seq[OpenSlot]) {
	*s = Slots{
		claims: map[booking.SlotID]claim{}, most: s.most,
		since: since.UnixMicro(), horizon: booking.Forever.UnixMicro(),
	}
	for slot := range slots {
		if s.Put(slot); s.horizon < booking.Forever.UnixMicro() {
			return
		}
	}
}

// Len returns the number of slots.
func (s *Slots) Len() int { return s.count }

// Since returns the start from which the index is complete.
func (s *Slots) Since() time.Time { return timeOf(s.since) }

// Horizon returns the start before which the index is complete: booking.Forever unless the
// slots have exceeded the maximum since the last Load.
func (s *Slots) Horizon() time.Time { return timeOf(s.horizon) }

// Put inserts a slot, or replaces the one with the same id and start. It ignores a slot that
// starts before Since, or at Horizon or later. If the slots exceed the maximum, it drops those
// of the latest start.
func (s *Slots) Put(slot OpenSlot) {
	e := entry{
		key:         key{slot.Start.UnixMicro(), slot.ID},
		interviewer: slot.InterviewerID,
		ends:        slot.End.UnixMicro() << 1,
	}
	if e.start < s.since || e.start >= s.horizon {
		return
	}
	delete(s.claims, slot.ID)
	if !slot.HeldUntil.IsZero() || !slot.FullUntil.IsZero() {
		e.ends |= 1
		s.claims[slot.ID] = claim{slot.HeldUntil.UnixMicro(), slot.FullUntil.UnixMicro()}
	}
	if c, at := s.find(e.key); s.isAt(c, at, e.key) {
		s.chunks[c][at] = e
	} else {
		s.insert(c, at, e)
	}
	if s.count > s.most {
		// Without one of the slots of a start, the index is not complete for any of them.
		last := s.chunks[len(s.chunks)-1]
		s.horizon = last[len(last)-1].start
		s.dropFrom(startOf(s.horizon))
	}
}

// Remove removes a slot if it is there.
func (s *Slots) Remove(id booking.SlotID, start time.Time) {
	k := key{start.UnixMicro(), id}
	c, at := s.find(k)
	if !s.isAt(c, at, k) {
		return
	}
	s.forget(s.chunks[c][at : at+1])
	if s.chunks[c] = slices.Delete(s.chunks[c], at, at+1); len(s.chunks[c]) == 0 {
		s.chunks = slices.Delete(s.chunks, c, c+1)
	}
}

// DropBefore removes the slots that start before t, and makes t the new Since if it is later.
func (s *Slots) DropBefore(t time.Time) {
	if t.UnixMicro() <= s.since {
		return
	}
	s.since = t.UnixMicro()
	c, at := s.find(startOf(s.since))
	for _, chunk := range s.chunks[:c] {
		s.forget(chunk)
	}
	s.chunks = slices.Delete(s.chunks, 0, c)
	if at > 0 {
		s.forget(s.chunks[0][:at])
		s.chunks[0] = s.chunks[0][at:]
	}
}

// dropFrom removes the slots from k on.
func (s *Slots) dropFrom(k key) {
	c, at := s.find(k)
	if c == len(s.chunks) {
		return
	}
	s.forget(s.chunks[c][at:])
	for _, chunk := range s.chunks[c+1:] {
		s.forget(chunk)
	}
	s.chunks[c] = s.chunks[c][:at]
	if at > 0 {
		c++
	}
	s.chunks = slices.Delete(s.chunks, c, len(s.chunks))
}

// forget clears what the index keeps of entries outside the chunks.
func (s *Slots) forget(entries []entry) {
	for i := range entries {
		if entries[i].claimed() {
			delete(s.claims, entries[i].id)
		}
	}
	s.count -= len(entries)
}

func (e *entry) ref() booking.SlotRef {
	return booking.SlotRef{ID: e.id, InterviewerID: e.interviewer, Start: timeOf(e.start), End: timeOf(e.end())}
}

func timeOf(micros int64) time.Time { return time.UnixMicro(micros).UTC() }
