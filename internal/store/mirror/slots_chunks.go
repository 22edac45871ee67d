package mirror

import (
	"slices"
	"sort"
)

const (
	// chunkSize is the maximum number of entries of a chunk: 32 KB, which an insertion moves in
	// less than a microsecond.
	chunkSize = 1024
	// roomStep is by how much the capacity of a chunk grows. If it grew as slices do, the index
	// would take a third more memory than it needs.
	roomStep = 64
)

// find returns the place of the first entry that is not before k, as a chunk and a place in
// it. If there is none, the chunk is the one after the last.
func (s *Slots) find(k key) (c, at int) {
	if n := len(s.chunks); n == 0 || lastOf(s.chunks[n-1]).before(k) { // as for nearly all slots of a load
		return n, 0
	}
	c = sort.Search(len(s.chunks), func(i int) bool { return !lastOf(s.chunks[i]).before(k) })
	at, _ = slices.BinarySearchFunc(s.chunks[c], k, func(e entry, k key) int { return e.compare(k) })
	return c, at
}

func lastOf(chunk []entry) key { return chunk[len(chunk)-1].key }

// isAt reports whether the entry with the key is at a place that find returned for it.
func (s *Slots) isAt(c, at int, k key) bool { return c < len(s.chunks) && s.chunks[c][at].key == k }

// insert inserts an entry before a place that find returned. Chunks that have lost entries are
// not merged, because the index is loaded again from time to time (Mirror.Renew).
func (s *Slots) insert(c, at int, e entry) {
	switch n := len(s.chunks); {
	case c == n && n > 0 && len(s.chunks[n-1]) < chunkSize:
		c, at = n-1, len(s.chunks[n-1])
	case c == n: // at the end, chunks are filled rather than divided: a load takes no more than it needs
		s.chunks = append(s.chunks, make([]entry, 0, chunkSize))
	case len(s.chunks[c]) == chunkSize:
		const half = chunkSize / 2
		s.chunks = slices.Insert(s.chunks, c+1, slices.Clone(s.chunks[c][half:]))
		s.chunks[c] = slices.Clone(s.chunks[c][:half])
		if at > half {
			c, at = c+1, at-half
		}
	}
	chunk := s.chunks[c]
	if len(chunk) == cap(chunk) {
		chunk = append(make([]entry, 0, min(len(chunk)+roomStep, chunkSize)), chunk...)
	}
	s.chunks[c] = slices.Insert(chunk, at, e)
	s.count++
}

// scan calls visit with the entries from one key up to, not including, another, in order or
// in reverse order, until visit returns false.
func (s *Slots) scan(from, to key, backward bool, visit func(*entry) bool) {
	if !from.before(to) {
		return
	}
	first, low := s.find(from)
	last, high := s.find(to)
	for i := range last - first + 1 {
		c := first + i
		if backward {
			c = last - i
		}
		if c == len(s.chunks) {
			continue
		}
		run := s.chunks[c]
		if c == last {
			run = run[:high]
		}
		if c == first {
			run = run[low:]
		}
		if !scanRun(run, backward, visit) {
			return
		}
	}
}

// scanRun calls visit with the entries until visit returns false. It reports whether visit
// returned true for all of them.
func scanRun(run []entry, backward bool, visit func(*entry) bool) bool {
	for i := range run {
		if backward {
			i = len(run) - 1 - i
		}
		if !visit(&run[i]) {
			return false
		}
	}
	return true
}
