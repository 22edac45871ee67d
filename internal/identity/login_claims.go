package identity

import (
	"cmp"
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
	// School is the claim with the schools in which the person has the roles. It is not read if Alone
	// reports that there is only one school; nil means that there may be others.
	School string
	Alone  func() bool
	// TrustEmail treats an address as verified if the issuer does not say whether it is.
	TrustEmail bool
}

// Claimed is what an issuer says about a person.
type Claimed struct {
	Subject string // identifies the person among all issuers
	// Roles has the roles that the person may sign in with, the one with the most rights first. It is
	// nil if the issuer does not decide.
	Roles []booking.Role
	// Schools has the names of the schools in which the person has the roles. It is nil if the issuer
	// names none, which means the only one.
	Schools  []string
	ID       string // in this school; empty if the person is found by e-mail
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
func (n ClaimNames) complete(claims map[string]any) bool {
	names := []string{n.Role, cmp.Or(n.ID, emailClaim)}
	if n.Role != "" {
		names = append(names, n.school())
	}
	for _, name := range names {
		if _, has := claims[name]; name != "" && !has {
			return false
		}
	}
	return true
}

// school returns the claim with the schools, or an empty text if it means nothing.
func (n ClaimNames) school() string {
	if n.Alone != nil && n.Alone() {
		return ""
	}
	return n.School
}

// read returns what the claims say.
func (n ClaimNames) read(claims map[string]any, issuer string) Claimed {
	subject, _ := claims["sub"].(string)
	c := Claimed{Subject: issuer + " " + subject}
	c.Email, _ = claims[emailClaim].(string)
	c.Verified = n.verified(claims)
	if n.ID != "" {
		c.ID, _ = claims[n.ID].(string)
	}
	if n.Role == "" {
		return c
	}
	if named := claims[n.school()]; named != nil {
		c.Schools = append([]string{}, texts(named)...)
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
func (n ClaimNames) verified(claims map[string]any) bool {
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
