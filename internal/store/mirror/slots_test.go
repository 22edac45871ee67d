package mirror_test

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rehearse/internal/booking"
	"rehearse/internal/store/mirror"
)

var monday = time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)

// at returns a time in minutes after monday.
func at(minutes int) time.Time { return monday.Add(time.Duration(minutes) * time.Minute) }

func slot(id booking.SlotID, interviewer booking.InterviewerID, start, end int) mirror.OpenSlot {
	return mirror.OpenSlot{SlotRef: booking.SlotRef{ID: id, InterviewerID: interviewer, Start: at(start), End: at(end)}}
}

// loaded returns an index that holds the slots.
func loaded(most int, slots ...mirror.OpenSlot) *mirror.Slots {
	s := mirror.NewSlots(most)
	s.Load(at(0), slices.Values(slots))
	return s
}

var (
	beginning = mirror.Position{Start: time.Time{}}
	end       = mirror.Position{Start: booking.Forever}
)

func idsOf(slots []mirror.OpenSlot) []booking.SlotID {
	ids := []booking.SlotID{}
	for _, s := range slots {
		ids = append(ids, s.ID)
	}
	return ids
}

func heldIDs(s *mirror.Slots) []booking.SlotID {
	return idsOf(slices.Collect(s.Ascend(beginning, end)))
}

func TestSlotsBeforeLoad(t *testing.T) {
	t.Parallel()
	s := mirror.NewSlots(10)
	s.Put(slot(1, 1, 0, 60))
	s.Remove(1, at(0))
	s.DropBefore(at(0))
	if s.Len() != 0 || s.Since().Before(s.Horizon()) {
		t.Errorf("an index that was not loaded has %d slots and is complete from %s to %s", s.Len(), s.Since(), s.Horizon())
	}
}

func TestPutReplacesAndRemoves(t *testing.T) {
	t.Parallel()
	s := loaded(10, slot(2, 7, 0, 60), slot(1, 7, 30, 90))
	held := slot(2, 8, 0, 45)
	held.HeldUntil, held.FullUntil = at(5), booking.Forever
	s.Put(held)
	if diff := cmp.Diff([]mirror.OpenSlot{held, slot(1, 7, 30, 90)}, slices.Collect(s.Ascend(beginning, end))); diff != "" {
		t.Errorf("after a replacement (-want +got):\n%s", diff)
	}
	s.Put(slot(2, 8, 0, 45))
	s.Remove(1, at(0)) // that start has another slot
	s.Remove(3, at(30))
	if diff := cmp.Diff([]mirror.OpenSlot{slot(1, 7, 30, 90), slot(2, 8, 0, 45)}, slices.Collect(s.Descend(beginning, end))); diff != "" {
		t.Errorf("after the hold ended (-want +got):\n%s", diff)
	}
	s.Remove(2, at(0))
	if got := heldIDs(s); !slices.Equal(got, []booking.SlotID{1}) || s.Defect() != "" {
		t.Errorf("after a removal: %v, %s", got, s.Defect())
	}
}

func TestAscendIsHalfOpen(t *testing.T) {
	t.Parallel()
	s := loaded(10, slot(1, 1, 0, 60), slot(2, 1, 10, 60), slot(3, 1, 10, 60), slot(4, 1, 10, 60), slot(5, 1, 20, 60))
	for _, test := range []struct {
		name     string
		from, to mirror.Position
		want     []booking.SlotID
	}{
		{"all", beginning, end, []booking.SlotID{1, 2, 3, 4, 5}},
		{"of one start", mirror.Position{Start: at(10)}, mirror.Position{Start: at(20)}, []booking.SlotID{2, 3, 4}},
		{"between slots of one start", mirror.Position{Start: at(10), ID: 3}, mirror.Position{Start: at(10), ID: 4}, []booking.SlotID{3}},
		{"after the last id of a start", mirror.Position{Start: at(10), ID: math.MaxInt64}, end, []booking.SlotID{5}},
		{"nothing between equal positions", mirror.Position{Start: at(10), ID: 3}, mirror.Position{Start: at(10), ID: 3}, []booking.SlotID{}},
		{"nothing between positions in the wrong order", end, beginning, []booking.SlotID{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := idsOf(slices.Collect(s.Ascend(test.from, test.to))); !slices.Equal(got, test.want) {
				t.Errorf("Ascend returned %v, want %v", got, test.want)
			}
			slices.Reverse(test.want)
			if got := idsOf(slices.Collect(s.Descend(test.from, test.to))); !slices.Equal(got, test.want) {
				t.Errorf("Descend returned %v, want %v", got, test.want)
			}
		})
	}
}

