package pgtest

import (
	"testing"
	"time"

	"rehearse/internal/store"
)

// AwaitSlotsInMemory waits until a store that follows the change log has open slots in memory.
func AwaitSlotsInMemory(t testing.TB, s *store.Store) {
	t.Helper()
	again := time.NewTicker(2 * time.Millisecond)
	defer again.Stop()
	for late := time.After(patience); s.SlotsInMemory() == 0; {
		select {
		case <-again.C:
		case <-late:
			t.Fatalf("no open slots are in memory after %s", patience)
		}
	}
}
