package app

// Optional is a new value of a field that may be empty. The zero Optional leaves the field
// unchanged, and a nil value empties it.
type Optional[T any] struct {
	value *T
	set   bool
}

// OptionalOf returns a new value of a field, or the zero Optional if none is set.
func OptionalOf[T any](value *T, set bool) Optional[T] { return Optional[T]{value, set} }

// Set returns a new value of a field. A nil value empties it.
func Set[T any](value *T) Optional[T] { return OptionalOf(value, true) }

// IsSet reports whether the field changes.
func (o Optional[T]) IsSet() bool { return o.set }

// Or returns the new value, or the current one if the field does not change.
func (o Optional[T]) Or(current *T) *T {
	if o.set {
		return o.value
	}
	return current
}
