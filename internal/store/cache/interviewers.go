// Package cache keeps copies of rows in the memory of a server: interviewers, which are
// evicted when a Listener receives a change, and students' records, whose readers verify
// that they are current. Both can be lost at any time.
package cache

import (
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"rehearse/internal/booking"
)

// maxInterviewers is the capacity of the cache in interviewers, at about 300 bytes each.
const maxInterviewers = 10_000

// Interviewers is an LRU cache of interviewers for display: most lists of slots refer to
// the same few. It is active only while the Listener receives changes; the zero value is
// inactive. A change made by this server evicts the entry at once, one made by another
// server when its notification arrives. While a lost connection is undetected, entries
// may be stale, for at most listenSilence plus listenPatience. Transactions do not use
// the cache.
type Interviewers struct {
	mu         sync.Mutex
	entries    *simplelru.LRU[booking.InterviewerID, *booking.Interviewer] // nil while inactive
	generation int                                                         // incremented by activate, deactivate and Evict
}

// activate empties the cache and makes it keep what is added.
func (c *Interviewers) activate() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	c.entries, _ = simplelru.NewLRU[booking.InterviewerID, *booking.Interviewer](maxInterviewers, nil) // fails only for a size that is not positive
}

// deactivate empties the cache and makes it discard what is added.
func (c *Interviewers) deactivate() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	c.entries = nil
}

// Evict evicts the given interviewers, or all of them if none are given.
func (c *Interviewers) Evict(changed ...booking.InterviewerID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	if c.entries == nil {
		return
	}
	for _, id := range changed {
		c.entries.Remove(id)
	}
	if len(changed) == 0 {
		c.entries.Purge()
	}
}

// Generation returns the current generation, for Add.
func (c *Interviewers) Generation() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.generation
}

// Add caches interviewers, unless the generation has changed since they were read.
func (c *Interviewers) Add(generation int, read []booking.Interviewer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries == nil || c.generation != generation {
		return
	}
	for _, i := range read {
		c.entries.Add(i.ID, &i)
	}
}

// Get returns the cached interviewers among the ids. They are shared and must not be
// modified.
func (c *Interviewers) Get(ids []booking.InterviewerID) map[booking.InterviewerID]*booking.Interviewer {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries == nil || c.entries.Len() == 0 {
		return nil
	}
	found := make(map[booking.InterviewerID]*booking.Interviewer, len(ids))
	for _, id := range ids {
		if one, ok := c.entries.Get(id); ok {
			found[id] = one
		}
	}
	return found
}
