package mirror_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rehearse/internal/booking"
	"rehearse/internal/store/changelog"
	"rehearse/internal/store/mirror"
)

// table is the database's state of slots. Those that are not open are missing.
type table map[booking.SlotID]mirror.OpenSlot

// sorted returns the slots from since up to horizon in order.
func (rows table) sorted(since, horizon time.Time) []mirror.OpenSlot {
	sorted := slices.SortedFunc(maps.Values(rows), func(a, b mirror.OpenSlot) int { return a.Compare(b.SlotRef) })
	return slices.DeleteFunc(sorted, func(s mirror.OpenSlot) bool { return s.Start.Before(since) || !s.Start.Before(horizon) })
}

// states returns what a read of the log returns for the slots.
func (rows table) states(ids []booking.SlotID) (states []changelog.Slot) {
	for _, id := range ids {
		one, open := rows[id]
		if !open {
			one = slot(id, 1, startOf(id), 1000)
		}
		states = append(states, changelog.Slot{SlotRef: one.SlotRef, HeldUntil: one.HeldUntil, FullUntil: one.FullUntil, Open: open})
	}
	return states
}

func startOf(id booking.SlotID) int { return int(id*7) % 40 }

// feed is a database, its log and a mirror. A read of the log and a load each consist of several
// steps, between which anything may happen.
type feed struct {
	*mirror.Mirror
	rows    table
	log     changelog.Changes // not read yet
	applied table             // when the log was last applied

	load   *mirror.Load
	loaded *mirror.Slots // nil until the statement has read them

	reading bool
	covers  bool               // the read began after the load's statement
	covered bool               // such a read was applied
	got     *changelog.Changes // nil until the statement has read them
	states  []changelog.Slot
	then    table
}

func newFeed(most int) *feed {
	return &feed{Mirror: mirror.New(most), rows: table{}, applied: table{}}
}

// change commits a change of a slot.
func (f *feed) change(s mirror.OpenSlot, open bool) {
	if delete(f.rows, s.ID); open {
		f.rows[s.ID] = s
	}
	f.log.Slots = append(f.log.Slots, s.ID)
}

func (f *feed) beginLoad() { f.load, f.covers, f.covered = f.BeginLoad(), false, false }

func (f *feed) readLoad(since time.Time, most int) {
	f.loaded = mirror.NewSlots(most)
	f.loaded.Load(since, slices.Values(f.rows.sorted(since, booking.Forever)))
}

func (f *feed) endLoad() {
	f.EndLoad(f.load, f.loaded)
	f.load, f.loaded = nil, nil
}

func (f *feed) begin() { f.reading, f.covers = true, f.loaded != nil }

func (f *feed) read() {
	got := f.log
	f.got, f.log, f.then = &got, changelog.Changes{}, maps.Clone(f.rows)
	f.states = f.rows.states(got.Slots)
}

func (f *feed) apply() {
	f.Apply(*f.got, f.states)
	f.applied = f.then
	f.reading, f.got, f.covered = false, nil, f.covered || f.covers
}

// follow reads the log.
func (f *feed) follow() {
	f.begin()
	f.read()
	f.apply()
}

// defect returns how the slots in memory differ from the database's when the log was read.
func (f *feed) defect() string {
	s := f.Slots()
	return cmp.Diff(f.applied.sorted(s.Since(), s.Horizon()), slices.Collect(s.Ascend(beginning, end)), cmp.Transformer("", func(s []mirror.OpenSlot) []mirror.OpenSlot {
		return append([]mirror.OpenSlot{}, s...)
	})) + s.Defect()
}

func (f *feed) inUse() bool { return f.Slots().Since().Before(booking.Forever) }

// change commits a change that is drawn.
func change(t *rapid.T, f *feed) {
	id := booking.SlotID(rapid.IntRange(1, 12).Draw(t, "slot"))
	changed := slot(id, booking.InterviewerID(rapid.IntRange(1, 3).Draw(t, "interviewer")), startOf(id), 1000)
	if rapid.Bool().Draw(t, "held") {
		changed.HeldUntil = at(rapid.IntRange(0, 50).Draw(t, "until"))
	}
	f.change(changed, rapid.IntRange(0, 2).Draw(t, "open") > 0)
}

// Whatever happens during a load, the slots in memory are those of the last read of the log.
func TestLoadMissesNothing(t *testing.T) {
	t.Parallel()
	used := 0
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.SampledFrom([]int{3, 100}).Draw(t, "most")
		f := newFeed(most)
		if rapid.Bool().Draw(t, "loaded") {
			f.settle(t, most)
		}
		only := func(possible bool) {
			if !possible {
				t.Skip("not possible")
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"change": func(t *rapid.T) {
				for range rapid.IntRange(1, 5).Draw(t, "changes") {
					change(t, f)
				}
			},
			"every": func(t *rapid.T) {
				only(f.load != nil || rapid.IntRange(0, 5).Draw(t, "rarely") == 0)
				clear(f.rows)
				f.log.EverySlot = true
			},
			"begin load": func(t *rapid.T) {
				only(f.load == nil)
				wanted(f.Mirror)
				f.beginLoad()
				if rapid.Bool().Draw(t, "read") {
					f.readLoad(at(0), most)
				}
			},
			"read load": func(t *rapid.T) {
				only(f.load != nil && f.loaded == nil)
				f.readLoad(at(rapid.IntRange(0, 5).Draw(t, "since")), most)
			},
			"end load": func(*rapid.T) { only(f.loaded != nil && f.covered); f.endLoad() },
			"load fails": func(t *rapid.T) {
				only(f.load != nil && rapid.IntRange(0, 3).Draw(t, "rarely") == 0)
				f.loaded = nil
				f.endLoad()
			},
			"begin":      func(*rapid.T) { only(!f.reading); f.begin() },
			"read":       func(*rapid.T) { only(f.reading && f.got == nil); f.read() },
			"read fails": func(*rapid.T) { only(f.reading && f.got == nil); f.reading = false },
			"apply":      func(*rapid.T) { only(f.got != nil); f.apply() },
			"follow": func(*rapid.T) {
				only(!f.reading)
				f.follow()
			},
			"tidy": func(t *rapid.T) {
				f.Tidy(at(rapid.IntRange(0, 5).Draw(t, "now")).Add(mirror.Past))
			},
			"": func(t *rapid.T) {
				if defect := f.defect(); defect != "" {
					t.Fatalf("the slots in memory (-want +got):\n%s", defect)
				}
				if f.inUse() {
					used++
				}
			},
		})
		// However it ended, the slots come into use.
		f.settle(t, most)
	})
	if used < 20 {
		t.Errorf("the slots were in use after only %d of the actions", used)
	}
}

