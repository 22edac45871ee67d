package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
)

// Observer observes an executor. Its methods are called concurrently, and every string
// passed to them is a name of the schema.
type Observer interface {
	// Field starts the execution of a root field; done ends it.
	Field(ctx context.Context, object, name string) (of context.Context, done func())
	// Refused reports that a mutation returns a refusal with the code.
	Refused(ctx context.Context, code string)
}

// observeFields returns a middleware that reports root fields, except those of
// introspection.
func observeFields(o Observer) graphql.RootFieldMiddleware {
	return func(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
		field := graphql.GetRootFieldContext(ctx).Field
		if field.ObjectDefinition == nil || field.Name[0] == '_' {
			return next(ctx)
		}
		ctx, done := o.Field(ctx, field.ObjectDefinition.Name, field.Name)
		defer done()
		return next(ctx)
	}
}
