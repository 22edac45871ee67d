package gqlhttp

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/lexer"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"rehearse/graph"
	"rehearse/internal/errorcode"
	"rehearse/internal/gqlhttp/coerce"
)

// Limits are the size limits of a request and its document.
type Limits struct {
	Body                 int // bytes of a request body
	ImportBody           int // bytes of the body of an administrator's import
	Characters           int // characters of a document
	Tokens               int // tokens of a document, including comments
	Nesting              int // nesting depth of brackets of any kind
	Depth                int // nesting depth of fields outside introspection
	IntrospectionDepth   int // nesting depth of fields within __schema and __type
	Aliases              int // aliases in a document
	Directives           int // directives in a document
	Fields               int // fields of an operation, with fragments expanded
	Nodes                int // nodes of all operations and fragments, with fragments expanded
	SameKey              int // fields that are merged into one of the response
	RootFields           int // root fields of a query
	RootFieldsOfMutation int
	Cost                 int // points of an operation
}

// DefaultLimits returns limits that are far above what clients need and bound the cost of
// validating a document.
func DefaultLimits() Limits {
	return Limits{
		Body: 256 << 10, ImportBody: 8 << 20, Characters: 15_000, Tokens: 2000, Nesting: 30, Depth: 12, IntrospectionDepth: 20, Aliases: 30, Directives: 50,
		Fields: 1000, Nodes: 3000, SameKey: 10, RootFields: 20, RootFieldsOfMutation: 5, Cost: 5000,
	}
}

// documents decides which operations may execute: their document must be trusted, if
// trusted documents are configured, within the limits and valid, and their variables must
// have the right types. The limits are checked before validation, because they bound its
// time.
type documents struct {
	limits    Limits
	check     coerce.Checker
	rules     func() *rules.Rules               // validation rules
	valid     graphql.Cache[*ast.QueryDocument] // cache of valid documents
	trusted   TrustedDocuments                  // nil allows any document
	persisted graphql.Cache[string]             // texts by hash; nil if disabled
}

// operation parses the requested operation and returns it with its cost in points. If it
// returns problems, the operation must not execute.
func (d documents) operation(
	ctx context.Context, exec graphql.GraphExecutor, params *graphql.RawParams,
) (*graphql.OperationContext, int, gqlerror.List) {
	document, problems := d.document(ctx, params)
	if len(problems) == 0 {
		if operation := document.Operations.ForName(params.OperationName); operation != nil { // CreateOperationContext reports a missing one
			problems = asDocumentErrors(d.check.Variables(ctx, operation, params.Variables))
		}
	}
	if len(problems) > 0 {
		return &graphql.OperationContext{RawQuery: params.Query}, 0, problems
	}
	operation, problems := exec.CreateOperationContext(ctx, params) // finds the document in the cache
	if len(problems) > 0 {
		return operation, 0, problems
	}
	points, problem := d.price(operation)
	if problem != nil {
		return operation, 0, gqlerror.List{problem}
	}
	return operation, points, nil
}

// knows reports whether the requested document is in the cache of valid documents.
func (d documents) knows(ctx context.Context, params *graphql.RawParams) bool {
	text := params.Query
	if text == "" {
		return true // a hash refers to a document that was read before
	}
	_, known := d.valid.Get(ctx, text)
	return known
}

// document returns the requested document, validated.
func (d documents) document(ctx context.Context, params *graphql.RawParams) (*ast.QueryDocument, gqlerror.List) {
	if err := d.find(ctx, params); err != nil {
		return nil, gqlerror.List{err}
	}
	document, known := d.valid.Get(ctx, params.Query)
	if !known {
		var problems gqlerror.List
		if document, problems = d.read(ctx, params.Query); len(problems) > 0 {
			return nil, problems
		}
		d.valid.Add(ctx, params.Query, document)
	}
	d.remember(ctx, params)
	return document, nil
}

// read parses and validates a document.
func (d documents) read(ctx context.Context, text string) (*ast.QueryDocument, gqlerror.List) {
	document, err := d.limits.parse(text)
	if err != nil {
		return nil, gqlerror.List{err}
	}
	problems := validator.ValidateWithRules(d.check.Schema, document, d.rules())
	return document, asDocumentErrors(named(problems, d.check.Literals(ctx, document)))
}

// named replaces the validation errors of a value by the literal error of the same value,
// which names the argument.
func named(problems, literals gqlerror.List) gqlerror.List {
	of := map[gqlerror.Location]bool{}
	for _, problem := range literals {
		of[problem.Locations[0]] = true
	}
	return append(slices.DeleteFunc(problems, func(problem *gqlerror.Error) bool {
		return strings.HasPrefix(problem.Rule, rules.ValuesOfCorrectTypeRule.Name) && of[problem.Locations[0]]
	}), literals...)
}

// asDocumentErrors marks errors as validation errors for the error presenter.
func asDocumentErrors(problems gqlerror.List) gqlerror.List {
	for _, problem := range problems {
		errcode.Set(problem, errcode.ValidationFailed)
	}
	return problems
}

// price returns the cost of the operation in points, or a problem that depends on its
// variables.
func (d documents) price(o *graphql.OperationContext) (points int, problem *gqlerror.Error) {
	points, problem = operationCost(o)
	if problem != nil {
		return 0, problem
	}
	if problem := rootProblem(o.Operation); problem != nil {
		return 0, problem
	}
	return points, exceeds(limitCost, "the operation costs %d points", points, d.limits.Cost)
}

// parse parses a document and checks the limits that do not need the schema. It takes time
// linear in the size of the document.
func (l Limits) parse(text string) (*ast.QueryDocument, *gqlerror.Error) {
	if err := exceeds(limitCharacters, "the document has %d characters", utf8.RuneCountInString(text), l.Characters); err != nil {
		return nil, err
	}
	if err := l.checkTokens(text); err != nil {
		return nil, err
	}
	document, err := parser.ParseQuery(&ast.Source{Input: text})
	switch {
	case err != nil:
		errcode.Set(err, errcode.ParseFailed)
		return nil, gqlerror.WrapIfUnwrapped(err)
	case len(document.Operations) == 0:
		return nil, graph.RequestError(errorcode.BadUserInput, "the document has no operation")
	}
	return document, newDocumentLimits(l, document).check()
}

// checkTokens limits the tokens, including comments, and the nesting of brackets of any
// kind.
func (l Limits) checkTokens(text string) *gqlerror.Error {
	tokens, nesting, deepest := 0, 0, 0
	for lex := lexer.New(&ast.Source{Input: text}); ; tokens++ {
		token, err := lex.ReadToken()
		if err != nil || token.Kind == lexer.EOF {
			break
		}
		switch token.Kind {
		case lexer.BraceL, lexer.BracketL, lexer.ParenL:
			nesting++
			deepest = max(deepest, nesting)
		case lexer.BraceR, lexer.BracketR, lexer.ParenR:
			nesting--
		default:
		}
	}
	if err := exceeds(limitTokens, "the document has %d tokens", tokens, l.Tokens); err != nil {
		return err
	}
	return exceeds(limitNesting, "the document nests brackets %d levels deep", deepest, l.Nesting)
}

// exceeds returns an error if asked is more than allowed. fact is a format string with one
// verb, for asked.
func exceeds(limit, fact string, asked, allowed int) *gqlerror.Error {
	if asked <= allowed {
		return nil
	}
	err := graph.RequestError(errorcode.TooComplex, fmt.Sprintf(fact+"; at most %d are allowed (limit %s)", asked, allowed, limit))
	err.Extensions["limit"], err.Extensions["allowed"], err.Extensions["asked"] = limit, allowed, asked
	return err
}
