package live

import (
	"context"
	"sync"
	"sync/atomic"

	"rehearse/internal/booking"
)

// sharedRecords caches the records of students whose slots are watched. All watches of a
// student share one record: after a change, the first to need it reads it for all.
type sharedRecords struct {
	generation atomic.Uint64 // generation: the number of changes seen

	mu       sync.Mutex
	students map[booking.StudentID]*sharedRecord
}

// sharedRecord is the cached record of one student.
type sharedRecord struct {
	watches int           // guarded by sharedRecords.mu
	reading chan struct{} // holds a token while a watch reads; guards the fields below
	at      uint64        // generation in which the read began
	record  booking.Record
}

func newSharedRecords() *sharedRecords {
	return &sharedRecords{students: map[booking.StudentID]*sharedRecord{}}
}

// next starts a new generation and returns it.
func (r *sharedRecords) next() uint64 { return r.generation.Add(1) }

// watch returns the student's record, which is cached until release is called.
func (r *sharedRecords) watch(student booking.StudentID) (_ *sharedRecord, release func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	w := r.students[student]
	if w == nil {
		w = &sharedRecord{reading: make(chan struct{}, 1)}
		r.students[student] = w
	}
	w.watches++
	return w, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if w.watches--; w.watches == 0 {
			delete(r.students, student)
		}
	}
}

// since returns a record read in or after the generation: the cached one, or the result of
// read. Errors are not cached.
func (r *sharedRecords) since(
	ctx context.Context, w *sharedRecord, generation uint64, read func(context.Context) (booking.Record, error),
) (booking.Record, error) {
	select {
	case w.reading <- struct{}{}:
	case <-ctx.Done():
		return booking.Record{}, ctx.Err()
	}
	defer func() { <-w.reading }()
	if w.at >= generation { // one read serves all watches of a student (BenchmarkWatches)
		return w.record, nil
	}
	at := r.generation.Load()
	record, err := read(ctx)
	if err == nil {
		w.record, w.at = record, at
	}
	return record, err
}
