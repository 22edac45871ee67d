package graph

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"rehearse/graph/loader"
	"rehearse/graph/model"
	"rehearse/graph/scalar"
	"rehearse/internal/booking"
)

// userErrors converts the refusals in err to the user errors of a payload. It returns other
// errors unchanged.
func (r mutationResolver) userErrors(ctx context.Context, err error) ([]model.UserError, error) {
	answers := []model.UserError{}
	var refused booking.Refused
	if !errors.As(err, &refused) {
		return answers, err
	}
	for _, refusal := range refused[:min(len(refused), MaxUserErrors)] {
		r.observer.Refused(ctx, string(refusal.Code))
		answers = append(answers, userError(refusal))
	}
	return answers, nil
}

// userError returns the schema type that carries the data of the refusal.
func userError(r booking.Refusal) model.UserError {
	message := bounded(r.Message, maxMessage)
	var path []string
	if r.Field != "" {
		path = []string{"input", r.Field}
	}
	switch r.Code {
	case booking.SlotTaken, booking.SlotHeld:
		return model.SlotTaken{Code: r.Code, Message: message, Path: path, Alternatives: booking.Views(r.Alternatives), HeldUntil: r.HeldUntil}
	case booking.AvailabilityConflict:
		return model.AvailabilityConflict{Code: r.Code, Message: message, Path: path, Slots: booking.Views(r.Conflicting[:min(len(r.Conflicting), maxConflicts)])}
	case booking.AlreadyInterviewed:
		return model.AlreadyInterviewed{Code: r.Code, Message: message, Path: path, InterviewID: r.Interview, HoldID: r.Hold}
	case booking.OwnOverlap:
		return model.OwnOverlap{Code: r.Code, Message: message, Path: path, InterviewID: r.Interview, HoldID: r.Hold}
	case booking.AlreadyHolding:
		return model.AlreadyHolding{Code: r.Code, Message: message, Path: path, HoldID: r.Hold}
	case booking.TooManyReschedules:
		return model.TooManyReschedules{Code: r.Code, Message: message, Path: path, Used: r.Used, Limit: r.Limit}
	case booking.WrongStatus:
		return wrongStatus(r, message, path)
	case booking.VersionConflict:
		return model.VersionConflict{Code: r.Code, Message: message, Path: path, CurrentVersion: r.CurrentVersion}
	case booking.InvalidInput, booking.InvalidRange:
		return invalidInput(r, message, path)
	default:
		return conditional(r, message, path)
	}
}

// conditional returns the types for codes whose data may be missing.
func conditional(r booking.Refusal, message string, path []string) model.UserError {
	switch {
	case r.Code == booking.LimitReached && r.Eligibility != nil:
		return model.LimitReached{Code: r.Code, Message: message, Path: path, Used: r.Used, Limit: r.Limit, Eligibility: r.Eligibility}
	case r.Code == booking.GradesTooLow && r.Eligibility != nil:
		return model.GradesTooLow{Code: r.Code, Message: message, Path: path, Eligibility: r.Eligibility}
	case r.Code == booking.TooSoon && r.Earliest != nil:
		return model.TooSoon{Code: r.Code, Message: message, Path: path, Earliest: *r.Earliest}
	case r.Code == booking.CancelTooLate && r.Deadline != nil:
		return model.CancelTooLate{Code: r.Code, Message: message, Path: path, Deadline: *r.Deadline}
	case r.Code == booking.RescheduleTooLate && r.Deadline != nil:
		return model.RescheduleTooLate{Code: r.Code, Message: message, Path: path, Deadline: *r.Deadline}
	}
	return model.PlainError{Code: r.Code, Message: message, Path: path}
}

func wrongStatus(r booking.Refusal, message string, path []string) model.WrongStatus {
	e := model.WrongStatus{Code: r.Code, Message: message, Path: path, Expected: notNil(r.Expected), Until: r.Deadline}
	if r.Status != "" {
		e.Status = &r.Status
	}
	return e
}

