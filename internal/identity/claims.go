package identity

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/go-jose/go-jose/v4/json"
	"github.com/golang-jwt/jwt/v5"
)

// maxInstant is the last second of the year 9999. Later instants overflow the conversion
// to time.Time and could make an invalid token valid.
const maxInstant = 253402300799

// claims holds the claims of a token. It is a map, because a struct would accept a claim
// "Role" as "role".
type claims struct{ jwt.MapClaims }

// UnmarshalJSON decodes claims. It rejects duplicate names, because another service that
// reads the token may use the other value.
func (c *claims) UnmarshalJSON(text []byte) error {
	if err := json.Unmarshal(text, &c.MapClaims); err != nil {
		return err
	}
	for _, name := range []string{"exp", "nbf", "iat"} {
		if at, number := c.MapClaims[name].(float64); number && (at < 0 || at > maxInstant) {
			return fmt.Errorf("%s is %v; a number of seconds from 0 to %d is expected", name, at, int64(maxInstant))
		}
	}
	return nil
}

// checkHeader rejects a token whose header has a duplicate name.
func checkHeader(token string) error {
	part, _, _ := strings.Cut(token, ".")
	text, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, &map[string]any{})
}
