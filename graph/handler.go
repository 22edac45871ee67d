package graph

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"

	"rehearse/graph/generated"
	"rehearse/graph/loader"
	"rehearse/graph/scalar"
	"rehearse/internal/app"
	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// Options of the handler.
type Options struct {
	App     *app.App
	Reader  *store.Reader
	Log     *slog.Logger
	Zone    *time.Location // in which a time without an offset is read
	Timeout time.Duration  // of one operation
	Limits  *RateLimits    // nil for none
	// Actor is who sends a request. Its error is one of package identity's:
	// then nothing of the request is executed.
	Actor func(*http.Request) (booking.Actor, error)
	// Observer is told what became of requests; nil for nobody.
	Observer Observer
}

const cachedDocuments = 1000

// NewHandler answers GraphQL over HTTP.
func NewHandler(o Options) http.Handler {
	schema := generated.NewExecutableSchema(generated.Config{Resolvers: &Resolver{app: o.App}})
	if o.Observer == nil {
		o.Observer = unobserved{}
	}
	server := handler.New(schema)
	server.AddTransport(transport{
		timeout: o.Timeout, limits: o.Limits, log: o.Log, schema: schema.Schema(), deprecated: deprecatedElements(schema.Schema()),
	})
	server.SetQueryCache(lru.New[*ast.QueryDocument](cachedDocuments))
	server.Use(extension.Introspection{})
	server.SetErrorPresenter(present(o.Log))
	server.SetRecoverFunc(recovered)
	server.AroundOperations(func(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
		return next(loader.WithSet(scalar.WithZone(ctx, o.Zone), loader.New(o.Reader)))
	})
	server.AroundRootFields(func(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
		if graphql.GetOperationContext(ctx).Operation.Operation == ast.Mutation {
			ctx = loader.WithSet(ctx, loader.New(o.Reader)) // what an earlier mutation read is old now
		}
		return next(ctx)
	})
	server.AroundRootFields(observeField)
	return identified(o, server)
}
