package gqlhttp

import (
	"math"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"rehearse/graph"
	"rehearse/graph/page"
	"rehearse/internal/app"
)

// The cost of an operation, in points, is computed from its document and its
// variables before it is executed, and bounds the work: each object that the
// answer may hold costs a point, a list costs as many as it can hold, and so do
// the rows that are read for what is not in the answer (prices.go).

// schemaLists is how long the lists of introspection are, about.
var schemaLists = map[string]int{
	"types": 150, "directives": 6, "fields": 8, "inputFields": 5, "args": 2, "enumValues": 6, "interfaces": 1, "possibleTypes": 2,
}

// costAndBadList returns the cost of the operation, and the last list of a
// mutation's payload whose first is not allowed; nil for none. Nothing may be
// refused once the mutation is done.
func costAndBadList(o *graphql.OperationContext) (int, *badList) {
	c := coster{variables: o.Variables, fragments: map[costKey]priced{}, introspections: map[string]int{}}
	if o.Operation.Operation == ast.Mutation {
		c.bad = new(*badList)
	}
	root := c.object(o.Operation.SelectionSet, around{size: 1})
	total := max(1, add(root.points-costOfObject, times(root.reads, costOfRead)))
	if c.bad == nil {
		return total, nil
	}
	return total, *c.bad
}

// badList is a list that is not a connection, with a first that is not allowed.
type badList struct {
	field string // its alias
	first int
}

// coster adds up costs. A fragment is gone through once for each place with other
// sizes, however often it is spread: a document that doubles with each fragment
// costs no time.
type coster struct {
	variables      map[string]any
	fragments      map[costKey]priced
	introspections map[string]int // of fragments, in objects of the schema
	bad            **badList      // nil in a query
	opened         *int           // slots of the event that is priced; nil when an operation is
}

// around is what the cost of a selection depends on beside the selection.
type around struct {
	size int // how many things the page holds that the selection is of
	rows int // how many rows the import has that the selection is the payload of
}

type costKey struct {
	fragment string
	around   around
}

// priced is what a selection of one object costs: the objects that it leads to,
// its scalars, and the fields that read from the database. These read once for
// all objects.
type priced struct{ points, scalars, reads int }

func (p priced) with(other priced) priced {
	return priced{add(p.points, other.points), add(p.scalars, other.scalars), add(p.reads, other.reads)}
}

// times is what so many objects cost.
func (p priced) times(n int) priced { return priced{points: times(p.points, n), reads: p.reads} }

// plus adds points.
func (p priced) plus(points int) priced {
	p.points = add(p.points, points)
	return p
}

// object is what an object costs with what is selected of it.
func (c coster) object(set ast.SelectionSet, in around) priced {
	p := c.selections(set, in)
	return priced{points: add(costOfObject, add(p.points, max(0, p.scalars-1)/scalarsOfObject)), reads: p.reads}
}

func (c coster) selections(set ast.SelectionSet, in around) priced {
	var total priced
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			total = total.with(c.field(s, in))
		case *ast.InlineFragment:
			total = total.with(c.selections(s.SelectionSet, in))
		case *ast.FragmentSpread:
			key := costKey{s.Name, in}
			known, is := c.fragments[key]
			if !is {
				known = c.selections(s.Definition.SelectionSet, in)
				c.fragments[key] = known
			}
			total = total.with(known)
		}
	}
	return total
}

// field is what a field costs in an object.
func (c coster) field(f *ast.Field, in around) priced {
	if len(f.SelectionSet) == 0 {
		if f.Name == "exportStudent" {
			return priced{points: costOfExport}
		}
		if f.Definition != nil && f.Definition.Type.Elem != nil {
			return priced{scalars: max(1, scalarLists[coordinate(f)])}
		}
		switch place := coordinate(f); {
		case readsPolicy[place]:
			return priced{scalars: 1, reads: 1}
		case readsRecord[place]:
			return priced{points: costOfObject, reads: 1}
		}
		return priced{scalars: 1}
	}
	if f.Name == "__schema" || f.Name == "__type" {
		return priced{points: add(costOfObject, c.introspection(f.SelectionSet)/introspected)}
	}
	var arguments map[string]any
	if slices.ContainsFunc(f.Definition.Arguments, func(a *ast.ArgumentDefinition) bool { return changesPrice(f, a) }) {
		arguments = f.ArgumentMap(c.variables)
	}
	p := c.composite(f, arguments, in)
	switch {
	case f.ObjectDefinition != nil && f.ObjectDefinition.Name == "Mutation":
		return p.plus(costOfMutation)
	case !held[f.Name] && (c.opened == nil || !inEvent[coordinate(f)]):
		p.reads = add(p.reads, 1)
	}
	return p
}

