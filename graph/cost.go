package graph

import (
	"math"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"rehearse/graph/page"
)

// What an operation costs, in points, is told by its document before it runs: a
// field that leads to an object is a point, and a list is as many as it may
// hold. A scalar comes with its object.
const (
	costOfObject   = 1
	costOfMutation = 10 // a transaction, with its locks
	largestPage    = 500
	plainListSize  = 10 // of a list that is not paged, typically

	introspected = 10 // objects of the schema for a point: they are in memory
)

// schemaLists is how long the lists of introspection are, about.
var schemaLists = map[string]int{
	"types": 150, "directives": 6, "fields": 8, "inputFields": 5, "args": 2, "enumValues": 6, "interfaces": 1, "possibleTypes": 2,
}

// cost is the cost of the operation that is asked for.
func cost(o *graphql.OperationContext) int {
	total, _ := costAndBadList(o)
	return total
}

// costAndBadList returns the cost of the operation, and the last list of a
// mutation's payload whose first is not allowed; nil for none. Nothing may be
// refused once the mutation is done.
func costAndBadList(o *graphql.OperationContext) (int, *badList) {
	c := coster{variables: o.Variables, fragments: map[costKey]int{}, introspections: map[string]int{}}
	if o.Operation.Operation != ast.Mutation {
		return max(1, c.selections(o.Operation.SelectionSet, 1)), nil
	}
	c.bad = new(*badList)
	total := c.selections(o.Operation.SelectionSet, 1)
	return max(1, add(total, times(costOfMutation, len(o.Operation.SelectionSet)))), *c.bad
}

// badList is a list that is not a connection, with a first that is not allowed.
type badList struct {
	field string // its alias
	first int
}

// coster adds up costs. A fragment is gone through once for each size of list it
// stands in, however often it is spread: a document that doubles with each
// fragment costs no time.
type coster struct {
	variables      map[string]any
	fragments      map[costKey]int
	introspections map[string]int // of fragments, in objects of the schema
	bad            **badList      // nil in a query
}

type costKey struct {
	fragment string
	size     int
}

// selections is what is selected of one object; size is how many things the
// pages of it hold, if it is a connection.
func (c coster) selections(set ast.SelectionSet, size int) int {
	total := 0
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			total = add(total, c.field(s, size))
		case *ast.InlineFragment:
			total = add(total, c.selections(s.SelectionSet, size))
		case *ast.FragmentSpread:
			key := costKey{s.Name, size}
			known, is := c.fragments[key]
			if !is {
				known = c.selections(s.Definition.SelectionSet, size)
				c.fragments[key] = known
			}
			total = add(total, known)
		}
	}
	return total
}

func (c coster) field(f *ast.Field, size int) int {
	if len(f.SelectionSet) == 0 {
		return 0
	}
	if f.Name == "__schema" || f.Name == "__type" {
		return add(costOfObject, c.introspection(f.SelectionSet)/introspected)
	}
	within := c.pageSize(f)
	each := add(costOfObject, c.selections(f.SelectionSet, within))
	switch {
	case f.Definition.Type.Elem == nil:
		return each
	case f.Name == "nodes" || f.Name == "edges":
		return times(each, size)
	case f.Definition.Arguments.ForName("first") != nil:
		if n := asInt(f.ArgumentMap(c.variables)["first"]); c.bad != nil && (n < 1 || n > largestPage) {
			*c.bad = &badList{f.Alias, n}
		}
		return times(add(costOfObject, c.selections(f.SelectionSet, 1)), within)
	default:
		return times(each, plainListSize)
	}
}

// introspection is how many objects of the schema are selected. What a type
// wraps is most often nothing, and counts as what is selected of it.
func (c coster) introspection(set ast.SelectionSet) int {
	total := 0
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if len(s.SelectionSet) == 0 {
				continue
			}
			each := c.introspection(s.SelectionSet)
			if s.Name != "ofType" {
				each = add(each, 1)
			}
			total = add(total, times(each, max(1, schemaLists[s.Name])))
		case *ast.InlineFragment:
			total = add(total, c.introspection(s.SelectionSet))
		case *ast.FragmentSpread:
			known, is := c.introspections[s.Name]
			if !is {
				known = c.introspection(s.Definition.SelectionSet)
				c.introspections[s.Name] = known
			}
			total = add(total, known)
		}
	}
	return total
}

// pageSize is how many things the page of a field may hold: 1 for a field that is
// no page, and for one that is refused later.
func (c coster) pageSize(f *ast.Field) int {
	first := f.Definition.Arguments.ForName("first")
	if first == nil {
		return 1
	}
	arguments := f.ArgumentMap(c.variables)
	for _, name := range []string{"first", "last"} {
		if size := arguments[name]; size != nil {
			if n := asInt(size); n >= 1 && n <= largestPage {
				return n
			}
			return 1
		}
	}
	if first.DefaultValue != nil { // null is the default, too
		size, _ := first.DefaultValue.Value(nil)
		return asInt(size)
	}
	return page.UsualSize(f.Definition.Type.Name())
}

func asInt(size any) int {
	switch n := size.(type) {
	case int:
		return n
	case int32:
		return int(n)
	case int64:
		return int(min(n, math.MaxInt32))
	case interface{ Int64() (int64, error) }: // a number of JSON
		i, err := n.Int64()
		if err == nil {
			return int(min(i, math.MaxInt32))
		}
	}
	return 0
}

// Sums and products stay below what any limit can be.

func add(a, b int) int { return min(a+b, math.MaxInt32) }

func times(a, b int) int { return min(a*b, math.MaxInt32) }
