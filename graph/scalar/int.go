package scalar

import (
	"encoding/json"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
)

// MarshalInt writes an integer.
func MarshalInt(i int) graphql.Marshaler { return graphql.MarshalInt(i) }

// UnmarshalInt reads a 32-bit integer, as GraphQL specifies. The function of gqlgen accepts
// strings, and reports overflows as internal errors.
func UnmarshalInt(v any) (int, error) {
	var text string
	switch v := v.(type) {
	case json.Number:
		text = v.String()
	case int64:
		text = strconv.FormatInt(v, 10)
	case int:
		text = strconv.Itoa(v)
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return 0, notAnInt(v)
	}
	return int(n), nil
}
