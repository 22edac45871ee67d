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
	"rehearse/internal/errorcode"
	"rehearse/internal/store"
)

// admission checks operations from every transport before they execute.
type admission struct {
	documents   documents
	timeout     time.Duration // timeout of a query or a mutation
	maxBody     int64
	maxImport   int64    // body limit of an administrator's import
	school      string   // begins the keys of the callers of a school; empty for the only one
	share       *limiter // limits the operations of one school; nil for the only one
	mutationsOf *limiter // limits the mutations of one school, as mutations does; nil for the only one
	rates       *RateLimits
	operations  *limiter
	mutations   *limiter // limits those operations that can wait for locks
	largeBodies *limiter // limits bodies larger than maxBody
	imports     *limiter // limits operations that import
	answers     *budget.Pool
	log         *slog.Logger

	schema     *ast.Schema
	deprecated []string // deprecated elements of schema
}

// admitted is an operation that may execute.
type admitted struct {
	*graphql.OperationContext
	bill    bill
	imports bool   // whether it contains an import
	release func() // returns the permit; must be called, and is idempotent

	admission admission
	caller    string         // rate-limit key, from admission.callerKey
	answer    *budget.Budget // nil for a subscription, and before dispatch
	payer     *subscriber    // pays for the events of a subscription
}

func (a *admitted) subscribes() bool { return a.Operation.Operation == ast.Subscription }

func (a *admitted) mutates() bool { return a.Operation.Operation == ast.Mutation }

// dispatch starts executing the operation; cancel ends the context of the operation. The
// permit is released once there is a response, so a slow reader holds only the memory of
// the response, until done is called. The permit of a subscription is released once it has
// started: its events acquire permits of their own.
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

// done releases everything that the operation has taken. It is idempotent.
func (a *admitted) done() {
	a.release()
	a.answer.Close()
}

// source describes how an operation arrived: as a request or as a WebSocket message.
type source struct {
	caller      string // rate-limit key, from admission.callerKey
	queriesOnly bool   // true for GET requests
	prepaid     int    // points that were charged before the input was read
	bytes       int64  // size of the body or the message
	values      int    // number of JSON values in it
}

// with returns s with its size set.
func (s source) with(bytes int64, params *parameters) source {
	s.bytes, s.values = bytes, params.values
	return s
}

// callerKey returns the key of a caller, which differs between schools.
func (a admission) callerKey(ctx context.Context, r *http.Request) string {
	return a.school + a.rates.callerKey(ctx, r)
}

// receive identifies the sender of a request or a message of the given size. It refuses
// callers who have no points left, and charges for a large body, before the input is read.
// A body of unknown size, -1, is charged as one of maxBody bytes until it is read.
func (a admission) receive(ctx context.Context, r *http.Request, size int64) (source, *refusal) {
	from := source{caller: a.callerKey(ctx, r), queriesOnly: r.Method == http.MethodGet && !isSocket(r)}
	if size < 0 {
		size = a.maxBody
	}
	if from.prepaid = costOfJSON(size, 0); from.prepaid > 0 {
		paid, refused, err := a.rates.takeReading(ctx, from.caller, from.prepaid)
		return from, a.rateLimitRefusal(ctx, paid, refused, err)
	}
	paid, refused := a.rates.refuseEmpty(from.caller)
	return from, a.rateLimitRefusal(ctx, paid, refused, nil)
}

// unreadable returns the refusal of a body that contains no operation, and charges for
// reading it.
func (a admission) unreadable(r *http.Request, from source, refused *refusal) *refusal {
	from.bytes = bodySize(r)
	if from.bytes == 0 && from.prepaid == 0 {
		return refused
	}
	return a.chargeReading(r.Context(), from, &graphql.RawParams{}, refused)
}

// admit parses the requested operation, charges its cost and acquires its permits. The cost is
// charged first, so that callers over their limit do not take permits from others. An
// unknown document needs a permit before it is parsed and validated. A mutation gives that one
// back before it waits for its own, so that it does not keep queries waiting.
func (a admission) admit(ctx context.Context, from source, exec graphql.GraphExecutor, params *parameters) (*admitted, *refusal) {
	leave, ok := func() {}, false
	defer func() {
		if !ok { // refused, or panicking
			leave()
		}
	}()
	known := a.documents.knows(ctx, params.RawParams)
	if !known {
		release, full := a.acquireOperation(ctx, from.caller, 0)
		if full != nil {
			return nil, a.chargeReading(ctx, from, params.RawParams, full)
		}
		leave = release
	}
	one, refused := a.chargeOperation(ctx, from, exec, params.RawParams)
	if refused != nil {
		return nil, refused
	}
	if known || one.mutates() {
		leave()
		release, full := a.permits(ctx, one)
		if full != nil {
			return nil, full.billed(one.bill)
		}
		leave = release
	}
	one.release, ok = leave, true
	return one, nil
}

