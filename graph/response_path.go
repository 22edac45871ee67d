package graph

import (
	"context"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"rehearse/graph/loader"
)

// responsePath returns where the field is in the response. The types are part of it:
// fields of different types may have one name, and other arguments. gqlgen hands
// over the parents of one list: they are all there are when that list, or none,
// leads there.
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
