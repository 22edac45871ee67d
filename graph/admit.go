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

// admission lets operations in, by whatever transport they come.
type admission struct {
	timeout time.Duration // of a query or a mutation
	limits  *RateLimits
	log     *slog.Logger
}

// rejected is an operation of which nothing is executed.
type rejected struct {
	status     int // of HTTP
	retryAfter int // s; 0 where trying again is no use
	errors     gqlerror.List
}

func reject(status int, code, message string) *rejected {
	return &rejected{status: status, errors: gqlerror.List{requestError(code, message)}}
}

// admit reads the operation that is asked for, and takes what it costs.
func (a admission) admit(
	ctx context.Context, r *http.Request, exec graphql.GraphExecutor, params *graphql.RawParams,
) (*graphql.OperationContext, charge, *rejected) {
	operation, problems := exec.CreateOperationContext(ctx, params)
	if len(problems) > 0 {
		response := exec.DispatchError(graphql.WithOperationContext(ctx, operation), problems)
		return nil, charge{}, &rejected{status: documentErrorStatus(r), errors: response.Errors}
	}
	if r.Method == http.MethodGet && operation.Operation.Operation == ast.Mutation && !isSocket(r) {
		return nil, charge{}, reject(http.StatusMethodNotAllowed, codeBadUserInput, "GET answers queries only; send a mutation with POST")
	}
	paid, refused, err := a.limits.take(ctx, r, operation)
	switch {
	case err != nil:
		a.log.ErrorContext(ctx, "rate limits cannot be kept", "error", err)
		return nil, paid, reject(http.StatusServiceUnavailable, codeUnavailable, "try again in a moment")
	case refused != nil:
		return nil, paid, &rejected{
			status: http.StatusTooManyRequests, retryAfter: paid.RetryAfterInSec, errors: gqlerror.List{refused},
		}
	}
	return operation, paid, nil
}

// write answers over HTTP.
func (no *rejected) write(w http.ResponseWriter, r *http.Request) {
	if no.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(no.retryAfter))
	}
	if no.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", http.MethodPost)
	}
	writeError(w, r, no.status, no.errors)
}

func tooManyStreams() *rejected {
	no := reject(http.StatusServiceUnavailable, codeUnavailable, "there are too many subscribers; try again in a moment")
	no.retryAfter = retryStream
	return no
}

const retryStream = 5 // s
