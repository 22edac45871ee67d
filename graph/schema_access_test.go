package graph_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"rehearse/internal/booking"
)

// A field that some callers may not read, of an object that they may read, is nullable.
// Otherwise its error would null the object and its parents.
func TestNarrowerFieldsAreNullable(t *testing.T) {
	t.Parallel()
	for _, broken := range destructive(t, loadSchema(t)) {
		t.Error(broken)
	}
}

// destructive returns the non-nullable fields whose access is narrower than their
// parent's. The only root field of a subscription has no siblings and is left out.
func destructive(t *testing.T, schema *ast.Schema) (broken []string) {
	t.Helper()
	reach := reachOf(t, schema)
	for name, definition := range schema.Types {
		if definition.Kind != ast.Object || definition.BuiltIn || definition == schema.Subscription {
			continue
		}
		for _, field := range definition.Fields {
			if strings.HasPrefix(field.Name, "__") {
				continue
			}
			narrower := definition == schema.Mutation
			for role, parent := range reach[name] {
				narrower = narrower || rightOf(t, field, role, parent) < parent
			}
			if narrower && field.Type.NonNull {
				broken = append(broken, name+"."+field.Name+" is "+field.Type.String()+", but not everybody who may read the "+name+" may read it")
			}
		}
	}
	slices.Sort(broken)
	return broken
}

// right is how much of a field or type a role may read.
type right int

const (
	none right = iota
	own
	all
)

var roleNames = []booking.Role{booking.RoleAnonymous, booking.RoleStudent, booking.RoleInterviewer}

// rightOf returns the right that @access gives a role. Without @access, a field has the
// right of its parent.
func rightOf(t *testing.T, field *ast.FieldDefinition, role booking.Role, parent right) right {
	t.Helper()
	if field.Directives.ForName("access") == nil {
		return parent
	}
	return map[string]right{"NONE": none, "OWN": own, "ALL": all}[rightsTo(t, field)[role]]
}

// reachOf returns how much of each type a role may read: the maximum over the fields of
// that type, each limited by the right to the field's object.
func reachOf(t *testing.T, schema *ast.Schema) map[string]map[booking.Role]right {
	t.Helper()
	reach := map[string]map[booking.Role]right{}
	raise := func(name string, role booking.Role, to right) (raised bool) {
		if reach[name] == nil {
			reach[name] = map[booking.Role]right{}
		}
		raised = reach[name][role] < to
		reach[name][role] = max(reach[name][role], to)
		return raised
	}
	for _, root := range []*ast.Definition{schema.Query, schema.Mutation, schema.Subscription} {
		for _, role := range roleNames {
			if root != nil {
				raise(root.Name, role, all)
			}
		}
	}
	for more := true; more; {
		more = false
		for name, definition := range schema.Types {
			for _, field := range definition.Fields {
				for role, parent := range reach[name] {
					given := rightOf(t, field, role, parent)
					if parent == none {
						given = none
					}
					for _, to := range append(schema.GetPossibleTypes(schema.Types[field.Type.Name()]), schema.Types[field.Type.Name()]) {
						more = raise(to.Name, role, given) || more
					}
				}
			}
		}
	}
	return reach
}

func TestDestructiveFieldsAreFound(t *testing.T) {
	t.Parallel()
	const rest = `
		directive @access(anonymous: Access! = NONE, student: Access! = NONE, interviewer: Access! = NONE) on FIELD_DEFINITION
		enum Access { NONE OWN ALL }
		interface Node { id: ID! }
		union Person = A | B
		type B { id: ID! } `
	for _, test := range []struct {
		name, schema string
		want         []string
	}{
		{"a field that everybody may read", `type Query { a: Int! @access(anonymous: ALL, student: ALL, interviewer: ALL) }`, nil},
		{"a field that not everybody may read", `type Query { a: Int! @access(student: ALL, interviewer: ALL) }`,
			[]string{"Query.a is Int!, but not everybody who may read the Query may read it"}},
		{"a nullable field that nobody may read", `type Query { a: Int @access }`, nil},
		{"own objects with own fields", `type Query { a: A @access(student: OWN) } type A { id: ID! @access(student: OWN) }`, nil},
		{"all objects with own fields", `type Query { a: A @access(student: ALL) } type A { id: ID! @access(student: OWN) }`,
			[]string{"A.id is ID!, but not everybody who may read the A may read it"}},
		{"objects of a union in a list", `type Query { a: [Person!] @access(interviewer: OWN) } type A { id: ID! @access }`,
			[]string{"A.id is ID!, but not everybody who may read the A may read it"}},
		{"objects of an interface", `type Query { a: Node @access(interviewer: OWN) } type A implements Node { id: ID! @access }`,
			[]string{"A.id is ID!, but not everybody who may read the A may read it"}},
		{"an object within an object", `type Query { a: C @access(student: OWN) } type C { a: A! } type A { id: ID! @access }`,
			[]string{"A.id is ID!, but not everybody who may read the A may read it"}},
		{"an object within one that nobody may read", `type Query { a: C @access } type C { a: A! } type A { id: ID! @access }`, nil},
		{"a mutation that everybody may run", `type Query { a: Int } type Mutation { a: Int! @access(anonymous: ALL, student: ALL, interviewer: ALL) }`,
			[]string{"Mutation.a is Int!, but not everybody who may read the Mutation may read it"}},
		{"an object of a subscription", `type Query { a: Int } type Subscription { a: A! @access(student: OWN) } type A { id: ID! @access }`,
			[]string{"A.id is ID!, but not everybody who may read the A may read it"}},
		{"a subscription without narrower fields",
			`type Query { a: Int } type Subscription { a: A! @access(student: OWN) } type A { id: ID! other: String! }`, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			text := rest + test.schema
			if !strings.Contains(test.schema, "type A") {
				text += " type A { id: ID! }"
			}
			if diff := cmp.Diff(test.want, destructive(t, gqlparser.MustLoadSchema(&ast.Source{Input: text}))); diff != "" {
				t.Errorf("destructive fields (-want +got):\n%s", diff)
			}
		})
	}
}
