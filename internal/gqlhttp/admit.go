package gqlhttp

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"rehearse/graph"
	"rehearse/internal/budget"
	"rehearse/internal/store"
)

// admission is what stands between an operation and its execution, by whatever
// transport it comes.
type admission struct {
	documents   documents
	timeout     time.Duration // of a query or a mutation
	maxBody     int64
	maxImport   int64 // the same of an administrator's import
	rates       *RateLimits
	operations  *limiter
	largeBodies *limiter // of bodies that are larger than maxBody
	imports     *limiter // of operations that import
	answers     *budget.Pool
	log         *slog.Logger

	schema     *ast.Schema
	deprecated []string // elements of it
}

// admitted is an operation that may be executed.
type admitted struct {
	*graphql.OperationContext
	bill    bill
	release func() // gives its permit back; must be called, and may be again

	admission admission
	caller    string         // as RateLimits.callerKey names them
	answer    *budget.Budget // nil of a subscription, and before dispatch
	payer     *subscriber    // of the events of a subscription
}

func (a *admitted) subscribes() bool { return a.Operation.Operation == ast.Subscription }

// dispatch begins to execute the operation, whose context cancel ends. Its permit
// is free again when there is an answer: who is slow to read it keeps nobody else
// waiting, but for the memory that the answer takes until done is called. The place
// of a subscription is free when it has begun: its events take places of their own.
func (a *admitted) dispatch(ctx context.Context, cancel context.CancelFunc, exec graphql.GraphExecutor) (graphql.ResponseHandler, context.Context) {
	ctx = store.ForCaller(ctx, a.caller)
	if a.subscribes() {
		defer a.release()
		ctx = graph.WithPace(ctx, newPace(a.admission, a.caller, a.payer, a.OperationContext))
	} else {
		a.answer = a.admission.answers.Open(ctx, cancel, a.caller)
		ctx = a.answer
	}
	responses, ctx := exec.DispatchOperation(ctx, a.OperationContext)
	return func(ctx context.Context) *graphql.Response {
		defer a.release()
		return responses(ctx)
	}, ctx
}

// done gives back everything that the operation has taken. It may be called again.
func (a *admitted) done() {
	a.release()
	a.answer.Close()
}

// sent is an operation as it has come: as a request, or as a message of a socket.
type sent struct {
	caller      string // as RateLimits.callerKey names them
	queriesOnly bool   // it is a GET
	bytes       int64  // of the body or the message
	values      int    // of its JSON
}

// with returns s with its size.
func (s sent) with(bytes int64, params *parameters) sent {
	s.bytes, s.values = bytes, params.values
	return s
}

// receive finds out who has sent a request or a message. A caller who cannot pay
// for anything is refused before what they have sent is read.
func (a admission) receive(ctx context.Context, r *http.Request) (sent, *refusal) {
	from := sent{caller: a.rates.callerKey(ctx, r), queriesOnly: r.Method == http.MethodGet && !isSocket(r)}
	paid, refused := a.rates.refuseEmpty(from.caller)
	return from, a.unpaid(ctx, paid, refused, nil)
}

// unreadable returns the refusal of a body that holds no operation. It was read.
func (a admission) unreadable(r *http.Request, from sent, refused *refusal) *refusal {
	from.bytes = bodySize(r)
	if from.bytes == 0 {
		return refused
	}
	return a.charged(r.Context(), from, &graphql.RawParams{}, refused)
}

// admit reads the operation that is asked for, takes what it costs, and a permit
// for it. Who has asked for too much does not take a permit from others. A document
// that is not known is parsed and validated in the place of the operation.
func (a admission) admit(ctx context.Context, from sent, exec graphql.GraphExecutor, params *parameters) (*admitted, *refusal) {
	leave, ok := func() {}, false
	defer func() {
		if !ok { // refused, or a panic
			leave()
		}
	}()
	known := a.documents.knows(ctx, params.RawParams)
	if !known {
		release, full := a.operations.acquire(ctx, from.caller)
		if full != nil {
			return nil, a.charged(ctx, from, params.RawParams, full)
		}
		leave = release
	}
	one, refused := a.afford(ctx, from, exec, params.RawParams)
	if refused != nil {
		return nil, refused
	}
	if known {
		release, full := a.permit(ctx, one)
		if full != nil {
			return nil, full
		}
		leave = release
	}
	one.release = leave
	if imports(one.OperationContext) {
		done, full := a.imports.acquire(ctx, one.caller)
		if full != nil {
			return nil, full
		}
		one.release = func() { done(); leave() }
	}
	ok = true
	return one, nil
}

