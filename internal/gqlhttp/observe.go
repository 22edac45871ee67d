package gqlhttp

import (
	"context"
	"net/http"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"rehearse/graph"
	"rehearse/internal/booking"
	"rehearse/internal/errorcode"
)

// Observer observes requests. Its methods are called concurrently. Every string passed to
// them is in the Vocabulary; none comes from a client.
type Observer interface {
	graph.Observer
	// Request starts observing a request; done is called when it has been answered.
	Request(ctx context.Context, r *http.Request) (of context.Context, done func())
	// Operation reports the kind of a requested operation (query, mutation or subscription)
	// and the deprecated elements of the schema that it uses.
	Operation(ctx context.Context, kind string, deprecated []string)
	// Answered reports the HTTP status of a response, and the codes of its top-level
	// errors.
	Answered(ctx context.Context, status int, codes []string)
}

// Vocabulary is the set of strings that are passed to an Observer.
type Vocabulary struct {
	Codes      []string // codes of top-level errors, and hungUp
	Faults     []string // those codes that the client did not cause
	Refusals   []string // refusal codes
	Deprecated []string // deprecated elements of the schema
}

// NewVocabulary returns the vocabulary of this program and its schema.
func NewVocabulary() Vocabulary {
	v := Vocabulary{Deprecated: deprecatedElements(graph.Schema())}
	for _, code := range errorcode.All() {
		v.Codes = append(v.Codes, string(code.Code))
		if code.Fault {
			v.Faults = append(v.Faults, string(code.Code))
		}
	}
	v.Codes = append(v.Codes, hungUp)
	for _, code := range booking.RefusalCodes() {
		v.Refusals = append(v.Refusals, string(code.Code))
	}
	return v
}

// hungUp replaces the codes of errors that follow from the client's disconnecting or cancelling.
// No client receives it.
const hungUp = "CANCELED"

// observed returns the codes for an Observer. If the client has hung up, an operation that was
// not completed is not the server's fault.
func observed(ctx context.Context, codes []string) []string {
	if context.Cause(ctx) != context.Canceled { //nolint:errorlint // if the server has cancelled, the cause is another error
		return codes
	}
	for i, code := range codes {
		switch errorcode.Code(code) { //nolint:exhaustive // the others do not follow from it
		case errorcode.Timeout, errorcode.Unavailable, errorcode.OutcomeUnknown:
			codes[i] = hungUp
		}
	}
	return codes
}

// unobserved is an Observer that does nothing.
type unobserved struct{}

func (unobserved) Request(ctx context.Context, _ *http.Request) (context.Context, func()) {
	return ctx, func() {}
}
func (unobserved) Field(ctx context.Context, _, _ string) (context.Context, func()) {
	return ctx, func() {}
}
func (unobserved) Operation(context.Context, string, []string) {}
func (unobserved) Refused(context.Context, string)             {}
func (unobserved) Answered(context.Context, int, []string)     {}

// codesOf returns the distinct codes of errors.
func codesOf(problems gqlerror.List) []string {
	var codes []string
	for _, problem := range problems {
		code, _ := problem.Extensions["code"].(string)
		if !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	return codes
}

// deprecatedElements returns the deprecated fields, arguments, input fields and enum values
// of the schema, sorted.
func deprecatedElements(schema *ast.Schema) []string {
	var found []string
	add := func(directives ast.DirectiveList, name string) {
		if directives.ForName("deprecated") != nil {
			found = append(found, name)
		}
	}
	for _, definition := range schema.Types {
		for _, field := range definition.Fields {
			add(field.Directives, definition.Name+"."+field.Name)
			for _, argument := range field.Arguments {
				add(argument.Directives, argumentName(definition, field, argument.Name))
			}
		}
		for _, value := range definition.EnumValues {
			add(value.Directives, definition.Name+"."+value.Name)
		}
	}
	slices.Sort(found)
	return found
}

func argumentName(of *ast.Definition, field *ast.FieldDefinition, name string) string {
	return of.Name + "." + field.Name + "(" + name + ":)"
}
