package app

import (
	"context"
	"sync"
	"sync/atomic"

	"rehearse/internal/booking"
)

// watchedRecords are the records of students whose slots are watched. All watches
// of a student share one record: after a change, the first of them reads it and
// the others take what it has read.
type watchedRecords struct {
	moment atomic.Uint64 // counts changes, so that a read can be told to have begun after one

	mu       sync.Mutex
	students map[booking.StudentID]*watchedRecord
}

// watchedRecord is the record of one student.
type watchedRecord struct {
	watches int           // guarded by watchedRecords.mu
	reading chan struct{} // holds a token while somebody reads, and guards what follows
	at      uint64        // the moment when reading the record began
	record  booking.Record
}

func newWatchedRecords() *watchedRecords {
	return &watchedRecords{students: map[booking.StudentID]*watchedRecord{}}
}

// next returns the moment of a change that is known of now.
func (r *watchedRecords) next() uint64 { return r.moment.Add(1) }

// watch returns the record of the student, and keeps it until release.
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

// since returns the record as it was after the moment: the one that is there, or
// what read returns. What one watch has failed to read, the next one tries again.
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
