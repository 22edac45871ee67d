package plan

import (
	"context"
	"errors"
	"slices"

	"github.com/99designs/gqlgen/graphql"
)

// step is a field or an index of a list in the path of a value.
type step struct {
	field *graphql.CollectedField // nil for an index
	index int
}

// path is the path of a value below the planned field.
type path []step

// failure is an error at a path of the response.
type failure struct {
	at    path
	cause error
}

// errInvalidNull is the cause of a null where the schema does not allow one.
var errInvalidNull = errors.New("null in a field that must not be null")

// report adds the error to the response as gqlgen would.
func (f failure) report(ctx context.Context) {
	for i := range f.at {
		ctx = graphql.WithFieldContext(ctx, f.at[i].context())
	}
	var own ownError
	switch {
	case errors.Is(f.cause, errInvalidNull):
		graphql.AddInvalidNullError(ctx, "")
	case errors.As(f.cause, &own):
		graphql.AddError(ctx, graphql.AddFieldLocationToError(ctx, own.error))
	default:
		index, _ := graphql.BatchParentIndex(ctx)
		graphql.AddBatchError(ctx, int(index), f.cause)
	}
}

func (s *step) context() *graphql.FieldContext {
	if s.field == nil {
		return &graphql.FieldContext{Index: &s.index}
	}
	return &graphql.FieldContext{Object: s.field.ObjectDefinition.Name, Field: *s.field, IsMethod: true, IsResolver: true}
}

// fail reports an error of a field, and writes null. It returns false if the field must not
// be null.
func (t *text) fail(field *graphql.CollectedField, cause error) bool {
	t.failures = append(t.failures, failure{append(slices.Clone(t.at), step{field: field}), cause})
	return t.null(field)
}

// null writes null. It returns false if the field must not be null.
func (t *text) null(field *graphql.CollectedField) bool {
	t.b = append(t.b, "null"...)
	return !field.Definition.Type.NonNull
}

// cut replaces the value that begins at a position of b with null. What is already charged
// stays charged.
func (t *text) cut(start int) {
	t.b = append(t.b[:start], "null"...)
	t.charged = min(t.charged, len(t.b))
}

// enter begins the value of a field that has a selection. It returns the position
// that the caller must pass to the method leave.
func (t *text) enter(field *graphql.CollectedField) (start int) {
	t.at = append(t.at, step{field: field})
	return len(t.b)
}

// leave ends the value, which is null if it is not valid. It returns false if the field must
// not be null.
func (t *text) leave(field *graphql.CollectedField, start int, valid bool) bool {
	t.at = t.at[:len(t.at)-1]
	if valid {
		return true
	}
	t.cut(start)
	return !field.Definition.Type.NonNull
}
