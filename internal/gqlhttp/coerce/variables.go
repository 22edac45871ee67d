package coerce

import (
	"context"
	"maps"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"rehearse/graph/scalar"
)

// Variables coerces the values of an operation's variables in place. The operation must be
// valid.
func (c Checker) Variables(ctx context.Context, o *ast.OperationDefinition, given map[string]any) gqlerror.List {
	r := run{Checker: c, ctx: ctx, mutates: o.Operation == ast.Mutation}
	nulls := false
	spots := make([]spot, len(o.VariableDefinitions))
	for i, v := range o.VariableDefinitions {
		at := &spots[i]
		at.name, at.position = v.Variable, v.Position
		value, is := given[v.Variable]
		switch {
		case is:
			given[v.Variable] = r.variable(at, v.Type, value)
			nulls = nulls || value == nil
		case v.DefaultValue != nil:
			nulls = nulls || v.DefaultValue.Kind == ast.NullValue
		case v.Type.NonNull:
			r.wrongVariable(at, "a value is missing; %s is expected", v.Type)
		}
	}
	if nulls && len(r.problems) == 0 {
		r.nullsWhereNoneAreTaken(o, given)
	}
	return r.problems
}

func (r *run) variable(at *spot, of *ast.Type, value any) any {
	if r.full() {
		return value
	}
	if value == nil {
		if ok, why := takesNull(of, nil, nil); !ok {
			r.wrongVariable(at, "%s", why)
		}
		return nil
	}
	if of.Elem != nil {
		return r.list(at, of, value)
	}
	definition := r.Schema.Types[of.NamedType]
	if definition.Kind == ast.InputObject {
		return r.object(at, definition, value)
	}
	coerced, err := r.scalarOrEnum(definition, value)
	if err != nil {
		r.wrongVariable(at, "%s", err)
		return value
	}
	return coerced
}

// list coerces a list, or a single value, which the specification treats as a list of one.
func (r *run) list(at *spot, of *ast.Type, value any) any {
	items, is := value.([]any)
	if !is {
		return []any{r.variable(at, of.Elem, value)}
	}
	if why := r.tooLong(of, len(items)); why != "" {
		r.wrongVariable(at, "%s", why)
		return items
	}
	for i, item := range items {
		within := at.item(i)
		items[i] = r.variable(&within, of.Elem, item)
	}
	return items
}

func (r *run) object(at *spot, of *ast.Definition, value any) any {
	fields, is := value.(map[string]any)
	if !is {
		r.wrongVariable(at, "%s is not an object of %s", scalar.Describe(value), of.Name)
		return value
	}
	known := 0
	for _, field := range of.Fields {
		value, is := fields[field.Name]
		if !is && (!field.Type.NonNull || field.DefaultValue != nil) {
			continue
		}
		within := at.field(field.Name)
		if !is {
			r.wrongVariable(&within, "a value is missing; %s is expected", field.Type)
			continue
		}
		known++
		if value == nil {
			if ok, why := takesNull(field.Type, field.DefaultValue, field.Directives); !ok {
				r.wrongVariable(&within, "%s", why)
				continue
			}
		}
		fields[field.Name] = r.variable(&within, field.Type, value)
	}
	if known < len(fields) {
		r.unknownFields(at, of, fields)
	}
	return fields
}

func (r *run) unknownFields(at *spot, of *ast.Definition, fields map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if of.Fields.ForName(name) == nil {
			within := at.field(name)
			r.wrongVariable(&within, "%s does not have this field", of.Name)
		}
	}
}

// nullsWhereNoneAreTaken finds null variables that are used as an argument, an input field
// or an item that cannot be null. Validation allows a nullable variable in such a position
// when either the variable or the position has a default.
func (r *run) nullsWhereNoneAreTaken(o *ast.OperationDefinition, given map[string]any) {
	isNull := func(name string) bool {
		if value, is := given[name]; is {
			return value == nil
		}
		v := o.VariableDefinitions.ForName(name)
		return v != nil && v.DefaultValue != nil && v.DefaultValue.Kind == ast.NullValue
	}
	reported := map[string]bool{}
	w := walk{visit: func(u use) bool {
		if u.value.Kind != ast.Variable || !isNull(u.value.Raw) || reported[u.value.Raw] {
			return true
		}
		if ok, why := takesNull(u.of, u.fallback, u.directives); !ok {
			reported[u.value.Raw] = true
			r.wrongVariable(&spot{name: u.value.Raw, position: u.value.Position}, "it is used as the %s, where %s", u.name(), why)
		}
		return true
	}}
	w.operation(o)
}
