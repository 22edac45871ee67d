package graph

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"rehearse/graph/generated"
)

// Observer looks on while requests are answered. Every word that it is told is
// one of a Vocabulary or a name of the schema; nothing of it is a client's.
// It is called from several goroutines.
type Observer interface {
	// Request begins to look at a request; done is called when it is answered.
	Request(ctx context.Context, r *http.Request) (of context.Context, done func())
	// Operation: the request asks for one of a kind (query, mutation or
	// subscription), which uses these deprecated elements of the schema.
	Operation(ctx context.Context, kind string, deprecated []string)
	// Field begins the work for a root field; done ends it.
	Field(ctx context.Context, object, name string) (of context.Context, done func())
	// Refused: a rule said no to a mutation.
	Refused(ctx context.Context, code string)
	// Answered: with an HTTP status, and the codes of the top-level errors.
	Answered(ctx context.Context, status int, codes []string)
}

// Vocabulary is what an Observer is told.
type Vocabulary struct {
	Codes      []string // of top-level errors
	Faults     []string // those of them that are not the client's doing
	Refusals   []string // codes of refusals
	Deprecated []string // elements of the schema
}

// NewVocabulary reads the schema.
func NewVocabulary() Vocabulary {
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	v := Vocabulary{Deprecated: deprecatedElements(schema)}
	for _, code := range slices.Sorted(maps.Keys(errorCodes)) {
		v.Codes = append(v.Codes, string(code))
		if errorCodes[code] {
			v.Faults = append(v.Faults, string(code))
		}
	}
	for _, value := range schema.Types["RefusalCode"].EnumValues {
		v.Refusals = append(v.Refusals, value.Name)
	}
	return v
}

// unobserved is nobody who looks on.
type unobserved struct{}

func (unobserved) Request(ctx context.Context, _ *http.Request) (context.Context, func()) {
	return ctx, func() {}
}
func (unobserved) Operation(context.Context, string, []string) {}
func (unobserved) Field(ctx context.Context, _, _ string) (context.Context, func()) {
	return ctx, func() {}
}
func (unobserved) Refused(context.Context, string)         {}
func (unobserved) Answered(context.Context, int, []string) {}

type observerKey struct{}

func observer(ctx context.Context) Observer {
	if o, is := ctx.Value(observerKey{}).(Observer); is {
		return o
	}
	return unobserved{}
}

// observeField lets the observer see a root field at work; what introspection
// asks for is none.
func observeField(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	field := graphql.GetRootFieldContext(ctx).Field
	if field.ObjectDefinition == nil || field.Name[0] == '_' {
		return next(ctx)
	}
	ctx, done := observer(ctx).Field(ctx, field.ObjectDefinition.Name, field.Name)
	defer done()
	return next(ctx)
}

// codesOf are the codes of errors, each once.
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

// deprecatedElements are the fields, arguments, input fields and enum values
// that the schema has marked.
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
