package gqlhttp

import (
	"context"
	"math"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

const (
	// maxCached is the number of characters of documents that a cache holds. A parsed
	// document takes up to 27 bytes a character, so a cache takes at most 27 MB.
	maxCached = 1_000_000
	// overhead is the fixed size of an entry, in characters. It dominates for small
	// documents.
	overhead = 100
)

// textCache is an LRU cache keyed by text. It is bounded by the size of the texts and not
// by their number, because a text from an anonymous client may be a thousand times as large
// as that of a page.
type textCache[T any] struct {
	size func(key string, value T) int

	mu   sync.Mutex
	kept *simplelru.LRU[string, T]
	held int // total size of the entries
}

func newTextCache[T any](size func(key string, value T) int) *textCache[T] {
	c := &textCache[T]{size: func(key string, value T) int { return size(key, value) + overhead }}
	c.kept, _ = simplelru.NewLRU(math.MaxInt, func(key string, value T) { c.held -= c.size(key, value) }) // no limit on the number of entries
	return c
}

// Get implements graphql.Cache.
func (c *textCache[T]) Get(_ context.Context, key string) (T, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.kept.Get(key)
}

// Add implements graphql.Cache.
func (c *textCache[T]) Add(_ context.Context, key string, value T) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept.Remove(key)
	c.kept.Add(key, value)
	c.held += c.size(key, value)
	for c.held > maxCached {
		c.kept.RemoveOldest()
	}
}
