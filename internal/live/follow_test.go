package live

import (
	"context"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// If Follow cannot read the slots that reopen, they are read later. Follow returns no error
// then: after an error, nobody would close the connections that it has opened.
func TestFollowWithoutTheSlotsToOpen(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	ctx, cancel := context.WithCancel(t.Context())
	hub := New(db.Open(t, store.Options{Tracer: pgtest.Trace(func(text string, _ []any) {
		if strings.Contains(text, "slots") {
			cancel()
		}
	})}), time.Now)
	run, err := hub.Follow(ctx, slog.New(slog.DiscardHandler), func() {})
	if err != nil || ctx.Err() == nil {
		t.Fatalf("Follow() = %v, want no error after the read of the slots has failed: %v", err, ctx.Err())
	}
	for again, late := false, time.After(time.Minute); !again; {
		select {
		case <-hub.wake:
		case <-late:
			t.Fatal("the slots are not read later")
		}
		changes, _ := hub.drain()
		again = changes.EverySlot
	}
	run(ctx)
}
