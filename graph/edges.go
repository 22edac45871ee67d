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

// edge resolves a field to the object that key names, for each parent.
func edge[P any, K ~int64, V any](
	ctx context.Context, parents []*P, l *loader.Loader[K, V], key func(*P) K,
) ([]*V, error) {
	return loader.Edge[P, K, *V, V]{Key: key, Read: l.Map, Objects: loader.One[V]}.Of(ctx, responsePath(ctx), parents)
}

// primed adds a complete object to the loaders, and returns it.
func primed[T any](ctx context.Context, object *T) *T {
	if object != nil {
		loader.Prime(ctx, object)
	}
	return object
}

// within resolves a list that the parents already hold. Fields of its objects are read
// together with those of the other parents' objects.
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

// byIDs reads the objects of all parents, given by their ids, with one statement.
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

// optional is like edge, but resolves to null for parents whose key is 0.
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

// visible is like optional, but also resolves to null for objects that the caller may not
// see.
func visible[P any, K ~int64, V any](
	ctx context.Context, parents []*P, l *loader.Loader[K, V], key func(*P) K,
) ([]*V, error) {
	read := func(ctx context.Context, keys []K) (map[K]*V, error) {
		found, err := l.Found(ctx, slices.DeleteFunc(slices.Clone(keys), func(key K) bool { return key == 0 }))
		for _, key := range keys {
			if err == nil && found[key] == nil {
				found[key] = nil
			}
		}
		return found, err
	}
	return loader.Edge[P, K, *V, V]{Key: key, Read: read, Objects: maybe[V]}.Of(ctx, responsePath(ctx), parents)
}

// maybe returns the objects of an optional value.
func maybe[V any](value *V) []*V {
	if value == nil {
		return nil
	}
	return loader.One(value)
}

// wanted holds the arguments of a root list.
type wanted[F any] struct {
	page.Args
	filter  *F
	orderBy *store.Order
}

// list resolves a root field to a page, and registers its objects so that their fields are
// read together.
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

// lists resolves a field to a page for each parent.
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

// connections converts the parents' pages. The first request of a total counts the lists of all
// parents.
func (l lists[P, K, T, F]) connections(asked store.Page, keys []K, found map[K]store.Part[T]) map[K]*page.Connection[T] {
	totals := loader.Together(keys, func(ctx context.Context, keys []K) (map[K]int, error) { return l.count(ctx, keys, l.filter) })
	pages := make(map[K]*page.Connection[T], len(found))
	for key, part := range found {
		pages[key] = l.of.Page(asked, part.Items, part.More, totals(key))
	}
	return pages
}

// inOrder rejects a range whose start is not before its end.
func inOrder(start, end *time.Time) error {
	if start == nil || end == nil {
		return nil
	}
	return booking.CheckOrder(calendar.Span{Start: *start, End: *end}).Err()
}
