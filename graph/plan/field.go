package plan

import (
	"bytes"
	"context"

	"github.com/99designs/gqlgen/graphql"
)

// Leaf is a field without a selection whose value is part of its object.
type Leaf[T any] func(b []byte, object *T) []byte

func (l Leaf[T]) plan(*graphql.OperationContext, graphql.CollectedField) column[T] { return l }
func (l Leaf[T]) load(context.Context, []*T, lists) error                          { return nil }

func (l Leaf[T]) append(to *text, object *T, _ int) bool {
	to.b = l(to.b, object)
	return true
}

// Of returns a Leaf that writes a value of the object.
func Of[T, V any](value func(*T) V, write func([]byte, V) []byte) Leaf[T] {
	return func(b []byte, object *T) []byte { return write(b, value(object)) }
}

// OrNull returns a writer of optional values.
func OrNull[V any](write func([]byte, V) []byte) func([]byte, *V) []byte {
	return func(b []byte, value *V) []byte {
		if value == nil {
			return append(b, "null"...)
		}
		return write(b, *value)
	}
}

// List returns a writer of lists.
func List[V any](write func([]byte, V) []byte) func([]byte, []V) []byte {
	return func(b []byte, values []V) []byte {
		b = append(b, '[')
		for i, value := range values {
			if i > 0 {
				b = append(b, ',')
			}
			b = write(b, value)
		}
		return append(b, ']')
	}
}

// ListOrNull is like List, but writes null for nil.
func ListOrNull[V any](write func([]byte, V) []byte) func([]byte, []V) []byte {
	list := List(write)
	return func(b []byte, values []V) []byte {
		if values == nil {
			return append(b, "null"...)
		}
		return list(b, values)
	}
}

// Marshaled returns a writer of values that gqlgen marshals.
func Marshaled[V any](marshal func(V) graphql.Marshaler) func([]byte, V) []byte {
	return func(b []byte, value V) []byte {
		to := bytes.NewBuffer(b)
		marshal(value).MarshalGQL(to)
		return to.Bytes()
	}
}

// Resolved returns a field without a selection that has a batch resolver.
func Resolved[T, V any](resolve func(context.Context, []*T) ([]V, error), write func([]byte, V) []byte) Field[T] {
	return resolved[T, V]{resolve, write}
}

type resolved[T, V any] struct {
	resolve func(context.Context, []*T) ([]V, error)
	write   func([]byte, V) []byte
}

func (r resolved[T, V]) plan(_ *graphql.OperationContext, f graphql.CollectedField) column[T] {
	return &resolvedColumn[T, V]{resolved: r, field: f}
}

type resolvedColumn[T, V any] struct {
	resolved[T, V]
	field  graphql.CollectedField
	values []V
	failed []error
}

func (c *resolvedColumn[T, V]) load(ctx context.Context, objects []*T, in lists) error {
	c.values, c.failed = resolve(ctx, c.field, c.resolve, objects, in)
	return nil
}

func (c *resolvedColumn[T, V]) append(to *text, _ *T, i int) bool {
	if c.failed != nil && c.failed[i] != nil {
		return to.fail(&c.field, c.failed[i])
	}
	to.b = c.write(to.b, c.values[i])
	return true
}

// One returns a field that resolves to one object, or to null if it is nullable.
func One[T, U any](of *Type[U], resolve func(context.Context, []*T) ([]*U, error)) Field[T] {
	return one[T, U]{of, resolve}
}

// Held returns a field whose object is part of its parent.
func Held[T, U any](of *Type[U], part func(*T) *U) Field[T] {
	return One(of, func(_ context.Context, objects []*T) ([]*U, error) {
		parts := make([]*U, len(objects))
		for i, object := range objects {
			parts[i] = part(object)
		}
		return parts, nil
	})
}

type one[T, U any] struct {
	of      *Type[U]
	resolve func(context.Context, []*T) ([]*U, error)
}

func (o one[T, U]) plan(oc *graphql.OperationContext, f graphql.CollectedField) column[T] {
	selected, known := o.of.plan(oc, f.Selections)
	if !known {
		return nil
	}
	return &oneColumn[T, U]{one: o, field: f, selected: selected}
}

type oneColumn[T, U any] struct {
	one[T, U]
	field    graphql.CollectedField
	selected selection[U]
	objects  []*U
	indexes  []int // index of each in the loaded objects
	failed   []error
}

func (c *oneColumn[T, U]) load(ctx context.Context, objects []*T, in lists) error {
	c.objects, c.failed = resolve(ctx, c.field, c.resolve, objects, in)
	c.indexes = make([]int, len(objects))
	loaded := make([]*U, 0, len(objects))
	for i, object := range c.objects {
		if c.indexes[i] = len(loaded); object != nil {
			loaded = append(loaded, object)
		}
	}
	return c.selected.load(within(ctx, c.field), loaded, nil)
}

func (c *oneColumn[T, U]) append(to *text, _ *T, i int) bool {
	switch {
	case c.failed != nil && c.failed[i] != nil:
		return to.fail(&c.field, c.failed[i])
	case c.objects[i] != nil:
		start := to.enter(&c.field)
		return to.leave(&c.field, start, c.selected.append(to, c.objects[i], c.indexes[i]))
	case c.field.Definition.Type.NonNull:
		return to.fail(&c.field, errInvalidNull)
	}
	return to.null(&c.field)
}

// Many returns a field that resolves to a list of objects.
func Many[T, U any](of *Type[U], resolve func(context.Context, []*T) ([][]U, error)) Field[T] {
	return many[T, U]{of, resolve}
}

// HeldMany returns a field whose list of objects is part of its parent.
func HeldMany[T, U any](of *Type[U], parts func(*T) []U) Field[T] {
	return Many(of, func(_ context.Context, objects []*T) ([][]U, error) {
		lists := make([][]U, len(objects))
		for i, object := range objects {
			lists[i] = parts(object)
		}
		return lists, nil
	})
}

type many[T, U any] struct {
	of      *Type[U]
	resolve func(context.Context, []*T) ([][]U, error)
}

func (m many[T, U]) plan(o *graphql.OperationContext, f graphql.CollectedField) column[T] {
	selected, known := m.of.plan(o, f.Selections)
	if !known {
		return nil
	}
	return &manyColumn[T, U]{many: m, field: f, selected: selected}
}

type manyColumn[T, U any] struct {
	many[T, U]
	field    graphql.CollectedField
	selected selection[U]
	lists    [][]U
	objects  []*U // objects of all lists
	ends     lists
	failed   []error
}

func (c *manyColumn[T, U]) load(ctx context.Context, objects []*T, in lists) error {
	c.lists, c.failed = resolve(ctx, c.field, c.resolve, objects, in)
	c.ends = make(lists, len(objects))
	for i, list := range c.lists {
		c.objects = pointers(c.objects, list)
		c.ends[i] = len(c.objects)
	}
	return c.selected.load(within(ctx, c.field), c.objects, c.ends)
}

func (c *manyColumn[T, U]) append(to *text, _ *T, i int) bool {
	list := c.field.Definition.Type
	switch {
	case c.failed != nil && c.failed[i] != nil:
		return to.fail(&c.field, c.failed[i])
	case c.lists[i] == nil && !list.NonNull:
		return to.null(&c.field)
	}
	first := c.ends[i] - len(c.lists[i])
	start := to.enter(&c.field)
	return to.leave(&c.field, start, c.selected.appendList(to, c.objects, first, c.ends[i], list.Elem.NonNull))
}
