package doctor

import (
	"context"
	"errors"
	"strings"
	"time"

	"rehearse/internal/config"
	"rehearse/internal/identity"
)

// checkSignIn checks the sign-in to the desk. It notices an unknown client only if the client has a
// secret: without one, the issuer may refuse the invalid code first.
func checkSignIn(ctx context.Context, p *patient) []Finding {
	c := p.Config
	switch {
	case c.OIDCClientID != "":
		return checkLogin(ctx, p)
	case c.SignsInByMail():
		if len(c.AdminEmails) == 0 {
			return warning("set ADMIN_EMAILS", "people sign in with a link in an e-mail, but no administrator can")
		}
		return ok("people sign in with a link in an e-mail")
	case c.Auth == config.AuthLocal:
		return ok("people choose who they are, because AUTH is local")
	}
	return ok("off: people cannot sign in to the desk")
}

func checkLogin(ctx context.Context, p *patient) []Finding {
	c := p.Config
	login := identity.NewLogin(identity.LoginOptions{
		Issuer: c.OIDCIssuer, ClientID: c.OIDCClientID, ClientSecret: c.OIDCClientSecret, Scopes: strings.Fields(c.OIDCScopes),
		RedirectURL: c.SignInRedirectURL(), Clock: func() time.Time { return p.Now() },
	})
	err := login.Check(ctx)
	switch {
	case errors.Is(err, identity.ErrUnavailable):
		return problem("check OIDC_ISSUER, the network and the proxy between this machine and the issuer", "people cannot sign in: %v", err)
	case err != nil:
		return problem("check OIDC_CLIENT_ID and OIDC_CLIENT_SECRET, and that the client may use the authorization code flow", "people cannot sign in: %v", err)
	}
	return ok("people sign in at %s, which must send them back to %s", c.OIDCIssuer, c.SignInRedirectURL())
}
