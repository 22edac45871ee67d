package schools_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"rehearse/internal/school"
	"rehearse/internal/schools"
)

// fake is a school that counts how often it is open.
type fake struct {
	http.Handler
	open *[]school.Name
	name school.Name
	busy *bool
}

func (f fake) Busy(context.Context) bool { return *f.busy }

func (f fake) Close(context.Context) error {
	*f.open = slices.DeleteFunc(*f.open, func(name school.Name) bool { return name == f.name })
	return nil
}

// world is a registry of fakes, in a synctest bubble.
type world struct {
	*schools.Registry
	names []school.Name
	open  []school.Name
	fails error
	lists error // of the list
	busy  bool
	stop  func()
}

func newWorld(t *testing.T, most int) *world {
	t.Helper()
	w := &world{names: []school.Name{"a", "b", "c"}}
	w.Registry = schools.NewRegistry(schools.Options{
		Open: func(_ context.Context, name school.Name) (schools.Served, error) {
			if w.fails != nil {
				return nil, w.fails
			}
			w.open = append(w.open, name)
			return fake{nil, &w.open, name, &w.busy}, nil
		},
		List: func(context.Context) ([]school.Name, error) { return slices.Clone(w.names), w.lists },
		Max:  most, Idle: time.Minute, Grace: time.Minute, Log: slog.New(slog.DiscardHandler), Now: time.Now,
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.Run(ctx)
	}()
	w.stop = func() { cancel(); <-done }
	return w
}

// use uses a school, and returns what ends the use.
func (w *world) use(t *testing.T, name school.Name, want error) (release func()) {
	t.Helper()
	_, release, err := w.Use(t.Context(), name)
	if !errors.Is(err, want) {
		t.Fatalf("Use(%q) = %v, want %v", name, err, want)
	}
	if err != nil {
		return nil
	}
	return release
}

func (w *world) wantOpen(t *testing.T, when string, want ...school.Name) {
	t.Helper()
	synctest.Wait()
	if !slices.Equal(w.open, want) {
		t.Errorf("%s, %v are open, want %v", when, w.open, want)
	}
}

// A school is opened once, stays open while it is used or busy, and is then closed.
func TestIdleSchoolsAreClosed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 2)
		w.use(t, "d", schools.ErrUnknown)
		first, second := w.use(t, "a", nil), w.use(t, "a", nil)
		w.use(t, "b", nil)()
		w.wantOpen(t, "after the first uses", "a", "b")
		time.Sleep(2 * time.Minute)
		w.wantOpen(t, "while one is used", "a")
		w.busy = true
		first()
		second()
		time.Sleep(2 * time.Minute)
		w.wantOpen(t, "while it is busy", "a")
		w.busy = false
		time.Sleep(time.Minute)
		w.wantOpen(t, "when it is idle")
		w.stop()
	})
}

// The school that was used least recently makes room for another, unless all are in use.
func TestOpenSchoolsAreLimited(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 2)
		w.use(t, "a", nil)()
		time.Sleep(time.Second)
		w.use(t, "b", nil)()
		c := w.use(t, "c", nil)
		w.wantOpen(t, "after a third school", "b", "c")
		b := w.use(t, "b", nil)
		w.use(t, "a", schools.ErrFull)
		b()
		w.use(t, "a", nil)()
		w.wantOpen(t, "after the first again", "c", "a")
		c()
		w.stop()
		w.wantOpen(t, "at the end")
		w.use(t, "b", schools.ErrFull)
	})
}

// A school that cannot be opened is tried again after a moment. One that is dropped is closed.
func TestSchoolsThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 2)
		old := errors.New("an old schema")
		w.fails = old
		w.use(t, "a", old)
		w.fails = nil
		w.use(t, "a", old)
		time.Sleep(2 * time.Second)
		w.use(t, "a", nil)()
		w.wantOpen(t, "after it can be opened", "a")
		w.names = []school.Name{"b"}
		time.Sleep(10 * time.Second)
		w.wantOpen(t, "after it was dropped")
		w.use(t, "a", schools.ErrUnknown)
		w.stop()
	})
}

// While the list cannot be read, no school is unknown, and open schools are served.
func TestListCannotBeRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 2)
		w.use(t, "a", nil)()
		time.Sleep(2 * time.Second)
		w.lists = errors.New("the database is away")
		w.use(t, "b", w.lists)
		if _, _, err := w.Use(t.Context(), "b"); errors.Is(err, schools.ErrUnknown) {
			t.Errorf("Use() = %v", err)
		}
		w.use(t, "a", nil)()
		time.Sleep(10 * time.Second)
		w.wantOpen(t, "while the list cannot be read", "a")
		w.lists = nil
		time.Sleep(2 * time.Second)
		w.use(t, "b", nil)()
		w.names = nil
		for _, alone := range []bool{false, true, true} { // at first, the list is a moment old
			if got := w.Alone(t.Context()); got != alone {
				t.Errorf("Alone() = %t, want %t", got, alone)
			}
			time.Sleep(2 * time.Second)
			if alone {
				w.lists = errors.New("the database is away again")
			}
		}
		w.stop()
	})
}

// At the end, a school is closed when its last request has ended, or after the grace.
func TestRequestsInProgressAtTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 3)
		w.use(t, "a", nil)()
		w.use(t, "b", nil)()
		w.use(t, "c", nil)()
		b, c := w.use(t, "b", nil), w.use(t, "c", nil)
		stopped := make(chan struct{})
		go func() {
			defer close(stopped)
			w.stop()
		}()
		w.wantOpen(t, "while requests are in progress", "b", "c")
		w.use(t, "a", schools.ErrFull)
		b()
		w.wantOpen(t, "after the end of one", "c")
		time.Sleep(time.Minute)
		w.wantOpen(t, "after the grace")
		<-stopped
		c()
	})
}
