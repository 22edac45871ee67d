package main

import (
	"fmt"
	"go/types"

	"github.com/99designs/gqlgen/codegen"
	"github.com/99designs/gqlgen/codegen/config"
	"github.com/99designs/gqlgen/codegen/templates"
	"github.com/vektah/gqlparser/v2/ast"
)

// writers is the package scalar, whose function AppendX writes the scalar X.
type writers struct{ scalar *types.Scope }

func writersOf(cfg *config.Config) (writers, error) {
	const name = "rehearse/graph/scalar"
	scalar := cfg.Packages.Load(name)
	if scalar == nil || scalar.Types == nil {
		return writers{}, fmt.Errorf("package %s does not compile", name)
	}
	return writers{scalar.Types.Scope()}, nil
}

// field returns the plan.Field of a field as a Go expression.
func (w writers) field(f *codegen.Field) (string, error) {
	if f.TypeReference.Definition.Kind == ast.Object {
		return object(f)
	}
	write, err := w.value(f, f.TypeReference)
	switch {
	case err != nil:
		return "", err
	case f.IsBatch():
		return fmt.Sprintf("plan.Resolved(%s, %s)", resolver(f), write), nil
	case isResolved(f):
		return fmt.Sprintf("plan.Resolved(plan.Each(%s), %s)", resolve(f), write), nil
	}
	return fmt.Sprintf("plan.Of(func(o %s) %s { return %s }, %s)", ref(f.Object.Reference()), ref(f.TypeReference.GO), value(f), write), nil
}

// object is like field, for a field that leads to one object or to a list of objects.
func object(f *codegen.Field) (string, error) {
	to := f.TypeReference
	one, held := "plan.One", "plan.Held"
	if to.GQL.Elem != nil {
		one, held = "plan.Many", "plan.HeldMany"
	}
	what := variable(to.Definition.Name)
	switch where := placeOf(to); {
	case where == elsewhere && to.GQL.Elem == nil:
		return "", cannotPlan(f, "its Go type is %s, and only a struct or a pointer to one is supported", to.GO)
	case where == elsewhere:
		return "", cannotPlan(f, "its Go type is %s, and only a list of structs is supported", to.GO)
	case where == inside && (!f.IsVariable() || isResolved(f)):
		return "", cannotPlan(f, "its Go type is %s, and only a pointer is supported for the value of a method", to.GO)
	case where == inside:
		return fmt.Sprintf("%s(%s, func(o %s) *%s { return &%s })", held, what, ref(f.Object.Reference()), ref(to.GO), value(f)), nil
	case f.IsBatch():
		return fmt.Sprintf("%s(%s, %s)", one, what, resolver(f)), nil
	case isResolved(f):
		return fmt.Sprintf("%s(%s, plan.Each(%s))", one, what, resolve(f)), nil
	}
	return fmt.Sprintf("%s(%s, func(o %s) %s { return %s })", held, what, ref(f.Object.Reference()), ref(to.GO), value(f)), nil
}

// place is where the objects of a field are.
type place int

const (
	elsewhere place = iota // in a type that package plan does not support
	behind                 // behind a pointer or in a slice
	inside                 // in the object of the field
)

func placeOf(to *config.TypeReference) place {
	switch t := types.Unalias(to.GO).(type) {
	case *types.Pointer:
		if to.GQL.Elem == nil && isStruct(t.Elem()) {
			return behind
		}
	case *types.Slice:
		if to.GQL.Elem != nil && isStruct(t.Elem()) {
			return behind
		}
	default:
		if to.GQL.Elem == nil && isStruct(t) {
			return inside
		}
	}
	return elsewhere
}

func isStruct(t types.Type) bool {
	_, is := t.Underlying().(*types.Struct)
	return is
}

// isResolved reports whether the value of a field comes from a resolver, or from a method that
// takes a context or may return an error.
func isResolved(f *codegen.Field) bool {
	return f.IsResolver || f.MethodHasContext || (f.IsMethod() && !f.NoErr)
}

// resolver returns the method of the resolver of a field.
func resolver(f *codegen.Field) string {
	return fmt.Sprintf("r.%s().%s", templates.UcFirst(f.Object.Name), f.GoFieldName)
}

// resolve returns a function with the context and the object as arguments.
func resolve(f *codegen.Field) string {
	if f.IsResolver {
		return resolver(f)
	}
	ctx, arguments, no := "_", "", ""
	if f.MethodHasContext {
		ctx, arguments = "ctx", "ctx"
	}
	if f.NoErr {
		no = ", nil"
	}
	return fmt.Sprintf("func(%s context.Context, o %s) (%s, error) { return o.%s(%s)%s }",
		ctx, ref(f.Object.Reference()), ref(f.TypeReference.GO), f.GoFieldName, arguments, no)
}

// value returns the value of a field that the object o contains.
func value(f *codegen.Field) string {
	if f.IsMethod() {
		return "o." + f.GoFieldName + "()"
	}
	return "o." + f.GoFieldName
}

// value returns the function that writes a scalar, an enum or a list of them.
func (w writers) value(f *codegen.Field, of *config.TypeReference) (string, error) {
	switch {
	case of.IsSlice():
		write, err := w.value(f, of.Elem())
		if of.GQL.NonNull {
			return fmt.Sprintf("plan.List(%s)", write), err
		}
		return fmt.Sprintf("plan.ListOrNull(%s)", write), err
	case of.IsPtr() && !of.GQL.NonNull:
		write, err := w.value(f, of.Elem())
		return fmt.Sprintf("plan.OrNull(%s)", write), err
	case config.IsNilable(of.GO):
		return "", cannotPlan(f, "its type is %s, and a value of Go type %s may be nil", f.Type, of.GO)
	case of.HasEnumValues():
		return w.enum(f, of)
	case of.Marshaler == nil:
		return "", cannotPlan(f, "its Go type %s has no function that marshals it", of.GO)
	}
	write, is := w.scalar.Lookup("Append" + of.Definition.Name).(*types.Func)
	switch {
	case !is && (of.IsContext || of.CastType != nil):
		return "", cannotPlan(f, "package scalar has no function Append%s, which writes its type", of.Definition.Name)
	case !is:
		return fmt.Sprintf("plan.Marshaled(%s)", templates.Call(of.Marshaler)), nil
	case write.Signature().TypeParams().Len() > 0:
		return fmt.Sprintf("%s[%s]", templates.Call(write), ref(of.GO)), nil
	case of.CastType != nil:
		return fmt.Sprintf("func(b []byte, v %s) []byte { return %s(b, %s(v)) }", ref(of.GO), templates.Call(write), ref(of.CastType)), nil
	}
	return templates.Call(write), nil
}

// enum is like value, for an enum. Its Go constants must have the names of the schema.
func (w writers) enum(f *codegen.Field, of *config.TypeReference) (string, error) {
	for _, v := range of.EnumValues {
		constant, is := v.Object.(*types.Const)
		if want := fmt.Sprintf("%q", v.Definition.Name); !is || constant.Val().ExactString() != want {
			return "", cannotPlan(f, "value %s of enum %s is not the Go constant %s", v.Definition.Name, of.Definition.Name, want)
		}
	}
	return fmt.Sprintf("scalar.AppendString[%s]", ref(of.GO)), nil
}

func ref(t types.Type) string { return templates.CurrentImports.LookupType(t) }
