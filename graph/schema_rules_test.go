package graph_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

func TestSchemaKeepsTheHouseRules(t *testing.T) {
	t.Parallel()
	for _, broken := range brokenRules(loadSchema(t)) {
		t.Error(broken)
	}
}

// brokenRules lists the elements of a schema that break its conventions.
func brokenRules(schema *ast.Schema) (broken []string) {
	for name, definition := range schema.Types {
		if !definition.BuiltIn {
			broken = append(broken, brokenIn(schema, name, definition)...)
		}
	}
	slices.Sort(broken)
	return broken
}

var (
	upper   = regexp.MustCompile(`^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$`)
	saysNil = regexp.MustCompile(`(?i)\bnull\b`)
)

func brokenIn(schema *ast.Schema, name string, d *ast.Definition) (broken []string) {
	say := func(format string, args ...any) { broken = append(broken, fmt.Sprintf(format, args...)) }
	for _, value := range d.EnumValues {
		if !upper.MatchString(value.Name) {
			say("%s.%s is not in upper case", name, value.Name)
		}
		broken = append(broken, brokenInput(name+"."+value.Name, "", nil, value.Directives)...)
	}
	root := slices.Contains([]*ast.Definition{schema.Query, schema.Mutation, schema.Subscription}, d)
	for _, field := range d.Fields {
		if strings.HasPrefix(field.Name, "__") {
			continue
		}
		at := name + "." + field.Name
		broken = append(broken, brokenInput(at, field.Name, field.Type, field.Directives)...)
		if root && field.Directives.ForName("access") == nil {
			say("%s has no @access", at)
		}
		if d.Kind != ast.InputObject && !field.Type.NonNull && !saysNil.MatchString(field.Description) {
			say("%s does not say when it is null", at)
		}
		if strings.HasSuffix(field.Type.Name(), "Connection") {
			for argument, form := range map[string]string{"first": "Int", "after": "String", "last": "Int", "before": "String"} {
				if a := field.Arguments.ForName(argument); a == nil || a.Type.String() != form || a.DefaultValue != nil {
					say("%s has no argument %s: %s", at, argument, form)
				}
			}
		}
		for _, argument := range field.Arguments {
			broken = append(broken, brokenInput(at+"("+argument.Name+":)", argument.Name, argument.Type, argument.Directives)...)
		}
	}
	isError := d.Kind == ast.Object && d.Fields.ForName("code") != nil && d.Fields.ForName("message") != nil && d.Fields.ForName("path") != nil
	if isError && !slices.Contains(d.Interfaces, "UserError") {
		say("%s does not implement UserError", name)
	}
	// A change of an interview, a hold or a waiver changes its student's eligibility.
	for _, changed := range []string{"interview", "hold", "waiver"} {
		if strings.HasSuffix(name, "Payload") && d.Fields.ForName(changed) != nil && d.Fields.ForName("student") == nil {
			say("%s has %s and no student", name, changed)
		}
	}
	broken = append(broken, brokenUnion(schema, d)...)
	if item, is := strings.CutSuffix(name, "Connection"); is {
		for field, form := range map[string]string{
			"edges": `\[` + item + `Edge!\]!`, "nodes": `\[\w+!\]!`, "pageInfo": `PageInfo!`, "totalCount": `Int!`, "totalCountIsCapped": `Boolean!`,
		} {
			if f := d.Fields.ForName(field); f == nil || !regexp.MustCompile("^"+form+"$").MatchString(f.Type.String()) {
				say("%s has no %s", name, field)
			}
		}
	}
	return broken
}

// brokenUnion checks that a field of several members has one type in all of them.
// Otherwise clients need an alias to select it from each.
func brokenUnion(schema *ast.Schema, d *ast.Definition) (broken []string) {
	for _, first := range d.Types {
		for _, second := range d.Types {
			for _, field := range schema.Types[first].Fields {
				other := schema.Types[second].Fields.ForName(field.Name)
				if first < second && other != nil && other.Type.String() != field.Type.String() {
					broken = append(broken, fmt.Sprintf("%s.%s is %s, but %s.%s is %s", first, field.Name, field.Type, second, field.Name, other.Type))
				}
			}
		}
	}
	return broken
}

