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

	"rehearse/graph/budget"
	"rehearse/internal/store"
)

// admission is what stands between an operation and its execution, by whatever
// transport it comes.
type admission struct {
	documents documents
	timeout   time.Duration // of a query or a mutation
	maxBody   int64
	maxImport int64 // the same of an administrator's import
	rates     *RateLimits
	places    *places
	large     *places // of bodies that are larger than maxBody
	answers   *budget.Pool
	log       *slog.Logger

	schema     *ast.Schema
	deprecated []string // elements of it
}

// admitted is an operation that may be executed.
type admitted struct {
	*graphql.OperationContext
	bill  bill
	leave func() // gives its place to another; must be called, and may be again

	answers *budget.Pool
	caller  string         // as RateLimits.whose names them
	answer  *budget.Budget // nil of a subscription, and before dispatch
}

func (a *admitted) subscribes() bool { return a.Operation.Operation == ast.Subscription }

// dispatch begins to execute the operation, whose context cancel ends. Its place
// is free again when there is an answer: who is slow to read it keeps nobody else
// waiting, but for the memory that the answer takes until done is called.
func (a *admitted) dispatch(ctx context.Context, cancel context.CancelFunc, exec graphql.GraphExecutor) (graphql.ResponseHandler, context.Context) {
	ctx = store.ForCaller(ctx, a.caller)
	if a.subscribes() {
		ctx = withEventBudgets(ctx, eventBudgets{a.answers, a.caller})
	} else {
		a.answer = a.answers.Open(ctx, cancel, a.caller)
		ctx = a.answer
	}
	responses, ctx := exec.DispatchOperation(ctx, a.OperationContext)
	return func(ctx context.Context) *graphql.Response {
		defer a.leave()
		return responses(ctx)
	}, ctx
}

// done gives back everything that the operation has taken. It may be called again.
func (a *admitted) done() {
	a.leave()
	a.answer.Close()
}

// admit reads the operation that is asked for, takes what it costs, and a place
// for it. Who has asked for too much does not take a place from others.
func (a admission) admit(
	ctx context.Context, r *http.Request, exec graphql.GraphExecutor, params *graphql.RawParams,
) (*admitted, *refusal) {
	operation, points, problems := a.documents.operation(ctx, exec, params)
	if len(problems) > 0 {
		paid, tooMuch, err := a.rates.takeRefused(ctx, r)
		if unpaid := a.unpaid(ctx, paid, tooMuch, err); unpaid != nil {
			return nil, unpaid
		}
		response := exec.DispatchError(graphql.WithOperationContext(ctx, operation), problems)
		return nil, (&refusal{outcome: wrongDocument, errors: response.Errors, more: response.Extensions}).billed(paid)
	}
	observer(ctx).Operation(ctx, string(operation.Operation.Operation), deprecatedUses(a.schema, a.deprecated, operation))
	if r.Method == http.MethodGet && operation.Operation.Operation == ast.Mutation && !isSocket(r) {
		return nil, refuse(wrongMethod, "a mutation was sent with GET; only queries are allowed, so send it with POST").with("Allow", http.MethodPost)
	}
	if bodySize(r) > a.maxBody && !onlyImports(operation) {
		paid, tooMuch, err := a.rates.takeRefused(ctx, r)
		if unpaid := a.unpaid(ctx, paid, tooMuch, err); unpaid != nil {
			return nil, unpaid
		}
		return nil, refuse(tooLarge, "the body has %d bytes; at most %d are allowed, except for a mutation that only imports", bodySize(r), a.maxBody).billed(paid)
	}
	paid, tooMuch, err := a.rates.take(ctx, r, operation, points)
	if unpaid := a.unpaid(ctx, paid, tooMuch, err); unpaid != nil {
		return nil, unpaid
	}
	one := &admitted{OperationContext: operation, bill: paid, leave: func() {}, answers: a.answers, caller: a.rates.whose(ctx, r)}
	if one.subscribes() {
		return one, nil
	}
	var full *refusal
	if one.leave, full = a.places.take(ctx, one.caller); full != nil {
		return nil, full
	}
	return one, nil
}

// unpaid returns why nothing is done for a sender, and nil if they have paid.
func (a admission) unpaid(ctx context.Context, paid bill, tooMuch *gqlerror.Error, err error) *refusal {
	switch {
	case err != nil:
		a.log.ErrorContext(ctx, "cannot update the rate limits", "error", err)
		return because(unavailable, codeUnavailable, "the rate limits are not available; try again")
	case tooMuch != nil && tooMuch.Extensions["code"] == string(codeTooComplex):
		return (&refusal{outcome: wrongDocument, errors: gqlerror.List{tooMuch}}).billed(paid)
	case tooMuch != nil:
		no := &refusal{outcome: rateLimited, errors: gqlerror.List{tooMuch}}
		return no.billed(paid).with(retryAfterHeader, strconv.Itoa(paid.last().RetryAfterInSec))
	default:
		return nil
	}
}
