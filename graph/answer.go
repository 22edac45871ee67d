package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"rehearse/graph/plan"
	"rehearse/internal/budget"
	"rehearse/internal/errorcode"
)

// Memory that gqlgen allocates to execute a field and a list object, in addition to the
// value: contexts, closures and deferred writes. BenchmarkMemoryCharged compares the memory
// charged to responses with their live memory.
const (
	memoryOfField  = 320
	memoryOfObject = 384
	memoryOfError  = 1024
)

// charged returns a field middleware that charges the fields that gqlgen executes to the
// response's budget, and returns null for all fields once the budget is exceeded. Planned
// fields charge themselves.
func charged(planned plan.Types) graphql.FieldMiddleware {
	return func(ctx context.Context, next graphql.Resolver) (any, error) {
		b := budget.From(ctx)
		at := graphql.GetFieldContext(ctx)
		if !affordsField(b, at.Field) {
			return graphql.Null, nil
		}
		value, err := planned.Around(ctx, next)
		if err == nil && at.Object == mutationType {
			b.Executed(at.Field.Alias)
		}
		if err != nil || value == nil || chargeValue(b, at.Field, value) == nil {
			return value, err
		}
		return graphql.Null, nil
	}
}

const mutationType = "Mutation"

// written returns the value of a root field. For a large response, it grows the output
// buffer to its final size before the first write: by then, all root fields are charged.
func written(value graphql.Marshaler, b *budget.Budget) graphql.Marshaler {
	const large = 32 << 10
	if b.Buffer() < large || value == graphql.Null || value == graphql.RequiredNull {
		return value
	}
	return buffered{value, b}
}

type buffered struct {
	graphql.Marshaler

	answer *budget.Budget
}

// MarshalGQL implements graphql.Marshaler.
func (v buffered) MarshalGQL(w io.Writer) {
	if to, is := w.(*bytes.Buffer); is {
		if missing := v.answer.Buffer() - to.Len(); missing > to.Available() {
			to.Grow(missing)
		}
	}
	v.Marshaler.MarshalGQL(w)
}

// affordsField charges a field and its name, and reports whether the budget allows them.
func affordsField(b *budget.Budget, field graphql.CollectedField) bool {
	return b.Hold(memoryOfField) == nil && b.Write(len(field.Alias)+len(`"":`)) == nil
}

// chargeValue charges a lower bound of a value's size before it is written.
func chargeValue(b *budget.Budget, field graphql.CollectedField, value any) error {
	if len(field.Selections) > 0 {
		if _, written := value.(graphql.Marshaler); written {
			return b.Failure()
		}
		objects := 1
		if list := reflect.ValueOf(value); list.Kind() == reflect.Slice {
			objects = list.Len()
		}
		return b.Hold(objects * (memoryOfObject + typenames(field.Selections)))
	}
	switch v := value.(type) {
	case string:
		return b.Write(len(v))
	case *string:
		if v != nil {
			return b.Write(len(*v))
		}
	case json.RawMessage:
		return b.Write(len(v))
	case []string:
		total := 0
		for _, text := range v {
			total += len(text) + len(`"",`)
		}
		return errors.Join(b.Hold(memoryOfField/4*len(v)), b.Write(total))
	default:
		if list := reflect.ValueOf(value); list.Kind() == reflect.Slice {
			return errors.Join(b.Hold(memoryOfField/4*list.Len()), b.Write(list.Len()))
		}
	}
	return b.Failure()
}

// typenames returns the memory of the __typename fields of an object, for which gqlgen
// calls no field middleware.
func typenames(set ast.SelectionSet) int {
	const closure, name = 64, 32
	total := 0
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if s.Name == "__typename" {
				total += closure + name + len(s.Alias)
			}
		case *ast.InlineFragment:
			total += typenames(s.SelectionSet)
		case *ast.FragmentSpread:
			total += typenames(s.Definition.SelectionSet)
		}
	}
	return total
}

// builtWithin replaces a response that exceeds its budget by one error without data.
func builtWithin(ctx context.Context, response *graphql.Response) *graphql.Response {
	b := budget.From(ctx)
	if response == nil || b == nil {
		return response
	}
	if err := b.Built(len(response.Data)); err != nil {
		return &graphql.Response{Data: []byte("null"), Errors: gqlerror.List{exceeded(b, graphql.GetOperationContext(ctx), err)}}
	}
	return response
}

// exceeded returns the error of a response that was given up. For a mutation, it lists the
// executed fields, because clients must not resend those.
func exceeded(b *budget.Budget, o *graphql.OperationContext, err error) *gqlerror.Error {
	code, why := errorcode.Timeout, TimeoutMessage
	var large *budget.ExceededError
	switch {
	case errors.As(err, &large):
		code, why = errorcode.AnswerTooLarge, tooLargeText(large)
	case errors.Is(err, budget.ErrBusy):
		code, why = errorcode.Unavailable, "the server is building too many large responses; try again"
	case errors.Is(err, budget.ErrOwn):
		code, why = errorcode.RateLimited, "the server is building too many large responses for this caller; try again when they are done"
	}
	if o.Operation.Operation != ast.Mutation {
		return limited(RequestError(code, why), large)
	}
	done := b.WhatExecuted()
	if len(done) > 0 {
		if code == errorcode.Unavailable || code == errorcode.RateLimited { // clients would resend the mutation
			code, why = errorcode.AnswerTooLarge, "the server has no memory left for its response"
		}
		why = fmt.Sprintf("executed: %s, but the response was discarded: %s; read the result with a query, and do not send the mutation again",
			strings.Join(done, ", "), why)
	}
	problem := limited(RequestError(code, why), large)
	problem.Extensions["executed"] = append([]string{}, done...)
	return problem
}

func tooLargeText(large *budget.ExceededError) string {
	if large.Limit == "memory" {
		return fmt.Sprintf("building the response takes too much memory; at most %d bytes are allowed, so select fewer fields or smaller pages", large.Allowed)
	}
	return fmt.Sprintf("the response is too large; at most %d bytes are allowed, so select fewer fields or smaller pages", large.Allowed)
}

func limited(problem *gqlerror.Error, large *budget.ExceededError) *gqlerror.Error {
	if large != nil {
		problem.Extensions["limit"], problem.Extensions["allowed"] = large.Limit, large.Allowed
	}
	return problem
}