// changesPrice reports whether the cost of a field depends on an argument. The
// input of bookSlot, which is decoded most often, has no list.
func changesPrice(f *ast.Field, a *ast.ArgumentDefinition) bool {
	return a.Name == "first" || a.Type.Elem != nil || a.Name == "filter" || a.Name == "input" && f.Name != "bookSlot"
}

// composite is what a field costs that leads to objects.
func (c coster) composite(f *ast.Field, arguments map[string]any, in around) priced {
	size := c.pageSize(f, arguments)
	within := around{size: size, rows: rowsOf(arguments["input"])}
	if f.Definition.Type.Name() == "UserError" {
		return c.userErrors(f, within)
	}
	each := c.object(f.SelectionSet, within)
	switch {
	case f.Definition.Type.Elem == nil:
		return each.plus(work(f, arguments, size))
	case f.Name == "nodes" || f.Name == "edges":
		return each.times(in.size)
	case f.Definition.Arguments.ForName("first") != nil:
		if n := asInt(arguments["first"]); c.bad != nil && (n < 1 || n > largestPage) {
			*c.bad = &badList{f.Alias, n}
		}
		if f.Name == "tags" {
			return each.times(size).plus(costOfTags)
		}
		return each.times(size)
	case f.Definition.Type.Name() == "ImportRow":
		rows := each.times(in.rows)
		rows.points /= rowsOfPoint
		return rows
	case c.opened != nil && inEvent[coordinate(f)]:
		if *c.opened == 0 {
			return priced{}
		}
		return each.times(*c.opened)
	default:
		return each.times(graph.ListBounds[coordinate(f)])
	}
}

// eventPrices are what the events of a subscription cost.
type eventPrices struct {
	empty   int // an event without slots
	first   int // its first slot
	further int // each further slot
	most    int // any event; one that would cost more holds no slots
}

func pricesOfEvents(o *graphql.OperationContext, most int) eventPrices {
	with := func(slots int) int {
		c := coster{variables: o.Variables, fragments: map[costKey]priced{}, introspections: map[string]int{}, opened: &slots}
		event := c.object(o.Operation.SelectionSet, around{size: 1})
		return max(costOfTurn, add(event.points-costOfObject, times(event.reads, costOfRead)))
	}
	none, one := with(0), with(1)
	return eventPrices{empty: none, first: one - none, further: with(2) - one, most: most}
}

// of returns what an event with so many slots costs.
func (p eventPrices) of(slots int) int {
	if slots == 0 {
		return p.empty
	}
	return add(add(p.empty, p.first), times(p.further, slots-1))
}

// workOfWatch is what it took to find an event.
func workOfWatch(w app.Work) int { return w.Reads*costOfRead + w.Slots/comparedOfPoint }

// userErrors is what refusals cost. There may be many, but at most two lead to
// other objects in the same way: each rule refuses once, and two of them show the
// eligibility.
func (c coster) userErrors(f *ast.Field, within around) priced {
	p := c.selections(f.SelectionSet, within)
	each := add(costOfObject, max(0, p.scalars-1)/scalarsOfObject)
	return priced{points: add(times(each, graph.MaxUserErrors), times(p.points, 2)), reads: p.reads}
}

// coordinate returns the schema coordinate of a field, such as "Query.slots".
func coordinate(f *ast.Field) string {
	if f.ObjectDefinition == nil {
		return f.Name
	}
	return f.ObjectDefinition.Name + "." + f.Name
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
func (c coster) pageSize(f *ast.Field, arguments map[string]any) int {
	first := f.Definition.Arguments.ForName("first")
	if first == nil {
		return 1
	}
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
