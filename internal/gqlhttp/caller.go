package gqlhttp

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"strings"
	"time"

	"rehearse/graph"
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
		ctx := context.WithValue(r.Context(), observerKey{}, o.Observer)
		// Until somebody is known, for the log.
		ctx = withSender(ctx, identity.Sender{Actor: booking.Actor{Role: booking.RoleAnonymous}}, id)
		if !isSocket(r) { // of which each operation is observed
			var done func()
			ctx, done = o.Observer.Request(ctx, r)
			defer done()
		}
		sender, err := o.Sender(ctx, r.Header.Values("Authorization"))
		if err != nil {
			o.Log.DebugContext(ctx, "the token was rejected", "error", err)
			refuseSender(w, r.WithContext(ctx), err)
			return
		}
		next.ServeHTTP(w, r.WithContext(withSender(ctx, sender, id)))
	})
}

type observerKey struct{}

func observer(ctx context.Context) Observer {
	if o, is := ctx.Value(observerKey{}).(Observer); is {
		return o
	}
	return unobserved{}
}

type leftKey struct{}

// withSender carries who asks, in which request, and for how long he is good.
func withSender(ctx context.Context, s identity.Sender, requestID string) context.Context {
	return context.WithValue(app.WithCaller(ctx, app.Caller{Actor: s.Actor, RequestID: requestID}), leftKey{}, s.Left)
}

// afterSender calls then when who asks cannot be taken for him any more.
func afterSender(ctx context.Context, then func()) (stop func() bool) {
	left, _ := ctx.Value(leftKey{}).(time.Duration)
	if left == 0 {
		return func() bool { return true }
	}
	return time.AfterFunc(left, then).Stop
}

// refuseSender answers a request whose token is no good, or cannot be checked.
// Why, beyond the words of identity, is in the log alone.
func refuseSender(w http.ResponseWriter, r *http.Request, err error) {
	if known := badToken(err); known != nil {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		writeRefusal(w, r, because(unauthenticated, graph.CodeUnauthenticated, known.Error()))
		return
	}
	writeRefusal(w, r, because(unavailable, graph.CodeUnavailable, identity.ErrUnavailable.Error()))
}

// badToken is what is wrong with a token; nil when it could not be checked.
func badToken(err error) error {
	for _, known := range []error{identity.ErrExpired, identity.ErrNotYetValid, identity.ErrInvalid} {
		if errors.Is(err, known) {
			return known
		}
	}
	return nil
}

// isRequestID: letters, digits and a few marks, so that it is safe in a header
// and in a log.
func isRequestID(id string) bool {
	const allowed = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.:"
	return id != "" && len(id) <= maxRequestID && strings.Trim(id, allowed) == ""
}
