// Package websession signs people in to the pages of this server. The browser keeps the session in a
// cookie that scripts cannot read and that is sent only to the paths of this package.
package websession

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/singleflight"

	"rehearse/internal/app/signin"
	"rehearse/internal/identity"
)

const (
	// Path is where pages sign in and out. The cookie is sent only to this path and those below.
	Path = "/session"
	// GraphQLPath is where pages send operations. Its requests are authenticated by the cookie.
	GraphQLPath = Path + "/graphql"
	// CallbackPath is where an issuer sends the browser after the login.
	CallbackPath = loginPath + "/callback"

	loginPath = Path + "/oidc"
	linkPath  = Path + "/email"

	// Lifetime is how long a session lasts.
	Lifetime = 12 * time.Hour

	cookieName = "rehearse_session"
	maxBody    = 1 << 12
)

// People finds the people who sign in.
type People interface {
	// Find returns the session of the person that the claims identify.
	Find(ctx context.Context, c identity.Claimed) (identity.Session, error)
	RequestLink(ctx context.Context, email string) error
	UseLink(ctx context.Context, token string) (identity.Session, error)
	// Check returns signin.ErrUnknown if the person of the session may no longer use it. While the
	// database is away, it returns signin.ErrStale or signin.ErrAway.
	Check(ctx context.Context, session identity.Session) error
}

// Options configures a Site.
type Options struct {
	Sessions *identity.Sessions // nil if nobody can sign in
	People   People
	// The methods to sign in.
	Local bool            // people choose who they are; suits only a server that trusts its callers
	Login *identity.Login // at an OpenID Connect issuer; nil for none
	Links bool            // with a link in an e-mail

	Secure bool // browsers reach the server with TLS, even if a proxy ends it
	Now    func() time.Time
	Log    *slog.Logger
}

// A Site signs people in and authenticates their requests.
type Site struct {
	Options

	checked  checks
	checking singleflight.Group // the checks under way, by session
}

// New returns a Site.
func New(o Options) *Site { return &Site{Options: o, checked: newChecks()} }

// A Limit runs work for a request within the limits of the server. It returns the error of the work,
// or one for which answered returns true if it has refused the request and written the response.
type Limit func(w http.ResponseWriter, r *http.Request, work func(context.Context) error) error

// Handler returns the handler of Path and the paths below. It rejects requests of pages from other
// origins, including reads, because the browser authenticates them. The handler graphQL serves the
// operations, and must authenticate requests with Sender. The error answered is that of a limit.
func (s *Site) Handler(graphQL http.Handler, limit Limit, answered error) http.Handler {
	h := handler{s, limit, answered}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+Path, s.describe)
	mux.HandleFunc("POST "+Path, s.choose)
	mux.HandleFunc("DELETE "+Path, s.signOut)
	mux.Handle(GraphQLPath, authenticated(graphQL))
	if s.Login != nil {
		mux.HandleFunc("GET "+loginPath, h.begin)
		mux.HandleFunc("GET "+CallbackPath, h.finish)
	}
	if s.Links {
		mux.HandleFunc("POST "+linkPath, h.requestLink)
		mux.HandleFunc("POST "+linkPath+"/confirm", h.useLink)
	}
	return sameOrigin(mux)
}

// handler handles the requests that are limited.
type handler struct {
	*Site

	limit    Limit
	answered error
}

// describe lists the methods to sign in.
func (s *Site) describe(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]any{"methods": s.methods()})
}

func (s *Site) methods() []string {
	methods := []string{}
	for _, one := range []struct {
		method  string
		offered bool
	}{{signin.Local, s.Local}, {signin.OIDC, s.Login != nil}, {signin.ByMail, s.Links}} {
		if one.offered {
			methods = append(methods, one.method)
		}
	}
	return methods
}

// choose starts the session of the person in the body, without a check of who the caller is.
func (s *Site) choose(w http.ResponseWriter, r *http.Request) {
	if !s.Local {
		refuse(w, http.StatusForbidden, "", "This server does not let callers choose who they are.")
		return
	}
	var person struct{ Role, ID string }
	if !decode(w, r, &person, `{"role": "student", "id": "101"}`) {
		return
	}
	actor, err := identity.ParseActor(person.Role, person.ID)
	if err != nil {
		refuse(w, http.StatusBadRequest, "", "The person is not valid: "+err.Error()+".")
		return
	}
	if s.start(w, r, identity.Session{Actor: actor, Method: signin.Local}) {
		w.WriteHeader(http.StatusNoContent)
	}
}

