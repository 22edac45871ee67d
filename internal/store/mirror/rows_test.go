package mirror_test

import (
	"context"
	"errors"
	"maps"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"rehearse/internal/booking"
	"rehearse/internal/store/changelog"
	"rehearse/internal/store/mirror"
)

// current returns a mirror of a log that is read in time.
func current() *mirror.Mirror {
	m := mirror.New(10)
	m.Behind(false)
	return m
}

// add reads a row and adds it.
func add(m *mirror.Mirror, id booking.StudentID, row *mirror.Record) {
	m.Records.Reserve(id)(map[booking.StudentID]*mirror.Record{id: row})
}

func record(waivers int) *mirror.Record {
	return &mirror.Record{Record: booking.Record{Waivers: make([]booking.Waiver, waivers)}}
}

// A row that was read before its change, and is added after it, would be stale for ever.
func TestReadBeforeAnEvictionIsNotKept(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		changes changelog.Changes
		kept    bool
	}{
		"the row changes":      {changelog.Changes{Students: []booking.StudentID{2, 1}}, false},
		"any row may change":   {changelog.Changes{EveryStudent: true}, false},
		"another row changes":  {changelog.Changes{Students: []booking.StudentID{2}}, true},
		"another kind changes": {changelog.Changes{Interviewers: []booking.InterviewerID{1}, EveryInterviewer: true, EverySlot: true}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := current()
			row := record(0)
			row.Student.ID = 1
			read, err := m.Records.Load(t.Context(), 1, func(context.Context) (*mirror.Record, error) {
				m.Apply(test.changes, nil)
				return row, nil
			})
			if read != row || err != nil || m.Holds(row) != test.kept {
				t.Errorf("Load() = %v, %v, and the row is held: %t; want %t", read, err, m.Holds(row), test.kept)
			}
			if add(m, 1, row); m.Records.Get(1) != row {
				t.Error("a row that was read after the change is not kept")
			}
			m.Apply(test.changes, nil)
			if kept := m.Records.Get(1) == row; kept != test.kept {
				t.Errorf("after the next change the row is held: %t, want %t", kept, test.kept)
			}
		})
	}
}

func TestReadOfSeveralRowsKeepsThoseThatHaveNotChanged(t *testing.T) {
	t.Parallel()
	m := current()
	keep := m.Interviewers.Reserve(1, 2, 3, 4)
	m.Apply(changelog.Changes{Interviewers: []booking.InterviewerID{2}}, nil)
	keep(map[booking.InterviewerID]*booking.Interviewer{1: {}, 2: {}, 3: {}})
	got := m.Interviewers.GetAll([]booking.InterviewerID{1, 2, 3, 4})
	if len(got) != 2 || got[1] == nil || got[3] == nil {
		t.Errorf("the rows %v are held, want 1 and 3", got)
	}
	if n := m.Interviewers.Len(); n != 2 {
		t.Errorf("after the read, there are %d entries, want 2", n)
	}
}

// While the log is not read in time, no row is returned or read, and rows that change leave the
// memory.
func TestRowsAreSilentWhileTheLogIsBehind(t *testing.T) {
	t.Parallel()
	load := func(m *mirror.Mirror) error {
		_, err := m.Records.Load(t.Context(), 4, func(context.Context) (*mirror.Record, error) { return record(0), nil })
		return err
	}
	m := mirror.New(10)
	first, second := record(0), record(0)
	first.Student.ID = 1
	if add(m, 1, first); !errors.Is(load(m), changelog.ErrBehind) || m.Records.Len() != 0 {
		t.Error("a row is added before the log is followed")
	}
	m.Behind(false)
	add(m, 1, first)
	add(m, 2, second)
	m.Behind(true)
	if m.Holds(first) || m.Records.Get(1) != nil || m.Records.GetAll([]booking.StudentID{1, 2}) != nil {
		t.Error("behind, rows are returned")
	}
	if add(m, 3, record(0)); !errors.Is(load(m), changelog.ErrBehind) {
		t.Error("behind, a row is read")
	}
	m.Apply(changelog.Changes{Students: []booking.StudentID{1}}, nil)
	m.Behind(false)
	if m.Records.Get(1) != nil || m.Records.Get(2) != second || m.Records.Get(3) != nil {
		t.Error("in time again, the rows held are not exactly the unchanged ones")
	}
	if err := load(m); err != nil {
		t.Errorf("in time again, Load() = %v", err)
	}
}

