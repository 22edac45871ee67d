package modeltest

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"rehearse/internal/app"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// followingServer is a server that follows the change log and lists slots from memory.
type followingServer struct {
	*store.Store
	fromSQL atomic.Int64 // lists of whole ranges that were read with SQL
}

// follow starts a server that follows the change log until the test ends.
func follow(t *testing.T, db pgtest.Database) *followingServer {
	t.Helper()
	f := openFollowing(t, db)
	f.start(t)
	return f
}

// openFollowing returns a server that follows the change log from start on.
func openFollowing(t *testing.T, db pgtest.Database) *followingServer {
	t.Helper()
	f := &followingServer{}
	f.Store = db.Open(t, store.Options{Tracer: pgtest.Trace(func(statement string, _ []any) {
		if strings.HasPrefix(statement, "SELECT id, interviewer_id, starts_at, ends_at FROM slots WHERE") &&
			!strings.Contains(statement, "interviewer_id = ANY(") {
			f.fromSQL.Add(1)
		}
	})})
	return f
}

// start makes the server follow the change log until the test ends.
func (f *followingServer) start(t *testing.T) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	run, err := f.Follow(ctx, slog.New(slog.DiscardHandler), func() time.Time { return t0 }, func(store.Changes) {})
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() { run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
}

// awaitSlots waits until the server has open slots in memory, or none.
func (f *followingServer) awaitSlots(t *testing.T, wanted bool) {
	t.Helper()
	again := time.NewTicker(2 * time.Millisecond)
	defer again.Stop()
	for late := time.After(time.Minute); (f.SlotsInMemory() > 0) != wanted; {
		select {
		case <-again.C:
		case <-late:
			t.Fatalf("after a minute, %d slots are in memory; want some: %t", f.SlotsInMemory(), wanted)
		}
	}
}

// memoryRun is a school that one server changes, and two servers that follow the change log.
type memoryRun struct {
	*comparison
	followers [2]*followingServer
	apps      [2]*app.App
	nonempty  atomic.Int64 // lists by the followers that had slots
}

// newMemoryRun replaces the school in the database by a new one with at least one open slot.
func newMemoryRun(t *testing.T, d dice, writer *store.Store, followers [2]*followingServer, rows *sql.DB) *memoryRun {
	t.Helper()
	closeAll(t, rows)
	for _, f := range followers {
		f.awaitSlots(t, false)
	}
	m := &memoryRun{comparison: newComparison(t.Context(), t, writer, writer, rows), followers: followers}
	for n, f := range followers {
		m.apps[n] = app.New(f.Store, func() time.Time { return m.school.now })
	}
	m.setUpSchool(d)
	for _, by := range m.school.interviewers {
		start := t0.Add(time.Duration(2+d(4)) * time.Hour / 2)
		m.execute(addAvailability{by: by.id, span: span{start, start.Add(3 * time.Hour)}})
	}
	return m
}

// closeAll withdraws all open slots, so that they can be deleted. No transaction of the store
// deletes slots, so the servers do not expect it.
func closeAll(t *testing.T, rows *sql.DB) {
	t.Helper()
	_, err := rows.ExecContext(t.Context(), `
		WITH closed AS (UPDATE slots SET status = 'WITHDRAWN' WHERE status = 'OPEN')
		INSERT INTO changes (slots) SELECT coalesce(array_agg(id), '{}') FROM slots`)
	if err != nil {
		t.Fatalf("withdraw all slots: %v", err)
	}
}

// wantedList is what a list asks for.
type wantedList struct {
	in   calendar.Span
	page store.Page
}

func (l wantedList) String() string {
	text := fmt.Sprintf("the slots from %s to %s, first %d, from the end %t", l.in.Start, l.in.End, l.page.First, l.page.FromEnd)
	if l.page.After != nil {
		text += fmt.Sprintf(", after %+v", *l.page.After)
	}
	if l.page.Before != nil {
		text += fmt.Sprintf(", before %+v", *l.page.Before)
	}
	return text
}

// year contains all slots of a school.
var year = calendar.Span{Start: t0.AddDate(0, 0, -1), End: t0.AddDate(0, 0, 360)}

