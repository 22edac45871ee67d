package gqlhttp

import (
	"context"
	"errors"
	"io"
	"net/http"

	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
)

// bodyLimit returns the maximum number of bytes to read of a body. The operation is only
// known once the body is read, so the import limit applies to all bodies of administrators;
// admit refuses large ones that are not imports.
func (a admission) bodyLimit(ctx context.Context) int64 {
	if operation.CallerOf(ctx).Actor.Role == booking.RoleAdmin {
		return max(a.maxBody, a.maxImport)
	}
	return a.maxBody
}

// sizedBody counts the bytes read of a body. A body larger than free acquires a permit for
// large bodies and holds it until the request is answered.
type sizedBody struct {
	io.ReadCloser
	size, free int64
	limiter    *limiter
	caller     string
	request    *http.Request
	release    func()
	refused    *refusal
}

// errBodyRefused reports a large body that gets no permit.
var errBodyRefused = errors.New("too many large bodies are being read")

func (b *sizedBody) Read(into []byte) (int, error) {
	if b.refused != nil {
		return 0, errBodyRefused
	}
	n, err := b.ReadCloser.Read(into)
	if b.size += int64(n); b.size > b.free && b.release == nil {
		if b.release, b.refused = b.limiter.acquire(b.request.Context(), b.caller); b.refused != nil {
			return 0, errBodyRefused
		}
	}
	return n, err
}

// sized wraps the request's body in a sizedBody. done releases its permit, if any.
func (a admission) sized(r *http.Request, caller string) (done func()) {
	if r.Body == nil {
		return func() {}
	}
	body := &sizedBody{ReadCloser: r.Body, free: a.maxBody, limiter: a.largeBodies, caller: caller, request: r}
	r.Body = body
	return func() {
		if body.release != nil {
			body.release()
		}
	}
}

// bodyRefusal returns the refusal of a large body, or nil.
func bodyRefusal(r *http.Request) *refusal {
	if body, is := r.Body.(*sizedBody); is {
		return body.refused
	}
	return nil
}

// bodySize returns the number of bytes read of a sized body, and zero for other bodies.
func bodySize(r *http.Request) int64 {
	if body, is := r.Body.(*sizedBody); is {
		return body.size
	}
	return 0
}
