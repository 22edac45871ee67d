package graph

import (
	"context"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"rehearse/graph/loader"
)

// responsePath returns the path of the field in the response. The path includes type names,
// because fields of different types may share a response key and have different arguments.
// gqlgen passes the parents of one list; these are all the parents at the path if no other
// list leads to it.
func responsePath(ctx context.Context) loader.ResponsePath {
	field := graphql.GetFieldContext(ctx)
	var names []string
	whole := true
	for at := field; at != nil; at = at.Parent {
		switch {
		case at.Index != nil:
			whole = whole && at == field.Parent
		case at.Field.Field != nil:
			names = append(names, at.Object+":"+at.Field.Alias)
		}
	}
	slices.Reverse(names)
	return loader.ResponsePath{Path: strings.Join(names, "."), Whole: whole}
}
