package schooltest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"rehearse/graph"
)

// InputPosition is an argument or an input field, of any field that an operation can reach.
type InputPosition struct {
	Schema    *ast.Schema
	Operation string // query, mutation or subscription
	Around    string // format of the enclosing fields, with %s for the field
	Field     *ast.FieldDefinition
	Argument  *ast.ArgumentDefinition
	Names     []string // input fields, from the argument down

	Type       *ast.Type
	Fallback   *ast.Value
	Directives ast.DirectiveList
}

func (p InputPosition) String() string {
	return p.Field.Name + "(" + strings.Join(append([]string{p.Argument.Name}, p.Names...), ".") + ")"
}

// InputPositions returns every input position of the schema.
func InputPositions(schema *ast.Schema) []InputPosition {
	var found []InputPosition
	seen := map[string]bool{}
	var visit func(operation, around string, of *ast.Definition)
	visit = func(operation, around string, of *ast.Definition) {
		if seen[of.Name] || of.Kind != ast.Object {
			return
		}
		seen[of.Name] = true
		for _, field := range of.Fields {
			if strings.HasPrefix(field.Name, "__") {
				continue
			}
			for _, argument := range field.Arguments {
				p := InputPosition{
					Schema: schema, Operation: operation, Around: around, Field: field, Argument: argument,
					Type: argument.Type, Fallback: argument.DefaultValue, Directives: argument.Directives,
				}
				found = append(found, p.within()...)
			}
			if of != schema.Mutation { // queries reach the types of payloads as well
				visit(operation, fmt.Sprintf(around, Selection(schema, field, nil, "%s")), schema.Types[field.Type.Name()])
			}
		}
	}
	visit("query", "{ %s }", schema.Query)
	visit("mutation", "{ %s }", schema.Mutation)
	visit("subscription", "{ %s }", schema.Subscription)
	return found
}

// TextPositions returns the input positions that accept a JSON string.
func TextPositions() []InputPosition {
	return slices.DeleteFunc(InputPositions(graph.Schema()), func(p InputPosition) bool {
		definition := p.Schema.Types[p.Type.Name()]
		return definition.Kind != ast.Scalar || slices.Contains([]string{"Int", "Float", "Boolean", "JSON"}, p.Type.Name())
	})
}

func (p InputPosition) within() []InputPosition {
	all := []InputPosition{p}
	if definition := p.Schema.Types[p.Type.Name()]; definition.Kind == ast.InputObject {
		for _, field := range definition.Fields {
			inner := p
			inner.Names = append(slices.Clone(p.Names), field.Name)
			inner.Type, inner.Fallback, inner.Directives = field.Type, field.DefaultValue, field.Directives
			all = append(all, inner.within()...)
		}
	}
	return all
}

// Selection formats a field with the given arguments and samples of the other required
// ones.
func Selection(schema *ast.Schema, field *ast.FieldDefinition, given map[string]string, inner string) string {
	arguments := []string{}
	for _, a := range field.Arguments {
		switch text, is := given[a.Name]; {
		case is:
			arguments = append(arguments, a.Name+": "+text)
		case a.Type.NonNull && a.DefaultValue == nil:
			arguments = append(arguments, a.Name+": "+Literal(schema, Sample(schema, a.Type), a.Type))
		}
	}
	text := field.Name
	if len(arguments) > 0 {
		text += "(" + strings.Join(arguments, ", ") + ")"
	}
	if kind := schema.Types[field.Type.Name()].Kind; kind == ast.Scalar || kind == ast.Enum {
		return text
	}
	return text + " { " + inner + " }"
}

// Sample returns a value of the type, with required fields only.
func Sample(schema *ast.Schema, of *ast.Type) any {
	if of.Elem != nil {
		return []any{Sample(schema, of.Elem)}
	}
	definition := schema.Types[of.NamedType]
	switch definition.Kind {
	case ast.Enum:
		return definition.EnumValues[0].Name
	case ast.InputObject:
		fields := map[string]any{}
		for _, field := range definition.Fields {
			if field.Type.NonNull && field.DefaultValue == nil {
				fields[field.Name] = Sample(schema, field.Type)
			}
		}
		return fields
	default:
		return map[string]any{
			"ID": "1", "Int": json.Number("1"), "Float": json.Number("1.5"), "String": "x", "Boolean": true, "DateTime": "2026-06-01T10:00:00Z", "Date": "2026-06-01", "LocalTime": "10:00",
		}[of.NamedType]
	}
}

// Literal formats a value as in a document. "$v" is a variable.
func Literal(schema *ast.Schema, value any, of *ast.Type) string {
	switch v := value.(type) {
	case []any:
		return "[" + Literal(schema, v[0], of.Elem) + "]"
	case map[string]any:
		fields := []string{}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			fields = append(fields, name+": "+Literal(schema, v[name], schema.Types[of.Name()].Fields.ForName(name).Type))
		}
		return "{" + strings.Join(fields, ", ") + "}"
	case string:
		if v == "$v" || schema.Types[of.Name()].Kind == ast.Enum {
			return v
		}
	}
	text, _ := json.Marshal(value)
	return string(text)
}

// holding returns a value of the argument with leaf at the position.
func (p InputPosition) holding(leaf any) any {
	var put func(of *ast.Type, names []string) any
	put = func(of *ast.Type, names []string) any {
		if len(names) == 0 {
			return leaf
		}
		if of.Elem != nil {
			return []any{put(of.Elem, names)}
		}
		fields, _ := Sample(p.Schema, of).(map[string]any)
		fields[names[0]] = put(p.Schema.Types[of.NamedType].Fields.ForName(names[0]).Type, names[1:])
		return fields
	}
	return put(p.Argument.Type, p.Names)
}

// document returns an operation that passes value as the argument, with a variable $v of
// the given type.
func (p InputPosition) document(variable *ast.Type, value any) string {
	field := Selection(p.Schema, p.Field, map[string]string{p.Argument.Name: Literal(p.Schema, value, p.Argument.Type)}, "__typename")
	return fmt.Sprintf("%s($v: %s) %s", p.Operation, variable, fmt.Sprintf(p.Around, field))
}

// AsVariable returns an operation that passes the whole argument in a variable. AsLeaf
// passes only the leaf.
func (p InputPosition) AsVariable(leaf any) (document string, variables map[string]any) {
	return p.document(p.Argument.Type, "$v"), map[string]any{"v": p.holding(leaf)}
}

func (p InputPosition) AsLeaf(of *ast.Type, leaf any) (document string, variables map[string]any) {
	return p.document(of, p.holding("$v")), map[string]any{"v": leaf}
}

// AsLiteral returns an operation that passes the argument as a literal.
func (p InputPosition) AsLiteral(leaf any) (document string) {
	return strings.Replace(p.document(p.Type, p.holding(leaf)), "($v: "+p.Type.String()+")", "", 1)
}

func (p InputPosition) Leaf(text string) any {
	if p.Type.Elem != nil {
		return []any{text}
	}
	return text
}

func Nullable(of *ast.Type) *ast.Type {
	loose := *of
	loose.NonNull = false
	return &loose
}
