package coerce

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"rehearse/graph/scalar"
)

// Literals checks the literals in a document, as far as validation has resolved their
// types. It repeats some checks of validation, because its errors name the argument and
// those of validation do not.
func (c Checker) Literals(ctx context.Context, document *ast.QueryDocument) gqlerror.List {
	r := run{Checker: c, ctx: ctx}
	w := walk{visit: func(u use) bool {
		if r.full() {
			return false
		}
		return r.literal(u)
	}}
	for _, o := range document.Operations {
		w.operation(o)
	}
	for _, f := range document.Fragments { // fragments that no operation spreads
		w.fragment(f)
	}
	return r.problems
}

// literal checks one literal, and reports whether the values within it remain to be
// checked.
func (r *run) literal(u use) (within bool) {
	definition := u.value.Definition
	if u.value.Kind == ast.Variable || u.of == nil || definition == nil {
		return false
	}
	switch {
	case u.value.Kind == ast.NullValue:
		if ok, why := takesNull(u.of, u.fallback, u.directives); !ok {
			r.wrongLiteral(u, why)
		}
		return false
	case u.value.Kind == ast.ListValue && u.of.Elem != nil:
		why := r.tooLong(u.of, len(u.value.Children))
		if why != "" {
			r.wrongLiteral(u, why)
		}
		return why == ""
	case definition.Kind == ast.InputObject:
		return u.value.Kind == ast.ObjectValue // validation checks the rest
	}
	r.mutates = u.mutates
	if err := r.leaf(definition, u.value); err != nil {
		r.wrongLiteral(u, err.Error())
	}
	return false
}

func (r *run) leaf(of *ast.Definition, v *ast.Value) error {
	if of.Kind == ast.Enum {
		if v.Kind == ast.EnumValue && of.EnumValues.ForName(v.Raw) != nil {
			return nil
		}
		return r.notInEnum(of, source(v.String()))
	}
	value := valueOf(of, v)
	if err := r.checkText(of, value); err != nil {
		return err
	}
	_, err := scalar.Coerce(r.ctx, of.Name, value)
	return err
}

// source is the text of a literal of a kind that the scalar does not accept.
type source string

func (s source) String() string { return string(s) }

// valueOf returns a literal as it would be in a variable.
func valueOf(of *ast.Definition, v *ast.Value) any {
	switch v.Kind {
	case ast.IntValue:
		return json.Number(v.Raw)
	case ast.FloatValue:
		if of.Name == "Float" { // an Int may be 1.0 in JSON, but not in a document
			return json.Number(v.Raw)
		}
	case ast.StringValue, ast.BlockValue:
		return v.Raw
	case ast.BooleanValue:
		return v.Raw == "true"
	default:
	}
	return source(v.String())
}

func (r *run) wrongLiteral(u use, why string) {
	name := u.name()
	problem := gqlerror.ErrorPosf(u.value.Position, "%s%s: %s.", asciiUpper(name[:1]), name[1:], why)
	r.problems = append(r.problems, problem)
}

func asciiUpper(letter string) string { return string(letter[0] - 'a' + 'A') }

// use is a value and its place in a document.
type use struct {
	value      *ast.Value
	of         *ast.Type  // expected type; nil if validation could not resolve it
	fallback   *ast.Value // default of the position
	directives ast.DirectiveList
	owner      string // the field, directive or variable that it belongs to
	mutates    bool   // the field is a mutation
	at         spot
}

// name returns the place of the value, such as argument "input.party" of "markNoShow".
func (u use) name() string {
	if u.owner == "" {
		return fmt.Sprintf("default of %q", "$"+u.at.String())
	}
	return fmt.Sprintf("argument %q of %q", u.at.String(), u.owner)
}

// walk visits the values of a document, each fragment once. It skips the children of a
// value for which visit returns false.
type walk struct {
	visit     func(use) bool
	fragments map[*ast.FragmentDefinition]bool
}

func (w *walk) operation(o *ast.OperationDefinition) {
	for _, v := range o.VariableDefinitions {
		if v.DefaultValue != nil {
			w.value(use{value: v.DefaultValue, of: v.Type, at: spot{name: v.Variable}})
		}
		w.directives(v.Directives)
	}
	w.directives(o.Directives)
	w.selections(o.SelectionSet)
}

func (w *walk) fragment(f *ast.FragmentDefinition) {
	if f == nil || w.fragments[f] {
		return
	}
	if w.fragments == nil {
		w.fragments = map[*ast.FragmentDefinition]bool{}
	}
	w.fragments[f] = true
	w.directives(f.Directives)
	w.selections(f.SelectionSet)
}

func (w *walk) selections(set ast.SelectionSet) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if s.Definition != nil {
				mutates := s.ObjectDefinition != nil && s.ObjectDefinition.Name == mutationType
				w.arguments(use{owner: s.Name, mutates: mutates}, s.Definition.Arguments, s.Arguments)
			}
			w.directives(s.Directives)
			w.selections(s.SelectionSet)
		case *ast.InlineFragment:
			w.directives(s.Directives)
			w.selections(s.SelectionSet)
		case *ast.FragmentSpread:
			w.directives(s.Directives)
			w.fragment(s.Definition)
		}
	}
}

func (w *walk) directives(list ast.DirectiveList) {
	for _, d := range list {
		if d.Definition != nil {
			w.arguments(use{owner: "@" + d.Name}, d.Definition.Arguments, d.Arguments)
		}
	}
}

// mutationType is the root type of mutations.
const mutationType = "Mutation"

// arguments visits the arguments of a field or a directive. The first parameter is the
// template of their uses.
func (w *walk) arguments(of use, defined ast.ArgumentDefinitionList, given ast.ArgumentList) {
	for _, a := range given {
		if definition := defined.ForName(a.Name); definition != nil {
			w.value(use{
				value: a.Value, of: definition.Type, fallback: definition.DefaultValue,
				directives: definition.Directives, owner: of.owner, mutates: of.mutates, at: spot{name: a.Name},
			})
		}
	}
}

func (w *walk) value(u use) {
	if !w.visit(u) {
		return
	}
	for i, child := range u.value.Children {
		within := use{value: child.Value, owner: u.owner, mutates: u.mutates}
		switch {
		case u.value.Kind == ast.ListValue && u.of.Elem != nil:
			within.of, within.at = u.of.Elem, u.at.item(i)
		case u.value.Kind == ast.ObjectValue && u.value.Definition != nil:
			field := u.value.Definition.Fields.ForName(child.Name)
			if field == nil {
				continue
			}
			within.of, within.fallback, within.directives, within.at = field.Type, field.DefaultValue, field.Directives, u.at.field(child.Name)
		default:
			continue
		}
		w.value(within)
	}
}
