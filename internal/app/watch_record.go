package app

import (
	"context"
	"sync"
	"sync/atomic"

	"rehearse/internal/booking"
)

// watchedRecords caches the records of students whose slots are watched. All watches of a
// student share one record: after a change, the first to need it reads it for all.
type watchedRecords struct {
	moment atomic.Uint64 // generation: the number of changes seen

	mu       sync.Mutex
	students map[booking.StudentID]*watchedRecord
}

// watchedRecord is the cached record of one student.
type watchedRecord struct {
	watches int           // guarded by watchedRecords.mu
	reading chan struct{} // holds a token while a watch reads; guards the fields below
	at      uint64        // generation in which the read began
	record  booking.Record
}

func newWatchedRecords() *watchedRecords {
	return &watchedRecords{students: map[booking.StudentID]*watchedRecord{}}
}

// next starts a new generation and returns it.
func (r *watchedRecords) next() uint64 { return r.moment.Add(1) }

// watch returns the student's record, which is cached until release is called.
func (r *watchedRecords) watch(student booking.StudentID) (_ *watchedRecord, release func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	w := r.students[student]
	if w == nil {
		w = &watchedRecord{reading: make(chan struct{}, 1)}
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
func (r *watchedRecords) since(
	ctx context.Context, w *watchedRecord, moment uint64, read func(context.Context) (booking.Record, error),
) (booking.Record, error) {
	select {
	case w.reading <- struct{}{}:
	case <-ctx.Done():
		return booking.Record{}, ctx.Err()
	}
	defer func() { <-w.reading }()
	if w.at >= moment {
		return w.record, nil
	}
	at := r.moment.Load()
	record, err := read(ctx)
	if err == nil {
		w.record, w.at = record, at
	}
	return record, err
}
