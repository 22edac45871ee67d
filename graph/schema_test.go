package graph_test

import (
	"os"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

func loadSchema(t *testing.T) *ast.Schema {
	t.Helper()
	text, err := os.ReadFile("../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphqls", Input: string(text)})
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestEveryElementIsDescribed(t *testing.T) {
	t.Parallel()
	described := func(name, description string) {
		if strings.TrimSpace(description) == "" {
			t.Errorf("%s has no description", name)
		}
	}
	for name, definition := range loadSchema(t).Types {
		if definition.BuiltIn {
			continue
		}
		described(name, definition.Description)
		for _, field := range definition.Fields {
			if strings.HasPrefix(field.Name, "__") {
				continue
			}
			described(name+"."+field.Name, field.Description)
			for _, argument := range field.Arguments {
				described(name+"."+field.Name+"("+argument.Name+")", argument.Description)
			}
		}
		for _, value := range definition.EnumValues {
			described(name+"."+value.Name, value.Description)
		}
	}
}

// Every mutation has the form verbNoun(input: VerbNounInput!): VerbNounPayload, and every
// payload has the refusals.
func TestMutationsHaveOneForm(t *testing.T) {
	t.Parallel()
	schema := loadSchema(t)
	for _, field := range schema.Mutation.Fields {
		name := strings.ToUpper(field.Name[:1]) + field.Name[1:]
		if len(field.Arguments) != 1 || field.Arguments[0].Name != "input" || field.Arguments[0].Type.String() != name+"Input!" {
			t.Errorf("%s does not take input: %sInput!", field.Name, name)
		}
		if field.Type.String() != name+"Payload" {
			t.Errorf("%s returns %s", field.Name, field.Type)
		}
		errors := schema.Types[name+"Payload"].Fields.ForName("errors")
		if errors == nil || errors.Type.String() != "[UserError!]!" {
			t.Errorf("%sPayload has no errors: [UserError!]!", name)
		}
	}
}
