package graph_test

import (
	"fmt"
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

// What clients were given stays: docs/schema-changes.md says how it may change.
func TestTheReleasedSchemaHolds(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../testdata/schema.released.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range breaking(schemaOf(t, string(text)), loadSchema(t), time.Now()) {
		t.Error(change)
	}
}

func schemaOf(t *testing.T, text string) *ast.Schema {
	t.Helper()
	schema, err := gqlparser.LoadSchema(&ast.Source{Input: text})
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return schema
}

// breaking is what a client of the old schema can miss, or trip over, in the new
// one. What was deprecated until a day that has come may be missing.
func breaking(before, after *ast.Schema, now time.Time) []string {
	c := comparison{after: after, now: now}
	for _, name := range sortedKeys(before.Types) {
		if old := before.Types[name]; !old.BuiltIn {
			c.definition(old)
		}
	}
	return c.found
}

func sortedKeys(types map[string]*ast.Definition) []string {
	var names []string
	for name := range types {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

type comparison struct {
	after *ast.Schema
	now   time.Time
	found []string
}

func (c *comparison) say(format string, args ...any) {
	c.found = append(c.found, fmt.Sprintf(format, args...))
}

func (c *comparison) definition(old *ast.Definition) {
	now := c.after.Types[old.Name]
	if now == nil || now.Kind != old.Kind {
		c.say("%s is gone", old.Name)
		return
	}
	for _, name := range slices.Concat(old.Interfaces, old.Types) {
		if !slices.Contains(now.Interfaces, name) && !slices.Contains(now.Types, name) {
			c.say("%s has lost %s", old.Name, name)
		}
	}
	for _, value := range old.EnumValues {
		if now.EnumValues.ForName(value.Name) == nil && !c.over(value.Directives) {
			c.say("%s.%s is gone", old.Name, value.Name)
		}
	}
	for _, field := range old.Fields {
		c.field(old, field, now.Fields.ForName(field.Name))
	}
	for _, field := range now.Fields {
		if old.Kind == ast.InputObject && old.Fields.ForName(field.Name) == nil && needed(field.Type, field.DefaultValue) {
			c.say("%s.%s has to be given", old.Name, field.Name)
		}
	}
}

func (c *comparison) field(of *ast.Definition, old, now *ast.FieldDefinition) {
	name := of.Name + "." + old.Name
	if now == nil {
		if !c.over(old.Directives) {
			c.say("%s is gone", name)
		}
		return
	}
	if of.Kind == ast.InputObject {
		c.input(name, old.Type, now.Type, old.DefaultValue, now.DefaultValue)
		return
	}
	if !stillFits(old.Type, now.Type) {
		c.say("%s was %s and is %s", name, old.Type, now.Type)
	}
	for _, argument := range old.Arguments {
		is := now.Arguments.ForName(argument.Name)
		if is == nil {
			c.say("%s(%s:) is gone", name, argument.Name)
			continue
		}
		c.input(name+"("+argument.Name+":)", argument.Type, is.Type, argument.DefaultValue, is.DefaultValue)
	}
	for _, argument := range now.Arguments {
		if old.Arguments.ForName(argument.Name) == nil && needed(argument.Type, argument.DefaultValue) {
			c.say("%s(%s:) has to be given", name, argument.Name)
		}
	}
	for _, right := range rightsOf(old) {
		if !slices.Contains(rightsOf(now), right) {
			c.say("%s: %s is not allowed any more", name, right)
		}
	}
}

// input: what could be given, or left out, still can, and means the same.
func (c *comparison) input(name string, old, now *ast.Type, before, after *ast.Value) {
	if !stillFits(now, old) {
		c.say("%s was %s and is %s", name, old, now)
	}
	if before != nil && (after == nil || before.String() != after.String()) {
		c.say("%s was %s unless given", name, before)
	}
}

// stillFits reports whether what is of the one type can stand where the other
// was: it may be null less often, not more.
func stillFits(where, what *ast.Type) bool {
	switch {
	case where.NonNull && !what.NonNull || (where.Elem == nil) != (what.Elem == nil):
		return false
	case where.Elem != nil:
		return stillFits(where.Elem, what.Elem)
	default:
		return where.NamedType == what.NamedType
	}
}

func needed(t *ast.Type, value *ast.Value) bool { return t.NonNull && value == nil }

// rightsOf is who may have a field, by role and how much of it.
func rightsOf(field *ast.FieldDefinition) []string {
	var rights []string
	directive := field.Directives.ForName("access")
	if directive == nil {
		return nil
	}
	for _, argument := range directive.Arguments {
		switch argument.Value.Raw {
		case "ALL":
			rights = append(rights, argument.Name+" ALL", argument.Name+" OWN")
		case "OWN":
			rights = append(rights, argument.Name+" OWN")
		}
	}
	return rights
}

var deprecation = regexp.MustCompile(`^Use .+\. Removed after (\d{4}-\d{2}-\d{2})\.$`)

// over reports whether what is deprecated may be gone by now.
func (c *comparison) over(directives ast.DirectiveList) bool {
	until, ok := removedAfter(directives)
	return ok && c.now.After(until)
}

func removedAfter(directives ast.DirectiveList) (until time.Time, ok bool) {
	directive := directives.ForName("deprecated")
	if directive == nil || directive.Arguments.ForName("reason") == nil {
		return until, false
	}
	match := deprecation.FindStringSubmatch(directive.Arguments.ForName("reason").Value.Raw)
	if match == nil {
		return until, false
	}
	until, err := time.Parse(time.DateOnly, match[1])
	return until, err == nil
}

// Whoever uses what is deprecated reads what to use instead, and until when.
func TestDeprecationsSayUntilWhen(t *testing.T) {
	t.Parallel()
	for _, problem := range badDeprecations(loadSchema(t)) {
		t.Error(problem)
	}
	bad := badDeprecations(schemaOf(t, `type Query {
		a: Int @deprecated  b: Int @deprecated(reason: "Use c.")  c(old: Int @deprecated(reason: "Use new. Removed after 2027-02-30.")): Int
		d: Int @deprecated(reason: "Use c. Removed after 2027-05-31.") }`))
	if diff := cmp.Diff([]string{"Query.a", "Query.b", "Query.c(old:)"}, bad); diff != "" {
		t.Error(diff)
	}
}

func badDeprecations(schema *ast.Schema) []string {
	var bad []string
	look := func(name string, directives ast.DirectiveList) {
		if _, ok := removedAfter(directives); directives.ForName("deprecated") != nil && !ok {
			bad = append(bad, name)
		}
	}
	for _, name := range sortedKeys(schema.Types) {
		definition := schema.Types[name]
		if definition.BuiltIn {
			continue
		}
		for _, value := range definition.EnumValues {
			look(name+"."+value.Name, value.Directives)
		}
		for _, field := range definition.Fields {
			look(name+"."+field.Name, field.Directives)
			for _, argument := range field.Arguments {
				look(name+"."+field.Name+"("+argument.Name+":)", argument.Directives)
			}
		}
	}
	return bad
}

func TestBreakingChanges(t *testing.T) {
	t.Parallel()
	const rest = `
		directive @access(student: Access, interviewer: Access) on FIELD_DEFINITION
		enum Access { NONE OWN ALL }`
	for name, test := range map[string]struct {
		before, after string
		broken        []string
	}{
		"nothing":                     {`type Query { a: Int }`, `type Query { a: Int }`, nil},
		"a field more":                {`type Query { a: Int }`, `type Query { a: Int b: Int }`, nil},
		"a field less":                {`type Query { a: Int b: Int }`, `type Query { a: Int }`, []string{"Query.b is gone"}},
		"a type less":                 {`type Query { a: Int } type T { b: Int }`, `type Query { a: Int }`, []string{"T is gone"}},
		"another kind":                {`type Query { a: Int } scalar T`, `type Query { a: Int } enum T { X }`, []string{"T is gone"}},
		"null no more":                {`type Query { a: [Int] }`, `type Query { a: [Int!]! }`, nil},
		"null now":                    {`type Query { a: [Int!] }`, `type Query { a: [Int] }`, []string{"Query.a was [Int!] and is [Int]"}},
		"another type":                {`type Query { a: Int }`, `type Query { a: String }`, []string{"Query.a was Int and is String"}},
		"a list now":                  {`type Query { a: Int }`, `type Query { a: [Int] }`, []string{"Query.a was Int and is [Int]"}},
		"an argument more":            {`type Query { a: Int }`, `type Query { a(b: Int): Int }`, nil},
		"a needed argument more":      {`type Query { a: Int }`, `type Query { a(b: Int!): Int }`, []string{"Query.a(b:) has to be given"}},
		"one with a default":          {`type Query { a: Int }`, `type Query { a(b: Int! = 1): Int }`, nil},
		"an argument less":            {`type Query { a(b: Int): Int }`, `type Query { a: Int }`, []string{"Query.a(b:) is gone"}},
		"an argument needed now":      {`type Query { a(b: Int): Int }`, `type Query { a(b: Int!): Int }`, []string{"Query.a(b:) was Int and is Int!"}},
		"an argument no more needed":  {`type Query { a(b: Int!): Int }`, `type Query { a(b: Int): Int }`, nil},
		"another default":             {`type Query { a(b: Int = 1): Int }`, `type Query { a(b: Int = 2): Int }`, []string{"Query.a(b:) was 1 unless given"}},
		"no default":                  {`type Query { a(b: Int = 1): Int }`, `type Query { a(b: Int): Int }`, []string{"Query.a(b:) was 1 unless given"}},
		"an input field more":         {`type Query { a: Int } input I { b: Int }`, `type Query { a: Int } input I { b: Int c: Int }`, nil},
		"a needed input field more":   {`type Query { a: Int } input I { b: Int }`, `type Query { a: Int } input I { b: Int c: Int! }`, []string{"I.c has to be given"}},
		"an input field less":         {`type Query { a: Int } input I { b: Int c: Int }`, `type Query { a: Int } input I { b: Int }`, []string{"I.c is gone"}},
		"an input field needed now":   {`type Query { a: Int } input I { b: Int }`, `type Query { a: Int } input I { b: Int! }`, []string{"I.b was Int and is Int!"}},
		"a value more":                {`type Query { a: Int } enum E { X }`, `type Query { a: Int } enum E { X Y }`, nil},
		"a value less":                {`type Query { a: Int } enum E { X Y }`, `type Query { a: Int } enum E { X }`, []string{"E.Y is gone"}},
		"a member less":               {`type Query { a: U } type S { b: Int } type T { b: Int } union U = S | T`, `type Query { a: U } type S { b: Int } type T { b: Int } union U = S`, []string{"U has lost T"}},
		"an interface less":           {`type Query { a: Int } interface I { b: Int } type T implements I { b: Int }`, `type Query { a: Int } interface I { b: Int } type T { b: Int }`, []string{"T has lost I"}},
		"fewer rights":                {`type Query { a: Int @access(student: ALL) }`, `type Query { a: Int @access(student: OWN) }`, []string{"Query.a: student ALL is not allowed any more"}},
		"more rights":                 {`type Query { a: Int @access(student: OWN) }`, `type Query { a: Int @access(student: ALL, interviewer: OWN) }`, nil},
		"deprecated until yesterday":  {`type Query { a: Int b: Int @deprecated(reason: "Use a. Removed after 2026-05-31.") }`, `type Query { a: Int }`, nil},
		"deprecated for longer":       {`type Query { a: Int b: Int @deprecated(reason: "Use a. Removed after 2026-06-30.") }`, `type Query { a: Int }`, []string{"Query.b is gone"}},
		"a deprecated value, no more": {`type Query { a: Int } enum E { X Y @deprecated(reason: "Use X. Removed after 2026-05-31.") }`, `type Query { a: Int } enum E { X }`, nil},
	} {
		if diff := cmp.Diff(test.broken, breaking(schemaOf(t, test.before+rest), schemaOf(t, test.after+rest), t0)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, strings.TrimSpace(diff))
		}
	}
}