// start sets the cookie of a session. It reports whether it did; otherwise, it has written a response.
func (s *Site) start(w http.ResponseWriter, r *http.Request, session identity.Session) bool {
	token, err := s.Sessions.Sign(session, Lifetime)
	if err != nil {
		s.Log.ErrorContext(r.Context(), "cannot sign a session", "error", err)
		refuse(w, http.StatusInternalServerError, "", "The session cannot be started.")
		return false
	}
	s.setCookie(w, r, token, int(Lifetime.Seconds()))
	return true
}

// signOut ends the session in this browser. If it began at an issuer that can end its own session,
// the response says where.
func (s *Site) signOut(w http.ResponseWriter, r *http.Request) {
	s.setCookie(w, r, "", -1)
	if to := s.issuerLogout(r); to != "" {
		answer(w, http.StatusOK, map[string]any{"logout": to})
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *Site) issuerLogout(r *http.Request) string {
	if s.Login == nil {
		return ""
	}
	session, _, err := s.Sessions.Verify(r.Context(), only(r, cookieName))
	if err != nil || session.Method != signin.OIDC {
		return ""
	}
	to, err := s.Login.EndURL(r.Context())
	if err != nil {
		s.Log.WarnContext(r.Context(), "the session at the issuer cannot be ended", "error", err)
	}
	return to
}

func (s *Site) setCookie(w http.ResponseWriter, r *http.Request, token string, maxAge int) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // without TLS, a browser would drop a secure cookie
		Name: cookieName, Value: token, Path: Path, MaxAge: maxAge,
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: s.secure(r),
	})
	w.Header().Set("Cache-Control", "no-store")
}

func (s *Site) secure(r *http.Request) bool { return s.Secure || r.TLS != nil }

// sameOrigin rejects the requests of pages from other origins, including reads. Only an issuer may
// send the browser back to CallbackPath; what it sends there is protected by the state.
func sameOrigin(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		writing := *r
		writing.Method = http.MethodPost // the protection exempts reads
		if err := protection.Check(&writing); err != nil && (r.URL.Path != CallbackPath || r.Method != http.MethodGet) {
			refuse(w, http.StatusForbidden, "", "Pages of other origins may not use sessions.")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// decode reads a JSON object. It reports whether it did; otherwise, it has written a response.
func decode(w http.ResponseWriter, r *http.Request, into any, example string) bool {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err == nil {
		err = json.Unmarshal(body, into)
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, "", "The body is not valid; expected an object such as "+example+".")
	}
	return err == nil
}

// refuse answers with a message, and with the reason for programs, if there is one.
func refuse(w http.ResponseWriter, status int, reason, message string) {
	body := map[string]any{"message": message}
	if reason != "" {
		body["reason"] = reason
	}
	answer(w, status, body)
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // fails only if the client has disconnected
}

// only returns the value of a cookie. It is empty if there are two: a site of the same domain has set one
// of them for its own session, and browsers do not say which.
func only(r *http.Request, name string) string {
	if cookies := r.CookiesNamed(name); len(cookies) == 1 {
		return cookies[0].Value
	}
	return ""
}

// cookieKey is the key of a context with the token in the cookie of a request.
type cookieKey struct{}

// authenticated passes the token in the cookie on to Sender, and nothing else that could authenticate
// the request.
func authenticated(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = r.Clone(context.WithValue(r.Context(), cookieKey{}, only(r, cookieName)))
		r.Header.Del("Authorization")
		next.ServeHTTP(w, r)
	})
}

// Sender returns a function that authenticates the requests to GraphQLPath by their session, and all
// others with the function tokens. A request without a session has an empty one, which is not valid:
// it must never count as one without a token, because AUTH=local treats that as the administrator's.
func (s *Site) Sender(
	tokens func(ctx context.Context, authorization []string) (identity.Sender, error),
) func(ctx context.Context, authorization []string) (identity.Sender, error) {
	return func(ctx context.Context, authorization []string) (identity.Sender, error) {
		token, is := ctx.Value(cookieKey{}).(string)
		switch {
		case !is:
			return tokens(ctx, authorization)
		case s.Sessions == nil || strings.Join(authorization, "") != "": // a WebSocket may send a token
			return identity.Sender{}, identity.ErrInvalid
		}
		session, left, err := s.Sessions.Verify(ctx, token)
		if err != nil {
			return identity.Sender{}, err
		}
		if !slices.Contains(s.methods(), session.Method) {
			return identity.Sender{}, fmt.Errorf("%w: people do not sign in with the method %q now", identity.ErrInvalid, session.Method)
		}
		unconfirmed, err := s.check(ctx, session)
		if err != nil {
			return identity.Sender{}, err
		}
		return identity.Sender{Actor: session.Actor, Left: left, Unconfirmed: unconfirmed}, nil
	}
}
