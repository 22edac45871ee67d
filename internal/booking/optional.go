package booking

// Optional is a new value of a field that may be empty. The zero Optional leaves the field
// unchanged, and a nil value empties it.
type Optional[T any] struct {
	value *T
	set   bool
}

// Set returns a new value of a field. A nil value empties it.
func Set[T any](value *T) Optional[T] { return Optional[T]{value, true} }

// IsSet reports whether the field changes.
func (o Optional[T]) IsSet() bool { return o.set }

// Or returns the new value, or the current one if the field does not change.
func (o Optional[T]) Or(current *T) *T {
	if o.set {
		return o.value
	}
	return current
}

// Assign sets *field to *change unless change is nil.
func Assign[T any](field *T, change *T) {
	if change != nil {
		*field = *change
	}
}
