package gqlhttp

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"rehearse/graph"
	"rehearse/internal/errorcode"
)

// documentLimits measures a document and checks it against the limits.
type documentLimits struct {
	limits     Limits
	document   *ast.QueryDocument
	fragments  fragments
	sizes      map[*ast.FragmentDefinition]size // memoized, so each fragment is visited once
	open       map[*ast.FragmentDefinition]bool // fragments being visited, to detect cycles
	wrong      string                           // error in how fragments are spread
	aliases    int
	directives int
}

// fragments maps names to the fragments of a document. Of duplicates it holds the first.
type fragments map[string]*ast.FragmentDefinition

func newDocumentLimits(l Limits, document *ast.QueryDocument) *documentLimits {
	m := &documentLimits{
		limits: l, document: document, fragments: fragments{},
		sizes: map[*ast.FragmentDefinition]size{}, open: map[*ast.FragmentDefinition]bool{},
	}
	for _, f := range document.Fragments {
		if _, is := m.fragments[f.Name]; !is {
			m.fragments[f.Name] = f
		}
	}
	return m
}

// size is the size of a selection set with its fragments expanded.
type size struct {
	roots         int // fields of the set itself
	fields        int // fields including nested ones
	nodes         int // fields, fragments, arguments and values
	depth         int // nesting depth of fields
	introspection int // nesting depth within __schema and __type
}

// check checks the limits. It also rejects unknown fragments and fragments that spread
// themselves: the checks after it would not terminate on a cycle, and validation of one is
// slow.
func (m *documentLimits) check() *gqlerror.Error {
	operations := make([]size, len(m.document.Operations))
	nodes := 0
	for i, o := range m.document.Operations {
		m.use(o.Directives)
		for _, v := range o.VariableDefinitions {
			m.use(v.Directives)
		}
		operations[i] = m.set(o.SelectionSet)
		nodes = add(nodes, operations[i].nodes)
	}
	for _, f := range m.document.Fragments {
		nodes = add(nodes, m.fragment(f).nodes)
	}
	if m.wrong != "" {
		return graph.RequestError(errorcode.BadUserInput, m.wrong)
	}
	for i, o := range m.document.Operations {
		if err := m.checkOperation(o.Operation, operations[i]); err != nil {
			return err
		}
	}
	if err := firstOf(
		exceeds(limitAliases, "the document has %d aliases", m.aliases, m.limits.Aliases),
		exceeds(limitDirectives, "the document has %d directives", m.directives, m.limits.Directives),
		exceeds(limitNodes, "the document has %d nodes, counted once for each operation and fragment that reaches them", nodes, m.limits.Nodes),
	); err != nil {
		return err
	}
	return exceeds(limitSameKey, "the document selects the same response key %d times in one place", m.mostMerged(), m.limits.SameKey)
}

func (m *documentLimits) checkOperation(kind ast.Operation, s size) *gqlerror.Error {
	roots := exceeds(limitRootFields, "the operation has %d root fields", s.roots, m.limits.RootFields)
	if kind == ast.Mutation {
		roots = exceeds(limitRootFieldsOfMutation, "the mutation has %d root fields", s.roots, m.limits.RootFieldsOfMutation)
	}
	return firstOf(roots,
		exceeds(limitDepth, "the document nests fields %d levels deep", s.depth, m.limits.Depth),
		exceeds(limitIntrospectionDepth, "the document nests introspection fields %d levels deep", s.introspection, m.limits.IntrospectionDepth),
		exceeds(limitFields, "the document has %d fields", s.fields, m.limits.Fields))
}

func firstOf(errs ...*gqlerror.Error) *gqlerror.Error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (m *documentLimits) set(set ast.SelectionSet) size {
	var total size
	for _, selection := range set {
		s := m.selection(selection)
		total.roots = add(total.roots, s.roots)
		total.fields = add(total.fields, s.fields)
		total.nodes = add(total.nodes, add(s.nodes, 1))
		total.depth = max(total.depth, s.depth)
		total.introspection = max(total.introspection, s.introspection)
	}
	return total
}

