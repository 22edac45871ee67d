package loader

import (
	"context"
	"sync/atomic"
	"testing"

	"rehearse/internal/app"
	"rehearse/internal/booking"
)

// The keys of one request are read at once, even if queueing them takes longer than the default
// wait of 16 ms.
func TestKeysOfARequestAreOneRead(t *testing.T) {
	t.Parallel()
	keys := make([]booking.SlotID, 200_000)
	for i := range keys {
		keys[i] = booking.SlotID(i + 1)
	}
	var reads atomic.Int32
	var slots Loader[booking.SlotID, bool]
	slots.from(&app.View{}, func(_ app.View, _ context.Context, keys []booking.SlotID) (map[booking.SlotID]bool, error) {
		reads.Add(1)
		found := make(map[booking.SlotID]bool, len(keys))
		for _, key := range keys {
			found[key] = true
		}
		return found, nil
	})
	found, err := slots.Map(t.Context(), keys)
	if err != nil || len(found) != len(keys) || reads.Load() != 1 {
		t.Errorf("found %d of %d in %d reads (%v), want one read", len(found), len(keys), reads.Load(), err)
	}
}
