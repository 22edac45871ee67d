// Package coerce checks the values of a request against the schema before execution:
// variables in JSON, and literals in a document. The checks of the libraries are too
// lenient: they accept enum values in any case, a number for a string, and null for a value
// that has a default.
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

// NotNullDirective marks an input field that is optional but must not be null.
const NotNullDirective = "notNull"

// maxProblems limits the work for an invalid request. It is one more than a response lists,
// so that the response can say that some are omitted.
const maxProblems = 21

// Checker checks values against a schema.
type Checker struct {
	Schema *ast.Schema
	Hide   bool // hide names of the schema that the client did not send
}

// run collects the problems of one request.
type run struct {
	Checker
	ctx      context.Context //nolint:containedctx // a run does not outlive the call that creates it
	problems gqlerror.List
	mutates  bool // the value is an input of a mutation
}

// spot is the location of a value: a root, or a field or an item of its parent.
type spot struct {
	up       *spot
	name     string // name of a root or a field; empty for an item
	index    int
	position *ast.Position
}

func (s *spot) field(name string) spot { return spot{up: s, name: name} }
func (s *spot) item(index int) spot    { return spot{up: s, index: index} }

// String returns the location in the form input.weekdays[0].
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

// wrongVariable adds a problem with the value of a variable.
func (r *run) wrongVariable(at *spot, format string, args ...any) {
	if r.full() {
		return
	}
	problem := gqlerror.ErrorPosf(at.root().position, "Variable %q: %s.", "$"+scalar.Clip(at.String()), fmt.Sprintf(format, args...))
	problem.Path = at.path()
	r.problems = append(r.problems, problem)
}

// scalarOrEnum returns the value in the form that gqlgen reads, or an error if the value is
// not of the type.
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

// checkText rejects texts with forbidden characters, except in the inputs of mutations:
// those are reported as user errors.
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

// takesNull reports whether a position accepts null and, if not, why.
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
