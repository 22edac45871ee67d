package main

import (
	"go/constant"
	"go/types"
	"testing"

	"github.com/99designs/gqlgen/codegen"
	"github.com/99designs/gqlgen/codegen/config"
	"github.com/vektah/gqlparser/v2/ast"
)

// field returns a field with a value of a Go type in type Box.
func field(schemaType *ast.Type, kind ast.DefinitionKind, value types.Type) *codegen.Field {
	box := types.NewNamed(types.NewTypeName(0, types.NewPackage("example.org/box", "box"), "Box", nil), types.NewStruct(nil, nil), nil)
	return &codegen.Field{
		FieldDefinition: &ast.FieldDefinition{Name: "content", Type: schemaType},
		Object:          &codegen.Object{Definition: &ast.Definition{Name: "Box"}, Type: box},
		GoFieldName:     "Content",
		GoFieldType:     codegen.GoFieldVariable,
		TypeReference: &config.TypeReference{
			Definition: &ast.Definition{Name: schemaType.Name(), Kind: kind}, GQL: schemaType, GO: value, Target: value,
		},
	}
}

// A field that cannot be planned is named, with the reason.
func TestFieldsThatCannotBePlanned(t *testing.T) {
	t.Parallel()
	text := types.Typ[types.String]
	size := field(ast.NonNullNamedType("Size", nil), ast.Enum, text)
	size.TypeReference.EnumValues = []config.EnumValueReference{{
		Definition: &ast.EnumValueDefinition{Name: "LARGE"}, Object: types.NewConst(0, nil, "Large", text, constant.MakeString("big")),
	}}
	for name, row := range map[string]struct {
		field *codegen.Field
		want  string
	}{
		"a union": {
			field(ast.NamedType("Thing", nil), ast.Union, text),
			"field Box.content cannot be planned: its type Thing is neither an object, nor a scalar, nor an enum",
		},
		"an enum with other names in Go": {
			size, `field Box.content cannot be planned: value LARGE of enum Size is not the Go constant "LARGE"`,
		},
		"a pointer to a scalar that must not be null": {
			field(ast.NonNullNamedType("String", nil), ast.Scalar, types.NewPointer(text)),
			"field Box.content cannot be planned: its type is String!, and a value of Go type *string may be nil",
		},
		"a scalar without a marshaler": {
			field(ast.NonNullNamedType("String", nil), ast.Scalar, text),
			"field Box.content cannot be planned: its Go type string has no function that marshals it",
		},
		"a list of pointers to objects": {
			field(ast.NonNullListType(ast.NonNullNamedType("Box", nil), nil), ast.Object, types.NewSlice(types.NewPointer(types.NewStruct(nil, nil)))),
			"field Box.content cannot be planned: its Go type is []*struct{}, and only a list of structs is supported",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			row.field.Object.Fields = []*codegen.Field{row.field}
			_, err := typesFrom(codegen.Objects{row.field.Object}, []string{"Box"})
			if err == nil {
				_, err = writers{types.NewScope(nil, 0, 0, "")}.field(row.field)
			}
			if err == nil || err.Error() != row.want {
				t.Errorf("got %v, want %s", err, row.want)
			}
		})
	}
	if _, err := typesFrom(nil, []string{"Crate"}); err == nil || err.Error() != "type Crate cannot be planned: the schema has no such object type" {
		t.Errorf("got %v for a type that does not exist", err)
	}
}