// afford reads the operation that is asked for, and takes what it costs.
func (a admission) afford(
	ctx context.Context, from sent, exec graphql.GraphExecutor, params *graphql.RawParams,
) (*admitted, *refusal) {
	operation, points, problems := a.documents.operation(ctx, exec, params)
	if len(problems) > 0 {
		response := exec.DispatchError(graphql.WithOperationContext(ctx, operation), problems)
		return nil, a.charged(ctx, from, params, &refusal{outcome: wrongDocument, errors: response.Errors, more: response.Extensions})
	}
	observer(ctx).Operation(ctx, string(operation.Operation.Operation), deprecatedUses(a.schema, a.deprecated, operation))
	if from.queriesOnly && operation.Operation.Operation == ast.Mutation {
		return nil, a.charged(ctx, from, params,
			refuse(wrongMethod, "a mutation was sent with GET; only queries are allowed, so send it with POST").with("Allow", http.MethodPost))
	}
	if from.bytes > a.maxBody && !onlyImports(operation) {
		return nil, a.charged(ctx, from, params,
			refuse(tooLarge, "the body has %d bytes; at most %d are allowed, except for a mutation that only imports", from.bytes, a.maxBody))
	}
	paid, tooMuch, err := a.rates.take(ctx, from.caller, operation, from.price(points, params), from.price(0, params))
	if unpaid := a.unpaid(ctx, paid, tooMuch, err); unpaid != nil {
		return nil, unpaid
	}
	return &admitted{OperationContext: operation, bill: paid, admission: a, caller: from.caller}, nil
}

// permit takes a place for an operation that is paid. A subscription, which its
// client would not begin again, waits for as long as an operation may take.
func (a admission) permit(ctx context.Context, one *admitted) (leave func(), full *refusal) {
	if !one.subscribes() {
		return a.operations.acquire(ctx, one.caller)
	}
	return a.operations.acquireWithin(ctx, one.caller, a.timeout)
}

// price returns what an operation of so many points costs with what was sent.
func (s sent) price(points int, params *graphql.RawParams) int {
	return add(max(points, costOfText(params.Query)), costOfJSON(s.bytes, s.values))
}

// charged returns the refusal of what was read, once that is paid; or that it
// cannot be paid.
func (a admission) charged(ctx context.Context, from sent, params *graphql.RawParams, refused *refusal) *refusal {
	paid, tooMuch, err := a.rates.takeReading(ctx, from.caller, from.price(0, params))
	if unpaid := a.unpaid(ctx, paid, tooMuch, err); unpaid != nil {
		return unpaid
	}
	return refused.billed(paid)
}

// unpaid returns why nothing is done for a sender, and nil if they have paid.
func (a admission) unpaid(ctx context.Context, paid bill, tooMuch *gqlerror.Error, err error) *refusal {
	switch {
	case err != nil:
		a.log.ErrorContext(ctx, "cannot update the rate limits", "error", err)
		return because(unavailable, graph.CodeUnavailable, "the rate limits are not available; try again")
	case tooMuch != nil && tooMuch.Extensions["code"] == string(graph.CodeTooComplex):
		return (&refusal{outcome: wrongDocument, errors: gqlerror.List{tooMuch}}).billed(paid)
	case tooMuch != nil:
		no := &refusal{outcome: rateLimited, errors: gqlerror.List{tooMuch}}
		return no.billed(paid).with(retryAfterHeader, strconv.Itoa(paid.last().RetryAfterInSec))
	default:
		return nil
	}
}

// withoutMemory is the refusal of an operation whose answer was given up for want
// of memory; nil if it was not, and if a mutation was executed, which may not be
// sent again.
func (a *admitted) withoutMemory(response *graphql.Response) *refusal {
	err := a.answer.Failure()
	if err == nil || len(a.answer.WhatExecuted()) > 0 {
		return nil
	}
	refused := &refusal{errors: response.Errors}
	switch {
	case errors.Is(err, budget.ErrBusy):
		refused.outcome = unavailable
	case errors.Is(err, budget.ErrOwn):
		refused.outcome = rateLimited
	default:
		return nil
	}
	return refused.with(retryAfterHeader, retryShed)
}
