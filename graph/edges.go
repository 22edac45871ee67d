package graph

import (
	"context"
	"maps"
	"slices"
	"time"

	"rehearse/graph/loader"
	"rehearse/graph/page"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/store"
)

// edge answers, for each parent, the object that key names.
func edge[P any, K ~int64, V any](
	ctx context.Context, parents []*P, l *loader.Loader[K, V], key func(*P) K,
) ([]*V, error) {
	return loader.Edge[P, K, *V, V]{Key: key, Read: l.Map, Objects: loader.One[V]}.Of(ctx, responsePath(ctx), parents)
}

// primed answers an object that was read or written whole, and keeps it.
func primed[T any](ctx context.Context, object *T) *T {
	if object != nil {
		loader.Prime(ctx, object)
	}
	return object
}

// within answers a list that its parents hold already, whose objects lead on
// together with those of the other parents.
func within[P, V any](ctx context.Context, parents []*P, list func(*P) []V) ([][]V, error) {
	return loader.Edge[P, *P, []V, V]{
		Key: func(p *P) *P { return p },
		Read: func(_ context.Context, parents []*P) (map[*P][]V, error) {
			held := make(map[*P][]V, len(parents))
			for _, parent := range parents {
				held[parent] = list(parent)
			}
			return held, nil
		},
		Objects: loader.Many[V],
	}.Of(ctx, responsePath(ctx), parents)
}

// byIDs reads, for each parent, the objects that its ids name, all with one
// statement.
func byIDs[P comparable, K ~int64, V any](ctx context.Context, l *loader.Loader[K, V], ids map[P][]K) (map[P][]V, error) {
	found, err := l.Map(ctx, slices.Concat(slices.Collect(maps.Values(ids))...))
	if err != nil {
		return nil, err
	}
	objects := make(map[P][]V, len(ids))
	for parent, ids := range ids {
		objects[parent] = make([]V, len(ids))
		for n, id := range ids {
			objects[parent][n] = *found[id]
		}
	}
	return objects, nil
}

// optional answers, for each parent, the object that key names, and null where
// it names none.
func optional[P any, K ~int64, V any](
	ctx context.Context, parents []*P, l *loader.Loader[K, V], key func(*P) K,
) ([]*V, error) {
	read := func(ctx context.Context, keys []K) (map[K]*V, error) {
		found, err := l.Map(ctx, slices.DeleteFunc(slices.Clone(keys), func(key K) bool { return key == 0 }))
		if err == nil {
			found[0] = nil
		}
		return found, err
	}
	return loader.Edge[P, K, *V, V]{Key: key, Read: read, Objects: maybe[V]}.Of(ctx, responsePath(ctx), parents)
}

// maybe is the object that a value is, if it is one.
func maybe[V any](value *V) []*V {
	if value == nil {
		return nil
	}
	return loader.One(value)
}

// wanted is what every root list is asked with.
type wanted[F any] struct {
	page.Args
	filter  *F
	orderBy *store.Order
}

// list answers a root field with a page, whose objects lead on together.
func list[T, F any](
	ctx context.Context, of page.List[T], w wanted[F],
	read func(context.Context, F, store.Page) ([]T, bool, error), count func(context.Context, F) (int, error),
) (*page.Connection[T], error) {
	asked, err := of.Asked(w.Args, w.orderBy)
	if err != nil {
		return nil, err
	}
	nodes, more, err := read(ctx, orZero(w.filter), asked)
	if err != nil {
		return nil, err
	}
	loader.Root(ctx, responsePath(ctx), nodes)
	loader.Prime(ctx, loader.Many(nodes)...)
	return of.Page(asked, nodes, more, func(ctx context.Context) (int, error) { return count(ctx, orZero(w.filter)) }), nil
}

// lists answers a page for each parent.
type lists[P any, K ~int64, T, F any] struct {
	of     page.List[T]
	filter F
	key    func(*P) K
	read   func(context.Context, []K, F, store.Page) (map[K]store.Part[T], error)
	count  func(context.Context, []K, F) (map[K]int, error)
}

func (l lists[P, K, T, F]) page(ctx context.Context, parents []*P, args page.Args) ([]*page.Connection[T], error) {
	asked, err := l.of.Asked(args, nil)
	if err != nil {
		return nil, err
	}
	return loader.Edge[P, K, *page.Connection[T], T]{
		Key:     l.key,
		Objects: func(c *page.Connection[T]) []*T { return loader.Many(c.Nodes) },
		Read: func(ctx context.Context, keys []K) (map[K]*page.Connection[T], error) {
			found, err := l.read(ctx, keys, l.filter, asked)
			for _, part := range found {
				loader.Prime(ctx, loader.Many(part.Items)...)
			}
			return l.connections(asked, keys, found), err
		},
	}.Of(ctx, responsePath(ctx), parents)
}

// connections shapes the parents' pages. The first that is asked for its total
// counts for all of them.
func (l lists[P, K, T, F]) connections(asked store.Page, keys []K, found map[K]store.Part[T]) map[K]*page.Connection[T] {
	totals := loader.Together(keys, func(ctx context.Context, keys []K) (map[K]int, error) { return l.count(ctx, keys, l.filter) })
	pages := make(map[K]*page.Connection[T], len(found))
	for key, part := range found {
		pages[key] = l.of.Page(asked, part.Items, part.More, totals(key))
	}
	return pages
}

// inOrder refuses a range with both ends that is reversed or empty.
func inOrder(start, end *time.Time) error {
	if start == nil || end == nil {
		return nil
	}
	return booking.CheckOrder(calendar.Span{Start: *start, End: *end}).Err()
}
