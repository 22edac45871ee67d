package gqlhttp

import (
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// deprecatedUses returns the deprecated elements that an operation uses in its document or
// its variables, each once.
func deprecatedUses(schema *ast.Schema, deprecated []string, o *graphql.OperationContext) []string {
	if len(deprecated) == 0 {
		return nil
	}
	u := uses{schema: schema, deprecated: deprecated, fragments: map[string]bool{}}
	u.selections(o.Operation.SelectionSet)
	for _, variable := range o.Operation.VariableDefinitions {
		u.variable(variable.Type, o.Variables[variable.Variable])
	}
	return u.found
}

// uses collects the deprecated elements of an operation. It visits each fragment once.
type uses struct {
	schema     *ast.Schema
	deprecated []string
	fragments  map[string]bool
	found      []string
}

func (u *uses) add(name string) {
	if slices.Contains(u.deprecated, name) && !slices.Contains(u.found, name) {
		u.found = append(u.found, name)
	}
}

func (u *uses) selections(set ast.SelectionSet) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			u.field(s)
		case *ast.InlineFragment:
			u.selections(s.SelectionSet)
		case *ast.FragmentSpread:
			if !u.fragments[s.Name] {
				u.fragments[s.Name] = true
				u.selections(s.Definition.SelectionSet)
			}
		}
	}
}

func (u *uses) field(f *ast.Field) {
	u.add(f.ObjectDefinition.Name + "." + f.Name)
	for _, argument := range f.Arguments {
		u.add(argumentName(f.ObjectDefinition, f.Definition, argument.Name))
		u.literal(argument.Value)
	}
	u.selections(f.SelectionSet)
}

func (u *uses) literal(v *ast.Value) {
	if v.Kind == ast.EnumValue {
		u.add(v.Definition.Name + "." + v.Raw)
	}
	for _, child := range v.Children {
		if v.Kind == ast.ObjectValue {
			u.add(v.Definition.Name + "." + child.Name)
		}
		u.literal(child.Value)
	}
}

func (u *uses) variable(of *ast.Type, value any) {
	definition := u.schema.Types[of.Name()]
	switch v := value.(type) {
	case string:
		if definition.Kind == ast.Enum {
			u.add(definition.Name + "." + v)
		}
	case []any:
		for _, element := range v {
			u.variable(of, element)
		}
	case map[string]any:
		for name, within := range v {
			u.add(definition.Name + "." + name)
			if field := definition.Fields.ForName(name); field != nil {
				u.variable(field.Type, within)
			}
		}
	}
}
