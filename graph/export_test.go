package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"rehearse/graph/generated"
)

// Examine does with a document all that is done before it is executed, and
// remembers nothing of it.
func Examine(ctx context.Context, text string, variables map[string]any) gqlerror.List {
	exec := executor.New(generated.NewExecutableSchema(generated.Config{Schema: servedSchema()}))
	exec.Use(documents{limits: DefaultLimits(), valid: graphql.NoCache[*ast.QueryDocument]{}})
	_, problems := exec.CreateOperationContext(graphql.StartOperationTrace(ctx), &graphql.RawParams{Query: text, Variables: variables})
	return problems
}

// Check does what is done before validation.
func (l Limits) Check(text string) *gqlerror.Error { return l.check(text) }

// Unplanned lets the library execute every field.
func Unplanned(o Options) Options {
	o.unplanned = true
	return o
}

// ServedSchema is the schema as clients see it.
func ServedSchema() *ast.Schema { return servedSchema() }

// MaxCached is how many characters a cache of documents holds.
const MaxCached = maxCached

// NewDocumentTexts keeps documents by their hash.
func NewDocumentTexts() graphql.Cache[string] {
	return newTextCache(func(_, text string) int { return len(text) })
}
