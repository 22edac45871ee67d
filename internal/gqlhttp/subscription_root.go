package gqlhttp

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"rehearse/graph"
	"rehearse/internal/errorcode"
)

// rootProblem returns an error if a subscription selects several root fields, or uses @skip
// or @include on its root. Validation accepts both, but they cannot be executed.
func rootProblem(o *ast.OperationDefinition) *gqlerror.Error {
	if o.Operation != ast.Subscription {
		return nil
	}
	root := subscriptionRoot{}
	root.add(o.SelectionSet)
	switch {
	case root.conditional != nil:
		return graph.RequestError(errorcode.BadUserInput, fmt.Sprintf(
			"the field of the subscription has @%s, which is not allowed; send the subscription without it", root.conditional.Name))
	case root.another:
		return graph.RequestError(errorcode.BadUserInput, "the subscription selects several fields; only one is allowed, under one name")
	default:
		return nil
	}
}

// subscriptionRoot is the root selection of a subscription, with fragments expanded.
type subscriptionRoot struct {
	name        string // response key of the last field
	another     bool   // the response keys differ
	conditional *ast.Directive
}

func (r *subscriptionRoot) add(set ast.SelectionSet) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			r.directives(s.Directives)
			r.another = r.another || r.name != "" && r.name != s.Alias
			r.name = s.Alias
		case *ast.InlineFragment:
			r.directives(s.Directives)
			r.add(s.SelectionSet)
		case *ast.FragmentSpread:
			r.directives(s.Directives)
			r.add(s.Definition.SelectionSet)
		}
	}
}

func (r *subscriptionRoot) directives(list ast.DirectiveList) {
	for _, name := range []string{"skip", "include"} {
		if d := list.ForName(name); d != nil {
			r.conditional = d
		}
	}
}
