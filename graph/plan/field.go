package plan

import (
	"context"
	"fmt"

	"github.com/99designs/gqlgen/graphql"
)

// Leaf is a field without a selection whose value is part of its object.
type Leaf[T any] func(b []byte, object *T) []byte

func (l Leaf[T]) plan(*graphql.OperationContext, graphql.CollectedField) column[T] { return l }
func (l Leaf[T]) load(context.Context, []*T) error                                 { return nil }
func (l Leaf[T]) append(to *text, object *T, _ int)                                { to.b = l(to.b, object) }

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
}

func (c *resolvedColumn[T, V]) load(ctx context.Context, objects []*T) (err error) {
	c.values, err = resolve(ctx, c.field, c.resolve, objects)
	return err
}

func (c *resolvedColumn[T, V]) append(to *text, _ *T, i int) { to.b = c.write(to.b, c.values[i]) }

// resolve calls a batch resolver as gqlgen does, in the context of the field.
func resolve[T, V any](
	ctx context.Context, f graphql.CollectedField, resolver func(context.Context, []*T) ([]V, error), objects []*T,
) ([]V, error) {
	values, err := resolver(within(ctx, f), objects)
	if err == nil && len(values) != len(objects) {
		return nil, fmt.Errorf("%s has %d values for %d objects", f.Name, len(values), len(objects))
	}
	return values, err
}

// within returns the context of a field of the current object.
func within(ctx context.Context, f graphql.CollectedField) context.Context {
	return graphql.WithFieldContext(ctx, &graphql.FieldContext{Object: f.ObjectDefinition.Name, Field: f})
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
	places   []int // index of each in the loaded objects
}

func (c *oneColumn[T, U]) load(ctx context.Context, objects []*T) error {
	led, err := resolve(ctx, c.field, c.resolve, objects)
	if err != nil {
		return err
	}
	c.objects, c.places = led, make([]int, len(led))
	there := make([]*U, 0, len(led))
	for i, object := range led {
		c.places[i] = len(there)
		switch {
		case object != nil:
			there = append(there, object)
		case c.field.Definition.Type.NonNull:
			return fmt.Errorf("%s leads to nothing", c.field.Name)
		}
	}
	return c.selected.load(within(ctx, c.field), there)
}

func (c *oneColumn[T, U]) append(to *text, _ *T, i int) {
	if c.objects[i] == nil {
		to.b = append(to.b, "null"...)
		return
	}
	c.selected.append(to, c.objects[i], c.places[i])
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
	objects  []*U  // objects of all lists
	ends     []int // end of each list in objects
}

func (c *manyColumn[T, U]) load(ctx context.Context, objects []*T) error {
	lists, err := resolve(ctx, c.field, c.resolve, objects)
	if err != nil {
		return err
	}
	c.ends = make([]int, len(lists))
	for i, list := range lists {
		c.objects = pointers(c.objects, list)
		c.ends[i] = len(c.objects)
	}
	return c.selected.load(within(ctx, c.field), c.objects)
}

func (c *manyColumn[T, U]) append(to *text, _ *T, i int) {
	start := 0
	if i > 0 {
		start = c.ends[i-1]
	}
	c.selected.appendList(to, c.objects, start, c.ends[i])
}
