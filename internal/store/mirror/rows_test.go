package mirror_test

import (
	"maps"
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

// begin begins a read of a cache that is not suspended.
func begin[K comparable, V any](t interface{ Fatal(...any) }, rows *mirror.Rows[K, V]) *mirror.Read[K] {
	read, ok := rows.Begin()
	if !ok {
		t.Fatal("no read can begin")
	}
	return read
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
			before := begin(t, m.Records)
			m.Apply(test.changes, nil)
			row := record(0)
			row.Student.ID = 1
			if added := m.Records.Add(before, 1, row); added != test.kept || m.Holds(row) != test.kept {
				t.Errorf("Add() = %t, and the row is held: %t; want %t", added, m.Holds(row), test.kept)
			}
			after := begin(t, m.Records)
			if !m.Records.Add(after, 1, row) || m.Records.Get(1) != row {
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
	read := begin(t, m.Interviewers)
	m.Apply(changelog.Changes{Interviewers: []booking.InterviewerID{2}}, nil)
	m.Interviewers.AddAll(read, map[booking.InterviewerID]*booking.Interviewer{1: {}, 2: {}, 3: {}})
	got := m.Interviewers.GetAll([]booking.InterviewerID{1, 2, 3, 4})
	if len(got) != 2 || got[1] == nil || got[3] == nil {
		t.Errorf("the rows %v are held, want 1 and 3", got)
	}
	m.Interviewers.Cancel(begin(t, m.Interviewers))
	if n := m.Interviewers.Reads(); n != 0 {
		t.Errorf("%d reads are under way, want none", n)
	}
}

// While the log is not read in time, nothing is answered or added, and rows that change go.
func TestRowsAreSilentWhileTheLogIsBehind(t *testing.T) {
	t.Parallel()
	m := mirror.New(10)
	if _, ok := m.Records.Begin(); ok {
		t.Error("a read of rows to add begins before the log is followed")
	}
	m.Behind(false)
	late := begin(t, m.Records)
	first, second := record(0), record(0)
	first.Student.ID = 1
	m.Records.Add(begin(t, m.Records), 1, first)
	m.Records.Add(begin(t, m.Records), 2, second)
	m.Behind(true)
	if m.Holds(first) || m.Records.Get(1) != nil || m.Records.GetAll([]booking.StudentID{1, 2}) != nil {
		t.Error("behind, rows are answered")
	}
	if _, ok := m.Records.Begin(); ok || m.Records.Add(late, 3, record(0)) {
		t.Error("behind, a row is added, or a read of rows to add begins")
	}
	m.Apply(changelog.Changes{Students: []booking.StudentID{1}}, nil)
	m.Behind(false)
	if m.Records.Get(1) != nil || m.Records.Get(2) != second || m.Records.Get(3) != nil {
		t.Error("in time again, the rows held are not those that have not changed")
	}
}

// The capacity counts what the rows hold. The rows that were used last stay.
func TestRowsHaveACapacity(t *testing.T) {
	t.Parallel()
	m := current()
	const quarter = mirror.MaxRecords/4 - 1 // waivers, and the student
	for id := booking.StudentID(1); id <= 4; id++ {
		m.Records.Add(begin(t, m.Records), id, record(quarter))
	}
	m.Records.Get(1)
	m.Records.Add(begin(t, m.Records), 4, record(quarter)) // replaces its row
	if held := m.Records.GetAll([]booking.StudentID{2, 3, 1, 4}); len(held) != 4 {
		t.Errorf("%d rows that fill the capacity are held, want 4", len(held))
	}
	m.Records.Add(begin(t, m.Records), 5, record(0))
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
		*mirror.Read[booking.StudentID]
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
				if begun, ok := m.Records.Begin(); ok {
					reads = append(reads, &read{begun, id(t), 0})
				}
			},
			"read": func(t *rapid.T) { n := one(t); reads[n].version = versions[reads[n].id] },
			"add": func(t *rapid.T) {
				n := one(t)
				if r := reads[n]; r.version == 0 {
					m.Records.Cancel(r.Read)
				} else {
					m.Records.Add(r.Read, r.id, record(r.version))
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
