package graph

import (
	"maps"

	"github.com/vektah/gqlparser/v2/ast"

	"rehearse/graph/generated"
)

// Schema returns the schema that clients see. It omits the directive defer, which gqlgen
// adds: responses are sent whole, so deferred fields would be missing.
func Schema() *ast.Schema {
	schema := *generated.NewExecutableSchema(generated.Config{}).Schema()
	schema.Directives = maps.Clone(schema.Directives)
	delete(schema.Directives, "defer")
	return &schema
}
