package graph_test

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// Released elements of the schema stay: docs/reference/schema-changes.md.
func TestReleasedSchemaIsKept(t *testing.T) {
	t.Parallel()
	const released = "../testdata/schema.released.graphqls"
	text, err := os.ReadFile(released)
	if err != nil {
		t.Fatal(err)
	}
	was := gqlparser.MustLoadSchema(&ast.Source{Name: released, Input: string(text)})
	for _, broken := range breakingChanges(was, loadSchema(t), time.Now().UTC().Format(time.DateOnly)) {
		t.Error(broken)
	}
}

// breakingChanges returns the changes that break clients of the old schema. Elements
// whose deprecation ended before today may be removed, with the types that only they
// referred to.
func breakingChanges(was, is *ast.Schema, today string) []string {
	e := &evolution{was: was, is: is, today: today, seen: map[string]bool{}}
	for _, root := range []*ast.Definition{was.Query, was.Mutation, was.Subscription} {
		if root != nil {
			e.reach(root.Name)
		}
	}
	for name, directive := range was.Directives {
		e.directive(directive, is.Directives[name])
	}
	for name := range e.seen {
		e.definition(was.Types[name], is.Types[name])
	}
	slices.Sort(e.broken)
	return e.broken
}

type evolution struct {
	was, is *ast.Schema
	today   string
	seen    map[string]bool // the types that clients can name
	broken  []string
}

func (e *evolution) say(format string, args ...any) {
	e.broken = append(e.broken, fmt.Sprintf(format, args...))
}

var deprecation = regexp.MustCompile(`^Use .+\. Removed after (\d{4}-\d{2}-\d{2})\.$`)

// removedAfter returns the last day of a deprecated element. It is empty if the element
// is not deprecated or its reason has no date.
func removedAfter(directives ast.DirectiveList) string {
	deprecated := directives.ForName("deprecated")
	if deprecated == nil || deprecated.Arguments.ForName("reason") == nil {
		return ""
	}
	found := deprecation.FindStringSubmatch(deprecated.Arguments.ForName("reason").Value.Raw)
	if found == nil {
		return ""
	}
	if _, err := time.Parse(time.DateOnly, found[1]); err != nil {
		return ""
	}
	return found[1]
}

func (e *evolution) due(directives ast.DirectiveList) bool {
	day := removedAfter(directives)
	return day != "" && day < e.today
}

func (e *evolution) reach(name string) {
	definition := e.was.Types[name]
	if e.seen[name] || definition.BuiltIn {
		return
	}
	e.seen[name] = true
	for _, field := range definition.Fields {
		if e.due(field.Directives) {
			continue
		}
		e.reach(field.Type.Name())
		for _, argument := range field.Arguments {
			if !e.due(argument.Directives) {
				e.reach(argument.Type.Name())
			}
		}
	}
	for _, possible := range e.was.GetPossibleTypes(definition) {
		e.reach(possible.Name)
	}
	for _, implemented := range definition.Interfaces {
		e.reach(implemented)
	}
}

func (e *evolution) definition(was, is *ast.Definition) {
	switch {
	case is == nil:
		e.say("%s was removed", was.Name)
		return
	case is.Kind != was.Kind:
		e.say("%s was %s and is %s", was.Name, was.Kind, is.Kind)
		return
	case was.Kind == ast.InputObject:
		e.inputs(was.Name+".%s", fieldInputs(was.Fields), fieldInputs(is.Fields))
		return
	}
	for _, name := range was.Interfaces {
		if !slices.Contains(is.Interfaces, name) {
			e.say("%s no longer implements %s", was.Name, name)
		}
	}
	for _, name := range was.Types {
		if !slices.Contains(is.Types, name) {
			e.say("%s lost its member %s", was.Name, name)
		}
	}
	for _, value := range was.EnumValues {
		if is.EnumValues.ForName(value.Name) == nil && !e.due(value.Directives) {
			e.say("%s.%s was removed", was.Name, value.Name)
		}
	}
	for _, field := range was.Fields {
		e.field(was.Name+"."+field.Name, field, is.Fields.ForName(field.Name))
	}
}

