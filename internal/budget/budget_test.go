package budget_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"rehearse/internal/budget"
)

const kib = 1 << 10

func open(t *testing.T, p *budget.Pool, caller string) *budget.Budget {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	b := p.Open(ctx, cancel, caller)
	t.Cleanup(b.Close)
	return b
}

func TestBytes(t *testing.T) {
	t.Parallel()
	b := open(t, budget.NewPool(100, 0), "a")
	if b.Write(60) != nil || b.Write(40) != nil || b.Err() != nil || b.Room() != 0 {
		t.Errorf("100 bytes of 100: got %v, %v", b.Failure(), b.Err())
	}
	var large *budget.ExceededError
	if err := b.Write(1); !errors.As(err, &large) || *large != (budget.ExceededError{Limit: "answer", Allowed: 100}) {
		t.Errorf("101 bytes of 100: got %v", err)
	}
	if b.Err() == nil || !errors.As(b.Hold(0), &large) {
		t.Error("the context is not canceled")
	}
	if budget.From(context.WithoutCancel(b)) != b {
		t.Error("the context does not have the budget")
	}
}

func TestBuiltBytes(t *testing.T) {
	t.Parallel()
	if err := open(t, budget.NewPool(100, 0), "a").Built(100); err != nil {
		t.Errorf("100 bytes of 100: got %v, want no error", err)
	}
	if err := open(t, budget.NewPool(100, 0), "a").Built(101); err == nil {
		t.Error("101 bytes of 100: got no error")
	}
}

func TestNilBudgetIsUnlimited(t *testing.T) {
	t.Parallel()
	none := (*budget.Budget)(nil)
	if none.Write(1<<40) != nil || none.Hold(1<<40) != nil || none.Failure() != nil || none.Built(1<<40) != nil || none.Room() < 1<<40 {
		t.Error("a nil budget refused bytes")
	}
	none.Close()
}

// A caller may use one share, all callers together three shares, and small responses are
// free. Built releases the memory used to build a response, and Close its bytes.
func TestPool(t *testing.T) {
	t.Parallel()
	p := budget.NewPool(64*kib, 256*kib)
	var large *budget.ExceededError
	alone := open(t, p, "a")
	if err := alone.Hold((256 + 64) * kib); err != nil {
		t.Errorf("the whole share: got %v", err)
	}
	if err := alone.Hold(1); !errors.As(err, &large) || *large != (budget.ExceededError{Limit: "memory", Allowed: 256 * kib}) {
		t.Errorf("more than the share: got %v", err)
	}
	if other := open(t, p, "a"); other.Hold(64*kib) != nil || !errors.Is(other.Hold(1), budget.ErrOwn) {
		t.Errorf("while another caller uses its whole share: got %v", other.Failure())
	}
	for _, caller := range []string{"b", "c"} {
		if err := open(t, p, caller).Hold(320 * kib); err != nil {
			t.Errorf("the share of %s: got %v", caller, err)
		}
	}
	last := open(t, p, "e")
	if last.Hold(64*kib) != nil || !errors.Is(last.Hold(1), budget.ErrBusy) || last.Hold(1) == nil || p.Refused() != 1 || p.RefusedOwn() != 1 || p.RefusedAlone() != 1 {
		t.Errorf("while three shares are in use: got %v; refused %d, %d of its caller and %d alone", last.Failure(), p.Refused(), p.RefusedOwn(), p.RefusedAlone())
	}
	if p.Taken() != 3*256*kib {
		t.Errorf("got %d bytes in use", p.Taken())
	}
	alone.Close()
	alone.Close()
	if p.Taken() != 2*256*kib {
		t.Errorf("after one is closed: got %d bytes in use", p.Taken())
	}
	built := open(t, p, "e")
	if built.Hold(320*kib) != nil || built.Built(64*kib) != nil || p.Taken() != (2*256+64)*kib {
		t.Errorf("after 64 KiB are built: got %v and %d bytes in use", built.Failure(), p.Taken())
	}
	built.Close()
	if small := open(t, budget.NewPool(200*kib, 1), "a"); small.Hold((4*200+64)*kib) != nil {
		t.Errorf("four times the largest response: got %v", small.Failure())
	}
}

// A response that exceeds its deadline while it is built is abandoned. The time limit of an
// event starts with its first charge.
func TestBudgetDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := budget.NewPool(1<<20, 0)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		b := p.Open(ctx, cancel, "a")
		defer b.Close()
		builds := func(b *budget.Budget) (err error) {
			for range 100 {
				err = errors.Join(err, b.Write(1))
			}
			return err
		}
		if err := builds(b); err != nil {
			t.Errorf("before the deadline: got %v", err)
		}
		time.Sleep(2 * time.Second) // on the synctest clock
		<-b.Done()
		if err := b.Err(); !errors.Is(err, context.DeadlineExceeded) || b.Failure() != nil {
			t.Errorf("before the next charge: the context has the error %v, the budget %v", err, b.Failure())
		}
		if err := builds(b); !errors.Is(err, context.DeadlineExceeded) || !errors.Is(b.Failure(), context.DeadlineExceeded) {
			t.Errorf("after the deadline: got %v", err)
		}
		event := func() *budget.Budget {
			ctx, cancel := context.WithCancel(t.Context())
			return p.OpenEvent(ctx, cancel, "a", time.Second)
		}
		awaited := event()
		time.Sleep(time.Hour)
		if err := builds(awaited); err != nil {
			t.Errorf("an event after a long wait: got %v", err)
		}
		awaited.Close()
		late := event()
		_ = builds(late)
		time.Sleep(time.Second + time.Millisecond)
		synctest.Wait()
		if !errors.Is(late.Failure(), context.DeadlineExceeded) || late.Err() == nil {
			t.Errorf("an event after its deadline: got %v", late.Failure())
		}
	})
}
