package graph

// Unplanned lets gqlgen execute every field.
func Unplanned(o Options) Options {
	o.unplanned = true
	return o
}
