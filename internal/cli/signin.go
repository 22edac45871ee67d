package cli

import (
	"context"
	"net/http"
	"strings"

	"rehearse/internal/app/signin"
	"rehearse/internal/config"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/identity"
	"rehearse/internal/store"
	"rehearse/internal/websession"
)

// signInCost is the price of a request to sign in, in points. A client pays it for its address.
const signInCost = 100

// signIn returns what finds the people who sign in, and the site on which they do.
func (s *session) signIn(keys identity.Keys, db *store.Store) (*signin.SignIn, *websession.Site, error) {
	c := s.config
	options := websession.Options{
		Local: c.Auth == config.AuthLocal, Links: c.SignsInByMail(), Secure: strings.HasPrefix(c.PublicURL, "https:"), Now: s.now, Log: s.log,
	}
	secret, signs := keys.(identity.Secret)
	if c.SessionKey != nil {
		secret, signs = *c.SessionKey, true
	}
	var err error
	if !signs {
		options.Local = false
	} else if options.Sessions, err = identity.NewSessions(secret, s.now); err != nil {
		return nil, nil, err
	}
	people := signin.New(db, signin.Options{Admins: c.AdminEmails, Sessions: options.Sessions, Now: s.now})
	options.People = people
	if c.OIDCClientID != "" {
		options.Login = s.login()
	}
	return people, websession.New(options), nil
}

// login returns the login at the configured issuer.
func (s *session) login() *identity.Login {
	c := s.config
	return identity.NewLogin(identity.LoginOptions{
		Issuer: c.OIDCIssuer, ClientID: c.OIDCClientID, ClientSecret: c.OIDCClientSecret, Scopes: strings.Fields(c.OIDCScopes),
		RedirectURL: c.SignInRedirectURL(), HomeURL: c.PublicURL + "/", Claims: c.Claims, Clock: s.now,
	})
}

// sessionHandler returns the handler of the site, within the limits of the GraphQL handler.
func sessionHandler(site *websession.Site, graphQL *gqlhttp.Handler) http.Handler {
	return site.Handler(graphQL, func(w http.ResponseWriter, r *http.Request, work func(context.Context) error) error {
		return graphQL.Within(w, r, gqlhttp.KindSignIn, signInCost, work)
	}, gqlhttp.ErrAnswered)
}
