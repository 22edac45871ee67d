package web

import (
	"net/http"

	"github.com/klauspost/compress/gzhttp"
)

// compressible are the media types of which less is sent by compressing them. A
// stream of events is not among them: each event goes out as it comes.
var compressible = []string{
	"application/json", "application/graphql-response+json", "application/javascript", "text/javascript", "text/css", "text/html", "text/plain",
	"image/svg+xml",
}

// compressed sends answers in gzip or zstd to who accepts that. A connection
// that is to become something else is handed on as it is.
func (s *Site) compressed(next http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(gzhttp.ContentTypes(compressible))
	if err != nil {
		s.options.Log.Error("cannot compress responses", "error", err) // what is set here is always the same
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

// flushing flushes what is around a connection, too: the library asks only the
// nearest whether it can.
type flushing struct{ http.ResponseWriter }

// Flush implements http.Flusher.
func (f flushing) Flush() {
	_ = http.NewResponseController(f.ResponseWriter).Flush() // the next write tells what is wrong
}

// Unwrap is for http.ResponseController.
func (f flushing) Unwrap() http.ResponseWriter { return f.ResponseWriter }
