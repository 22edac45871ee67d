package graph

import (
	"context"
	"fmt"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/lexer"
	"github.com/vektah/gqlparser/v2/parser"
)

// Limits are how large a request may be, and what its document may ask for.
type Limits struct {
	Body                 int // bytes of a request's body
	Characters           int // of a document
	Tokens               int // of a document, comments among them
	Nesting              int // of brackets of any kind
	Depth                int // of fields within each other, but for introspection
	IntrospectionDepth   int // the same within __schema and __type
	Aliases              int // in a document
	Directives           int // in a document
	Fields               int // of an operation, with fragments in their places
	Nodes                int // of all operations and fragments, each with fragments in their places
	SameKey              int // fields that are merged into one of the answer
	RootFields           int // of a query
	RootFieldsOfMutation int
	Cost                 int // points of an operation
}

// DefaultLimits are far above what clients ask for, and keep what a document
// costs to validate within a bound.
func DefaultLimits() Limits {
	return Limits{
		Body: 256 << 10, Characters: 15_000, Tokens: 2000, Nesting: 30, Depth: 12, IntrospectionDepth: 20, Aliases: 30, Directives: 50,
		Fields: 1000, Nodes: 3000, SameKey: 10, RootFields: 20, RootFieldsOfMutation: 5, Cost: 5000,
	}
}

// What an answer says of what is wrong is bounded, too.
const (
	maxErrors  = 20
	maxMessage = 400 // bytes
	maxName    = 64  // bytes of a name in the path of a document error
)

// documents decides which documents are executed: those that are trusted, where
// there are such, within the limits. Every transport passes it, because the
// executor does. It runs before validation, whose time the limits bound.
type documents struct {
	limits    Limits
	valid     graphql.Cache[*ast.QueryDocument] // what the executor has let pass before
	trusted   TrustedDocuments                  // nil for any document
	persisted graphql.Cache[string]             // texts by hash; nil for none
}

var _ interface {
	graphql.OperationParameterMutator
	graphql.OperationContextMutator
} = documents{}

func (documents) ExtensionName() string                   { return "Documents" }
func (documents) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters implements graphql.OperationParameterMutator.
func (d documents) MutateOperationParameters(ctx context.Context, params *graphql.RawParams) *gqlerror.Error {
	if err := d.find(ctx, params); err != nil {
		return err
	}
	if _, known := d.valid.Get(ctx, params.Query); !known {
		if err := d.limits.check(params.Query); err != nil {
			return err
		}
	}
	d.remember(ctx, params)
	return nil
}

// MutateOperationContext implements graphql.OperationContextMutator.
func (d documents) MutateOperationContext(_ context.Context, o *graphql.OperationContext) *gqlerror.Error {
	return exceeds("cost", "points", cost(o), d.limits.Cost)
}

// check is an error unless the document is within the limits that can be told
// without the schema. It takes time in proportion to the document. What cannot
// be parsed is left to the executor.
func (l Limits) check(text string) *gqlerror.Error {
	if err := exceeds("characters", "characters", utf8.RuneCountInString(text), l.Characters); err != nil {
		return err
	}
	if err := l.checkTokens(text); err != nil {
		return err
	}
	document, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil {
		return nil //nolint:nilerr // the executor parses it as well, and says what is wrong
	}
	return newMeasure(l, document).check()
}

// checkTokens counts tokens, comments among them, and how deep brackets of any
// kind are nested.
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
	if err := exceeds("tokens", "tokens", tokens, l.Tokens); err != nil {
		return err
	}
	return exceeds("nesting", "brackets within each other", deepest, l.Nesting)
}

// exceeds is an error if more is asked for than a limit allows.
func exceeds(limit, unit string, asked, allowed int) *gqlerror.Error {
	if asked <= allowed {
		return nil
	}
	err := requestError(codeTooComplex, fmt.Sprintf("the document asks for %d %s; the limit %s is %d", asked, unit, limit, allowed))
	err.Extensions["limit"], err.Extensions["allowed"], err.Extensions["asked"] = limit, allowed, asked
	return err
}