func (e *evolution) field(name string, was, is *ast.FieldDefinition) {
	if is == nil {
		if !e.due(was.Directives) {
			e.say("%s was removed", name)
		}
		return
	}
	if !promises(is.Type, was.Type) {
		e.say("%s was %s and is %s", name, was.Type, is.Type)
	}
	e.inputs(name+"(%s:)", argumentInputs(was.Arguments), argumentInputs(is.Arguments))
	for role, right := range access(e.was, was) {
		if now := access(e.is, is)[role]; slices.Index(rights, now) < slices.Index(rights, right) {
			e.say("%s was @access(%s: %s) and is %s", name, role, right, now)
		}
	}
}

// promises reports whether every value of one type is a value of the other.
func promises(one, other *ast.Type) bool {
	if other.NonNull && !one.NonNull || (one.Elem == nil) != (other.Elem == nil) {
		return false
	}
	if one.Elem != nil {
		return promises(one.Elem, other.Elem)
	}
	return one.NamedType == other.NamedType
}

// rights holds the rights of @access in ascending order.
var rights = []string{"NONE", "OWN", "ALL"}

// access returns the rights to a field, by role. Everybody has all rights to a
// field without @access.
func access(schema *ast.Schema, field *ast.FieldDefinition) map[string]string {
	found := map[string]string{"anonymous": "ALL", "student": "ALL", "interviewer": "ALL"}
	directive := field.Directives.ForName("access")
	if directive == nil {
		return found
	}
	for role := range maps.Keys(found) {
		if argument := directive.Arguments.ForName(role); argument != nil {
			found[role] = argument.Value.Raw
		} else {
			found[role] = schema.Directives["access"].Arguments.ForName(role).DefaultValue.Raw
		}
	}
	return found
}

// input is an argument or an input field.
type input struct {
	name       string
	is         *ast.Type
	byDefault  *ast.Value
	directives ast.DirectiveList
}

func fieldInputs(fields ast.FieldList) (found []input) {
	for _, f := range fields {
		found = append(found, input{f.Name, f.Type, f.DefaultValue, f.Directives})
	}
	return found
}

func argumentInputs(arguments ast.ArgumentDefinitionList) (found []input) {
	for _, a := range arguments {
		found = append(found, input{a.Name, a.Type, a.DefaultValue, a.Directives})
	}
	return found
}

// text returns a default value as it is written in the schema.
func text(value *ast.Value) string {
	if value == nil {
		return "nothing"
	}
	return value.String()
}

func (i input) required() bool { return i.is.NonNull && i.byDefault == nil }

func (e *evolution) inputs(path string, was, is []input) {
	for _, one := range was {
		name := fmt.Sprintf(path, one.name)
		at := slices.IndexFunc(is, func(i input) bool { return i.name == one.name })
		if at < 0 {
			if !e.due(one.directives) {
				e.say("%s was removed", name)
			}
			continue
		}
		if !promises(one.is, is[at].is) {
			e.say("%s was %s and is %s", name, one.is, is[at].is)
		}
		if !one.required() && text(one.byDefault) != text(is[at].byDefault) {
			e.say("%s was by default %s and is %s", name, text(one.byDefault), text(is[at].byDefault))
		}
	}
	for _, one := range is {
		if one.required() && !slices.ContainsFunc(was, func(i input) bool { return i.name == one.name }) {
			e.say("%s is new and must be given", fmt.Sprintf(path, one.name))
		}
	}
}

func (e *evolution) directive(was, is *ast.DirectiveDefinition) {
	name := "@" + was.Name
	if is == nil {
		e.say("%s was removed", name)
		return
	}
	for _, location := range was.Locations {
		if !slices.Contains(is.Locations, location) {
			e.say("%s may no longer stand on %s", name, location)
		}
	}
	e.inputs(name+"(%s:)", argumentInputs(was.Arguments), argumentInputs(is.Arguments))
}

