package graph

import (
	"context"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"rehearse/graph/loader"
)

// place is where the field stands in the answer. The types are part of it:
// fields of different types may have one name, and other arguments. gqlgen hands
// over the parents of one list: they are all there are when that list, or none,
// leads there.
func place(ctx context.Context) loader.Place {
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
	return loader.Place{Path: strings.Join(names, "."), Whole: whole}
}
