package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// oneByOne returns a response middleware that executes introspection queries one at a time.
// gqlgen executes each of their fields, so the introspection query of a common tool briefly
// takes much of the memory that the responses to its caller may use. Such a query needs no
// database and is short, so clients do not give up while they wait. If the context of a query
// ends while the query waits, the query stops waiting, and is cut off like any other.
func oneByOne() graphql.ResponseMiddleware {
	turn := make(chan struct{}, 1)
	return func(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
		o := graphql.GetOperationContext(ctx)
		if o.Operation == nil || o.Operation.Operation != ast.Query || !introspects(o.Operation.SelectionSet) {
			return next(ctx)
		}
		select {
		case turn <- struct{}{}:
			defer func() { <-turn }()
		case <-ctx.Done():
		}
		return next(ctx)
	}
}

// introspects reports whether a root field requests the schema.
func introspects(set ast.SelectionSet) bool {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if s.Name == "__schema" || s.Name == "__type" {
				return true
			}
		case *ast.InlineFragment:
			if introspects(s.SelectionSet) {
				return true
			}
		case *ast.FragmentSpread:
			if introspects(s.Definition.SelectionSet) {
				return true
			}
		}
	}
	return false
}
