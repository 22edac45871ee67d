package graph

import (
	"context"
	"io"
	"net/http"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"rehearse/internal/app"
	"rehearse/internal/booking"
)

// bodyLimit is how many bytes of a body are read. What an operation is stands in
// its body, so an administrator's is read as if it were an import, and refused
// afterwards if it is none (admit).
func (a admission) bodyLimit(ctx context.Context) int64 {
	if app.CallerOf(ctx).Actor.Role == booking.RoleAdmin {
		return max(a.maxBody, a.maxImport)
	}
	return a.maxBody
}

// sizedBody counts the bytes that are read of a body.
type sizedBody struct {
	io.ReadCloser
	size int64
}

func (b *sizedBody) Read(into []byte) (int, error) {
	n, err := b.ReadCloser.Read(into)
	b.size += int64(n)
	return n, err
}

// sized makes the request's body count its bytes.
func sized(r *http.Request) *http.Request {
	if r.Body != nil {
		r.Body = &sizedBody{ReadCloser: r.Body}
	}
	return r
}

// bodySize is how many bytes were read of the body of a request that is sized;
// zero of another one.
func bodySize(r *http.Request) int64 {
	if body, is := r.Body.(*sizedBody); is {
		return body.size
	}
	return 0
}

// importFields are the mutations that take a file.
var importFields = []string{"importStudents", "importInterviewers", "importAvailability", "importInterviews"}

// onlyImports reports whether an operation does nothing but import.
func onlyImports(o *graphql.OperationContext) bool {
	if o.Operation.Operation != ast.Mutation {
		return false
	}
	for _, field := range graphql.CollectFields(o, o.Operation.SelectionSet, nil) {
		if !slices.Contains(importFields, field.Name) {
			return false
		}
	}
	return true
}

// bytesForAPoint is how much of a body beyond freeBytes costs a point.
const (
	bytesForAPoint = 4 << 10
	freeBytes      = 256 << 10
)

// costOfBody is what a large body costs beside its operation.
func costOfBody(r *http.Request) int { return int(max(0, bodySize(r)-freeBytes) / bytesForAPoint) }
