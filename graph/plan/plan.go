// Package plan writes parts of a response without resolving them field by field. gqlgen
// resolves each field of each object separately, with a context, closures and a writer,
// which takes far longer than reading the objects and encoding them. A plan handles a
// selection once for all its objects: it reads related objects for all of them together,
// then writes one object after the other into one buffer.
//
// A plan covers only fields that this package knows. If a selection contains another field,
// gqlgen executes it as it would without a plan. A plan that has begun is not given up: it
// reports the errors of its resolvers at the paths where gqlgen would, and writes the same
// nulls (failure.go).
package plan

import (
	"context"
	"io"
	"maps"
	"reflect"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"rehearse/internal/budget"
)

// Types maps the names of object types to their planners.
type Types map[string]planner

type planner interface {
	write(ctx context.Context, o *graphql.OperationContext, field graphql.CollectedField, value any) (graphql.Marshaler, bool)
	fields() []string
}

// Fields returns the names of the planned fields of a type; nil if the type is not planned.
func (t Types) Fields(name string) []string {
	if known := t[name]; known != nil {
		return known.fields()
	}
	return nil
}

// Around is a field middleware. It writes objects by plan if their type and all selected
// fields are known.
func (t Types) Around(ctx context.Context, next graphql.Resolver) (any, error) {
	value, err := next(ctx)
	field := graphql.GetFieldContext(ctx).Field
	if err != nil || len(field.Selections) == 0 {
		return value, err
	}
	if known := t[field.Definition.Type.Name()]; known != nil {
		if text, planned := known.write(ctx, graphql.GetOperationContext(ctx), field, value); planned {
			return text, nil
		}
	}
	return value, nil
}

// written is an encoded part of the response.
type written []byte

// MarshalGQL implements graphql.Marshaler.
func (text written) MarshalGQL(w io.Writer) { _, _ = w.Write(text) }

// Type describes an object type of the schema, whose objects are of type T.
type Type[T any] struct {
	// Names are the names of the type and of its abstract types.
	Names  []string
	Fields map[string]Field[T]
}

// Field describes a field of objects of type T.
type Field[T any] interface {
	// plan returns the column of the field with its selection, or nil if the selection
	// contains an unknown field.
	plan(o *graphql.OperationContext, f graphql.CollectedField) column[T]
}

// column writes one field of the objects at one path of the response.
type column[T any] interface {
	// load prepares the field of the objects for writing. It fails only if the budget of
	// the response is exceeded; append reports the errors of resolvers.
	load(ctx context.Context, objects []*T, in lists) error
	// append writes the field of the i-th object. It returns false if the field must not be
	// null, but is: the object is null then.
	append(to *text, object *T, i int) bool
}

// lists holds the end of each list that objects belong to. It is nil for objects that are
// in no list, each of which gqlgen resolves alone.
type lists []int

// text is an encoded part of the response, charged to its budget.
type text struct {
	b        []byte
	charged  int // bytes of b that are charged
	held     int // capacity of b that is charged
	budget   *budget.Budget
	at       path // of the value that is written
	failures []failure
	steps    [8]step // of at, unless it is longer
}

// charge charges the bytes written since the last charge. It returns false if the budget is
// exceeded; the response is then discarded.
func (t *text) charge() (ok bool) {
	n, grown := len(t.b)-t.charged, cap(t.b)-t.held
	t.charged, t.held = len(t.b), cap(t.b)
	return t.budget.Write(n) == nil && (grown == 0 || t.budget.Hold(grown) == nil)
}

// selection is the planned selection of the objects at one path of the response.
type selection[T any] struct {
	keys    []string // `"name":`
	columns []column[T]
}

func (t *Type[T]) fields() []string { return slices.Sorted(maps.Keys(t.Fields)) }

func (t *Type[T]) write(ctx context.Context, o *graphql.OperationContext, field graphql.CollectedField, value any) (graphql.Marshaler, bool) {
	var objects []*T
	var in lists
	switch v := value.(type) {
	case []T:
		objects, in = pointers(nil, v), lists{len(v)}
	case *T:
		objects = []*T{v}
	case T:
		objects = []*T{&v}
	}
	if len(objects) == 0 || objects[0] == nil {
		return nil, false
	}
	selected, known := t.plan(o, field.Selections)
	to := &text{b: make([]byte, 0, 256), budget: budget.From(ctx)} // an object fits in most cases
	to.at = to.steps[:0]
	if !known || selected.load(ctx, objects, in) != nil || to.budget.Failure() != nil {
		return nil, false
	}
	var valid bool
	if in != nil {
		valid = selected.appendList(to, objects, 0, len(objects), field.Definition.Type.Elem.NonNull)
	} else {
		valid = selected.append(to, objects[0], 0)
	}
	to.charge()
	for _, f := range to.failures {
		f.report(ctx)
	}
	if !valid {
		return graphql.Null, true
	}
	return written(to.b), true
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

// eachOnce removes fields with a duplicate response key. CollectFields returns a field
// twice if it is selected on a type and on one of its abstract types.
func eachOnce(fields []graphql.CollectedField) []graphql.CollectedField {
	once := make([]graphql.CollectedField, 0, len(fields))
	for _, f := range fields {
		if !slices.ContainsFunc(once, func(known graphql.CollectedField) bool { return known.Alias == f.Alias }) {
			once = append(once, f)
		}
	}
	return once
}

// load prepares the objects for writing, and charges the memory of the objects and their
// columns.
func (s selection[T]) load(ctx context.Context, objects []*T, in lists) error {
	const memoryOfColumn = 32
	if len(objects) == 0 {
		return nil
	}
	if err := budget.From(ctx).Hold(len(objects) * (int(reflect.TypeFor[T]().Size()) + memoryOfColumn*len(s.columns))); err != nil {
		return err
	}
	for _, c := range s.columns {
		if err := c.load(ctx, objects, in); err != nil {
			return err
		}
	}
	return nil
}

// append writes the i-th object. It returns false if the object is null because one of its
// fields is: it writes the other fields all the same, to find all errors.
func (s selection[T]) append(to *text, object *T, i int) bool {
	valid := true
	to.b = append(to.b, '{')
	for n, c := range s.columns {
		if n > 0 {
			to.b = append(to.b, ',')
		}
		to.b = append(to.b, s.keys[n]...)
		valid = c.append(to, object, i) && valid
	}
	to.b = append(to.b, '}')
	return valid
}

// appendList writes objects[start:end]. It returns false if an item must not be null, but
// is. It stops if the budget is exceeded.
func (s selection[T]) appendList(to *text, objects []*T, start, end int, nonNull bool) bool {
	valid := true
	to.at = append(to.at, step{})
	to.b = append(to.b, '[')
	for i := start; i < end; i++ {
		before := len(to.b)
		if i > start {
			to.b = append(to.b, ',')
		}
		to.at[len(to.at)-1].index = i - start
		if item := len(to.b); !s.append(to, objects[i], i) {
			to.cut(item)
			valid = valid && !nonNull
		}
		if !to.charge() {
			break
		}
		if i == start { // estimate the size of the others from the first
			to.b = slices.Grow(to.b, min((len(to.b)-before+8)*(end-start), to.budget.Room()))
		}
	}
	to.at = to.at[:len(to.at)-1]
	to.b = append(to.b, ']')
	return valid
}
