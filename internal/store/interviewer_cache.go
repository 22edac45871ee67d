package store

import (
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"rehearse/internal/booking"
)

// maxKnown is the capacity of the cache in interviewers, at about 300 bytes each.
const maxKnown = 10_000

// known is an LRU cache of interviewers for display: most lists of slots refer to the same
// few. It is active only while the Listener receives changes. A change made by this
// server evicts the entry at once, one made by another server when its notification
// arrives. While a lost connection is undetected, entries may be stale, for at most
// listenSilence plus listenPatience. Transactions do not use the cache.
type known struct {
	mu     sync.Mutex
	kept   *simplelru.LRU[booking.InterviewerID, *booking.Interviewer] // nil while the Listener is disconnected
	forgot int                                                         // generation; listen and forget increment it
}

// listen enables or disables the cache. Either way it becomes empty.
func (k *known) listen(hears bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.forgot++
	k.kept = nil
	if hears {
		k.kept, _ = simplelru.NewLRU[booking.InterviewerID, *booking.Interviewer](maxKnown, nil) // NewLRU fails only for a size that is not positive
	}
}

// forget evicts the given interviewers, or all of them if none are given.
func (k *known) forget(changed ...booking.InterviewerID) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.forgot++
	if k.kept == nil {
		return
	}
	for _, id := range changed {
		k.kept.Remove(id)
	}
	if len(changed) == 0 {
		k.kept.Purge()
	}
}

// at returns the current generation, for keep.
func (k *known) at() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.forgot
}

// keep caches interviewers, unless the generation has changed since they were read.
func (k *known) keep(at int, read []booking.Interviewer) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.kept == nil || k.forgot != at {
		return
	}
	for _, i := range read {
		k.kept.Add(i.ID, &i)
	}
}

// get returns the cached interviewers among the ids. They are shared and must not be
// modified.
func (k *known) get(ids []booking.InterviewerID) map[booking.InterviewerID]*booking.Interviewer {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.kept == nil || k.kept.Len() == 0 {
		return nil
	}
	found := make(map[booking.InterviewerID]*booking.Interviewer, len(ids))
	for _, id := range ids {
		if one, ok := k.kept.Get(id); ok {
			found[id] = one
		}
	}
	return found
}
