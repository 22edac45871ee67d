package mirror

import (
	"sync"
	"sync/atomic"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/store/changelog"
)

const (
	// DefaultMaxSlots is the capacity for open slots, at 34 bytes each. If there are more, those
	// of the latest starts are left to SQL.
	DefaultMaxSlots = 3_000_000
	// maxRecords is the capacity for students' records: the total number of students,
	// interviews and waivers, at about 300 bytes each.
	maxRecords = 100_000
	// maxInterviewers is the capacity for interviewers, at about 300 bytes each.
	maxInterviewers = 10_000
	// Past is how long slots are kept after their start, for requests that began before it.
	Past = time.Minute
	// maxMissed is the number of slots that may change while the index is loaded.
	maxMissed = 100_000
)

// Record is a student's record.
type Record struct{ booking.Record }

func (r *Record) size() int { return 1 + len(r.History) + len(r.Waivers) }

// A Mirror is what a server keeps in memory. It is the consumer of a changelog.Follower: all
// its parts show the state up to which the log was read, and can be lost at any time.
type Mirror struct {
	Records      *Rows[booking.StudentID, Record]
	Interviewers *Rows[booking.InterviewerID, booking.Interviewer]
	behind       atomic.Bool // the log is not read in time

	mu    sync.RWMutex // taken before the locks of Records and Interviewers
	slots *Slots
	most  int
	load  *Load         // under way; nil if there is none
	want  chan struct{} // holds a token while the slots must be loaded

	read, readBefore time.Time // when the last read of the log was applied, and the one before it
}

// A Load is a load of the open slots from the database. The log is still read during a load.
type Load struct {
	missed map[booking.SlotID]changelog.Slot // the states of the slots that have changed since it began
}

// New returns a Mirror that holds nothing, with a capacity for open slots.
func New(maxSlots int) *Mirror {
	m := &Mirror{slots: NewSlots(maxSlots), most: maxSlots, want: make(chan struct{}, 1)}
	m.behind.Store(true)
	m.Records = newRows[booking.StudentID](maxRecords, &m.behind, (*Record).size)
	m.Interviewers = newRows[booking.InterviewerID](maxInterviewers, &m.behind, func(*booking.Interviewer) int { return 1 })
	m.wantLoad()
	return m
}

// MaxSlots returns the capacity for open slots.
func (m *Mirror) MaxSlots() int { return m.most }

// LoadWanted receives a token when the open slots must be loaded.
func (m *Mirror) LoadWanted() <-chan struct{} { return m.want }

func (m *Mirror) wantLoad() {
	select {
	case m.want <- struct{}{}:
	default:
	}
}

// BeginLoad must be called before the open slots are read from the database.
func (m *Mirror) BeginLoad() *Load {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.load = &Load{missed: map[booking.SlotID]changelog.Slot{}}
	return m.load
}

// EndLoad takes over the open slots that a statement after BeginLoad has read. The log
// must have been read between the statement and EndLoad, because the slots may be newer than an
// earlier read of the log. If read is nil, the load has failed, and the slots are loaded again.
func (m *Mirror) EndLoad(l *Load, read *Slots) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.load != l: // they are loaded again anyway
		return
	case read == nil:
		m.wantLoad()
	default:
		m.slots = read
		for _, slot := range l.missed {
			m.setSlot(slot)
		}
	}
	m.load = nil
}

// Apply implements changelog.Consumer.
func (m *Mirror) Apply(changes changelog.Changes, states []changelog.Slot) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.evict(changes)
	for _, slot := range states {
		m.setSlot(slot)
		if m.load != nil {
			m.load.missed[slot.ID] = slot
		}
	}
	if changes.EverySlot || m.load != nil && len(m.load.missed) > maxMissed {
		m.slots, m.load = NewSlots(m.most), nil
		m.wantLoad()
	}
}

// Applied notes that a read of the log has been applied, and the current time.
func (m *Mirror) Applied(now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.read, m.readBefore = now, m.read
}

// AsOf calls use with the student's record and the open slots in memory, even if the log is not read
// in time. Everything that was committed before since is in them: the last read of the log began
// after the one before it was applied. ok is false if the record is not in memory, or if use returns
// false.
func (m *Mirror) AsOf(id booking.StudentID, use func(*Record, *Slots) bool) (since time.Time, ok bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	record := m.Records.last(id)
	return m.readBefore, !m.readBefore.IsZero() && record != nil && use(record, m.slots)
}

// InterviewersAsOf is like AsOf for interviewers. ok is false unless all are in memory.
func (m *Mirror) InterviewersAsOf(keys []booking.InterviewerID) (found []booking.Interviewer, since time.Time, ok bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, key := range keys {
		one := m.Interviewers.last(key)
		if one == nil {
			return nil, since, false
		}
		found = append(found, *one)
	}
	return found, m.readBefore, !m.readBefore.IsZero()
}

func (m *Mirror) evict(changes changelog.Changes) {
	if changes.EveryStudent {
		m.Records.Purge()
	}
	if changes.EveryInterviewer {
		m.Interviewers.Purge()
	}
	m.Records.Evict(changes.Students...)
	m.Interviewers.Evict(changes.Interviewers...)
}

func (m *Mirror) setSlot(slot changelog.Slot) {
	if !slot.Open {
		m.slots.Remove(slot.ID, slot.Start)
		return
	}
	m.slots.Put(OpenSlot{
		SlotRef: slot.SlotRef, HeldUntil: slot.HeldUntil, FullUntil: slot.FullUntil,
	})
}

// Behind implements changelog.Consumer.
func (m *Mirror) Behind(behind bool) { m.behind.Store(behind) }

// Holds reports whether the record is the student's record in memory.
func (m *Mirror) Holds(record *Record) bool { return m.Records.Get(record.Student.ID) == record }

// Page returns the slots of the query, whose offer was made from the record, and whether there
// are more. known is false if the record is no longer the student's record in memory, or if
// the slots in memory do not suffice.
func (m *Mirror) Page(record *Record, q SlotsQuery) (slots []booking.BookableSlot, more, known bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if !m.Holds(record) {
		return nil, false, false
	}
	return m.slots.Page(q)
}

// Tidy drops the slots that are past at now. If there is then room for many of the slots
// that exceeded the capacity, these must be loaded.
func (m *Mirror) Tidy(now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.slots.DropBefore(now.Add(-Past))
	if m.slots.Horizon().Before(booking.Forever) && m.slots.Len() < m.most/2 && m.load == nil {
		m.wantLoad()
	}
}

// Renew makes everything be read again: records and interviewers when they are next needed, the
// open slots at once. Those in memory stay in use in the meantime.
func (m *Mirror) Renew() {
	m.Records.Purge()
	m.Interviewers.Purge()
	m.wantLoad()
}

// Held returns the number of open slots in memory.
func (m *Mirror) Held() int {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.slots.Len()
}
