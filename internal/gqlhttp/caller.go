package gqlhttp

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"strings"
	"time"

	"rehearse/graph"
	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
	"rehearse/internal/errorcode"
	"rehearse/internal/identity"
)

// requestIDHeader identifies a request. It is always set on the response; on the request, a
// proxy or a client may set it.
const requestIDHeader = "X-Request-Id"

const maxRequestID = 64

// identified authenticates each request and runs its operations as the caller.
func identified(o Options, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(requestIDHeader)
		if !isRequestID(id) {
			id = rand.Text()
		}
		w.Header().Set(requestIDHeader, id)
		ctx := context.WithValue(graph.WithOrigin(r.Context(), originOf(r)+o.path), observerKey{}, o.Observer)
		// The log needs a caller before the sender is authenticated.
		ctx = withSender(ctx, identity.Sender{Actor: booking.Actor{Role: booking.RoleAnonymous}}, id)
		if !isSocket(r) { // each operation of a WebSocket is observed instead
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

// originOf returns the origin that the request names.
func originOf(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

type observerKey struct{}

func observer(ctx context.Context) Observer {
	if o, is := ctx.Value(observerKey{}).(Observer); is {
		return o
	}
	return unobserved{}
}

type leftKey struct{}

// withSender returns a context that carries the sender, the request id and the time until
// the token expires.
func withSender(ctx context.Context, s identity.Sender, requestID string) context.Context {
	return context.WithValue(operation.WithCaller(ctx, operation.Caller{Actor: s.Actor, RequestID: requestID}), leftKey{}, s.Left)
}

// afterSender calls the function then at the time when the sender's token expires.
func afterSender(ctx context.Context, then func()) (stop func() bool) {
	left, _ := ctx.Value(leftKey{}).(time.Duration)
	if left == 0 {
		return func() bool { return true }
	}
	return time.AfterFunc(left, then).Stop
}

// refuseSender responds to a request whose token is invalid or cannot be verified. The
// response contains only the messages of package identity; the log has the details.
func refuseSender(w http.ResponseWriter, r *http.Request, err error) {
	if known := badToken(err); known != nil {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		writeRefusal(w, r, because(unauthenticated, errorcode.Unauthenticated, known.Error()))
		return
	}
	writeRefusal(w, r, because(unavailable, errorcode.Unavailable, identity.ErrUnavailable.Error()))
}

// badToken returns what is wrong with a token, or nil if the token could not be verified.
func badToken(err error) error {
	for _, known := range []error{identity.ErrExpired, identity.ErrNotYetValid, identity.ErrOtherSchool, identity.ErrInvalid} {
		if errors.Is(err, known) {
			return known
		}
	}
	return nil
}

// isRequestID reports whether id is safe to use in a header and in a log.
func isRequestID(id string) bool {
	const allowed = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.:"
	return id != "" && len(id) <= maxRequestID && strings.Trim(id, allowed) == ""
}
