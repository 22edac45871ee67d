package store

import (
	"context"
	"sync"
)

// Total is the number of items in a list. It is counted on first use, up to
// MostCounted.
type Total struct {
	count func(context.Context) (int, error) // nil if n is known

	once sync.Once
	n    int
	err  error
}

// Init sets the function that counts the items. It returns a number above MostCounted
// if there are more.
func (t *Total) Init(count func(context.Context) (int, error)) { t.count = count }

// Known sets the total of a list that is complete in memory.
func (t *Total) Known(n int) { t.n = n }

// Count returns the number of items, at most MostCounted.
func (t *Total) Count(ctx context.Context) (int, error) {
	n, err := t.counted(ctx)
	return min(n, MostCounted), err
}

// IsCapped reports whether there are more items than Count returns.
func (t *Total) IsCapped(ctx context.Context) (bool, error) {
	n, err := t.counted(ctx)
	return n > MostCounted, err
}

func (t *Total) counted(ctx context.Context) (int, error) {
	if t.count == nil {
		return t.n, nil
	}
	t.once.Do(func() { t.n, t.err = t.count(ctx) })
	return t.n, t.err
}
