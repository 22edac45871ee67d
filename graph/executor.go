package graph

import (
	"context"
	"log/slog"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/vektah/gqlparser/v2/ast"

	"rehearse/graph/generated"
	"rehearse/graph/loader"
	"rehearse/graph/plan"
	"rehearse/graph/scalar"
	"rehearse/internal/app"
	"rehearse/internal/budget"
	"rehearse/internal/store"
)

// Options configure an executor.
type Options struct {
	App     *app.App
	Log     *slog.Logger
	Zone    *time.Location // zone of times without an offset
	Timeout time.Duration  // timeout of an operation and of an event of a subscription
	// PublicURL is where callers reach the server, without a final slash. URLs in responses
	// begin with it. If it is empty, they begin with the origin of the request (WithOrigin).
	PublicURL string

	unplanned bool // disables planning, so that tests can compare with gqlgen
}

// NewExecutor returns an executor of GraphQL operations. It parses and validates documents
// as gqlgen does, and does not enforce request limits. An operation takes its caller from
// the context (operation.WithCaller), charges its response to the context's budget, if any, and
// ends with the context's deadline.
func NewExecutor(o Options, observer Observer) *executor.Executor {
	resolver := &Resolver{app: o.App, observer: observer, publicURL: o.PublicURL}
	e := executor.New(generated.NewExecutableSchema(generated.Config{Resolvers: resolver, Schema: Schema()}))
	e.Use(extension.Introspection{})
	e.SetErrorPresenter(present(o.Log))
	e.SetRecoverFunc(recovered)
	e.AroundOperations(func(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
		if graphql.GetOperationContext(ctx).Operation.Operation == ast.Query {
			ctx = store.AllowStale(ctx) // nothing is decided by what a query returns
		}
		return next(loader.WithSet(scalar.WithZone(ctx, o.Zone), loader.New(o.App.View(ctx), o.Timeout)))
	})
	e.AroundResponses(perEvent(o.App, o.Timeout))
	e.AroundRootFields(func(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
		b := budget.From(ctx)
		if b.Failure() != nil { // the response was given up, so execute nothing more
			return graphql.Null
		}
		if graphql.GetOperationContext(ctx).Operation.Operation == ast.Mutation {
			ctx = loader.WithSet(ctx, loader.New(o.App.View(ctx), o.Timeout)) // values read before an earlier mutation may be stale
		}
		return written(next(ctx), b) // avoids copies of a large response (BenchmarkMemoryCharged)
	})
	e.AroundResponses(oneByOne()) // covers the whole response
	e.AroundResponses(func(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
		return builtWithin(ctx, markStale(ctx, atMost(next(ctx))))
	})
	e.AroundRootFields(observeFields(observer))
	var planned plan.Types
	if !o.unplanned {
		// A planned list takes a fifteenth of the allocations (BenchmarkHandler). Without this
		// line, gqlgen executes every field.
		planned = generated.PlannedTypes(resolver)
	}
	e.AroundFields(charged(planned)) // a single middleware, because each allocates for every field
	return e
}

// markStale tells the client since when changes may be missing in a response. That is only so while
// the database is away.
func markStale(ctx context.Context, response *graphql.Response) *graphql.Response {
	since, stale := store.StaleSince(ctx)
	if response == nil || !stale {
		return response
	}
	if response.Extensions == nil {
		response.Extensions = map[string]any{}
	}
	response.Extensions["staleSince"] = since.UTC().Format(time.RFC3339Nano)
	return response
}