// Over the maximum, the index loses the latest start as a whole: it cannot be complete for a
// part of it.
func TestSlotsOverTheMaximum(t *testing.T) {
	t.Parallel()
	s := loaded(4, slot(1, 1, 0, 60), slot(2, 1, 10, 60), slot(3, 1, 20, 60), slot(4, 1, 20, 60))
	if !s.Horizon().Equal(booking.Forever) || !s.Since().Equal(at(0)) {
		t.Errorf("with all slots: complete from %s to %s", s.Since(), s.Horizon())
	}
	s.Put(slot(5, 1, 15, 60))
	if got := heldIDs(s); !slices.Equal(got, []booking.SlotID{1, 2, 5}) || !s.Horizon().Equal(at(20)) {
		t.Errorf("with one too many: %v up to %s", got, s.Horizon())
	}
	s.Put(slot(6, 1, 20, 60))
	s.Put(slot(7, 1, 19, 60))
	s.Put(slot(8, 1, 30, 60))
	if got := heldIDs(s); !slices.Equal(got, []booking.SlotID{1, 2, 5, 7}) || !s.Horizon().Equal(at(20)) {
		t.Errorf("after slots on both sides of the horizon: %v up to %s", got, s.Horizon())
	}
	s.Remove(1, at(0))
	s.Remove(2, at(10))
	s.Put(slot(6, 1, 20, 60))
	if got := heldIDs(s); !slices.Equal(got, []booking.SlotID{5, 7}) {
		t.Errorf("with room again, a slot at the horizon is held: %v", got)
	}

	read := 0
	s.Load(at(0), func(yield func(mirror.OpenSlot) bool) {
		for read < 100 && yield(slot(booking.SlotID(read+1), 1, read/3, 60)) {
			read++
		}
	})
	if got := heldIDs(s); !slices.Equal(got, []booking.SlotID{1, 2, 3}) || !s.Horizon().Equal(at(1)) || read != 4 {
		t.Errorf("after a load of too many: %v up to %s, stopped after %d", got, s.Horizon(), read)
	}
}

func TestDropBefore(t *testing.T) {
	t.Parallel()
	s := loaded(10, slot(1, 1, 0, 60), slot(2, 1, 10, 60), slot(3, 1, 20, 60))
	s.DropBefore(at(10))
	s.DropBefore(at(5)) // nothing brings the dropped slots back
	early := slot(4, 1, 10, 60)
	early.Start = early.Start.Add(-time.Microsecond)
	s.Put(early)
	s.Put(slot(5, 1, 10, 60))
	if got := heldIDs(s); !slices.Equal(got, []booking.SlotID{2, 5, 3}) || !s.Since().Equal(at(10)) {
		t.Errorf("holds %v from %s", got, s.Since())
	}
	s.DropBefore(at(1000))
	if s.Len() != 0 || s.Defect() != "" {
		t.Errorf("holds %d slots after all have started, %s", s.Len(), s.Defect())
	}
}

// world is an index and the table that it mirrors.
type world struct {
	table map[booking.SlotID]mirror.OpenSlot
	index *mirror.Slots
}

// draw returns a slot with one of a few starts, which depend only on its id.
func (w *world) draw(random *rand.Rand) mirror.OpenSlot {
	id := booking.SlotID(random.IntN(3000) + 1)
	start := int(id*7919%50) * 10
	drawn := slot(id, booking.InterviewerID(random.IntN(5)+1), start, start+10*(random.IntN(6)+1))
	switch random.IntN(8) {
	case 0:
		drawn.HeldUntil = at(random.IntN(200) - 100)
	case 1:
		drawn.FullUntil = at(random.IntN(200) - 100)
	case 2:
		drawn.FullUntil = booking.Forever
	}
	return drawn
}

func (w *world) put(slot mirror.OpenSlot) {
	w.table[slot.ID] = slot
	w.index.Put(slot)
}

func (w *world) remove(slot mirror.OpenSlot) {
	delete(w.table, slot.ID)
	w.index.Remove(slot.ID, slot.Start)
}

// sorted returns the rows of the table in order.
func (w *world) sorted() []mirror.OpenSlot {
	return slices.SortedFunc(maps.Values(w.table), func(a, b mirror.OpenSlot) int { return a.Compare(b.SlotRef) })
}

// load loads the index from the table.
func (w *world) load(since time.Time) {
	w.index.Load(since, func(yield func(mirror.OpenSlot) bool) {
		for _, slot := range w.sorted() {
			if !slot.Start.Before(since) && !yield(slot) {
				return
			}
		}
	})
}

