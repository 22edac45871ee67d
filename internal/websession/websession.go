// Package websession signs people in to the pages of this server. The browser keeps an access token
// in a cookie that scripts cannot read and that is sent only to the paths of this package.
package websession

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/identity"
)

const (
	// Path is where pages sign in and out. The cookie is sent only to this path and those below.
	Path = "/session"
	// GraphQLPath is where pages send operations. Its requests are authenticated by the cookie.
	GraphQLPath = Path + "/graphql"

	// Lifetime is how long a session lasts.
	Lifetime = 12 * time.Hour

	cookieName = "rehearse_session"
	maxBody    = 1 << 10
)

// A Method is a way to sign in.
type Method string

// Local lets the caller choose who they are. It suits only a server that trusts its callers.
const Local Method = "local"

// Options configures a Handler.
type Options struct {
	// GraphQL serves the operations of signed-in people. It authenticates the Authorization header.
	GraphQL http.Handler
	// Sign returns a token for the actor. Nil turns off the method Local.
	Sign func(actor booking.Actor, ttl time.Duration) (string, error)
	Log  *slog.Logger
}

// Handler returns the handler of Path and GraphQLPath. It rejects requests of pages from other
// origins, including reads, because the browser authenticates them.
func Handler(o Options) http.Handler {
	s := sessions{o}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+Path, s.describe)
	mux.HandleFunc("POST "+Path, s.signIn)
	mux.HandleFunc("DELETE "+Path, s.signOut)
	mux.Handle(GraphQLPath, authenticated(o.GraphQL))
	return sameOrigin(mux)
}

type sessions struct{ Options }

// describe lists the methods to sign in.
func (s sessions) describe(w http.ResponseWriter, _ *http.Request) {
	methods := []Method{}
	if s.Sign != nil {
		methods = append(methods, Local)
	}
	answer(w, http.StatusOK, map[string]any{"methods": methods})
}

// signIn starts the session of the person in the body, without a check of who the caller is.
func (s sessions) signIn(w http.ResponseWriter, r *http.Request) {
	if s.Sign == nil {
		refuse(w, http.StatusForbidden, "This server does not let callers choose who they are.")
		return
	}
	var person struct{ Role, ID string }
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err == nil {
		err = json.Unmarshal(body, &person)
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, `The body is not valid; expected an object such as {"role": "student", "id": "101"}.`)
		return
	}
	actor, err := identity.ParseActor(person.Role, person.ID)
	if err != nil {
		refuse(w, http.StatusBadRequest, "The person is not valid: "+err.Error()+".")
		return
	}
	token, err := s.Sign(actor, Lifetime)
	if err != nil {
		s.Log.ErrorContext(r.Context(), "cannot sign a session", "error", err)
		refuse(w, http.StatusInternalServerError, "The session cannot be started.")
		return
	}
	setCookie(w, r, token, int(Lifetime.Seconds()))
	w.WriteHeader(http.StatusNoContent)
}

// signOut ends the session in this browser.
func (s sessions) signOut(w http.ResponseWriter, r *http.Request) {
	setCookie(w, r, "", -1)
	w.WriteHeader(http.StatusNoContent)
}

func setCookie(w http.ResponseWriter, r *http.Request, token string, maxAge int) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // without TLS, a browser would drop a secure cookie
		Name: cookieName, Value: token, Path: Path, MaxAge: maxAge,
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil,
	})
	w.Header().Set("Cache-Control", "no-store")
}

// authenticated passes the token in the cookie on as a bearer token. Without a cookie the token is
// empty, which no verifier accepts: a request without a session must never count as one without a
// token, because AUTH=local treats that as the administrator's.
func authenticated(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token := ""
		if cookie, err := r.Cookie(cookieName); err == nil {
			token = cookie.Value
		}
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", "Bearer "+token)
		next.ServeHTTP(w, r)
	})
}

// sameOrigin rejects the requests of pages from other origins, including reads.
func sameOrigin(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		writing := *r
		writing.Method = http.MethodPost // the protection exempts reads
		if err := protection.Check(&writing); err != nil {
			refuse(w, http.StatusForbidden, "Pages of other origins may not use sessions.")
			return
		}
		next.ServeHTTP(w, r)
	})
}

func refuse(w http.ResponseWriter, status int, message string) {
	answer(w, status, map[string]any{"message": message})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // fails only if the client has disconnected
}