// One read serves all who wait for a row. If it fails, another one of them reads. After a
// change, nobody is served by a read that began before it.
func TestOneReadOfARowServesAllWhoWait(t *testing.T) {
	t.Parallel()
	m := current()
	const calls = 10
	var reads atomic.Int64
	var waiting, done sync.WaitGroup
	waiting.Add(calls)
	failure := errors.New("failure")
	begun := make(chan struct{})
	first := make(chan error)
	go func() {
		_, err := m.Records.Load(t.Context(), 1, func(context.Context) (*mirror.Record, error) {
			close(begun)
			waiting.Wait()
			return nil, failure
		})
		first <- err
	}()
	<-begun
	for range calls {
		done.Go(func() {
			ctx := registered{t.Context(), sync.OnceFunc(waiting.Done)}
			row, err := m.Records.Load(ctx, 1, func(context.Context) (*mirror.Record, error) {
				reads.Add(1)
				return record(7), nil
			})
			if err != nil || len(row.Waivers) != 7 {
				t.Errorf("Load() = %v, %v", row, err)
			}
		})
	}
	if err := <-first; !errors.Is(err, failure) {
		t.Errorf("%v, want %v", err, failure)
	}
	if done.Wait(); reads.Load() != 1 {
		t.Errorf("after the failure, %d reads served %d calls, want 1", reads.Load(), calls)
	}
	m.Apply(changelog.Changes{EveryStudent: true}, nil)
	_, err := m.Records.Load(t.Context(), 1, func(context.Context) (*mirror.Record, error) {
		m.Apply(changelog.Changes{Students: []booking.StudentID{1}}, nil)
		later, err := m.Records.Load(t.Context(), 1, func(context.Context) (*mirror.Record, error) { return record(9), nil })
		if err != nil || len(later.Waivers) != 9 {
			t.Errorf("after a change, Load() = %v, %v; want what was read after it", later, err)
		}
		return record(8), nil
	})
	if row := m.Records.Get(1); err != nil || row == nil || len(row.Waivers) != 9 {
		t.Errorf("at last, %v is held, %v; want what was read last", row, err)
	}
}

// A registered context says when a call waits for it.
type registered struct {
	context.Context
	waits func()
}

// Done implements context.Context.
func (r registered) Done() <-chan struct{} {
	r.waits()
	return r.Context.Done()
}

// The capacity counts what the rows hold. The rows that were used last stay.
func TestRowsHaveACapacity(t *testing.T) {
	t.Parallel()
	m := current()
	const quarter = mirror.MaxRecords/4 - 1 // waivers, and the student
	for id := booking.StudentID(1); id <= 4; id++ {
		add(m, id, record(quarter))
	}
	m.Records.Get(1)
	add(m, 4, record(quarter)) // is there already
	if held := m.Records.GetAll([]booking.StudentID{2, 3, 1, 4}); len(held) != 4 {
		t.Errorf("%d rows that fill the capacity are held, want 4", len(held))
	}
	add(m, 5, record(0))
	held := m.Records.GetAll([]booking.StudentID{1, 2, 3, 4, 5})
	if _, is := held[2]; is || len(held) != 4 {
		t.Errorf("over the capacity, %d rows are held, want all but that of 2, used longest ago", len(held))
	}
}

// Whatever the order of reads, changes and applications of the log, a row in memory is never
// older than the log that has been applied.
func TestRowsAreNeverStale(t *testing.T) {
	t.Parallel()
	type read struct {
		keep    func(map[booking.StudentID]*mirror.Record)
		id      booking.StudentID
		version int // 0 until the statement has read it
	}
	kept := 0
	rapid.Check(t, func(t *rapid.T) {
		m := mirror.New(10)
		following := rapid.Bool().Draw(t, "followed")
		m.Behind(!following)
		versions, applied := map[booking.StudentID]int{1: 1, 2: 1, 3: 1}, map[booking.StudentID]int{1: 1, 2: 1, 3: 1}
		var log changelog.Changes
		var reads []*read
		id := func(t *rapid.T) booking.StudentID { return booking.StudentID(rapid.IntRange(1, 3).Draw(t, "student")) }
		one := func(t *rapid.T) int {
			if len(reads) == 0 {
				t.Skip("no read")
			}
			return rapid.IntRange(0, len(reads)-1).Draw(t, "read")
		}
		t.Repeat(map[string]func(*rapid.T){
			"change": func(t *rapid.T) {
				changed := id(t)
				if versions[changed]++; !following {
					return // committed before the log was followed: no change is received
				}
				if rapid.IntRange(0, 4).Draw(t, "every") == 0 {
					log.EveryStudent = true
				} else {
					log.Students = append(log.Students, changed)
				}
			},
			"follow": func(t *rapid.T) {
				if following {
					t.Skip("followed")
				}
				following, applied = true, maps.Clone(versions)
				m.Behind(false)
			},
			"apply": func(*rapid.T) {
				if following {
					m.Apply(log, nil)
					log, applied = changelog.Changes{}, maps.Clone(versions)
				}
			},
			"behind": func(t *rapid.T) {
				if following {
					m.Behind(rapid.Bool().Draw(t, "behind"))
				}
			},
			"begin": func(t *rapid.T) {
				id := id(t)
				reads = append(reads, &read{m.Records.Reserve(id), id, 0})
			},
			"read": func(t *rapid.T) { n := one(t); reads[n].version = versions[reads[n].id] },
			"add": func(t *rapid.T) {
				n := one(t)
				if r := reads[n]; r.version == 0 { // it has failed
					r.keep(nil)
				} else {
					r.keep(map[booking.StudentID]*mirror.Record{r.id: record(r.version)})
				}
				reads = append(reads[:n:n], reads[n+1:]...)
			},
			"": func(t *rapid.T) {
				for id, version := range applied {
					row := m.Records.Get(id)
					if row == nil {
						continue
					}
					if kept++; len(row.Waivers) < version {
						t.Fatalf("version %d of student %d is in memory, and the log of version %d was applied", len(row.Waivers), id, version)
					}
				}
			},
		})
	})
	if kept < 10 {
		t.Errorf("rows were in memory only %d times", kept)
	}
}
