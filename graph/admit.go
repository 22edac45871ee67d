package graph

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// admission is what stands between an operation and its execution, by whatever
// transport it comes.
type admission struct {
	timeout time.Duration // of a query or a mutation
	maxBody int64
	rates   *RateLimits
	log     *slog.Logger

	schema     *ast.Schema
	deprecated []string // elements of it
}

// admit reads the operation that is asked for, and takes what it costs.
func (a admission) admit(
	ctx context.Context, r *http.Request, exec graphql.GraphExecutor, params *graphql.RawParams,
) (*graphql.OperationContext, charge, *refusal) {
	operation, problems := exec.CreateOperationContext(ctx, params)
	if len(problems) > 0 {
		response := exec.DispatchError(graphql.WithOperationContext(ctx, operation), problems)
		return nil, charge{}, &refusal{outcome: wrongDocument, errors: response.Errors, more: response.Extensions}
	}
	observer(ctx).Operation(ctx, string(operation.Operation.Operation), deprecatedUses(a.schema, a.deprecated, operation))
	if r.Method == http.MethodGet && operation.Operation.Operation == ast.Mutation && !isSocket(r) {
		return nil, charge{}, refuse(wrongMethod, "GET answers queries only; send a mutation with POST").with("Allow", http.MethodPost)
	}
	paid, tooMuch, err := a.rates.take(ctx, r, operation)
	switch {
	case err != nil:
		a.log.ErrorContext(ctx, "rate limits cannot be kept", "error", err)
		return nil, paid, because(unavailable, codeUnavailable, "try again in a moment")
	case tooMuch != nil:
		no := &refusal{outcome: rateLimited, errors: gqlerror.List{tooMuch}}
		return nil, paid, no.with("Retry-After", strconv.Itoa(paid.RetryAfterInSec))
	}
	return operation, paid, nil
}
