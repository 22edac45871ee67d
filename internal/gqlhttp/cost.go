package gqlhttp

import (
	"fmt"
	"math"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"rehearse/graph"
	"rehearse/graph/page"
	"rehearse/internal/errorcode"
	"rehearse/internal/live"
)

// The cost of an operation, in points, is computed from its document and variables before
// execution, and bounds the work: each object that the response may contain costs one
// point, and a list costs the maximum number of its objects. Rows that are read but not
// returned cost points as well (prices.go).

// schemaLists holds the approximate lengths of the introspection lists.
var schemaLists = map[string]int{
	"types": 150, "directives": 6, "fields": 8, "inputFields": 5, "args": 2, "enumValues": 6, "interfaces": 1, "possibleTypes": 2,
}

// operationCost returns the cost of the operation, or an error if a list in a mutation's
// payload has a first argument that is out of range. That must be found before execution,
// because the mutation cannot be refused afterwards.
func operationCost(o *graphql.OperationContext) (int, *gqlerror.Error) {
	c := newCoster(o.Variables)
	c.checksLists = o.Operation.Operation == ast.Mutation
	root := c.object(o.Operation.SelectionSet, costScope{size: 1})
	return max(1, add(root.points-costOfObject, times(root.reads, costOfRead))), c.problem
}

// coster adds up costs. It visits a fragment once for each distinct set of surrounding
// sizes, however often it is spread, so a document that doubles with each fragment takes no
// extra time.
type coster struct {
	variables      map[string]any
	fragments      map[costKey]priced
	introspections map[string]int // schema objects selected by each fragment

	isEvent bool // an event of a subscription is priced, not an operation
	opened  int  // slots of that event

	checksLists bool
	problem     *gqlerror.Error // the last list that is not a connection and has an invalid first argument
}

func newCoster(variables map[string]any) *coster {
	return &coster{variables: variables, fragments: map[costKey]priced{}, introspections: map[string]int{}}
}

// costScope is the context that the cost of a selection depends on.
type costScope struct {
	size int // maximum number of items of the surrounding page
	rows int // number of rows of the surrounding import
}

type costKey struct {
	fragment string
	scope    costScope
}

// priced is the cost of a selection of one object: the points of its child objects, its
// scalar fields, and its fields that read the database. A read serves all objects of a
// list.
type priced struct{ points, scalars, reads int }

func (p priced) with(other priced) priced {
	return priced{add(p.points, other.points), add(p.scalars, other.scalars), add(p.reads, other.reads)}
}

// times returns the cost of n objects.
func (p priced) times(n int) priced { return priced{points: times(p.points, n), reads: p.reads} }

// plus returns p with points added.
func (p priced) plus(points int) priced {
	p.points = add(p.points, points)
	return p
}

// object returns the cost of an object with its selection.
func (c *coster) object(set ast.SelectionSet, in costScope) priced {
	p := c.selections(set, in)
	return priced{points: add(costOfObject, add(p.points, max(0, p.scalars-1)/scalarsOfObject)), reads: p.reads}
}