// chargeOperation parses the requested operation and charges its cost.
func (a admission) chargeOperation(
	ctx context.Context, from source, exec graphql.GraphExecutor, params *graphql.RawParams,
) (*admitted, *refusal) {
	operation, points, problems := a.documents.operation(ctx, exec, params)
	if len(problems) > 0 {
		response := exec.DispatchError(graphql.WithOperationContext(ctx, operation), problems)
		return nil, a.chargeReading(ctx, from, params, &refusal{outcome: wrongDocument, errors: response.Errors, more: response.Extensions})
	}
	observer(ctx).Operation(ctx, string(operation.Operation.Operation), deprecatedUses(a.schema, a.deprecated, operation))
	if from.queriesOnly && operation.Operation.Operation == ast.Mutation {
		return nil, a.chargeReading(ctx, from, params,
			refuse(wrongMethod, "a mutation was sent with GET; only queries are allowed, so send it with POST").with("Allow", http.MethodPost))
	}
	mutations := mutationsOf(operation)
	imports := importsOf(mutations)
	if from.bytes > a.maxBody && (operation.Operation.Operation != ast.Mutation || imports < len(mutations)) {
		return nil, a.chargeReading(ctx, from, params,
			refuse(tooLarge, "the body has %d bytes; at most %d are allowed, except for a mutation that only imports", from.bytes, a.maxBody))
	}
	cost := price{points: from.due(points, params), bookings: bookingsOf(operation, mutations), reading: from.due(0, params)}
	paid, refused, err := a.rates.take(ctx, from.caller, cost)
	if refused := a.rateLimitRefusal(ctx, paid, refused, err); refused != nil {
		return nil, refused
	}
	paid.points.Requested += from.prepaid
	return &admitted{OperationContext: operation, bill: paid, imports: imports > 0, admission: a, caller: from.caller}, nil
}

// permits acquires the permits of a paid operation. A subscription waits up to the operation
// timeout, because clients do not restart a refused subscription.
func (a admission) permits(ctx context.Context, one *admitted) (leave func(), full *refusal) {
	switch {
	case one.subscribes():
		return a.acquireOperation(ctx, one.caller, a.timeout)
	case one.imports:
		return a.acquireMutation(ctx, one.caller, a.imports)
	case one.mutates():
		return a.acquireMutation(ctx, one.caller)
	default:
		return a.acquireOperation(ctx, one.caller, 0)
	}
}

// due returns the points that are left to pay for an operation of the given points,
// including the cost of reading the input. It is negative if too much was charged in advance.
func (s source) due(points int, params *graphql.RawParams) int {
	return add(max(points, costOfText(params.Query)), costOfJSON(s.bytes, s.values)) - s.prepaid
}

// chargeReading charges for reading the input and returns refused, or the rate-limit refusal if
// the caller cannot pay.
func (a admission) chargeReading(ctx context.Context, from source, params *graphql.RawParams, refused *refusal) *refusal {
	paid, unpaid, err := a.rates.takeReading(ctx, from.caller, from.due(0, params))
	if limited := a.rateLimitRefusal(ctx, paid, unpaid, err); limited != nil {
		return limited
	}
	paid.points.Requested += from.prepaid
	return refused.billed(paid)
}

// rateLimitRefusal returns the refusal of an operation that was not paid, or nil if it was.
func (a admission) rateLimitRefusal(ctx context.Context, paid bill, unpaid *chargeError, err error) *refusal {
	switch {
	case err != nil:
		a.log.ErrorContext(ctx, "cannot update the rate limits", "error", err)
		return because(unavailable, errorcode.Unavailable, "the rate limits are not available; try again")
	case unpaid == nil:
		return nil
	case unpaid.never:
		return (&refusal{outcome: wrongDocument, errors: gqlerror.List{unpaid.problem}}).billed(paid)
	default:
		refused := &refusal{outcome: rateLimited, errors: gqlerror.List{unpaid.problem}}
		return refused.billed(paid).with(retryAfterHeader, strconv.Itoa(paid.last().RetryAfterInSec))
	}
}

// withoutMemory returns the refusal of an operation whose response ran out of memory. It
// returns nil if the response did not, and if a mutation was executed, because clients must
// not resend it.
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