// change returns the changes of the world that a property draws.
func (w *world) change() map[string]func(*rapid.T) {
	many := func(t *rapid.T) (*rand.Rand, int) {
		// The largest draws fill, divide and empty chunks.
		return rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)), rapid.SampledFrom([]int{1, 10, 1500}).Draw(t, "slots")
	}
	return map[string]func(*rapid.T){
		"put": func(t *rapid.T) {
			random, n := many(t)
			for range n {
				w.put(w.draw(random))
			}
		},
		"remove": func(t *rapid.T) {
			random, n := many(t)
			for range n {
				w.remove(w.draw(random))
			}
		},
		"drop": func(t *rapid.T) { w.index.DropBefore(at(rapid.IntRange(-10, 200).Draw(t, "before"))) },
		"load": func(t *rapid.T) { w.load(at(rapid.IntRange(-10, 100).Draw(t, "since"))) },
	}
}

func newWorld(t *rapid.T) *world {
	most := rapid.SampledFrom([]int{3, 500, 2000, 10_000}).Draw(t, "most")
	w := &world{table: map[booking.SlotID]mirror.OpenSlot{}, index: mirror.NewSlots(most)}
	w.load(at(0))
	return w
}

// The index holds exactly the slots of the table from Since to Horizon.
func TestIndexMirrorsTable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		actions := w.change()
		actions[""] = func(t *rapid.T) {
			want := slices.DeleteFunc(w.sorted(), func(slot mirror.OpenSlot) bool {
				return slot.Start.Before(w.index.Since()) || !slot.Start.Before(w.index.Horizon())
			})
			got := slices.Collect(w.index.Ascend(beginning, end))
			if !slices.Equal(got, want) {
				t.Fatalf("the index from %s to %s is wrong (-want +got):\n%s", w.index.Since(), w.index.Horizon(), cmp.Diff(want, got))
			}
			slices.Reverse(want)
			if got := slices.Collect(w.index.Descend(beginning, end)); !slices.Equal(got, want) {
				t.Fatalf("in reverse (-want +got):\n%s", cmp.Diff(want, got))
			}
			if w.index.Len() != len(want) {
				t.Fatalf("Len() = %d, want %d", w.index.Len(), len(want))
			}
			if defect := w.index.Defect(); defect != "" {
				t.Fatal(defect)
			}
		}
		t.Repeat(actions)
	})
}

// Whatever is written, the chunks take little more memory than their slots need.
func TestChunksWasteLittle(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	slots := make([]mirror.OpenSlot, 100_000)
	for i := range slots {
		slots[i] = slot(booking.SlotID(i+1), 1, i/20, i/20+30)
	}
	s := loaded(math.MaxInt, slots...)
	check := func(after string, percent int) {
		t.Helper()
		if room := s.Room(); room > s.Len()*percent/100 {
			t.Errorf("after %s, %d slots take the room of %d", after, s.Len(), room)
		}
	}
	check("a load", 101)
	for range 100_000 {
		id := booking.SlotID(random.IntN(1_000_000) + 200_000)
		s.Put(slot(id, 1, int(id)%5000, 6000))
	}
	check("writes everywhere", 115)
}

// A full chunk is divided, wherever a slot is inserted, and a chunk without slots is dropped.
func TestChunksAreDividedAndDropped(t *testing.T) {
	t.Parallel()
	full := make([]mirror.OpenSlot, mirror.ChunkSize)
	for i := range full {
		full[i] = slot(booking.SlotID(2*i+2), 1, 0, 60)
	}
	const half = mirror.ChunkSize / 2
	for _, place := range []int{0, 1, half - 1, half, half + 1, half + 2, len(full) - 1, len(full)} {
		s := loaded(math.MaxInt, full...)
		before := s.Chunks()
		inserted := slot(booking.SlotID(2*place+1), 1, 0, 60)
		s.Put(inserted)
		if want := slices.Insert(slices.Clone(full), place, inserted); !slices.Equal(slices.Collect(s.Ascend(beginning, end)), want) {
			t.Fatalf("a slot is inserted at %d in the wrong place", place)
		}
		if before != 1 || s.Chunks() != 2 {
			t.Fatalf("%d chunks became %d", before, s.Chunks())
		}
	}
	for name, emptied := range map[string][]mirror.OpenSlot{"first": full[:half], "second": full[half:]} {
		s := loaded(math.MaxInt, full...)
		s.Put(slot(1, 1, 0, 60))
		s.Remove(1, at(0))
		for _, slot := range emptied {
			s.Remove(slot.ID, slot.Start)
		}
		if s.Chunks() != 1 || s.Defect() != "" {
			t.Errorf("the %s chunk lost its slots: %d chunks, %s", name, s.Chunks(), s.Defect())
		}
	}
}