// wanted reports whether a load is wanted, and takes the token.
func wanted(m *mirror.Mirror) bool {
	select {
	case <-m.LoadWanted():
		return true
	default:
		return false
	}
}

// settle ends what is under way, and does what the store does until the slots are in use.
func (f *feed) settle(t *rapid.T, most int) {
	if f.reading {
		if f.got == nil {
			f.read()
		}
		f.apply()
	}
	for range 3 {
		if f.load == nil && wanted(f.Mirror) {
			f.beginLoad()
		}
		if f.load != nil && f.loaded == nil {
			f.readLoad(at(0), most)
		}
		f.follow()
		if f.load != nil {
			f.endLoad()
		}
	}
	if !f.inUse() {
		t.Fatal("the slots do not come into use")
	}
	if defect := f.defect(); defect != "" {
		t.Fatalf("at last, the slots in memory (-want +got):\n%s", defect)
	}
}

// Slots that change during a load, before or after its statement, are right when they come into
// use. If the caller does not do what the load requires, they are wrong.
func TestChangeDuringLoad(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		early, late func(*feed) // before and after the log is read
		right       bool
	}{
		"":                              {(*feed).beginLoad, func(*feed) {}, true},
		"begins after the log was read": {func(*feed) {}, (*feed).beginLoad, false},
		"ends before the next log read": {(*feed).beginLoad, func(f *feed) { f.change(slot(3, 1, startOf(3), 1000), true); f.readLoad(at(0), 100) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFeed(100)
			f.change(slot(1, 1, startOf(1), 1000), true)
			test.early(f)
			f.readLoad(at(0), 100)
			f.change(slot(1, 1, startOf(1), 1000), false)
			f.change(slot(2, 1, startOf(2), 1000), true)
			f.follow()
			if f.inUse() {
				t.Fatal("the slots are in use before the end of the load")
			}
			test.late(f)
			f.endLoad()
			if right := f.defect() == ""; right != test.right || !f.inUse() {
				t.Errorf("the slots are in use: %t, and right: %t; want %t: %s", f.inUse(), right, test.right, f.defect())
			}
		})
	}
}

// If too many slots change during a load, it is given up for another one.
func TestTooManyChangesDuringLoad(t *testing.T) {
	t.Parallel()
	f := newFeed(100)
	if !wanted(f.Mirror) {
		t.Fatal("a new mirror wants no load")
	}
	f.beginLoad()
	f.readLoad(at(0), 100)
	states := make([]changelog.Slot, mirror.MaxMissed+1)
	for i := range states {
		states[i].ID = booking.SlotID(i + 1)
	}
	f.Apply(changelog.Changes{}, states[1:])
	if wanted(f.Mirror) {
		t.Fatalf("after %d changes, another load is wanted", len(states)-1)
	}
	f.Apply(changelog.Changes{}, states[:1])
	if !wanted(f.Mirror) {
		t.Fatalf("after %d changes, no other load is wanted", len(states))
	}
	f.endLoad()
	if f.inUse() {
		t.Error("the slots of a load that was given up are in use")
	}
}

// When the memory is renewed, the slots in memory stay in use until they are loaded again.
func TestRenewLoadsAgain(t *testing.T) {
	t.Parallel()
	f := newFeed(4)
	wanted(f.Mirror)
	load := func() {
		f.beginLoad()
		f.readLoad(at(0), 4)
		f.follow()
		f.endLoad()
	}
	f.rows[1] = slot(1, 1, 1, 1000)
	load()
	f.rows[2] = slot(2, 1, 2, 1000) // not logged
	f.Renew()
	if f.Held() != 1 || !wanted(f.Mirror) {
		t.Errorf("%d slots are in memory, want 1 and another load", f.Held())
	}
	if load(); f.Held() != 2 {
		t.Errorf("%d slots are in memory after the load, want 2", f.Held())
	}
}

// When slots beyond the capacity would find room, they are loaded.
func TestTidyWantsWhatFindsRoom(t *testing.T) {
	t.Parallel()
	f := newFeed(4)
	wanted(f.Mirror)
	for id := range booking.SlotID(8) {
		f.rows[id+1] = slot(id+1, 1, int(id), 1000)
	}
	f.beginLoad()
	f.readLoad(at(0), 4)
	f.follow()
	f.endLoad()
	tidy := func(now time.Time, held int, want bool) {
		t.Helper()
		f.Tidy(now)
		if got := wanted(f.Mirror); got != want || f.Held() != held {
			t.Errorf("at %s, %d slots are held and a load is wanted: %t; want %d, %t", now, f.Held(), got, held, want)
		}
	}
	tidy(at(0), 4, false)
	tidy(at(2).Add(mirror.Past), 2, false)
	tidy(at(3).Add(mirror.Past), 1, true)
}
