package graph

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"rehearse/graph/scalar"
	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
	"rehearse/internal/budget"
	"rehearse/internal/errorcode"
	"rehearse/internal/store"
)

// Limits of the errors of a response.
const (
	MaxErrors  = 20
	maxMessage = 400 // bytes
	maxName    = 64  // bytes of a name in the path of a document error
)

// present returns an error presenter that passes on errors meant for the client and hides
// others behind an errorId. The log has their causes under that id.
func present(log *slog.Logger) graphql.ErrorPresenterFunc {
	outages := newOutages(log)
	return func(ctx context.Context, err error) *gqlerror.Error {
		answer := &gqlerror.Error{Path: graphql.GetPath(ctx)}
		if b := budget.From(ctx); b.Hold(memoryOfError) != nil { // over budget: a single other error replaces the response
			answer.Message = b.Failure().Error()
			return answer
		}
		var fromLibrary *gqlerror.Error
		if errors.As(err, &fromLibrary) {
			answer.Path, answer.Locations = fromLibrary.Path, fromLibrary.Locations
		}
		if errors.Is(err, errRequest) {
			return fromLibrary
		}
		code, message := classify(err, fromLibrary)
		answer.Message = bounded(message, maxMessage)
		if isDocumentError(fromLibrary) {
			answer.Path = boundedPath(answer.Path)
		}
		answer.Extensions = refusalExtensions(err)
		answer.Extensions["code"] = string(code)
		if (errors.Is(err, store.ErrUnavailable) || code == errorcode.OutcomeUnknown) && !hungUp(ctx) {
			outages.report(ctx, err)
		}
		if code == errorcode.Internal {
			id := rand.Text()
			answer.Extensions["errorId"] = id
			log.ErrorContext(ctx, "internal error", "errorId", id, "path", answer.Path.String(), "error", err)
		}
		return answer
	}
}

// errRequest marks the errors of RequestError.
var errRequest = errors.New("the request cannot be executed")

// RequestError returns an error about a request as a whole. The presenter does not change
// it.
func RequestError(code errorcode.Code, message string) *gqlerror.Error {
	return &gqlerror.Error{Err: errRequest, Message: bounded(message, maxMessage), Extensions: map[string]any{"code": string(code)}}
}

// atMost limits the errors of a response, and reports how many were omitted.
func atMost(response *graphql.Response) *graphql.Response {
	if response == nil || len(response.Errors) <= MaxErrors {
		return response
	}
	if response.Extensions == nil {
		response.Extensions = map[string]any{}
	}
	response.Extensions["errorsLeftOut"] = len(response.Errors) - MaxErrors
	response.Errors = response.Errors[:MaxErrors]
	return response
}

// bounded truncates text that may repeat client input to size bytes. It replaces control
// characters, which JSON would escape with six bytes.
func bounded(text string, size int) string {
	if len(text) > size {
		end := size - len("…")
		for !utf8.RuneStart(text[end]) {
			end--
		}
		text = text[:end] + "…"
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, text)
}

// boundedPath truncates the names in the path of a variable, which come from the client.
func boundedPath(path ast.Path) ast.Path {
	out := ast.Path{}
	for _, element := range path {
		if name, is := element.(ast.PathName); is {
			element = ast.PathName(bounded(string(name), maxName))
		}
		out = append(out, element)
	}
	return out
}

// CodeOf returns the code of an error of package app.
func CodeOf(err error) errorcode.Code {
	code, _ := classify(err, nil)
	return code
}

// TimeoutMessage is the message of an error with errorcode.Timeout.
const TimeoutMessage = "the operation exceeded its time limit and was cancelled"

func classify(err error, fromLibrary *gqlerror.Error) (code errorcode.Code, message string) {
	var input *scalar.InputError
	var refused booking.Refused
	switch {
	case errors.As(err, &input):
		return errorcode.BadUserInput, input.Message
	case errors.As(err, &refused):
		return refusedQuery(refused)
	case errors.Is(err, operation.ErrUnauthenticated):
		return errorcode.Unauthenticated, "the request has no token; the operation requires one"
	case errors.Is(err, operation.ErrForbidden):
		return errorcode.Forbidden, "your role does not have access"
	case errors.Is(err, store.ErrOutcomeUnknown):
		return errorcode.OutcomeUnknown, "the database did not confirm the change, so it may or may not have been made; repeat the request with the same idempotency key"
	case errors.Is(err, store.ErrTimeout), errors.Is(err, context.DeadlineExceeded):
		return errorcode.Timeout, TimeoutMessage
	case errors.Is(err, context.Canceled): // the client has disconnected, so nobody reads this
		return errorcode.Timeout, "the client cancelled the request"
	case errors.Is(err, store.ErrUnavailable):
		return errorcode.Unavailable, "the database is not available; try again"
	case isDocumentError(fromLibrary):
		return errorcode.BadUserInput, fromLibrary.Message
	}
	return errorcode.Internal, "internal error; the server log has the cause under the errorId"
}

// hungUp reports whether the client has disconnected or cancelled the operation. The statements
// that were in progress then fail in several ways.
func hungUp(ctx context.Context) bool { return errors.Is(ctx.Err(), context.Canceled) }

// isDocumentError reports whether err is an error of the library about the document or its
// variables.
func isDocumentError(err *gqlerror.Error) bool {
	if err == nil {
		return false
	}
	code := err.Extensions["code"]
	return code == errcode.ParseFailed || code == errcode.ValidationFailed
}

// refusedQuery returns the code and message of a refusal in a query, where refusals are
// top-level errors.
func refusedQuery(refused booking.Refused) (code errorcode.Code, message string) {
	switch first := refused[0]; first.Code {
	case booking.NotFound:
		return errorcode.NotFound, first.Message
	case booking.BusyRetry:
		return errorcode.Unavailable, first.Message
	default:
		return errorcode.BadUserInput, first.Message
	}
}

// recovered converts a panic to an error, so that the server keeps running.
func recovered(_ context.Context, value any) error {
	return fmt.Errorf("panic: %v\n%s", value, debug.Stack())
}
