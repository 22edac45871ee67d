package graph_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

func TestInputsDescribeNull(t *testing.T) {
	t.Parallel()
	for _, field := range silentAboutNull(loadSchema(t)) {
		t.Errorf("%s does not say what null does", field)
	}
}

// silentAboutNull lists the input fields that do not document null: not with @notNull,
// nor in their own description or that of their type.
func silentAboutNull(schema *ast.Schema) (silent []string) {
	for name, definition := range schema.Types {
		if definition.Kind != ast.InputObject {
			continue
		}
		for _, field := range definition.Fields {
			if !saysWhatNullDoes(definition, field) {
				silent = append(silent, name+"."+field.Name)
			}
		}
	}
	slices.Sort(silent)
	return silent
}

// saysWhatNullDoes reports whether the description of an input field, or of its type,
// documents how null differs from an omitted field. In an update input each field
// documents it.
func saysWhatNullDoes(d *ast.Definition, field *ast.FieldDefinition) bool {
	refused := strings.Contains(field.Description, "Null is refused.")
	switch {
	case refused != (field.Directives.ForName("notNull") != nil) || refused && (field.Type.NonNull || field.DefaultValue != nil):
		return false
	case field.Type.NonNull || saysNil.MatchString(field.Description):
		return true
	default:
		return !strings.HasPrefix(d.Name, "Update") && strings.Contains(d.Description, "A null field counts as omitted.")
	}
}

func TestInputsWithoutNullDescription(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, schema string
		want         []string
	}{
		{"an input described as a whole", `"A null field counts as omitted." input I { a: Int }`, nil},
		{"fields with and without a description", `input I { a: Int "Null clears it." b: Int c: Int! d: Int! = 1 }`, []string{"I.a"}},
		{"an update described as a whole", `"A null field counts as omitted." input UpdateInput { a: Int }`, []string{"UpdateInput.a"}},
		{"a field that refuses null", `input UpdateInput { "Null is refused." a: Int @notNull }`, nil},
		{"descriptions that contradict @notNull", `input I { "Null is refused." a: Int b: Int @notNull "Null is refused." c: Int! @notNull }`,
			[]string{"I.a", "I.b", "I.c"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			schema := gqlparser.MustLoadSchema(&ast.Source{Input: "directive @notNull on INPUT_FIELD_DEFINITION type Query { a: Int } " + test.schema})
			if diff := cmp.Diff(test.want, silentAboutNull(schema)); diff != "" {
				t.Errorf("inputs without a description of null (-want +got):\n%s", diff)
			}
		})
	}
}
