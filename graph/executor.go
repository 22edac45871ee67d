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
	Reader  *store.Reader
	Log     *slog.Logger
	Zone    *time.Location // of times without an offset
	Timeout time.Duration  // of one operation, and of one event of a subscription

	unplanned bool // gqlgen executes all fields, which tests compare with
}

// NewExecutor returns an executor of GraphQL operations. It parses and validates a
// document as gqlgen does; the limits of a request are its caller's concern. An
// operation takes its caller from the context (app.WithCaller) and charges its
// response to the context's budget, if there is one. The context's deadline is the
// operation's.
func NewExecutor(o Options, observer Observer) *executor.Executor {
	resolver := &Resolver{app: o.App, observer: observer}
	e := executor.New(generated.NewExecutableSchema(generated.Config{Resolvers: resolver, Schema: Schema()}))
	e.Use(extension.Introspection{})
	e.SetErrorPresenter(present(o.Log))
	e.SetRecoverFunc(recovered)
	e.AroundOperations(func(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
		return next(loader.WithSet(scalar.WithZone(ctx, o.Zone), loader.New(o.Reader, o.Timeout)))
	})
	e.AroundResponses(perEvent(o.Reader, o.Timeout))
	e.AroundRootFields(func(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
		b := budget.From(ctx)
		if b.Failure() != nil { // nothing is begun for an answer that is given up
			return graphql.Null
		}
		if graphql.GetOperationContext(ctx).Operation.Operation == ast.Mutation {
			ctx = loader.WithSet(ctx, loader.New(o.Reader, o.Timeout)) // what an earlier mutation read is old now
		}
		return written(next(ctx), b)
	})
	e.AroundResponses(oneByOne()) // until a response is built
	e.AroundResponses(func(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
		return builtWithin(ctx, atMost(next(ctx)))
	})
	e.AroundRootFields(observeFields(observer))
	var planned plan.Types
	if !o.unplanned {
		planned = plannedTypes(resolver)
	}
	e.AroundFields(charged(planned)) // one middleware: each costs every field an allocation
	return e
}