const smallSchema = `
	directive @access(anonymous: Access! = NONE, student: Access! = NONE, interviewer: Access! = NONE) on FIELD_DEFINITION
	directive @own(n: Int) on FIELD | QUERY
	enum Access { NONE OWN ALL }
	type Query {
		things(first: Int = 20, kind: Kind, filter: Filter!): [Thing!]! @access(student: OWN)
		thing: Thing
		either: Either
		old(n: Int): Old @deprecated(reason: "Use thing. Removed after 2027-05-31.")
	}
	interface Named { name: String! }
	type Thing implements Named { name: String! size: Int }
	type Other { id: ID }
	type Old { part: Part }
	type Part { id: ID }
	union Either = Thing | Other
	enum Kind { BIG SMALL LAST @deprecated(reason: "Use SMALL. Removed after 2027-05-31.") }
	input Filter { kind: Kind name: String! limit: Int! = 5 }`

func TestBreakingChanges(t *testing.T) {
	t.Parallel()
	const before, after = "2027-05-31", "2027-06-01"
	withoutOld := [][2]string{
		{`old(n: Int): Old @deprecated(reason: "Use thing. Removed after 2027-05-31.")`, ``}, {`type Old { part: Part }`, ``}, {`type Part { id: ID }`, ``},
	}
	for name, test := range map[string]struct {
		changes [][2]string
		today   string
		want    []string
	}{
		"nothing":                      {nil, before, nil},
		"more of everything":           {[][2]string{{"size: Int", "size: Int more(by: Int): Int"}, {"BIG", "BIG MIDDLE"}, {"= Thing | Other", "= Thing | Other | Old"}, {"kind: Kind, ", "kind: Kind, tag: String, n: Int! = 1, "}, {"input Filter {", "input Filter { tag: String n: Int! = 1"}, {"on FIELD |", "on FIELD | MUTATION |"}}, before, nil},
		"one more promise":             {[][2]string{{"size: Int", "size: Int!"}, {"thing: Thing", "thing: Thing!"}}, before, nil},
		"one demand fewer":             {[][2]string{{"filter: Filter!", "filter: Filter"}, {"name: String! limit", "name: String = \"a\" limit"}}, before, nil},
		"access widened":               {[][2]string{{"@access(student: OWN)", "@access(student: ALL, interviewer: OWN)"}}, before, nil},
		"access for all":               {[][2]string{{"@access(student: OWN)", ""}}, before, nil},
		"a field removed":              {[][2]string{{"size: Int", ""}}, before, []string{"Thing.size was removed"}},
		"a field nullable":             {[][2]string{{"[Thing!]!", "[Thing!]"}}, before, []string{"Query.things was [Thing!]! and is [Thing!]"}},
		"an element nullable":          {[][2]string{{"[Thing!]!", "[Thing]!"}}, before, []string{"Query.things was [Thing!]! and is [Thing]!"}},
		"a field of another type":      {[][2]string{{"size: Int", "size: String"}}, before, []string{"Thing.size was Int and is String"}},
		"no list any more":             {[][2]string{{"[Thing!]!", "Thing!"}}, before, []string{"Query.things was [Thing!]! and is Thing!"}},
		"an argument removed":          {[][2]string{{"kind: Kind, ", ""}}, before, []string{"Query.things(kind:) was removed"}},
		"an argument required":         {[][2]string{{"kind: Kind,", "kind: Kind!,"}}, before, []string{"Query.things(kind:) was Kind and is Kind!"}},
		"a new required argument":      {[][2]string{{"thing: Thing", "thing(id: ID!): Thing"}}, before, []string{"Query.thing(id:) is new and must be given"}},
		"another default":              {[][2]string{{"first: Int = 20", "first: Int = 10"}}, before, []string{"Query.things(first:) was by default 20 and is 10"}},
		"no default any more":          {[][2]string{{"first: Int = 20", "first: Int"}}, before, []string{"Query.things(first:) was by default 20 and is nothing"}},
		"a default where none was":     {[][2]string{{"input Filter { kind: Kind", "input Filter { kind: Kind = BIG"}}, before, []string{"Filter.kind was by default nothing and is BIG"}},
		"no null any more":             {[][2]string{{"first: Int = 20", "first: Int! = 20"}}, before, []string{"Query.things(first:) was Int and is Int!"}},
		"a required field by default":  {[][2]string{{"limit: Int! = 5", "limit: Int!"}}, before, []string{"Filter.limit was by default 5 and is nothing"}},
		"an input field removed":       {[][2]string{{"limit: Int! = 5", ""}}, before, []string{"Filter.limit was removed"}},
		"an input field of a type":     {[][2]string{{"name: String! limit", "name: ID! limit"}}, before, []string{"Filter.name was String! and is ID!"}},
		"a new required input field":   {[][2]string{{"input Filter {", "input Filter { tag: String!"}}, before, []string{"Filter.tag is new and must be given"}},
		"an enum value removed":        {[][2]string{{"BIG", ""}}, before, []string{"Kind.BIG was removed"}},
		"a union member removed":       {[][2]string{{"= Thing | Other", "= Thing"}}, before, []string{"Either lost its member Other"}},
		"an interface removed":         {[][2]string{{"Thing implements Named", "Thing"}}, before, []string{"Thing no longer implements Named"}},
		"another kind":                 {[][2]string{{"interface Named", "type Named"}, {"Thing implements Named", "Thing"}}, before, []string{"Named was INTERFACE and is OBJECT", "Thing no longer implements Named"}},
		"a type removed":               {[][2]string{{"type Other { id: ID }", ""}, {"= Thing | Other", "= Thing"}}, before, []string{"Either lost its member Other", "Other was removed"}},
		"a directive removed":          {[][2]string{{"directive @own(n: Int) on FIELD | QUERY", ""}}, before, []string{"@own was removed"}},
		"a directive's argument":       {[][2]string{{"@own(n: Int)", "@own"}}, before, []string{"@own(n:) was removed"}},
		"a directive's place":          {[][2]string{{"on FIELD | QUERY", "on QUERY"}}, before, []string{"@own may no longer stand on FIELD"}},
		"access narrowed":              {[][2]string{{"@access(student: OWN)", "@access"}}, before, []string{"Query.things was @access(student: OWN) and is NONE"}},
		"access where all had it":      {[][2]string{{"thing: Thing", "thing: Thing @access(anonymous: ALL, interviewer: OWN, student: ALL)"}}, before, []string{"Query.thing was @access(interviewer: ALL) and is OWN"}},
		"access by another default":    {[][2]string{{"student: Access! = NONE", "student: Access! = OWN"}}, before, []string{"@access(student:) was by default NONE and is OWN"}},
		"deprecated, too early":        {withoutOld, before, []string{"Old was removed", "Part was removed", "Query.old was removed"}},
		"deprecated, and its types":    {withoutOld, after, nil},
		"a deprecated enum value":      {[][2]string{{`LAST @deprecated(reason: "Use SMALL. Removed after 2027-05-31.")`, ""}}, after, nil},
		"what is deprecated only now":  {[][2]string{{"size: Int", `size: Int @deprecated(reason: "Use name. Removed after 2027-05-31.")`}}, after, nil},
		"deprecated, but of all types": {append(slices.Clone(withoutOld), [2]string{"type Other { id: ID }", "type Other { n: ID }"}), after, []string{"Other.id was removed"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := smallSchema
			for _, change := range test.changes {
				if !strings.Contains(text, change[0]) {
					t.Fatalf("the schema has no %q", change[0])
				}
				text = strings.Replace(text, change[0], change[1], 1)
			}
			was := gqlparser.MustLoadSchema(&ast.Source{Input: smallSchema})
			is, err := gqlparser.LoadSchema(&ast.Source{Input: text})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, breakingChanges(was, is, test.today)); diff != "" {
				t.Errorf("breaking changes (-want +got):\n%s", diff)
			}
		})
	}
}
