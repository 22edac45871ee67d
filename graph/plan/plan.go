// Package plan writes parts of an answer without going through them field by
// field. The library resolves each field of each object apart, with a context,
// closures and a writer of its own, which takes far longer than to read the
// objects and to write them down. Here a selection is planned once for all the
// objects it is made of: what leads to others is read for all of them together,
// and then one object after the other is written into one buffer.
//
// A plan is made only of what is known here, and given up whole when something
// is not known or goes wrong: then the library executes the field, as it does
// without a plan. So there is one semantics, the library's.
package plan

import (
	"context"
	"io"
	"reflect"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"rehearse/internal/budget"
)

// Types are what can be planned, by the names of object types.
type Types map[string]planner

type planner interface {
	write(ctx context.Context, o *graphql.OperationContext, field graphql.CollectedField, value any) ([]byte, bool)
}

// Around is a field middleware. It has objects written here whose type and whose
// fields, as far as they are selected, are all known.
func (t Types) Around(ctx context.Context, next graphql.Resolver) (any, error) {
	value, err := next(ctx)
	field := graphql.GetFieldContext(ctx).Field
	if err != nil || len(field.Selections) == 0 {
		return value, err
	}
	if known := t[field.Definition.Type.Name()]; known != nil {
		if text, planned := known.write(ctx, graphql.GetOperationContext(ctx), field, value); planned {
			return written(text), nil
		}
	}
	return value, nil
}

// written is a part of the answer that is there already.
type written []byte

// MarshalGQL implements graphql.Marshaler.
func (text written) MarshalGQL(w io.Writer) { _, _ = w.Write(text) }

// Type is an object type of the schema, whose objects are Ts.
type Type[T any] struct {
	// Names are the type's name and those of the abstract types it belongs to.
	Names  []string
	Fields map[string]Field[T]
}

// Field is how a field of Ts is written.
type Field[T any] interface {
	// plan is the column of the field as it is selected, nil if something that is
	// selected is not known.
	plan(o *graphql.OperationContext, f graphql.CollectedField) column[T]
}

// column is one field of objects of one place in the answer.
type column[T any] interface {
	// load gets ready to write the field of the objects.
	load(ctx context.Context, objects []*T) error
	// append writes the field of the i-th of them.
	append(to *text, object *T, i int)
}

// text is what is written of a part of the answer, and charged to its budget.
type text struct {
	b       []byte
	charged int // bytes of b
	held    int // of its capacity
	budget  *budget.Budget
}

// charge charges what was written since the last charge. It is not ok when that
// is more than may be written: then nothing of the answer is sent.
func (t *text) charge() (ok bool) {
	n, grown := len(t.b)-t.charged, cap(t.b)-t.held
	t.charged, t.held = len(t.b), cap(t.b)
	return t.budget.Write(n) == nil && (grown == 0 || t.budget.Hold(grown) == nil)
}

// selection is what is selected of objects of one place in the answer.
type selection[T any] struct {
	keys    []string // `"name":`
	columns []column[T]
}

func (t *Type[T]) write(ctx context.Context, o *graphql.OperationContext, field graphql.CollectedField, value any) ([]byte, bool) {
	var objects []*T
	var list bool
	switch v := value.(type) {
	case *T:
		if v == nil {
			return nil, false
		}
		objects = []*T{v}
	case []T:
		objects, list = pointers(nil, v), true
	default:
		return nil, false
	}
	selected, known := t.plan(o, field.Selections)
	to := &text{budget: budget.From(ctx)}
	if !known || selected.load(ctx, objects) != nil || to.budget.Failure() != nil {
		return nil, false
	}
	if list {
		selected.appendList(to, objects, 0, len(objects))
	} else {
		selected.append(to, objects[0], 0)
	}
	to.charge()
	return to.b, true
}

func pointers[T any](to []*T, objects []T) []*T {
	for i := range objects {
		to = append(to, &objects[i])
	}
	return to
}

func (t *Type[T]) plan(o *graphql.OperationContext, selections ast.SelectionSet) (s selection[T], known bool) {
	fields := eachOnce(graphql.CollectFields(o, selections, t.Names))
	s = selection[T]{keys: make([]string, len(fields)), columns: make([]column[T], len(fields))}
	for i, f := range fields {
		s.keys[i] = `"` + f.Alias + `":`
		switch field := t.Fields[f.Name]; {
		case f.Name == "__typename":
			s.columns[i] = Leaf[T](func(b []byte, _ *T) []byte { return append(append(append(b, '"'), t.Names[0]...), '"') })
		case field != nil:
			s.columns[i] = field.plan(o, f)
		}
		if s.columns[i] == nil {
			return s, false
		}
	}
	return s, true
}

// eachOnce leaves out a field whose name in the answer one before it has: what
// is selected of a type and of one it belongs to comes as two, which are one.
func eachOnce(fields []graphql.CollectedField) []graphql.CollectedField {
	once := make([]graphql.CollectedField, 0, len(fields))
	for _, f := range fields {
		if !slices.ContainsFunc(once, func(known graphql.CollectedField) bool { return known.Alias == f.Alias }) {
			once = append(once, f)
		}
	}
	return once
}

// load gets ready to write the objects, and charges the memory that they and what
// is kept of their fields take.
func (s selection[T]) load(ctx context.Context, objects []*T) error {
	const memoryOfColumn = 32
	if err := budget.From(ctx).Hold(len(objects) * (int(reflect.TypeFor[T]().Size()) + memoryOfColumn*len(s.columns))); err != nil {
		return err
	}
	for _, c := range s.columns {
		if err := c.load(ctx, objects); err != nil {
			return err
		}
	}
	return nil
}

func (s selection[T]) append(to *text, object *T, i int) {
	to.b = append(to.b, '{')
	for n, c := range s.columns {
		if n > 0 {
			to.b = append(to.b, ',')
		}
		to.b = append(to.b, s.keys[n]...)
		c.append(to, object, i)
	}
	to.b = append(to.b, '}')
}

// appendList writes the objects from the start-th to the one before end, unless
// the budget ends before.
func (s selection[T]) appendList(to *text, objects []*T, start, end int) {
	to.b = append(to.b, '[')
	for i := start; i < end; i++ {
		before := len(to.b)
		if i > start {
			to.b = append(to.b, ',')
		}
		s.append(to, objects[i], i)
		if !to.charge() {
			return
		}
		if i == start { // the others are about as long
			to.b = slices.Grow(to.b, min((len(to.b)-before+8)*(end-start), to.budget.Room()))
		}
	}
	to.b = append(to.b, ']')
}
