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
	for document, test := range map[string]struct {
		variables map[string]any
		want      []string
	}{
		`{ things { id } }`:                                                              {},
		`{ a: old { id } b: old { next { old } } }`:                                      {want: []string{"Query.old", "Thing.old"}},
		`{ things { ...F next { ...F } } } fragment F on Thing { x: old }`:               {want: []string{"Thing.old"}},
		`{ things { ... on Thing { old } } }`:                                            {want: []string{"Thing.old"}},
		`{ things(old: 1, by: NEW) { id } }`:                                             {want: []string{"Query.things(old:)"}},
		`{ things(by: OLD) { id } }`:                                                     {want: []string{"Order.OLD"}},
		`{ things(several: [NEW, OLD]) { id } }`:                                         {want: []string{"Order.OLD"}},
		`{ things(filter: { within: { old: 1 } }) { id } }`:                              {want: []string{"Filter.old"}},
		`query($by: Order) { things(by: $by) { id } }`:                                   {map[string]any{"by": "OLD"}, []string{"Order.OLD"}},
		`query($f: Filter) { things(filter: $f) { id } }`:                                {map[string]any{"f": map[string]any{"within": map[string]any{"by": "OLD", "old": "1"}}}, []string{"Filter.old", "Order.OLD"}},
		`query($s: [Order!]) { things(several: $s) { id } }`:                             {map[string]any{"s": []any{"NEW", "OLD"}}, []string{"Order.OLD"}},
		`query A { things { id } } query B { old { id } }`:                               {},
		`query($f: Filter = { old: 1 }) { things(filter: $f, by: NEW) { next { id } } }`: {map[string]any{"f": map[string]any{"old": "1"}}, []string{"Filter.old"}},
	} {
		t.Run(document, func(t *testing.T) {
			t.Parallel()
			parsed := gqlparser.MustLoadQueryWithRules(schema, document, rules.NewDefaultRules())
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
