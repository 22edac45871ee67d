package web

import (
	"net/http"
	"time"
)

// How an answer has to be read. A deadline for all of it, as http.Server has, would
// end streams, and downloads over slow lines.
const (
	writePatience = 10 * time.Second // in which a reader takes a chunk
	writeChunk    = 64 << 10
)

// paced gives up clients that do not read what they have asked for: each chunk of an
// answer has to be taken within writePatience. A handler that sets deadlines itself,
// and a connection that becomes something else, are left alone.
func paced(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "" {
			next.ServeHTTP(w, r)
			return
		}
		p := &pacedWriter{ResponseWriter: w, control: http.NewResponseController(w)}
		_ = p.control.SetWriteDeadline(time.Time{}) // of the answer before it on the connection
		next.ServeHTTP(p, r)
	})
}

type pacedWriter struct {
	http.ResponseWriter
	control *http.ResponseController
	own     bool // whoever writes sets the deadlines
}

func (p *pacedWriter) WriteHeader(status int) {
	p.extend()
	p.ResponseWriter.WriteHeader(status)
}

func (p *pacedWriter) Write(text []byte) (written int, err error) {
	for first := true; err == nil && (first || len(text) > 0); first = false {
		chunk := text[:min(len(text), writeChunk)]
		p.extend()
		n, failed := p.ResponseWriter.Write(chunk)
		written, text, err = written+n, text[n:], failed
	}
	return written, err
}

func (p *pacedWriter) extend() {
	if !p.own {
		_ = p.control.SetWriteDeadline(time.Now().Add(writePatience)) //nolint:forbidigo // the connection's time; a writer in memory has none
	}
}

// SetWriteDeadline is for http.ResponseController.
func (p *pacedWriter) SetWriteDeadline(at time.Time) error {
	p.own = true
	return p.control.SetWriteDeadline(at)
}

// Unwrap is for http.ResponseController, too.
func (p *pacedWriter) Unwrap() http.ResponseWriter { return p.ResponseWriter }
