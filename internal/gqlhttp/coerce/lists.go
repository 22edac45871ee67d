package coerce

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
)

// The maximum number of values of a list in a request, by element type. An enum list holds
// at most as many values as the enum has.
const (
	maxIDs   = 500
	maxDates = 500 // blockTime itself accepts 366
	maxTexts = 50  // tags, languages and numbers; the inputs of mutations accept fewer
)

// MaxItems returns the maximum number of values of a list of this type.
func MaxItems(schema *ast.Schema, list *ast.Type) int {
	switch of := schema.Types[list.Elem.Name()]; {
	case of.Kind == ast.Enum:
		return len(of.EnumValues)
	case of.Name == "ID":
		return maxIDs
	case of.Name == "Date":
		return maxDates
	default:
		return maxTexts
	}
}

// tooLong returns an error message if a list has too many values, and "" otherwise.
func (r *run) tooLong(list *ast.Type, length int) string {
	if most := MaxItems(r.Schema, list); length > most {
		return fmt.Sprintf("the list has %d values; at most %d are allowed", length, most)
	}
	return ""
}
