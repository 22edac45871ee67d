package gqlhttp

import (
	"context"
	"math"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"rehearse/graph"
	"rehearse/graph/generated"
	"rehearse/internal/gqlhttp/coerce"
)

// Examine does with a document all that is done before it is executed, and
// remembers nothing of it.
func Examine(ctx context.Context, text string, variables map[string]any) gqlerror.List {
	schema := graph.Schema()
	limits := DefaultLimits()
	limits.Cost = math.MaxInt32 // what it costs is not examined
	d := documents{
		limits: limits, check: coerce.Checker{Schema: schema}, rules: rules.NewDefaultRules, valid: graphql.NoCache[*ast.QueryDocument]{},
	}
	exec := executor.New(generated.NewExecutableSchema(generated.Config{Schema: schema}))
	_, _, problems := d.operation(graphql.StartOperationTrace(ctx), exec, &graphql.RawParams{Query: text, Variables: variables})
	return problems
}

// Check does what is done before validation.
func (l Limits) Check(text string) *gqlerror.Error {
	_, err := l.parse(text)
	return err
}

// MaxCached is how many characters a cache of documents holds.
const MaxCached = maxCached

// NewDocumentTexts keeps documents by their hash.
func NewDocumentTexts() graphql.Cache[string] {
	return newTextCache(func(_, text string) int { return len(text) })
}

// The bounds of the lists that prices rely on.
var (
	ScalarLists = scalarLists
	Scans       = scans
)

// AtField calls do before each field that gqlgen executes.
func AtField(o Options, do func(context.Context)) Options {
	o.atField = do
	return o
}
