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
		// The descriptions of Query and Mutation say when any of their fields is null.
		if d.Kind != ast.InputObject && !field.Type.NonNull && !saysNil.MatchString(field.Description) && (!root || !saysNil.MatchString(d.Description)) {
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
	for _, test := range []struct {
		name, schema string
		want         []string
	}{
		{"a payload with a hold and its student",
			`type APayload { "Null for none." hold: A "Null for none." student: A } type A { a: Int! }`, nil},
		{"a payload with a hold alone", `type APayload { "Null for none." hold: A } type A { a: Int! }`, []string{"APayload has hold and no student"}},
		{"an enum value in upper case", `enum E { ALL_OF_IT }`, nil},
		{"an enum value in lower case", `enum E { some }`, []string{"E.some is not in upper case"}},
		{"a nullable field that describes null", `type T { "Null for none." a: Int b: [Int!]! }`, nil},
		{"a nullable field that does not describe null", `type T { "A number." a: Int }`, []string{"T.a does not say when it is null"}},
		{"a list with nulls", `type T { a: [Int]! }`, []string{"T.a lists null"}},
		{"a list with nulls in an input", `input I { a: [Int] b: Int }`, []string{"I.a lists null"}},
		{"an id that is a number", `type T { id: Int! }`, []string{"T.id is Int! and no ID"}},
		{"arguments for ids that are no ID", `type T { a(slotId: String, slotIds: [Int!]): Int! }`,
			[]string{"T.a(slotId:) is String and no ID", "T.a(slotIds:) is [Int!] and no ID"}},
		{"ids that are no list", `type T { slotIds: ID! }`, []string{"T.slotIds is ID! and no ID"}},
		{"a mutation without access", `type Mutation { a: Int! }`, []string{"Mutation.a has no @access"}},
		{"a field with two types in a union", `union U = A | B type A { a: Int! b: Int! } type B { a: [Int!]! b: Int! c: Int! }`,
			[]string{"A.a is Int!, but B.a is [Int!]!"}},
		{"an error that is no UserError", `type T { code: Int! message: Int! path: Int! }`, []string{"T does not implement UserError"}},
		{"an error that is a UserError", `type T implements UserError { code: Int! message: Int! path: Int! }`, nil},
		{"a connection", connection, nil},
		{"a list with all arguments", `type T { list(first: Int, after: String, last: Int, before: String): TConnection! } ` + connection, nil},
		{"a list without an argument, and with a default", `type T { list(first: Int = 20, after: String, last: Int): TConnection! } ` + connection,
			[]string{"T.list has no argument before: String", "T.list has no argument first: Int"}},
		{"an incomplete connection", `type TConnection { edges: [Int!]! nodes: [Int!]! totalCount: Float! }`, []string{
			"TConnection has no edges", "TConnection has no pageInfo", "TConnection has no totalCount", "TConnection has no totalCountIsCapped",
		}},
		{"a deprecated field with a date", `type T { a: Int! @deprecated(reason: "Use b. Removed after 2027-05-31.") b: Int! }`, nil},
		{"a deprecated field without a reason", `type T { a: Int! @deprecated }`, []string{`T.a is deprecated without "Use x. Removed after 2027-05-31."`}},
		{"a deprecated argument with an impossible date", `type T { a(b: Int @deprecated(reason: "Use c. Removed after 2027-02-30.")): Int! }`,
			[]string{`T.a(b:) is deprecated without "Use x. Removed after 2027-05-31."`}},
		{"a deprecated enum value without a replacement", `enum E { A @deprecated(reason: "Removed after 2027-05-31.") }`,
			[]string{`E.A is deprecated without "Use x. Removed after 2027-05-31."`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			schema := gqlparser.MustLoadSchema(&ast.Source{Input: rest + test.schema})
			if diff := cmp.Diff(test.want, brokenRules(schema)); diff != "" {
				t.Errorf("broken rules (-want +got):\n%s", diff)
			}
		})
	}
}
