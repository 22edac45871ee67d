package web

import (
	"net/http"

	"github.com/klauspost/compress/gzhttp"
)

// compressible lists the media types that are worth compressing. Event streams are not
// among them: each event must be sent at once.
var compressible = []string{
	"application/json", "application/graphql-response+json", "application/javascript", "text/javascript", "text/css", "text/html", "text/plain", "text/calendar",
	"image/svg+xml",
}

// compressed compresses responses with gzip or zstd if the client accepts that. Protocol
// upgrades pass through.
func (s *Site) compressed(next http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(gzhttp.ContentTypes(compressible))
	if err != nil {
		s.options.Log.Error("cannot compress responses", "error", err) // cannot happen: the settings are constant
		return next
	}
	compressing := wrap(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "" {
			next.ServeHTTP(w, r)
			return
		}
		compressing.ServeHTTP(flushing{w}, r)
	})
}

// flushing flushes wrapped writers, too: the library only checks whether the outermost
// writer is an http.Flusher.
type flushing struct{ http.ResponseWriter }

// Flush implements http.Flusher.
func (f flushing) Flush() {
	_ = http.NewResponseController(f.ResponseWriter).Flush() // the next write reports the error
}

// Unwrap supports http.ResponseController.
func (f flushing) Unwrap() http.ResponseWriter { return f.ResponseWriter }
