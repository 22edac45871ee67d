package identity

import "encoding/json"

// CheckMetadata checks the endpoints in a discovery document.
func CheckMetadata(issuer string, document []byte) error {
	var m metadata
	if err := json.Unmarshal(document, &m); err != nil {
		return err
	}
	return m.check(issuer)
}
