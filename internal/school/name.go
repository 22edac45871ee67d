// Package school defines the names of the schools of an installation.
package school

import (
	"context"
	"fmt"
	"regexp"
)

// A Name is the valid name of a school. The empty name is that of the only school of an
// installation that has no others.
type Name string

const (
	// MaxName is the length of the longest name. The names of Postgres have at most 63 bytes.
	MaxName = 30
	// NameForm describes valid names.
	NameForm = "1 to 30 lower case letters, digits and hyphens that begin with a letter and do not end with a hyphen, such as north-high"
)

var validName = regexp.MustCompile(`^[a-z]([a-z0-9-]*[a-z0-9])?$`)

// ParseName returns the name in a text. It refuses the empty text.
func ParseName(text string) (Name, error) {
	if len(text) > MaxName || !validName.MatchString(text) {
		return "", fmt.Errorf("the school is %q; expected %s", text, NameForm)
	}
	return Name(text), nil
}

// Path returns the path below which the pages of the school are; it is empty for the only school.
func (n Name) Path() string {
	if n == "" {
		return ""
	}
	return PathPrefix + string(n)
}

// PathPrefix begins the paths of schools.
const PathPrefix = "/s/"

// baseKey is the key of a context with the base of a request.
type baseKey struct{}

// WithBase returns a context for a request to pages of a school below a path.
func WithBase(ctx context.Context, path string) context.Context {
	return context.WithValue(ctx, baseKey{}, path)
}

// Base returns the path below which a request finds the pages of its school. It is empty unless the
// request names the school by its path: on the host of a school, its pages are at the root.
func Base(ctx context.Context) string {
	base, _ := ctx.Value(baseKey{}).(string)
	return base
}
