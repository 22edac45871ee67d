package graph

// Unplanned returns options under which gqlgen executes every field.
func Unplanned(o Options) Options {
	o.unplanned = true
	return o
}

// UserErrorOf is userError.
var UserErrorOf = userError
