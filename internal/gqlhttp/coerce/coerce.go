// Package coerce checks the values of a request against the schema before
// anything is executed: variables as they come in JSON, and the literals of a
// document. The libraries' checks take an enum in any case, a number for a
// string and a null for what has a default.
package coerce

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"rehearse/graph/scalar"
)

// NotNullDirective marks an input field that may be left out but not be null.
const NotNullDirective = "notNull"

// maxProblems bounds the work for a request that is wrong throughout. It is one
// more than an answer tells, which says then that some are left out.
const maxProblems = 21

// Checker checks values against a schema.
type Checker struct {
	Schema *ast.Schema
	Hide   bool // keep names of the schema that were not sent out of messages
}

// run collects the problems of one request.
type run struct {
	Checker
	ctx      context.Context //nolint:containedctx // a run lives as long as the call that makes it
	problems gqlerror.List
	mutates  bool // the value is an input of a mutation
}

// spot is where a value stands: a root, or a field or an item of the spot above.
type spot struct {
	up       *spot
	name     string // of a root or a field; empty for an item
	index    int
	position *ast.Position
}

func (s *spot) field(name string) spot { return spot{up: s, name: name} }
func (s *spot) item(index int) spot    { return spot{up: s, index: index} }

// String writes a spot such as input.weekdays[0].
func (s *spot) String() string {
	switch {
	case s.up == nil:
		return s.name
	case s.name == "":
		return s.up.String() + "[" + strconv.Itoa(s.index) + "]"
	default:
		return s.up.String() + "." + s.name
	}
}

func (s *spot) path() ast.Path {
	switch {
	case s.up == nil:
		return ast.Path{ast.PathName("variable"), ast.PathName(s.name)}
	case s.name == "":
		return append(s.up.path(), ast.PathIndex(s.index))
	default:
		return append(s.up.path(), ast.PathName(s.name))
	}
}

func (s *spot) root() *spot {
	for s.up != nil {
		s = s.up
	}
	return s
}

func (r *run) full() bool { return len(r.problems) >= maxProblems }

// wrongVariable records what is wrong with the value of a variable.
func (r *run) wrongVariable(at *spot, format string, args ...any) {
	if r.full() {
		return
	}
	problem := gqlerror.ErrorPosf(at.root().position, "Variable %q: %s.", "$"+scalar.Clip(at.String()), fmt.Sprintf(format, args...))
	problem.Path = at.path()
	r.problems = append(r.problems, problem)
}

// scalarOrEnum returns the value in the form that gqlgen reads, or why it is
// not one of the type.
func (r *run) scalarOrEnum(of *ast.Definition, value any) (any, error) {
	if of.Kind != ast.Enum {
		if err := r.checkText(of, value); err != nil {
			return nil, err
		}
		return scalar.Coerce(r.ctx, of.Name, value)
	}
	if text, is := value.(string); is && of.EnumValues.ForName(text) != nil {
		return value, nil
	}
	return nil, r.notInEnum(of, value)
}

// checkText refuses texts with characters that none may have, except the inputs
// of mutations: the operation refuses those as data.
func (r *run) checkText(of *ast.Definition, value any) error {
	if of.Name != "String" || r.mutates {
		return nil
	}
	return scalar.CheckText(value)
}

func (r *run) notInEnum(of *ast.Definition, value any) error {
	if r.Hide {
		return fmt.Errorf("%s is not a value of %s", scalar.Describe(value), of.Name)
	}
	names := make([]string, len(of.EnumValues))
	for i, allowed := range of.EnumValues {
		names[i] = allowed.Name
	}
	return fmt.Errorf("%s is not a value of %s; expected one of %s", scalar.Describe(value), of.Name, strings.Join(names, ", "))
}

// takesNull reports whether null is allowed in a position, and if not, why.
func takesNull(of *ast.Type, fallback *ast.Value, directives ast.DirectiveList) (ok bool, why string) {
	switch {
	case of.NonNull && fallback != nil:
		return false, fmt.Sprintf("null is not a value of %s; omit it to use the default, %s", of, fallback)
	case of.NonNull:
		return false, fmt.Sprintf("null is not a value of %s", of)
	case directives.ForName(NotNullDirective) != nil:
		return false, "null is not allowed; omit it to keep the current value"
	default:
		return true, ""
	}
}
