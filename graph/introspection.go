package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// oneByOne return a response middleware in which operations that ask for the schema
// take turns. The library executes each of their fields, so that the answer for a common
// tool takes much of the memory of its caller for a moment; it needs no database, and
// less time than clients wait. One whose time runs out meanwhile goes on, and is cut like
// any other.
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

// introspects reports whether a root field asks for the schema.
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
