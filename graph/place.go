package graph

import (
	"context"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"rehearse/graph/loader"
)

// place is where the field stands in the answer. gqlgen hands over the parents
// of one list: they are all there are when that list, or none, leads there.
func place(ctx context.Context) loader.Place {
	path := graphql.GetPath(ctx)
	var names []string
	whole := true
	for i, element := range path {
		switch element := element.(type) {
		case ast.PathName:
			names = append(names, string(element))
		case ast.PathIndex:
			whole = whole && i == len(path)-2
		}
	}
	return loader.Place{Path: strings.Join(names, "."), Whole: whole}
}
