package mirror

import "fmt"

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
		return fmt.Sprintf("%d entries have a claim, of %d", claims, len(s.claims))
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
