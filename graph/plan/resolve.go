package plan

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/99designs/gqlgen/graphql"
)

// resolve calls a batch resolver in the context of the field, for the objects of all lists
// at once. It returns a value and an error for each object; no errors if all are nil.
func resolve[T, V any](
	ctx context.Context, f graphql.CollectedField, resolver func(context.Context, []*T) ([]V, error), objects []*T, in lists,
) (values []V, failed []error) {
	inside := within(ctx, f)
	values, err := recovering(inside, func() ([]V, error) { return resolver(inside, objects) })
	if err == nil && len(values) != len(objects) {
		err = fmt.Errorf("%s has %d values for %d objects", f.Name, len(values), len(objects))
	}
	if err == nil {
		return values, nil
	}
	var each graphql.BatchErrors
	if errors.As(err, &each) && len(values) == len(objects) && len(each.Errors()) == len(objects) {
		return values, each.Errors()
	}
	apart := in.apart(len(objects))
	if len(apart) == 1 {
		return make([]V, len(objects)), slices.Repeat([]error{err}, len(objects))
	}
	// An error of a batch resolver concerns all objects of a call, and gqlgen calls the
	// resolver once for each list.
	return resolveApart(ctx, f, resolver, objects, apart)
}

// resolveApart calls a batch resolver for the objects of each list.
func resolveApart[T, V any](
	ctx context.Context, f graphql.CollectedField, resolver func(context.Context, []*T) ([]V, error), objects []*T, in lists,
) (values []V, failed []error) {
	values, failed = make([]V, len(objects)), make([]error, len(objects))
	start := 0
	for _, end := range in {
		got, errs := resolve(ctx, f, resolver, objects[start:end], lists{end - start})
		copy(values[start:end], got)
		copy(failed[start:end], errs)
		start = end
	}
	return values, failed
}

// apart returns the ends of the lists that have objects. Of n objects that are in no list,
// each counts as a list.
func (in lists) apart(n int) lists {
	if in == nil {
		in = make(lists, n)
		for i := range in {
			in[i] = i + 1
		}
		return in
	}
	ends := slices.Compact(slices.Clone(in))
	return slices.DeleteFunc(ends, func(end int) bool { return end == 0 })
}

// within returns the context of a field of the current object.
func within(ctx context.Context, f graphql.CollectedField) context.Context {
	return graphql.WithFieldContext(ctx, &graphql.FieldContext{Object: f.ObjectDefinition.Name, Field: f})
}

// ownError is an error of a resolver of one object. Unlike an error of a batch resolver, it
// has the location of its field in the document.
type ownError struct{ error }

// Each converts a resolver of one object to a batch resolver, which has an error for each
// object.
func Each[T, V any](resolve func(context.Context, *T) (V, error)) func(context.Context, []*T) ([]V, error) {
	return func(ctx context.Context, objects []*T) ([]V, error) {
		values := make([]V, len(objects))
		var failed graphql.BatchErrorList
		for i, object := range objects {
			value, err := recovering(ctx, func() (V, error) {
				value, err := resolve(ctx, object)
				if err != nil {
					err = ownError{err}
				}
				return value, err
			})
			if values[i] = value; err == nil {
				continue
			}
			if failed == nil {
				failed = make(graphql.BatchErrorList, len(objects))
			}
			failed[i] = err
		}
		if failed != nil {
			return values, failed
		}
		return values, nil
	}
}

// recovering calls a function and converts its panic to an error.
func recovering[V any](ctx context.Context, call func() (V, error)) (value V, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = graphql.GetOperationContext(ctx).RecoverFunc(ctx, r)
		}
	}()
	return call()
}