// drawList draws a page in either direction, of a range or of everything.
func (s *school) drawList(d dice) wantedList {
	l := wantedList{year, store.Page{First: 1 + d(5), FromEnd: d.oneIn(2)}}
	if d.oneIn(3) {
		l.in.Start = s.soon(d)
		l.in.End = l.in.Start.Add(time.Duration(1+d(40)) * 30 * time.Minute)
	}
	if d.oneIn(2) {
		l.page.After = s.aPosition(d)
	}
	if d.oneIn(3) {
		l.page.Before = s.aPosition(d)
	}
	return l
}

// aPosition draws the position of a slot, or one next to it.
func (s *school) aPosition(d dice) *store.Position {
	x := s.slots[d(len(s.slots))]
	return &store.Position{Start: x.start, ID: int64(x.id) + int64(d(3)-1)}
}

// differences compares lists by both servers with the model and with SQL, for all students
// at the same time. It returns the first difference, or nil.
func (m *memoryRun) differences(d dice) error {
	var all errgroup.Group
	for _, s := range m.school.students {
		wanted := []wantedList{m.school.drawList(d), m.school.drawList(d)}
		walk := d.oneIn(8)
		for n := range m.followers {
			all.Go(func() error {
				whole, err := m.compareWhole(n, s.id)
				if err != nil {
					return err
				}
				for _, l := range wanted {
					if err := m.comparePage(n, s.id, l); err != nil {
						return err
					}
				}
				if walk {
					return cmp.Or(m.compareWalk(n, s.id, whole, false), m.compareWalk(n, s.id, whole, true))
				}
				return nil
			})
		}
	}
	return all.Wait()
}

// list lists slots by a server.
func (m *memoryRun) list(server int, id booking.StudentID, l wantedList) ([]booking.BookableSlot, bool, booking.Eligibility, error) {
	list, err := m.apps[server].AvailableSlots(m.ctx, id, store.SlotSearch{In: l.in}, l.page)
	if err != nil {
		return nil, false, booking.Eligibility{}, err
	}
	if len(list.Slots) > 0 {
		m.nonempty.Add(1)
	}
	return list.Slots, list.More, list.Eligibility, nil
}

// compareWhole compares the student's whole list with that of the model, and returns it.
func (m *memoryRun) compareWhole(server int, id booking.StudentID) ([]booking.BookableSlot, error) {
	slots, more, eligibility, err := m.list(server, id, wantedList{year, store.Page{First: 1000}})
	if err != nil {
		return nil, err
	}
	if got, want := slotIDs(slots), m.school.listed(id); !slices.Equal(got, want) || more {
		return nil, fmt.Errorf("server %d lists %v for student %d (more: %t), want %v", server, got, id, more, want)
	}
	if got, want := formatAppEligibility(eligibility), m.school.eligibility(id); got != want {
		return nil, fmt.Errorf("server %d finds student %d %s\nwant %s", server, id, got, want)
	}
	return slots, nil
}

func slotIDs(slots []booking.BookableSlot) []booking.SlotID {
	all := []booking.SlotID{}
	for _, s := range slots {
		all = append(all, s.ID)
	}
	return all
}

// comparePage compares a page with the same page by SQL.
func (m *memoryRun) comparePage(server int, id booking.StudentID, l wantedList) error {
	slots, more, _, err := m.list(server, id, l)
	if err != nil {
		return err
	}
	record, err := m.store.Record(m.ctx, id)
	if err != nil {
		return err
	}
	want, wantMore, err := m.store.OpenSlots(m.ctx, store.SlotSearch{In: l.in}, record.Offer(m.school.now), l.page)
	if err != nil {
		return err
	}
	if !slices.Equal(slots, want) || more != wantMore {
		return fmt.Errorf("of %s\nserver %d lists for student %d %+v (more: %t)\nand SQL %+v (more: %t)", l, server, id, slots, more, want, wantMore)
	}
	return nil
}

