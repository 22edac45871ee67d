package gqlhttp

import (
	"context"
	"math"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"rehearse/graph"
	"rehearse/graph/generated"
	"rehearse/internal/gqlhttp/coerce"
)

// Examine runs every step before execution on a document, and caches nothing.
func Examine(ctx context.Context, text string, variables map[string]any) gqlerror.List {
	schema := graph.Schema()
	limits := DefaultLimits()
	limits.Cost = math.MaxInt32 // the cost is not checked
	d := documents{
		limits: limits, check: coerce.Checker{Schema: schema}, rules: rules.NewDefaultRules, valid: graphql.NoCache[*ast.QueryDocument]{},
	}
	exec := executor.New(generated.NewExecutableSchema(generated.Config{Schema: schema}))
	_, _, problems := d.operation(graphql.StartOperationTrace(ctx), exec, &graphql.RawParams{Query: text, Variables: variables})
	return problems
}

// Check runs the steps before validation.
func (l Limits) Check(text string) *gqlerror.Error {
	_, err := l.parse(text)
	return err
}

// MaxCached is the size of a document cache in characters.
const MaxCached = maxCached

// NewDocumentTexts returns a cache of documents by hash.
func NewDocumentTexts() graphql.Cache[string] {
	return newTextCache(func(_, text string) int { return len(text) })
}

// These are the limits of lists that the prices rely on.
var (
	ScalarLists = scalarLists
	Scans       = scans
)

// AtField calls do before each field that gqlgen executes for the handler.
func AtField(h *Handler, do func(context.Context)) {
	h.exec.AroundFields(func(ctx context.Context, next graphql.Resolver) (any, error) {
		do(ctx)
		return next(ctx)
	})
}

// SetMaxLargeBodies sets the maximum number of import bodies in memory.
func SetMaxLargeBodies(o *Options, n int) { o.maxLargeBodies = n }

// SetMaxMutations sets the maximum number of concurrent mutations.
func SetMaxMutations(o *Options, n int) { o.maxMutations = n }

// SetAnswerMemory sets the memory in bytes for the responses to one caller.
func SetAnswerMemory(o *Options, bytes int) { o.answerMemory = bytes }

// SetKeepAlive sets the interval of messages that keep a stream open.
func SetKeepAlive(o *Options, d time.Duration) { o.Streams.keepAlive = d }

// SetWriteTimeout sets the time that a client may take to read a message.
func SetWriteTimeout(o *Options, d time.Duration) { o.Streams.write = d }

// LargeBodies returns the number of import bodies in memory.
func (h *Handler) LargeBodies() int { return h.largeBodies.running() }