func (c *coster) selections(set ast.SelectionSet, in costScope) priced {
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

// field returns the cost of a field of an object.
func (c *coster) field(f *ast.Field, in costScope) priced {
	if len(f.SelectionSet) == 0 {
		if f.Name == "exportStudent" {
			return priced{points: costOfExport}
		}
		if f.Definition != nil && f.Definition.Type.Elem != nil {
			return priced{scalars: max(1, scalarLists[coordinate(f)])}
		}
		switch name := coordinate(f); {
		case readsPolicy[name]:
			return priced{scalars: 1, reads: 1}
		case readsRecord[name]:
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
	case !held[f.Name] && (!c.isEvent || !inEvent[coordinate(f)]):
		p.reads = add(p.reads, 1)
	}
	return p
}

// changesPrice reports whether the cost of a field depends on an argument. It skips the
// input of bookSlot, which has no lists and is decoded most often.
func changesPrice(f *ast.Field, a *ast.ArgumentDefinition) bool {
	return a.Name == "first" || a.Type.Elem != nil || a.Name == "filter" || a.Name == "input" && f.Name != "bookSlot"
}

// composite returns the cost of a field with a selection.
func (c *coster) composite(f *ast.Field, arguments map[string]any, in costScope) priced {
	size := c.pageSize(f, arguments)
	within := costScope{size: size, rows: rowsOf(arguments["input"])}
	if f.Definition.Type.Name() == "UserError" {
		return c.userErrors(f, within)
	}
	each := c.object(f.SelectionSet, within)
	switch {
	case f.Definition.Type.Elem == nil:
		return each.plus(readCost(f, arguments, size))
	case f.Name == "nodes" || f.Name == "edges":
		return each.times(in.size)
	case f.Definition.Arguments.ForName("first") != nil:
		if n := asInt(arguments["first"]); c.checksLists && (n < 1 || n > largestPage) {
			c.problem = graph.RequestError(errorcode.BadUserInput, fmt.Sprintf(
				"first of %s is %d; a whole number from 1 to %d is allowed", f.Alias, n, largestPage))
		}
		if f.Name == "tags" {
			return each.times(size).plus(costOfTags)
		}
		return each.times(size)
	case f.Definition.Type.Name() == "ImportRow":
		rows := each.times(in.rows)
		rows.points /= rowsOfPoint
		return rows
	case c.isEvent && inEvent[coordinate(f)]:
		if c.opened == 0 {
			return priced{}
		}
		return each.times(c.opened)
	default:
		return each.times(graph.ListBounds[coordinate(f)])
	}
}

// eventPrices holds the costs of the events of a subscription.
type eventPrices struct {
	empty   int // cost of an event without slots
	first   int // cost of its first slot
	further int // cost of each further slot
	most    int // maximum cost; an event that would cost more is sent without slots
}

func pricesOfEvents(o *graphql.OperationContext, most int) eventPrices {
	with := func(slots int) int {
		c := newCoster(o.Variables)
		c.isEvent, c.opened = true, slots
		event := c.object(o.Operation.SelectionSet, costScope{size: 1})
		return max(costOfTurn, add(event.points-costOfObject, times(event.reads, costOfRead)))
	}
	none, one := with(0), with(1)
	return eventPrices{empty: none, first: one - none, further: with(2) - one, most: most}
}

// of returns the cost of an event with the given number of slots.
func (p eventPrices) of(slots int) int {
	if slots == 0 {
		return p.empty
	}
	return add(add(p.empty, p.first), times(p.further, slots-1))
}

// watchCost returns the cost of finding an event.
func watchCost(w live.Work) int { return w.Reads*costOfRead + w.Slots/comparedOfPoint }

// userErrors returns the cost of user errors. There may be many, but at most two of them
// lead to other objects in the same way: each rule refuses once, and two rules show the
// eligibility.
func (c *coster) userErrors(f *ast.Field, within costScope) priced {
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

// introspection returns the number of schema objects that are selected. ofType is null for
// most types, so it counts only for its selection.
func (c *coster) introspection(set ast.SelectionSet) int {
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

// pageSize returns the maximum number of items of a field's page. It returns 1 for a field
// that is not a page, and for one that is refused later.
func (c *coster) pageSize(f *ast.Field, arguments map[string]any) int {
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
	if first.DefaultValue != nil { // an explicit null means the default as well
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
	case interface{ Int64() (int64, error) }: // json.Number
		i, err := n.Int64()
		if err == nil {
			return int(min(i, math.MaxInt32))
		}
	}
	return 0
}

// add and times saturate at math.MaxInt32, which is above any limit.

func add(a, b int) int { return min(a+b, math.MaxInt32) }

func times(a, b int) int { return min(a*b, math.MaxInt32) }
