package scalar

import (
	"encoding/json"
	"io"

	"github.com/99designs/gqlgen/graphql"
)

// MarshalJSON writes a JSON value unchanged.
func MarshalJSON(value json.RawMessage) graphql.Marshaler {
	if value == nil {
		return graphql.Null
	}
	return graphql.WriterFunc(func(w io.Writer) { _, _ = w.Write(value) })
}

// UnmarshalJSON reads any JSON value.
func UnmarshalJSON(v any) (json.RawMessage, error) {
	value, err := json.Marshal(v)
	if err != nil {
		return nil, inputErrorf("the value is not valid JSON")
	}
	return value, nil
}
