package graph

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"strings"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"rehearse/internal/app"
	"rehearse/internal/booking"
	"rehearse/internal/identity"
)

// requestIDHeader names a request, in the answer always, in the request where a
// proxy or a client has named it already.
const requestIDHeader = "X-Request-Id"

const maxRequestID = 64

// identified runs the operations of a request in the name of who asks.
func identified(o Options, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(requestIDHeader)
		if !isRequestID(id) {
			id = rand.Text()
		}
		w.Header().Set(requestIDHeader, id)
		caller := app.Caller{Actor: booking.Actor{Role: booking.RoleAnonymous}, RequestID: id}
		ctx, done := o.Observer.Request(app.WithCaller(r.Context(), caller), r)
		defer done()
		ctx = context.WithValue(ctx, observerKey{}, o.Observer)
		r = r.WithContext(ctx)
		var err error
		if caller.Actor, err = o.Actor(r); err != nil {
			o.Log.DebugContext(ctx, "nobody is identified", "error", err)
			refuseSender(w, r, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(app.WithCaller(ctx, caller)))
	})
}

// refuseSender answers a request whose token is no good, or cannot be checked.
// Why, beyond the words of identity, is in the log alone.
func refuseSender(w http.ResponseWriter, r *http.Request, err error) {
	for _, known := range []error{identity.ErrExpired, identity.ErrNotYetValid, identity.ErrInvalid} {
		if errors.Is(err, known) {
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
			writeError(w, r, http.StatusUnauthorized, gqlerror.List{requestError(codeUnauthenticated, known.Error())})
			return
		}
	}
	writeError(w, r, http.StatusServiceUnavailable, gqlerror.List{requestError(codeUnavailable, identity.ErrUnavailable.Error())})
}

// isRequestID: letters, digits and a few marks, so that it is safe in a header
// and in a log.
func isRequestID(id string) bool {
	const allowed = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.:"
	return id != "" && len(id) <= maxRequestID && strings.Trim(id, allowed) == ""
}
