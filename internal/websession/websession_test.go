package websession_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/identity"
	"rehearse/internal/websession"
)

func newSessions(t *testing.T, text string, clock func() time.Time) *identity.Sessions {
	t.Helper()
	secret, err := identity.NewSecret(text)
	if err != nil {
		t.Fatal(err)
	}
	sessions, err := identity.NewSessions(secret, "", clock)
	if err != nil {
		t.Fatal(err)
	}
	return sessions
}

const secretOfTests = "a secret of more than thirty-two bytes"

// everybody lets all people use their sessions.
type everybody struct{ websession.People }

func (everybody) Check(context.Context, identity.Session) error { return nil }
func (everybody) RequestLink(context.Context, string) error     { return nil }
func (everybody) UseLink(context.Context, string) (booking.Actor, error) {
	return booking.Actor{}, booking.Missing("sign-in link", "token")
}

// handler returns a handler whose operations answer with the sender's role.
func handler(t *testing.T, set ...func(*websession.Options)) http.Handler {
	t.Helper()
	o := websession.Options{
		Sessions: newSessions(t, secretOfTests, time.Now), People: everybody{}, Local: true, Now: time.Now, Log: slog.New(slog.DiscardHandler),
	}
	for _, change := range set {
		change(&o)
	}
	site := websession.New(o)
	tokens := func(context.Context, []string) (identity.Sender, error) {
		return identity.Sender{Actor: booking.Actor{Role: booking.RoleAdmin}}, nil
	}
	graphQL := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sender, err := site.Sender(tokens)(r.Context(), r.Header.Values("Authorization"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		_, _ = io.WriteString(w, string(sender.Role))
	})
	return site.Handler(graphQL, func(_ http.ResponseWriter, r *http.Request, work func(context.Context) error) error {
		return work(r.Context())
	}, errors.New("answered"))
}

func ask(h http.Handler, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://localhost:8080"+path, strings.NewReader(body))
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func cookie(t *testing.T, w *httptest.ResponseRecorder) *http.Cookie {
	t.Helper()
	cookies := w.Result().Cookies()
	if w.Code != http.StatusNoContent || len(cookies) != 1 {
		t.Fatalf("got status %d and the cookies %v, want 204 and one cookie", w.Code, cookies)
	}
	return cookies[0]
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	c := cookie(t, ask(handler(t), "POST", "/session", `{"role": "student", "id": "101"}`))
	if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/session" || c.MaxAge != 12*60*60 || c.Domain != "" {
		t.Errorf("got the cookie %v", c)
	}
	w := ask(handler(t), "POST", "/session/graphql", "", "Cookie", c.Name+"="+c.Value)
	if w.Body.String() != "STUDENT" {
		t.Errorf("the operation was sent by %q", w.Body)
	}
	if out := cookie(t, ask(handler(t), "DELETE", "/session", "")); out.Name != c.Name || out.Path != c.Path || out.Value != "" || out.MaxAge >= 0 {
		t.Errorf("signing out set the cookie %v", out)
	}
}

func TestCookieIsSecureOverTLS(t *testing.T) {
	t.Parallel()
	for url, secure := range map[string]bool{"https://localhost/session": true, "http://localhost/session": false} {
		w := httptest.NewRecorder()
		handler(t).ServeHTTP(w, httptest.NewRequest(http.MethodPost, url, strings.NewReader(`{"role": "student", "id": "1"}`)))
		if c := cookie(t, w); c.Secure != secure {
			t.Errorf("%s: Secure is %v", url, c.Secure)
		}
	}
}

// Behind a proxy that ends TLS, the request itself has none.
func TestCookieIsSecureBehindAProxy(t *testing.T) {
	t.Parallel()
	h := handler(t, func(o *websession.Options) { o.Secure = true })
	if c := cookie(t, ask(h, "POST", "/session", `{"role": "student", "id": "1"}`)); !c.Secure {
		t.Errorf("got the cookie %v", c)
	}
	if c := cookie(t, ask(h, "DELETE", "/session", "")); !c.Secure {
		t.Errorf("signing out set the cookie %v", c)
	}
}

// A request without a session is not valid. With the header of the request, or without any, it would be the
// local administrator's.
func TestOnlyTheCookieCounts(t *testing.T) {
	t.Parallel()
	h := handler(t)
	for name, headers := range map[string][]string{
		"nothing":        nil,
		"a header":       {"Authorization", "Bearer stolen"},
		"two headers":    {"Authorization", "Bearer stolen", "Authorization", "Bearer other"},
		"other cookies":  {"Cookie", "session=stolen"},
		"a bad session":  {"Cookie", "rehearse_session=stolen"},
		"a long session": {"Cookie", "rehearse_session=" + strings.Repeat("x", 10_000)},
	} {
		for _, method := range []string{"GET", "POST"} {
			if w := ask(h, method, "/session/graphql", "", headers...); w.Code != http.StatusUnauthorized {
				t.Errorf("%s with %s: got status %d and %s", method, name, w.Code, w.Body)
			}
		}
	}
}