func (m *documentLimits) selection(selection ast.Selection) size {
	switch s := selection.(type) {
	case *ast.Field:
		if s.Alias != s.Name {
			m.aliases++
		}
		return m.field(s)
	case *ast.InlineFragment:
		within := m.set(s.SelectionSet)
		within.nodes = add(within.nodes, m.use(s.Directives))
		return within
	case *ast.FragmentSpread:
		if f := m.fragments[s.Name]; f != nil {
			within := m.fragment(f)
			within.nodes = add(within.nodes, m.use(s.Directives))
			return within
		}
		m.wrong = fmt.Sprintf("Unknown fragment %q.", s.Name)
	}
	return size{}
}

func (m *documentLimits) field(f *ast.Field) size {
	within := m.set(f.SelectionSet)
	s := size{roots: 1, fields: add(within.fields, 1), nodes: within.nodes, depth: within.depth + 1, introspection: within.introspection}
	s.nodes = add(s.nodes, add(m.use(f.Directives), valuesOf(f.Arguments)))
	if f.Name == "__schema" || f.Name == "__type" {
		s.depth, s.introspection = 1, within.depth+1
	}
	return s
}

func (m *documentLimits) fragment(f *ast.FragmentDefinition) size {
	if known, is := m.sizes[f]; is {
		return known
	}
	if m.open[f] {
		m.wrong = fmt.Sprintf("Cannot spread fragment %q within itself.", f.Name)
		return size{}
	}
	m.open[f] = true
	s := m.set(f.SelectionSet)
	s.nodes = add(s.nodes, m.use(f.Directives))
	delete(m.open, f)
	m.sizes[f] = s
	return s
}

// use counts directives and returns the number of their nodes.
func (m *documentLimits) use(directives ast.DirectiveList) int {
	m.directives += len(directives)
	nodes := len(directives)
	for _, d := range directives {
		nodes += valuesOf(d.Arguments)
	}
	return nodes
}

func valuesOf(arguments ast.ArgumentList) int {
	nodes := 0
	for _, a := range arguments {
		nodes += values(a.Value)
	}
	return nodes
}

func values(v *ast.Value) int {
	nodes := 1
	for _, child := range v.Children {
		nodes += values(child.Value)
	}
	return nodes
}

// mostMerged returns the largest number of fields that are merged into one field of the
// response. Validation compares each pair of them, within operations and within each
// fragment by itself. The fragments have no cycles at this point, and their expanded size
// is within the limits.
func (m *documentLimits) mostMerged() int {
	most := 0
	look := func(set ast.SelectionSet) {
		p := mergedFields{fragments: m.fragments, ids: map[responseKey]int{}}
		p.visit(0, set)
		for _, n := range p.fields {
			most = max(most, n)
		}
	}
	for _, o := range m.document.Operations {
		look(o.SelectionSet)
	}
	for _, f := range m.document.Fragments {
		look(f.SelectionSet)
	}
	return most
}

// mergedFields counts the fields of each response key, regardless of their types.
type mergedFields struct {
	fragments fragments
	ids       map[responseKey]int
	fields    []int // indexed by id - 1
}

type responseKey struct {
	within int // id of the parent key; 0 for the root
	key    string
}

func (p *mergedFields) visit(within int, set ast.SelectionSet) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			id := p.ids[responseKey{within, s.Alias}]
			if id == 0 {
				p.fields = append(p.fields, 0)
				id = len(p.fields)
				p.ids[responseKey{within, s.Alias}] = id
			}
			p.fields[id-1]++
			p.visit(id, s.SelectionSet)
		case *ast.InlineFragment:
			p.visit(within, s.SelectionSet)
		case *ast.FragmentSpread:
			if f := p.fragments[s.Name]; f != nil {
				p.visit(within, f.SelectionSet)
			}
		}
	}
}
