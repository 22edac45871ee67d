package cli

import (
	"cmp"
	"context"
	"net/http"
	"strings"

	"rehearse/internal/app/signin"
	"rehearse/internal/config"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/identity"
	"rehearse/internal/school"
	"rehearse/internal/store"
	"rehearse/internal/websession"
)

// signInCost is the price of a request to sign in, in points. A client pays it for its address.
const signInCost = 100

// An entrance is where people sign in to a school.
type entrance struct {
	people *signin.SignIn
	site   *websession.Site
}

// entrance returns the entrance of a school.
func (s *schoolServer) entrance(of school.Name, db *store.Store) (e entrance, err error) {
	c := s.config
	options := websession.Options{
		Local: c.Auth == config.AuthLocal, Links: c.SignsInByMail(), Secure: strings.HasPrefix(c.PublicURL, "https:"), Now: s.now, Log: s.log,
	}
	secret, signs := s.keys.(identity.Secret)
	if c.SessionKey != nil {
		secret, signs = *c.SessionKey, true
	}
	if !signs {
		options.Local = false
	} else if options.Sessions, err = identity.NewSessions(secret, of, s.now); err != nil {
		return e, err
	}
	e.people = signin.New(db, signin.Options{School: of, Admins: c.AdminsOf(of), Sessions: options.Sessions, Now: s.now})
	options.People = e.people
	if s.login != nil {
		options.Login = s.login.ForSchool(c.SignInRedirectURL(of), c.SchoolURL(of)+"/")
	}
	e.site = websession.New(options)
	return e, nil
}

// newLogin returns the login at the configured issuer, or nil if there is none. alone reports that there
// is only one school.
func (s *session) newLogin(alone func() bool) *identity.Login {
	c := s.config
	if c.OIDCClientID == "" {
		return nil
	}
	claims := c.Claims
	claims.School, claims.Alone = cmp.Or(c.JWTSchoolClaim, "school"), alone
	return identity.NewLogin(identity.LoginOptions{
		Issuer: c.OIDCIssuer, ClientID: c.OIDCClientID, ClientSecret: c.OIDCClientSecret, Scopes: strings.Fields(c.OIDCScopes), Claims: claims, Clock: s.now,
	})
}

// sessionHandler returns the handler of the site, within the limits of the GraphQL handler.
func sessionHandler(site *websession.Site, graphQL *gqlhttp.Handler) http.Handler {
	return site.Handler(graphQL, func(w http.ResponseWriter, r *http.Request, work func(context.Context) error) error {
		return graphQL.Within(w, r, gqlhttp.KindSignIn, signInCost, work)
	}, gqlhttp.ErrAnswered)
}
