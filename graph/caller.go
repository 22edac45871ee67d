package graph

import (
	"crypto/rand"
	"net/http"
	"strings"

	"rehearse/internal/app"
	"rehearse/internal/booking"
)

// requestIDHeader names a request, in the answer always, in the request where a
// proxy or a client has named it already.
const requestIDHeader = "X-Request-Id"

const maxRequestID = 64

// identified runs the operations of a request in the name of who asks.
func identified(actor func(*http.Request) booking.Actor, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(requestIDHeader)
		if !isRequestID(id) {
			id = rand.Text()
		}
		w.Header().Set(requestIDHeader, id)
		next.ServeHTTP(w, r.WithContext(app.WithCaller(r.Context(), app.Caller{Actor: actor(r), RequestID: id})))
	})
}

// isRequestID: letters, digits and a few marks, so that it is safe in a header
// and in a log.
func isRequestID(id string) bool {
	const allowed = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.:"
	return id != "" && len(id) <= maxRequestID && strings.Trim(id, allowed) == ""
}