// compareWalk follows the pages from one end to the other and compares them with the whole
// list.
func (m *memoryRun) compareWalk(server int, id booking.StudentID, whole []booking.BookableSlot, fromEnd bool) error {
	const size = 2
	var walked []booking.BookableSlot
	l := wantedList{year, store.Page{First: size, FromEnd: fromEnd}}
	for {
		page, more, _, err := m.list(server, id, l)
		if err != nil {
			return err
		}
		if fromEnd {
			walked = slices.Concat(page, walked)
		} else {
			walked = append(walked, page...)
		}
		if more != (len(walked) < len(whole)) {
			return fmt.Errorf("after %d of %d slots of student %d, server %d returns more: %t (from the end: %t)",
				len(walked), len(whole), id, server, more, fromEnd)
		}
		if !more {
			break
		}
		if fromEnd {
			l.page.Before = positionOf(page[0])
		} else {
			l.page.After = positionOf(page[len(page)-1])
		}
	}
	if !slices.Equal(walked, whole) {
		return fmt.Errorf("the pages of student %d on server %d have %+v, want %+v (from the end: %t)", id, server, walked, whole, fromEnd)
	}
	return nil
}

func positionOf(s booking.BookableSlot) *store.Position {
	return &store.Position{Start: s.Start, ID: int64(s.ID)}
}

// runInMemory runs random operations on schools of the seeds, and returns the first
// difference. writer opens the store that makes the changes to the schools after their setup.
func runInMemory(t *testing.T, seeds []uint64, steps int, writer func(pgtest.Database) *store.Store) (m *memoryRun, difference error) {
	t.Helper()
	db := pgtest.New(t)
	followers := [2]*followingServer{follow(t, db), follow(t, db)}
	plain, changing, rows := db.Open(t, store.Options{}), writer(db), db.SQL(t)
	nonempty := int64(0)
	for n, seed := range seeds {
		d := seeded(seed, -2)
		m = newMemoryRun(t, d, plain, followers, rows)
		for _, f := range followers {
			if n == 0 { // from then on they keep the slots in memory, even if there are none
				f.awaitSlots(t, true)
			}
		}
		m.nonempty.Store(nonempty)
		m.app = app.New(changing, func() time.Time { return m.school.now })
		for step := range steps {
			o := m.school.draw(d)
			got := m.execute(o)
			if err := m.differences(d); err != nil {
				return m, fmt.Errorf("seed %d, step %d at %s, after %T%+v: %+v:\n%w", seed, step, m.school.now.Format(time.RFC3339Nano), o, o, got, err)
			}
		}
		nonempty = m.nonempty.Load()
	}
	return m, nil
}

const (
	memorySchools = 4  // for each of the groups that run at the same time
	memorySteps   = 50 // operations per school
)

// After each of many random operations by one server, two others that follow the change log
// list the same slots as the model and as SQL, from memory.
func TestListsFromMemoryAgreeWithTheModel(t *testing.T) {
	t.Parallel()
	for group := range uint64(3) {
		t.Run(fmt.Sprint(group), func(t *testing.T) {
			t.Parallel()
			var seeds []uint64
			for n := range uint64(memorySchools) {
				seeds = append(seeds, group*memorySchools+n)
			}
			m, difference := runInMemory(t, seeds, memorySteps, func(db pgtest.Database) *store.Store { return db.Open(t, store.Options{}) })
			if difference != nil {
				t.Fatal(difference)
			}
			fromSQL := m.followers[0].fromSQL.Load() + m.followers[1].fromSQL.Load()
			t.Logf("seeds %v: %d lists had slots, and %d were read with SQL", seeds, m.nonempty.Load(), fromSQL)
			// On a slow machine, the log may now and then not be read in time.
			if most := m.nonempty.Load() / 10; fromSQL > most {
				t.Errorf("%d of %d lists were read with SQL, want at most %d", fromSQL, m.nonempty.Load(), most)
			}
		})
	}
}

// If the changes of one kind are not logged, lists from memory are found to be wrong.
func TestListsFromMemoryAgreeWithTheModelUnlogged(t *testing.T) {
	t.Parallel()
	for n, kind := range map[int]string{1: "slots", 3: "students", 6: "every"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			list := regexp.MustCompile(fmt.Sprintf(`coalesce\(\$%d(::\w+\[\])`, n))
			_, difference := runInMemory(t, []uint64{3, 1, 2, 20}, memorySteps, func(db pgtest.Database) *store.Store {
				return db.Intercepted(t, pgtest.Intercept{Rewrite: func(statement string) string {
					return list.ReplaceAllString(statement, "coalesce(CASE WHEN false THEN $$"+fmt.Sprint(n)+"$1 END")
				}})
			})
			if difference == nil {
				t.Error("no list differs, want some to")
			}
			t.Logf("found: %v", difference)
		})
	}
}
