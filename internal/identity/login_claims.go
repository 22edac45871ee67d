package identity

import (
	"bytes"
	"encoding/json"
	"slices"

	"rehearse/internal/booking"
)

// ClaimNames says which claims of an issuer identify a person.
type ClaimNames struct {
	// Role is the claim with the person's roles, and Roles maps its values. Without a claim, the roles
	// follow from the lists of people.
	Role  string
	Roles map[string]booking.Role
	// ID is the claim with the person's id in this school. Without it, people are found by e-mail.
	ID string
	// TrustEmail treats an address as verified if the issuer does not say whether it is.
	TrustEmail bool
}

// Claimed is what an issuer says about a person.
type Claimed struct {
	Subject string // identifies the person among all issuers
	// Roles has the roles that the person may sign in with, the one with the most rights first. It is
	// nil if the issuer does not decide.
	Roles    []booking.Role
	ByID     bool   // the person is found by their id, and not by e-mail
	ID       string // in this school; empty if the issuer does not say
	Email    string
	Verified bool // the issuer says that the address belongs to the person
}

const (
	emailClaim    = "email"
	verifiedClaim = "email_verified"
)

// byRights orders the roles by their rights.
var byRights = []booking.Role{booking.RoleAdmin, booking.RoleInterviewer, booking.RoleStudent}

// complete reports whether the claims contain all that identifies the person.
func (n ClaimNames) complete(claims claimSet) bool {
	needed := []string{n.ID}
	if n.ID == "" {
		needed = []string{emailClaim, verifiedClaim}
	}
	for _, name := range append(needed, n.Role) {
		if _, has := claims[name]; name != "" && !has {
			return false
		}
	}
	return true
}

// claimSet has the claims of an ID token or of user info.
type claimSet map[string]any

// UnmarshalJSON decodes claims. It keeps numbers as they are written, because an id can be a number.
func (c *claimSet) UnmarshalJSON(text []byte) error {
	all := map[string]any{}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	err := decoder.Decode(&all)
	*c = all
	return err
}

// add adds what the user info says in addition. It does not say whether the address of the claims is
// verified if it has another one.
func (c claimSet) add(info claimSet) {
	_, has := c[emailClaim]
	another := has && c.address() != info.address()
	for name, value := range info {
		if _, known := c[name]; !known && (name != verifiedClaim || !another) {
			c[name] = value
		}
	}
}

func (c claimSet) address() string { return booking.NormaliseEmail(textOf(c[emailClaim])) }

// read returns what the claims say.
func (n ClaimNames) read(claims claimSet, issuer string) Claimed {
	subject, _ := claims["sub"].(string)
	c := Claimed{Subject: issuer + " " + subject}
	c.Email, _ = claims[emailClaim].(string)
	c.Verified = n.verified(claims)
	if n.ID != "" {
		c.ByID = true
		c.ID = textOf(claims[n.ID])
	}
	if n.Role == "" {
		return c
	}
	c.Roles = []booking.Role{}
	values := texts(claims[n.Role])
	for _, role := range byRights {
		if slices.ContainsFunc(values, func(value string) bool { return n.Roles[value] == role }) {
			c.Roles = append(c.Roles, role)
		}
	}
	return c
}

// verified reports whether the issuer says that the address belongs to the person. Some issuers send
// the claim as text.
func (n ClaimNames) verified(claims claimSet) bool {
	switch said := claims[verifiedClaim].(type) {
	case bool:
		return said
	case string:
		return said == "true"
	case nil:
		return n.TrustEmail
	}
	return false
}

// textOf returns a text or a number as text. It is empty if the claim is neither.
func textOf(claim any) string {
	switch is := claim.(type) {
	case string:
		return is
	case json.Number:
		return is.String()
	}
	return ""
}

// texts returns the texts of a claim that is one text or an array.
func texts(claim any) []string {
	switch is := claim.(type) {
	case string:
		return []string{is}
	case []any:
		var all []string
		for _, one := range is {
			if text, is := one.(string); is {
				all = append(all, text)
			}
		}
		return all
	}
	return nil
}