// brokenInput returns what is wrong with an input element of a type.
func brokenInput(at, name string, of *ast.Type, directives ast.DirectiveList) (broken []string) {
	if directives.ForName("deprecated") != nil && removedAfter(directives) == "" {
		broken = append(broken, at+` is deprecated without "Use x. Removed after 2027-05-31."`)
	}
	if of == nil {
		return broken
	}
	if of.Elem != nil && !of.Elem.NonNull {
		broken = append(broken, at+" lists null")
	}
	// The id of a request is text chosen by the caller.
	one, many := name == "id" || strings.HasSuffix(name, "Id"), strings.HasSuffix(name, "Ids")
	if (one && of.NamedType != "ID" || many && (of.Elem == nil || of.Elem.NamedType != "ID")) && name != "requestId" {
		broken = append(broken, fmt.Sprintf("%s is %s and no ID", at, of))
	}
	return broken
}

func TestHouseRuleViolationsAreFound(t *testing.T) {
	t.Parallel()
	const rest = `
		directive @access on FIELD_DEFINITION
		interface UserError { code: Int! }
		type PageInfo { more: Boolean! }
		type Query { a: Int! @access } `
	const connection = `type TEdge { node: Int! } type TConnection { edges: [TEdge!]! nodes: [Int!]! pageInfo: PageInfo! totalCount: Int! totalCountIsCapped: Boolean! }`
	for text, want := range map[string][]string{
		`type APayload { "Null for none." hold: A "Null for none." student: A } type A { a: Int! }`: nil,
		`type APayload { "Null for none." hold: A } type A { a: Int! }`:                             {"APayload has hold and no student"},
		`enum E { ALL_OF_IT }`:                                nil,
		`enum E { some }`:                                     {"E.some is not in upper case"},
		`type T { "Null for none." a: Int b: [Int!]! }`:       nil,
		`type T { "A number." a: Int }`:                       {"T.a does not say when it is null"},
		`type T { a: [Int]! }`:                                {"T.a lists null"},
		`input I { a: [Int] b: Int }`:                         {"I.a lists null"},
		`type T { id: Int! }`:                                 {"T.id is Int! and no ID"},
		`type T { a(slotId: String, slotIds: [Int!]): Int! }`: {"T.a(slotId:) is String and no ID", "T.a(slotIds:) is [Int!] and no ID"},
		`type T { slotIds: ID! }`:                             {"T.slotIds is ID! and no ID"},
		`type Mutation { a: Int! }`:                           {"Mutation.a has no @access"},
		`union U = A | B type A { a: Int! b: Int! } type B { a: [Int!]! b: Int! c: Int! }`: {"A.a is Int!, but B.a is [Int!]!"},
		`type T { code: Int! message: Int! path: Int! }`:                                   {"T does not implement UserError"},
		`type T implements UserError { code: Int! message: Int! path: Int! }`:              nil,
		connection: nil,
		`type T { list(first: Int, after: String, last: Int, before: String): TConnection! } ` + connection: nil,
		`type T { list(first: Int = 20, after: String, last: Int): TConnection! } ` + connection: {
			"T.list has no argument before: String", "T.list has no argument first: Int",
		},
		`type TConnection { edges: [Int!]! nodes: [Int!]! totalCount: Float! }`: {
			"TConnection has no edges", "TConnection has no pageInfo", "TConnection has no totalCount", "TConnection has no totalCountIsCapped",
		},
		`type T { a: Int! @deprecated(reason: "Use b. Removed after 2027-05-31.") b: Int! }`: nil,
		`type T { a: Int! @deprecated }`: {`T.a is deprecated without "Use x. Removed after 2027-05-31."`},
		`type T { a(b: Int @deprecated(reason: "Use c. Removed after 2027-02-30.")): Int! }`: {`T.a(b:) is deprecated without "Use x. Removed after 2027-05-31."`},
		`enum E { A @deprecated(reason: "Removed after 2027-05-31.") }`:                      {`E.A is deprecated without "Use x. Removed after 2027-05-31."`},
	} {
		if diff := cmp.Diff(want, brokenRules(gqlparser.MustLoadSchema(&ast.Source{Input: rest + text}))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}
