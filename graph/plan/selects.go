package plan

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// Selects reports whether a selection set selects the field, by itself or through
// fragments.
func Selects(set ast.SelectionSet, name string) bool {
	return slices.ContainsFunc(set, func(selection ast.Selection) bool {
		switch s := selection.(type) {
		case *ast.Field:
			return s.Name == name
		case *ast.InlineFragment:
			return Selects(s.SelectionSet, name)
		case *ast.FragmentSpread:
			return Selects(s.Definition.SelectionSet, name)
		}
		return false
	})
}
