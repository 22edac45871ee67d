package gqlhttp

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"rehearse/graph"
	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
	"rehearse/internal/errorcode"
	"rehearse/internal/store"
)

// The kinds of operations under which the work of Within is observed.
const (
	KindCalendar    = "calendar"    // a read of a calendar feed
	KindUnsubscribe = "unsubscribe" // a link in an e-mail
	KindSignIn      = "sign-in"     // a step of signing in to the desk
)

// ErrAnswered reports that a request was refused, and that the response was written.
var ErrAnswered = errors.New("the request was refused by a limit")

// Within runs work of a kind for an anonymous request that is not a GraphQL request. The limits of
// operations apply: the client's address pays the points, and the work takes a permit and its
// share of the database connections. It returns the error of the work, or ErrAnswered if a limit
// refused the request.
func (h *Handler) Within(w http.ResponseWriter, r *http.Request, kind string, points int, work func(context.Context) error) error {
	a := h.admission
	ctx, done := h.observer.Request(r.Context(), r)
	defer done()
	h.observer.Operation(ctx, kind, nil)
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	ctx = operation.WithCaller(ctx, operation.Caller{Actor: booking.Actor{Role: booking.RoleAnonymous}})
	caller := a.callerKey(ctx, r)
	leave, refused := a.enter(ctx, caller, points)
	if refused != nil {
		h.observer.Answered(ctx, statuses[refused.outcome], observed(ctx, codesOf(refused.errors)))
		writePlain(w, refused)
		return ErrAnswered
	}
	defer leave()
	err := work(store.ForCaller(ctx, caller))
	h.observer.Answered(ctx, statusOf(err), observed(ctx, codeOf(err)))
	return err
}

// enter charges the caller and takes a permit. leave returns the permit.
func (a admission) enter(ctx context.Context, caller string, points int) (leave func(), refused *refusal) {
	paid, unpaid, err := a.rates.take(ctx, caller, price{points: points, reading: costOfRefused})
	if refused := a.rateLimitRefusal(ctx, paid, unpaid, err); refused != nil {
		return nil, refused
	}
	return a.acquireOperation(ctx, caller, 0)
}

// writePlain writes a refusal for clients that do not use GraphQL.
func writePlain(w http.ResponseWriter, refused *refusal) {
	for name, value := range refused.header {
		w.Header().Set(name, value)
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(statuses[refused.outcome])
	_, _ = fmt.Fprintln(w, refused.errors[0].Message) //nolint:gosec // the client may be gone; plain text, of our own
}

// codeOf returns the codes that an Observer gets for the error of some work.
func codeOf(err error) []string {
	if err == nil {
		return nil
	}
	return []string{string(graph.CodeOf(err))}
}

// statusOf returns the HTTP status that the caller of Within writes.
func statusOf(err error) int {
	switch {
	case err == nil:
		return http.StatusOK
	case graph.CodeOf(err) == errorcode.NotFound:
		return http.StatusNotFound
	default:
		return http.StatusServiceUnavailable
	}
}
