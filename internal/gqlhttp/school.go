package gqlhttp

import (
	"context"
	"net/http"
	"time"

	"rehearse/internal/app"
	"rehearse/internal/errorcode"
	"rehearse/internal/identity"
)

// School is what differs between the schools of a server.
type School struct {
	Name      string // of the school
	App       *app.App
	PublicURL string // as in graph.Options
	Path      string // below which the pages of the school are
	Sender    func(ctx context.Context, authorization []string) (identity.Sender, error)
	Rates     *RateLimits // nil for no limits
}

// ForSchool returns a handler for another school. It shares the limits of the server with h, and the
// cache of valid documents, whose keys are their texts. It has its own callers and persisted
// queries. At most a share of the operations that may execute at the same time are of the school.
func (h *Handler) ForSchool(s School) *Handler {
	o := h.options
	o.App, o.PublicURL, o.path, o.Sender, o.Rates = s.App, s.PublicURL, s.Path, s.Sender, s.Rates
	a := h.admission
	a.documents.persisted = nil
	if o.PersistedQueries {
		a.documents.persisted = newPersisted()
	}
	a.school, a.rates = s.Name+"/", s.Rates
	most := shareOf(h.operations.most)
	each := min(most, h.operations.each)
	a.share, a.mutationsOf = newLimiter(theOperations, most, each), newLimiter(theMutations, ofMutations(most), ofMutations(each))
	return h.with(o, a)
}

// shareOf returns how many operations of one school may execute at the same time.
func shareOf(most int) int { return max(1, most/shareOfSchool) }

// shareOfSchool is the part of the operations that one of several schools may have.
const shareOfSchool = 4

// acquireOperation acquires a permit for an operation of the caller, and waits for up to atLeast if
// that is longer than usual.
func (a admission) acquireOperation(ctx context.Context, caller string, atLeast time.Duration) (leave func(), refused *refusal) {
	if a.share == nil {
		return a.operations.acquireWithin(ctx, caller, atLeast)
	}
	leaveShare, refused := a.share.acquireWithin(ctx, caller, atLeast)
	if refused != nil {
		return nil, refused
	}
	release, refused := a.operations.acquireWithin(ctx, caller, atLeast)
	if refused != nil {
		leaveShare()
		return nil, refused
	}
	return func() { release(); leaveShare() }, nil
}

// waitForOperation acquires a permit for an event of a subscription. It waits until ctx is done.
func (a admission) waitForOperation(ctx context.Context, caller string) (leave func(), ok bool) {
	if a.share == nil {
		return a.operations.wait(ctx, caller)
	}
	leaveShare, ok := a.share.wait(ctx, caller)
	if !ok {
		return nil, false
	}
	release, ok := a.operations.wait(ctx, caller)
	if !ok {
		leaveShare()
		return nil, false
	}
	return func() { release(); leaveShare() }, true
}

// acquireMutation acquires the permits for a mutation. That of the school is the first, so that the
// mutations of one school that wait hold no more permits of the server than they may.
func (a admission) acquireMutation(ctx context.Context, caller string, more ...*limiter) (leave func(), refused *refusal) {
	limiters := append([]*limiter{a.mutations}, more...)
	if a.mutationsOf != nil {
		limiters = append([]*limiter{a.mutationsOf}, limiters...)
	}
	others, refused := acquireAll(ctx, caller, limiters...)
	if refused != nil {
		return nil, refused
	}
	release, refused := a.acquireOperation(ctx, caller, 0)
	if refused != nil {
		others()
		return nil, refused
	}
	return func() { release(); others() }, nil
}

// RefuseNotFound responds that there is nothing at the path of a request to GraphQL.
func RefuseNotFound(w http.ResponseWriter, r *http.Request, message string) {
	writeRefusal(w, r, because(notFound, errorcode.NotFound, message))
}

// RefuseUnavailable responds to a request to GraphQL that the server cannot serve it.
func RefuseUnavailable(w http.ResponseWriter, r *http.Request, message string) {
	writeRefusal(w, r, because(unavailable, errorcode.Unavailable, message).with(retryAfterHeader, retryStream))
}
