package config

import (
	"errors"
	"fmt"
	netmail "net/mail"
	"net/url"
	"slices"
	"strings"

	"rehearse/internal/booking"
	"rehearse/internal/identity"
)

// SignsInByMail reports whether people sign in with a link in an e-mail.
func (c Config) SignsInByMail() bool {
	return bool(c.SignInLinks) && c.Auth == AuthJWT && c.OIDCClientID == "" && c.Mail.Server != nil && c.PublicURL != "" && c.SessionKey != nil
}

// SignInRedirectURL returns the URL to which the issuer sends the browser after a login.
func (c Config) SignInRedirectURL() string { return c.PublicURL + "/session/oidc/callback" }

// validateSignIn checks the variables of the sign-in to the desk.
func (c *Config) validateSignIn() []error {
	var errs []error
	if c.SessionKey = c.Secret; c.SessionSecret != "" {
		secret, err := identity.NewSecret(c.SessionSecret)
		if err != nil {
			errs = append(errs, fmt.Errorf("SESSION_SECRET: %w", err))
		}
		c.SessionKey = &secret
	}
	for i, email := range c.AdminEmails {
		parsed, err := netmail.ParseAddress(strings.TrimSpace(email))
		if err != nil || parsed.Name != "" {
			errs = append(errs, wrong("ADMIN_EMAILS", email))
			continue
		}
		c.AdminEmails[i] = parsed.Address
	}
	if c.OIDCClientID == "" {
		for _, one := range []struct {
			name string
			set  bool
		}{
			{"OIDC_CLIENT_SECRET", c.OIDCClientSecret != ""}, {"OIDC_ROLE_CLAIM", c.OIDCRoleClaim != ""}, {"OIDC_ROLES", len(c.OIDCRoles) > 0},
			{"OIDC_ID_CLAIM", c.OIDCIDClaim != ""}, {"OIDC_TRUST_EMAIL", bool(c.OIDCTrustEmail)},
		} {
			if one.set {
				errs = append(errs, fmt.Errorf("%s is set, and OIDC_CLIENT_ID is not; %s requires it", one.name, one.name))
			}
		}
		return errs
	}
	return append(errs, c.validateClient()...)
}

// validateClient checks what the sign-in at an issuer requires.
func (c *Config) validateClient() []error {
	var errs []error
	if c.OIDCIssuer == "" {
		errs = append(errs, errors.New("OIDC_CLIENT_ID is set, and OIDC_ISSUER is not; expected both"))
	} else if err := c.checkIssuer(); err != nil && c.TokenIssuer() == "" { // otherwise validateKeys reports it
		errs = append(errs, fmt.Errorf("OIDC_ISSUER: %w", err))
	}
	if u, err := url.Parse(c.PublicURL); err != nil || c.PublicURL == "" || u.Path != "" {
		errs = append(errs, fmt.Errorf("PUBLIC_URL is %q; OIDC_CLIENT_ID requires a URL without a path, such as https://rehearse.example.org", c.PublicURL))
	}
	if c.SessionKey == nil && !c.KeepsKey() {
		errs = append(errs, errors.New("SESSION_SECRET is not set; OIDC_CLIENT_ID requires it, or JWT_SECRET"))
	}
	if !slices.Contains(strings.Fields(c.OIDCScopes), "openid") {
		errs = append(errs, wrong("OIDC_SCOPES", c.OIDCScopes))
	}
	c.Claims = identity.ClaimNames{Role: c.OIDCRoleClaim, Roles: map[string]booking.Role{}, ID: c.OIDCIDClaim, TrustEmail: bool(c.OIDCTrustEmail)}
	if c.OIDCRoleClaim == "" && c.OIDCIDClaim != "" {
		errs = append(errs, wrong("OIDC_ID_CLAIM", c.OIDCIDClaim))
	}
	return append(errs, c.setRoles()...)
}

// setRoles sets what the values of the claim with the roles mean.
func (c *Config) setRoles() []error {
	var errs []error
	given := c.OIDCRoles
	if len(given) == 0 {
		given = []string{"admin=admin", "interviewer=interviewer", "student=student"}
	}
	for _, one := range given {
		at := strings.LastIndex(one, "=")
		var actor booking.Actor
		err := errors.New("it has no role")
		if at > 0 {
			actor, err = identity.ParseActor(strings.TrimSpace(one[at+1:]), "1")
		}
		if err != nil || c.OIDCRoleClaim == "" && len(c.OIDCRoles) > 0 {
			errs = append(errs, wrong("OIDC_ROLES", one))
			continue
		}
		c.Claims.Roles[strings.TrimSpace(one[:at])] = actor.Role
	}
	return errs
}
