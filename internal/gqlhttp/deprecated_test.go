package gqlhttp

import (
	"slices"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"rehearse/internal/errorcode"
)

func TestDeprecatedUses(t *testing.T) {
	t.Parallel()
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: `
		type Query { old: Thing @deprecated things(by: Order, old: Int @deprecated, filter: Filter, several: [Order!]): [Thing!] }
		type Thing { id: ID old: ID @deprecated next: Thing }
		enum Order { NEW OLD @deprecated }
		input Filter { by: Order old: ID @deprecated within: Filter }`})
	all := []string{"Filter.old", "Order.OLD", "Query.old", "Query.things(old:)", "Thing.old"}
	known := deprecatedElements(schema)
	if diff := cmp.Diff(all, slices.DeleteFunc(slices.Clone(known), func(name string) bool { return name[0] == '_' })); diff != "" {
		t.Errorf("the schema's deprecated elements (-want +got):\n%s", diff)
	}
	for _, test := range []struct {
		name, document string
		variables      map[string]any
		want           []string
	}{
		{"nothing deprecated", `{ things { id } }`, nil, nil},
		{"fields", `{ a: old { id } b: old { next { old } } }`, nil, []string{"Query.old", "Thing.old"}},
		{"a field in a fragment", `{ things { ...F next { ...F } } } fragment F on Thing { x: old }`, nil, []string{"Thing.old"}},
		{"a field in an inline fragment", `{ things { ... on Thing { old } } }`, nil, []string{"Thing.old"}},
		{"an argument", `{ things(old: 1, by: NEW) { id } }`, nil, []string{"Query.things(old:)"}},
		{"an enum value", `{ things(by: OLD) { id } }`, nil, []string{"Order.OLD"}},
		{"an enum value in a list", `{ things(several: [NEW, OLD]) { id } }`, nil, []string{"Order.OLD"}},
		{"an input field", `{ things(filter: { within: { old: 1 } }) { id } }`, nil, []string{"Filter.old"}},
		{"an enum value in a variable", `query($by: Order) { things(by: $by) { id } }`, map[string]any{"by": "OLD"}, []string{"Order.OLD"}},
		{"an input field in a variable", `query($f: Filter) { things(filter: $f) { id } }`,
			map[string]any{"f": map[string]any{"within": map[string]any{"by": "OLD", "old": "1"}}}, []string{"Filter.old", "Order.OLD"}},
		{"an enum value in a list in a variable", `query($s: [Order!]) { things(several: $s) { id } }`,
			map[string]any{"s": []any{"NEW", "OLD"}}, []string{"Order.OLD"}},
		{"another operation", `query A { things { id } } query B { old { id } }`, nil, nil},
		{"an input field in a default", `query($f: Filter = { old: 1 }) { things(filter: $f, by: NEW) { next { id } } }`,
			map[string]any{"f": map[string]any{"old": "1"}}, []string{"Filter.old"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			parsed := gqlparser.MustLoadQueryWithRules(schema, test.document, rules.NewDefaultRules())
			got := deprecatedUses(schema, known, &graphql.OperationContext{Operation: parsed.Operations[0], Variables: test.variables})
			slices.Sort(got)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("deprecated elements (-want +got):\n%s", diff)
			}
		})
	}
}

// TestMetricLabels checks that the labels given to an observer are known in advance.
func TestMetricLabels(t *testing.T) {
	t.Parallel()
	words := NewVocabulary()
	if !slices.Contains(words.Refusals, "SLOT_TAKEN") || !slices.Contains(words.Codes, string(errorcode.Internal)) {
		t.Errorf("got the labels %+v", words)
	}
	for _, code := range words.Faults {
		if !slices.Contains(words.Codes, code) {
			t.Errorf("the labels contain %s, which is not a code", code)
		}
	}
}
