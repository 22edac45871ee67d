package loader

import (
	"context"
	"sync/atomic"
	"testing"

	"rehearse/internal/app"
	"rehearse/internal/booking"
)

// A request for many keys is one read, even if it takes the loader longer than its default
// wait of 16 ms to queue them.
func TestKeysOfARequestAreOneRead(t *testing.T) {
	t.Parallel()
	keys := make([]booking.SlotID, 200_000)
	for i := range keys {
		keys[i] = booking.SlotID(i + 1)
	}
	var reads atomic.Int32
	var slots Loader[booking.SlotID, booking.SlotView]
	slots.from(&app.View{}, func(_ app.View, _ context.Context, keys []booking.SlotID) (map[booking.SlotID]booking.SlotView, error) {
		reads.Add(1)
		found := make(map[booking.SlotID]booking.SlotView, len(keys))
		for _, key := range keys {
			found[key] = booking.SlotView{}
		}
		return found, nil
	})
	found, err := slots.Map(t.Context(), keys)
	if err != nil || len(found) != len(keys) || reads.Load() != 1 {
		t.Errorf("found %d of %d in %d reads (%v), want one read", len(found), len(keys), reads.Load(), err)
	}
}
