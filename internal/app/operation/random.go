package operation

import (
	"crypto/rand"
	"strings"
)

// RandomText returns a text of booking.RandomLength lower-case letters and digits that
// nobody can guess.
func RandomText() string { return strings.ToLower(rand.Text()) }
