package sharedrun_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"rehearse/internal/store/sharedrun"
)

// A run does not serve those who come while it is under way: it may not see what they have
// done. One later run serves all of them.
func TestRunServesThoseWhoCameBefore(t *testing.T) {
	t.Parallel()
	begun, goOn := make(chan int), make(chan struct{})
	runs := 0 // one run at a time
	r := sharedrun.New(1, func([]int) (int, error) {
		runs++
		begun <- runs
		<-goOn
		return runs, nil
	})
	first := r.Next()
	<-begun
	const calls = 30
	later := make([]*sharedrun.Run[int, int], calls)
	for i := range later {
		later[i] = r.Next()
	}
	goOn <- struct{}{}
	<-first.Done
	if <-begun != 2 {
		t.Error("the second run is not the next")
	}
	goOn <- struct{}{}
	for _, run := range later {
		if <-run.Done; run == first || run.Result != 2 || run.Err != nil {
			t.Errorf("a later call got the result of run %d, %v; want 2", run.Result, run.Err)
		}
	}
	if runs != 2 {
		t.Errorf("%d runs served %d calls, want 2", runs, calls)
	}
}

// Whatever is done before a call is seen by its run, and no two runs overlap.
func TestRunSeesWhatWasDoneBefore(t *testing.T) {
	t.Parallel()
	var done, running atomic.Int64
	r := sharedrun.New(1, func([]int) (int64, error) {
		defer running.Add(-1)
		if running.Add(1) > 1 {
			return 0, errors.New("two runs overlap")
		}
		return done.Load(), nil
	})
	var clients sync.WaitGroup
	for range 8 {
		clients.Go(func() {
			for range 200 {
				mine := done.Add(1)
				run := r.Next()
				if <-run.Done; run.Result < mine || run.Err != nil {
					t.Errorf("a run saw %d, %v; want at least %d", run.Result, run.Err, mine)
				}
			}
		})
	}
	clients.Wait()
}

func TestRunReturnsItsError(t *testing.T) {
	t.Parallel()
	failure := errors.New("failure")
	r := sharedrun.New(1, func([]int) (int, error) { return 1, failure })
	run := r.Next()
	if <-run.Done; !errors.Is(run.Err, failure) {
		t.Errorf("%v, want %v", run.Err, failure)
	}
}

// A run gets the keys of all its callers, and there are never more runs than allowed.
func TestRunGetsTheKeysOfItsCallers(t *testing.T) {
	t.Parallel()
	const most, calls = 2, 100
	begun, goOn := make(chan int), make(chan struct{})
	var running atomic.Int64
	r := sharedrun.New(most, func(keys []int) ([]int, error) {
		if running.Add(1) > most {
			return nil, errors.New("too many runs")
		}
		defer running.Add(-1)
		begun <- len(keys)
		<-goOn
		return keys, nil
	})
	for key := range most {
		r.Next(key)
		if got := <-begun; got != 1 {
			t.Errorf("a run that nobody else waits for has %d keys, want 1", got)
		}
	}
	var later *sharedrun.Run[int, []int]
	for key := range calls {
		later = r.Next(key)
	}
	close(goOn)
	if got := <-begun; got != calls {
		t.Errorf("the run of %d callers has %d keys", calls, got)
	}
	<-later.Done
	for key := range calls {
		if later.Err != nil || later.Result[key] != key {
			t.Fatalf("the keys are %v, %v; want 0 to %d", later.Result, later.Err, calls-1)
		}
	}
}