func invalidInput(r booking.Refusal, message string, path []string) model.InvalidInput {
	e := model.InvalidInput{Code: r.Code, Message: message, Path: path, Allowed: booking.AllowedOther}
	if r.Field != "" {
		e.Field = &r.Field
	}
	if a := r.Allowed; a != nil {
		e.Allowed, e.Min, e.Max, e.NotBefore, e.NotAfter = a.Kind, a.Min, a.Max, a.NotBefore, a.NotAfter
	}
	return e
}

// refusalExtensions returns the extensions of a refusal that a query reports as a top-level
// error: the refusal's code, the argument and the allowed values.
func refusalExtensions(err error) map[string]any {
	extensions := map[string]any{}
	var refused booking.Refused
	if !errors.As(err, &refused) {
		return extensions
	}
	r := refused[0]
	extensions["refusal"] = string(r.Code)
	if r.Field != "" {
		extensions["field"] = r.Field
	}
	a := r.Allowed
	if a == nil {
		return extensions
	}
	extensions["allowed"] = string(a.Kind)
	addBound(extensions, "min", a.Min)
	addBound(extensions, "max", a.Max)
	addBound(extensions, "notBefore", instant(a.NotBefore))
	addBound(extensions, "notAfter", instant(a.NotAfter))
	return extensions
}

func addBound[T any](extensions map[string]any, name string, bound *T) {
	if bound != nil {
		extensions[name] = *bound
	}
}

// instant formats a time like the scalar DateTime.
func instant(at *time.Time) *json.RawMessage {
	if at == nil {
		return nil
	}
	text := json.RawMessage(scalar.AppendDateTime(nil, *at))
	return &text
}

func (slotTakenResolver) Alternatives(ctx context.Context, errors []*model.SlotTaken) ([][]booking.SlotView, error) {
	return within(ctx, errors, func(e *model.SlotTaken) []booking.SlotView { return e.Alternatives })
}

func (conflictResolver) Slots(ctx context.Context, errors []*model.AvailabilityConflict) ([][]booking.SlotView, error) {
	return within(ctx, errors, func(e *model.AvailabilityConflict) []booking.SlotView { return e.Slots })
}

func (alreadyInterviewedResolver) Interview(ctx context.Context, errors []*model.AlreadyInterviewed) ([]*booking.Interview, error) {
	return interviewInTheWay(ctx, errors, func(e *model.AlreadyInterviewed) booking.InterviewID { return e.InterviewID })
}

func (alreadyInterviewedResolver) Hold(ctx context.Context, errors []*model.AlreadyInterviewed) ([]*booking.Hold, error) {
	return holdInTheWay(ctx, errors, func(e *model.AlreadyInterviewed) booking.HoldID { return e.HoldID })
}

func (ownOverlapResolver) Interview(ctx context.Context, errors []*model.OwnOverlap) ([]*booking.Interview, error) {
	return interviewInTheWay(ctx, errors, func(e *model.OwnOverlap) booking.InterviewID { return e.InterviewID })
}

func (ownOverlapResolver) Hold(ctx context.Context, errors []*model.OwnOverlap) ([]*booking.Hold, error) {
	return holdInTheWay(ctx, errors, func(e *model.OwnOverlap) booking.HoldID { return e.HoldID })
}

func (alreadyHoldingResolver) Hold(ctx context.Context, errors []*model.AlreadyHolding) ([]*booking.Hold, error) {
	return holdInTheWay(ctx, errors, func(e *model.AlreadyHolding) booking.HoldID { return e.HoldID })
}

// interviewInTheWay resolves the interview of each refusal. It returns null if the refusal
// has none or the caller may not see it: interviewers must not learn about a student's
// other interviews.
func interviewInTheWay[E any](
	ctx context.Context, errors []*E, key func(*E) booking.InterviewID,
) ([]*booking.Interview, error) {
	return visible(ctx, errors, &loader.From(ctx).Interviews, key)
}

func holdInTheWay[E any](ctx context.Context, errors []*E, key func(*E) booking.HoldID) ([]*booking.Hold, error) {
	return visible(ctx, errors, &loader.From(ctx).Holds, key)
}

func notNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
