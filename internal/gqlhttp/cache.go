package gqlhttp

import (
	"context"
	"math"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

const (
	// maxCached is how many characters of documents are kept, with what was made of
	// them. A parsed document takes up to 27 bytes for each of its characters, so
	// this is 27 MB at most.
	maxCached = 1_000_000
	// overhead is what a document takes besides, in characters: a small one is
	// nearly all overhead.
	overhead = 100
)

// textCache keeps what belongs to texts, and lets go of the least recently used
// when it is too much: by the size of the texts and not by their number, because
// one that a stranger sends may be a thousand times as large as those of a page.
type textCache[T any] struct {
	size func(key string, value T) int

	mu   sync.Mutex
	kept *simplelru.LRU[string, T]
	held int // the size of all that is kept
}

func newTextCache[T any](size func(key string, value T) int) *textCache[T] {
	c := &textCache[T]{size: func(key string, value T) int { return size(key, value) + overhead }}
	c.kept, _ = simplelru.NewLRU(math.MaxInt, func(key string, value T) { c.held -= c.size(key, value) }) // any number
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
