package identity

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/go-jose/go-jose/v4/json"
	"github.com/golang-jwt/jwt/v5"
)

// maxInstant is the last second of the year 9999. Later instants overflow the
// conversion to a time, and would turn a token that is never valid into one that is.
const maxInstant = 253402300799

// claims are the claims of a token. A map holds them, because a struct would take
// a claim "Role" for "role" as well.
type claims struct{ jwt.MapClaims }

// UnmarshalJSON reads claims, and rejects a name that occurs twice: another
// service that reads the token may take the other value.
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

// checkHeader rejects a token whose header has a name twice.
func checkHeader(token string) error {
	part, _, _ := strings.Cut(token, ".")
	text, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, &map[string]any{})
}
