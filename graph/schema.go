package graph

import (
	"maps"

	"github.com/vektah/gqlparser/v2/ast"

	"rehearse/graph/generated"
)

// Schema returns the schema that clients see. It leaves out the directive defer,
// which gqlgen adds: a response is sent whole, and what is deferred would be
// missing in it.
func Schema() *ast.Schema {
	schema := *generated.NewExecutableSchema(generated.Config{}).Schema()
	schema.Directives = maps.Clone(schema.Directives)
	delete(schema.Directives, "defer")
	return &schema
}
