package web

import (
	"net/http"
	"time"
)

// Limits of a write. A deadline for the whole response, as in http.Server, would end
// streams and slow downloads.
const (
	WriteTimeout = 10 * time.Second // timeout of one chunk
	writeChunk   = 64 << 10
)

// paced drops clients that do not read their response: each chunk must be accepted
// within WriteTimeout. It leaves alone handlers that set their own deadlines, and
// protocol upgrades.
func paced(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "" {
			next.ServeHTTP(w, r)
			return
		}
		p := &pacedWriter{ResponseWriter: w, control: http.NewResponseController(w)}
		_ = p.control.SetWriteDeadline(time.Time{}) // clears the previous response's deadline
		next.ServeHTTP(p, r)
	})
}

type pacedWriter struct {
	http.ResponseWriter
	control *http.ResponseController
	own     bool // the handler sets the deadlines
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
		_ = p.control.SetWriteDeadline(time.Now().Add(WriteTimeout)) //nolint:forbidigo // connections use the real time; in-memory writers have no deadlines
	}
}

// SetWriteDeadline supports http.ResponseController.
func (p *pacedWriter) SetWriteDeadline(at time.Time) error {
	p.own = true
	return p.control.SetWriteDeadline(at)
}

// Unwrap supports http.ResponseController.
func (p *pacedWriter) Unwrap() http.ResponseWriter { return p.ResponseWriter }
