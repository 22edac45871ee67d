package store_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"rehearse/internal/pgtest"
	"rehearse/internal/school"
	"rehearse/internal/store"
)

// inSchool opens the store of a school until the test ends. The schema exists.
func inSchool(t *testing.T, only *store.Store, name school.Name) *store.Store {
	t.Helper()
	of, err := only.School(t.Context(), name, 10)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := of.Close(); err != nil {
			t.Error(err)
		}
	})
	return of
}

// mustCreate creates the empty schemas of schools.
func mustCreate(t *testing.T, only *store.Store, names ...school.Name) {
	t.Helper()
	for _, name := range names {
		if err := only.CreateSchool(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
}

// occupy begins transactions that keep their connections until release is called for each.
func occupy(t *testing.T, s *store.Store, n int) (release func()) {
	t.Helper()
	begun, end := make(chan struct{}), make(chan struct{})
	var running sync.WaitGroup
	for range n {
		running.Go(func() {
			_, err := store.InTx(context.Background(), s, func(*store.Tx) (store.Nothing, error) {
				begun <- struct{}{}
				<-end
				return store.Nothing{}, nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	for range n {
		select {
		case <-begun:
		case <-time.After(time.Minute):
			t.Fatal("a transaction did not begin")
		}
	}
	left := n
	t.Cleanup(func() {
		for ; left > 0; left-- {
			end <- struct{}{}
		}
		running.Wait()
	})
	return func() { end <- struct{}{}; left-- }
}

// All schools of a server share one bound. A school gets an idle connection of another at once, and
// otherwise the next that the school with most connections gives back.
func TestSchoolsShareConnections(t *testing.T) {
	t.Parallel()
	only := pgtest.New(t).Open(t, store.Options{MaxConns: 3})
	mustCreate(t, only, "a", "b", "c")
	a, b, c := inSchool(t, only, "a"), inSchool(t, only, "b"), inSchool(t, only, "c")
	release := occupy(t, a, 3) // takes those that are idle in the others
	got := make(chan error, 1)
	go func() { got <- b.Ping(context.Background()) }()
	select {
	case err := <-got:
		t.Fatalf("a fourth connection: %v", err)
	case <-time.After(50 * time.Millisecond): //nolint:forbidigo // nothing signals that it waits
	}
	release()
	select {
	case err := <-got:
		if err != nil {
			t.Errorf("after a connection was given back: %v", err)
		}
	case <-time.After(time.Minute):
		t.Fatal("b got no connection")
	}
	if err := c.Ping(t.Context()); err != nil {
		t.Errorf("with the idle connection of b: %v", err)
	}
}

// A school exists once, and a connection to one that does not exist is refused.
func TestSchoolsExist(t *testing.T) {
	t.Parallel()
	only := pgtest.New(t).Open(t, store.Options{})
	mustCreate(t, only, "b-2", "a")
	if err := only.CreateSchool(t.Context(), "a"); !errors.Is(err, store.ErrSchoolExists) {
		t.Errorf("CreateSchool of an existing one = %v", err)
	}
	if names, err := only.Schools(t.Context()); err != nil || !slices.Equal(names, []school.Name{"a", "b-2"}) {
		t.Errorf("Schools() = %v, %v", names, err)
	}
	if _, err := only.School(t.Context(), "c", 2); !errors.Is(err, store.ErrNoSchool) || errors.Is(err, store.ErrUnavailable) {
		t.Errorf("School of one that does not exist: %v", err)
	}
	a := inSchool(t, only, "a")
	if err := a.CheckSchoolSchema(t.Context()); !errors.Is(err, store.ErrOldSchema) {
		t.Errorf("CheckSchoolSchema of an empty school = %v", err)
	}
	if err := only.DropSchool(t.Context(), "a"); err != nil {
		t.Error(err)
	}
	if err := only.DropSchool(t.Context(), "a"); !errors.Is(err, store.ErrNoSchool) {
		t.Errorf("DropSchool again = %v", err)
	}
}

// A job runs once for each school, whichever server runs it.
func TestSchoolJobs(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	names := []school.Name{"a", "b", "c"}
	ran := make(chan school.Name, 100)
	jobs := store.SchoolJobs{
		Names: func(context.Context) ([]school.Name, error) { return names, nil },
		Jobs: []store.SchoolJob{{Name: "job", Every: time.Hour, Run: func(_ context.Context, name school.Name) error {
			ran <- name
			return nil
		}}},
	}
	var stops []func() error
	for range 2 {
		stop, err := db.Open(t, store.Options{}).StartJobs(t.Context(), slog.New(slog.DiscardHandler),
			[]store.Job{{Name: "other", Every: time.Hour, Run: func(context.Context) error { return nil }}}, jobs)
		if err != nil {
			t.Fatal(err)
		}
		stops = append(stops, stop)
	}
	var got []school.Name
	for range names {
		select {
		case name := <-ran:
			got = append(got, name)
		case <-time.After(time.Minute):
			t.Fatalf("the job ran for %v", got)
		}
	}
	for _, stop := range stops {
		if err := stop(); err != nil {
			t.Error(err)
		}
	}
	close(ran)
	for name := range ran {
		got = append(got, name)
	}
	slices.Sort(got)
	if !slices.Equal(got, names) {
		t.Errorf("the job ran for %v, want %v", got, names)
	}
}
