package graph

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"rehearse/graph/model"
	"rehearse/graph/scalar"
	"rehearse/internal/app"
	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// Codes of top-level errors, as extensions.code.
const (
	codeUnauthenticated = "UNAUTHENTICATED"
	codeForbidden       = "FORBIDDEN"
	codeRateLimited     = "RATE_LIMITED"
	codeNotFound        = "NOT_FOUND"
	codeBadUserInput    = "BAD_USER_INPUT"
	codeTimeout         = "TIMEOUT"
	codeUnavailable     = "UNAVAILABLE"
	codeInternal        = "INTERNAL"
)

// userErrors is what a mutation answers as data: nothing when there is no
// error, the refusals when rules said no. Any other error stays one.
func userErrors(ctx context.Context, err error) ([]model.UserError, error) {
	answers := []model.UserError{}
	var refused booking.Refused
	if !errors.As(err, &refused) {
		return answers, err
	}
	for _, r := range refused {
		observer(ctx).Refused(ctx, string(r.Code))
		answers = append(answers, userError(r))
	}
	return answers, nil
}

func userError(r booking.Refusal) model.UserError {
	var path []string
	if r.Field != "" {
		path = []string{"input", r.Field}
	}
	switch {
	case r.Code == booking.SlotTaken || r.Code == booking.SlotHeld:
		return model.SlotTaken{Code: r.Code, Message: r.Message, Path: path, Alternatives: notNil(r.Alternatives)}
	case r.Code == booking.AvailabilityConflict:
		return model.AvailabilityConflict{Code: r.Code, Message: r.Message, Path: path, Slots: notNil(r.Conflicting)}
	case r.Eligibility != nil:
		return model.NotEligible{Code: r.Code, Message: r.Message, Path: path, Eligibility: r.Eligibility}
	default:
		return model.PlainError{Code: r.Code, Message: r.Message, Path: path}
	}
}

func (slotTakenResolver) Alternatives(ctx context.Context, errors []*model.SlotTaken) ([][]booking.Slot, error) {
	return within(ctx, errors, func(e *model.SlotTaken) []booking.Slot { return e.Alternatives })
}

func (conflictResolver) Slots(ctx context.Context, errors []*model.AvailabilityConflict) ([][]booking.Slot, error) {
	return within(ctx, errors, func(e *model.AvailabilityConflict) []booking.Slot { return e.Slots })
}

func notNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// present lets through what is meant for the client and hides the rest behind
// an errorId, under which the cause is in the log.
func present(log *slog.Logger) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		answer := &gqlerror.Error{Path: graphql.GetPath(ctx)}
		var fromLibrary *gqlerror.Error
		if errors.As(err, &fromLibrary) {
			answer.Path, answer.Locations = fromLibrary.Path, fromLibrary.Locations
		}
		code, message := classify(err, fromLibrary)
		answer.Message = message
		answer.Extensions = map[string]any{"code": code}
		if code == codeInternal {
			id := rand.Text()
			answer.Extensions["errorId"] = id
			log.ErrorContext(ctx, "internal error", "errorId", id, "path", answer.Path.String(), "error", err)
		}
		return answer
	}
}

func classify(err error, fromLibrary *gqlerror.Error) (code, message string) {
	var input *scalar.InputError
	var refused booking.Refused
	switch {
	case errors.As(err, &input):
		return codeBadUserInput, input.Message
	case errors.As(err, &refused):
		return refusedQuery(refused)
	case errors.Is(err, app.ErrUnauthenticated):
		return codeUnauthenticated, "who asks is not known; this needs a token"
	case errors.Is(err, app.ErrForbidden):
		return codeForbidden, "this is not for your role"
	case errors.Is(err, store.ErrTimeout), errors.Is(err, context.DeadlineExceeded):
		return codeTimeout, "the operation took too long and was given up"
	case errors.Is(err, store.ErrUnavailable):
		return codeUnavailable, "the database cannot be reached at the moment; try again"
	case isDocumentError(fromLibrary):
		return codeBadUserInput, fromLibrary.Message
	}
	return codeInternal, "something went wrong here; the errorId finds it in the server's log"
}

// isDocumentError: the library's own words about the document or its variables.
func isDocumentError(err *gqlerror.Error) bool {
	if err == nil {
		return false
	}
	code := err.Extensions["code"]
	return code == errcode.ParseFailed || code == errcode.ValidationFailed
}

// refusedQuery: in a query, a refusal is an error like any other.
func refusedQuery(refused booking.Refused) (code, message string) {
	switch first := refused[0]; first.Code {
	case booking.NotFound:
		return codeNotFound, first.Message
	case booking.BusyRetry:
		return codeUnavailable, first.Message
	default:
		return codeBadUserInput, first.Message
	}
}

// recovered turns a panic into a fault; the server goes on.
func recovered(_ context.Context, value any) error {
	return fmt.Errorf("panic: %v\n%s", value, debug.Stack())
}
