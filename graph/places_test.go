package graph

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// come is somebody who asks for a place.
type come struct {
	leave   func()
	refused *refusal
	after   time.Duration
}

func (p *places) come(ctx context.Context) <-chan come {
	answered := make(chan come, 1)
	began := time.Now()
	go func() {
		leave, refused := p.take(ctx)
		answered <- come{leave, refused, time.Since(began)}
	}()
	synctest.Wait()
	return answered
}

func TestPlaces(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPlaces(2)
		first, second := <-p.come(t.Context()), <-p.come(t.Context())
		if first.refused != nil || second.refused != nil || p.taken.Load() != 2 {
			t.Fatalf("two places are not taken: %d", p.taken.Load())
		}
		third := p.come(t.Context())
		if p.inQueue() != 1 {
			t.Fatalf("%d wait", p.inQueue())
		}
		first.leave()
		first.leave()
		if got := <-third; got.refused != nil || p.taken.Load() != 2 {
			t.Errorf("the third: %v, %d at work", got.refused, p.taken.Load())
		}
		gone, leave := context.WithCancel(t.Context())
		fourth := p.come(gone)
		leave()
		if got := <-fourth; got.refused == nil || p.shed.Load() != 0 {
			t.Errorf("who left: %v, %d were shed", got.refused, p.shed.Load())
		}
	})
}

// A rush is waited for; when there is no end to it, nobody waits for long. When
// nobody waits any more, what comes next may be a rush again.
func TestWaitForAPlace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPlaces(1)
		working := <-p.come(t.Context())
		waits := func(wanted time.Duration, who <-chan come) {
			t.Helper()
			if got := <-who; got.refused == nil || got.after != wanted {
				t.Errorf("waited for %v, wanted %v: %v", got.after, wanted, got.refused)
			}
		}
		rush := p.come(t.Context())
		time.Sleep(waitInRush - time.Millisecond) // of the bubble's clock
		second := p.come(t.Context())
		waits(waitInRush, rush)
		synctest.Wait()
		later := p.come(t.Context())
		waits(waitAfter, later)
		waits(waitInRush, second)
		if p.shed.Load() != 3 || p.inQueue() != 0 {
			t.Errorf("%d were shed, %d wait", p.shed.Load(), p.inQueue())
		}
		again := p.come(t.Context())
		waits(waitInRush, again)
		working.leave()
	})
}
