package web

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/rs/cors"
)

// preflightAge is how long a browser may cache a preflight response.
const preflightAge = time.Hour

// requestHeaders lists the headers that pages of other origins may send: those of this
// API and those that GraphQL clients and tracers add.
var requestHeaders = []string{
	"Accept", "Authorization", "Cache-Control", "Content-Type", "Last-Event-ID", "X-GraphQL-Cost", "X-Request-Id", "X-Requested-With",
	"traceparent", "tracestate", "baggage", "sentry-trace",
	"Apollo-Require-Preflight", "GraphQL-Preflight", "GraphQL-Require-Preflight", "apollographql-client-name", "apollographql-client-version",
	"graphql-client-name", "graphql-client-version", "X-Apollo-Operation-Id", "X-Apollo-Operation-Name",
}

// fromElsewhere allows cross-origin requests of the configured Origins and rejects other
// cross-origin requests of browsers, except reads. Reads are harmless, because browsers
// attach no credentials: the token is in a header that the page sets. With Local, a
// request without a token is the administrator's, so reads are rejected as well.
func (s *Site) fromElsewhere(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	for _, origin := range s.options.Origins {
		if err := protection.AddTrustedOrigin(origin); err != nil {
			s.options.Log.Error("an origin is ignored", "origin", origin, "error", err) // config has validated it
		}
	}
	next = protection.Handler(next)
	if s.options.Local {
		next = protectReads(protection, next)
	}
	if len(s.options.Origins) == 0 {
		return next // the library treats no origins as all origins
	}
	return cors.New(cors.Options{
		AllowedOrigins: s.options.Origins,
		AllowedMethods: []string{http.MethodGet, http.MethodPost},
		AllowedHeaders: requestHeaders,
		ExposedHeaders: []string{"RateLimit", "RateLimit-Policy", "Retry-After", "X-GraphQL-Cost", "X-Request-Id"},
		MaxAge:         int(preflightAge.Seconds()),
	}).Handler(next)
}

// protectReads applies the protection to reads, which it would otherwise exempt.
func protectReads(protection *http.CrossOriginProtection, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			writing := *r
			writing.Method = http.MethodPost
			if err := protection.Check(&writing); err != nil {
				http.Error(w, err.Error(), http.StatusForbidden)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// guarded applies the checks and headers of every page of the public address.
func (s *Site) guarded(next http.Handler) http.Handler {
	if s.options.Local {
		next = localOnly(next)
	}
	return withHeaders(next)
}

// withHeaders sets restrictive security headers. A page that needs more sets its own
// policy.
func withHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, r)
	})
}

// localOnly accepts only requests whose host is localhost or a loopback address. This
// prevents DNS rebinding: a page of another site could point its name to this machine
// and become same-origin.
func localOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isLocal(r.Host) {
			text(w, http.StatusMisdirectedRequest, "the Host header is not allowed; use localhost or a loopback address")
			return
		}
		next.ServeHTTP(w, r)
	})
}

func isLocal(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]") // no port
	}
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || (err == nil && ip.IsLoopback())
}
