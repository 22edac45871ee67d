package web

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/rs/cors"
)

// preflightAge is how long a browser may remember what a page may ask.
const preflightAge = time.Hour

// requestHeaders are those that a page elsewhere may send: ours, and those that
// GraphQL clients and tracers add by themselves.
var requestHeaders = []string{
	"Accept", "Authorization", "Cache-Control", "Content-Type", "Last-Event-ID", "X-GraphQL-Cost", "X-Request-Id", "X-Requested-With",
	"traceparent", "tracestate", "baggage", "sentry-trace",
	"Apollo-Require-Preflight", "GraphQL-Preflight", "GraphQL-Require-Preflight", "apollographql-client-name", "apollographql-client-version",
	"graphql-client-name", "graphql-client-version", "X-Apollo-Operation-Id", "X-Apollo-Operation-Name",
}

// fromElsewhere lets a page of another origin in if that is one of Origins, and
// refuses what a browser sends for any other but reading. Nothing is sent along
// by browsers themselves: who asks is in a header that the page sets. With Local,
// who sends no header is the administrator, so reading is refused as well.
func (s *Site) fromElsewhere(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	for _, origin := range s.options.Origins {
		if err := protection.AddTrustedOrigin(origin); err != nil {
			s.options.Log.Error("an origin is ignored", "origin", origin, "error", err) // config has looked at it
		}
	}
	next = protection.Handler(next)
	if s.options.Local {
		next = protectReads(protection, next)
	}
	if len(s.options.Origins) == 0 {
		return next // to the library, no origins are all of them
	}
	return cors.New(cors.Options{
		AllowedOrigins: s.options.Origins,
		AllowedMethods: []string{http.MethodGet, http.MethodPost},
		AllowedHeaders: requestHeaders,
		ExposedHeaders: []string{"RateLimit", "RateLimit-Policy", "Retry-After", "X-GraphQL-Cost", "X-Request-Id"},
		MaxAge:         int(preflightAge.Seconds()),
	}).Handler(next)
}

// protectReads applies the protection to reading, which it exempts.
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

// guarded is what holds for every page of the public address.
func (s *Site) guarded(next http.Handler) http.Handler {
	if s.options.Local {
		next = localOnly(next)
	}
	return withHeaders(next)
}

// withHeaders tells a browser to make nothing of an answer but what it is. A
// page that needs more sets a policy of its own.
func withHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, r)
	})
}

// localOnly answers who calls this machine localhost or by a loopback address.
// A page elsewhere can make its own name lead here (DNS rebinding), and would
// be of the same origin; its name gives it away.
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
		host = strings.Trim(hostport, "[]") // without a port
	}
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || (err == nil && ip.IsLoopback())
}