func TestOtherOrigins(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		headers []string
		allowed bool
	}{
		"a program":                           {nil, true},
		"a same-origin page":                  {[]string{"Sec-Fetch-Site", "same-origin", "Origin", "http://localhost:8080"}, true},
		"a same-origin page, an old browser":  {[]string{"Origin", "http://localhost:8080"}, true},
		"another site":                        {[]string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}, false},
		"another site, an old browser":        {[]string{"Origin", "https://evil.example"}, false},
		"another port":                        {[]string{"Sec-Fetch-Site", "same-site", "Origin", "http://localhost:3000"}, false},
		"an opaque origin":                    {[]string{"Sec-Fetch-Site", "cross-site", "Origin", "null"}, false},
		"an image of another site":            {[]string{"Sec-Fetch-Site", "cross-site"}, false},
		"a WebSocket of another origin":       {[]string{"Upgrade", "websocket", "Origin", "http://localhost:3000"}, false},
		"a WebSocket of the page of the desk": {[]string{"Upgrade", "websocket", "Origin", "http://localhost:8080"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := handler(t, withLogin)
			for _, target := range []string{"GET /session", "POST /session", "DELETE /session", "GET /session/graphql", "POST /session/graphql", "GET /session/oidc", "POST /session/email", "POST /session/email/confirm", "POST /session/oidc/callback"} {
				method, path, _ := strings.Cut(target, " ")
				w := ask(h, method, path, `{"role": "student", "id": "101"}`, test.headers...)
				if (w.Code != http.StatusForbidden) != test.allowed || (w.Code == http.StatusForbidden && len(w.Result().Cookies()) > 0) {
					t.Errorf("%s: got status %d", target, w.Code)
				}
			}
		})
	}
}

func TestRefusedSignIn(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"":                                     "The body is not valid",
		"[1]":                                  "The body is not valid",
		`{"role": "student", "id": 101}`:       "The body is not valid",
		`{"id": "` + strings.Repeat("1", 2000): "The body is not valid",
		`{}`:                                   `the role is \"\"; expected student, interviewer or admin`,
		`{"role": "king", "id": "1"}`:          `the role is \"king\"`,
		`{"role": "student", "id": "0"}`:       `the id is \"0\"; expected a decimal number of at least 1`,
		`{"role": "student", "id": "1 OR 1"}`:  `the id is \"1 OR 1\"`,
	} {
		w := ask(handler(t), "POST", "/session", body)
		if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), want) || len(w.Result().Cookies()) > 0 {
			t.Errorf("%.40s: got status %d and %s", body, w.Code, w.Body)
		}
	}
}

func TestMethods(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		set  func(*websession.Options)
		want string
	}{
		"nothing":   {func(o *websession.Options) { o.Local, o.Sessions = false, nil }, `[]`},
		"local":     {func(*websession.Options) {}, `["local"]`},
		"an issuer": {func(o *websession.Options) { withLogin(o); o.Local, o.Links = false, false }, `["oidc"]`},
		"e-mail":    {func(o *websession.Options) { o.Local, o.Links = false, true }, `["email"]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := handler(t, test.set)
			if w := ask(h, "GET", "/session", ""); w.Body.String() != `{"methods":`+test.want+"}\n" {
				t.Errorf("got the methods %s", w.Body)
			}
			statuses := map[string]int{"POST /session": 400, "GET /session/oidc": 404, "GET /session/oidc/callback": 404, "POST /session/email": 404, "POST /session/email/confirm": 404}
			switch name {
			case "nothing":
				statuses["POST /session"] = 403
			case "an issuer":
				statuses["POST /session"], statuses["GET /session/oidc"], statuses["GET /session/oidc/callback"] = 403, 303, 303
			case "e-mail":
				statuses["POST /session"], statuses["POST /session/email"], statuses["POST /session/email/confirm"] = 403, 400, 400
			}
			for target, want := range statuses {
				method, path, _ := strings.Cut(target, " ")
				if w := ask(h, method, path, "{"); w.Code != want || hasSession(w) {
					t.Errorf("%s: got status %d, want %d; the cookies are %v", target, w.Code, want, w.Result().Cookies())
				}
			}
		})
	}
}

// withLogin lets people sign in at an issuer that cannot be reached, and with links.
func withLogin(o *websession.Options) {
	o.Links = true
	o.Login = identity.NewLogin(identity.LoginOptions{Issuer: "http://127.0.0.1:1", Clock: time.Now})
}

func hasSession(w *httptest.ResponseRecorder) bool {
	for _, c := range w.Result().Cookies() {
		if c.Name == "rehearse_session" && c.Value != "" {
			return true
		}
	}
	return false
}

// An issuer is another site, so its requests to the callback have no origin of ours. They can do nothing without the
// cookie of the login.
func TestCallbackFromTheIssuer(t *testing.T) {
	t.Parallel()
	w := ask(handler(t, withLogin), "GET", "/session/oidc/callback?code=1&state=1", "", "Sec-Fetch-Site", "cross-site")
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/?sign-in=stale" || hasSession(w) {
		t.Errorf("got status %d to %q and the cookies %v", w.Code, w.Header().Get("Location"), w.Result().Cookies())
	}
}
