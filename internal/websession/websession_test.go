package websession_test

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/websession"
)

// graphQL answers with the Authorization headers of the request.
var graphQL = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	_, _ = io.WriteString(w, strings.Join(r.Header.Values("Authorization"), ", "))
})

// sign returns a readable token of the actor.
func sign(actor booking.Actor, _ time.Duration) (string, error) {
	if actor.ID == 13 {
		return "", errors.New("no luck")
	}
	return "token-of-" + strings.ToLower(string(actor.Role)), nil
}

func handler() http.Handler {
	return websession.Handler(websession.Options{GraphQL: graphQL, Sign: sign, Log: slog.New(slog.DiscardHandler)})
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
	c := cookie(t, ask(handler(), "POST", "/session", `{"role": "student", "id": "101"}`))
	if c.Value != "token-of-student" || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/session" || c.MaxAge != 12*60*60 || c.Domain != "" {
		t.Errorf("got the cookie %v", c)
	}
	w := ask(handler(), "POST", "/session/graphql", "", "Cookie", c.Name+"="+c.Value)
	if w.Body.String() != "Bearer token-of-student" {
		t.Errorf("the operation got Authorization %q", w.Body)
	}
	if out := cookie(t, ask(handler(), "DELETE", "/session", "")); out.Name != c.Name || out.Path != c.Path || out.Value != "" || out.MaxAge >= 0 {
		t.Errorf("signing out set the cookie %v", out)
	}
}

func TestCookieIsSecureOverTLS(t *testing.T) {
	t.Parallel()
	for url, secure := range map[string]bool{"https://localhost/session": true, "http://localhost/session": false} {
		w := httptest.NewRecorder()
		handler().ServeHTTP(w, httptest.NewRequest(http.MethodPost, url, strings.NewReader(`{"role": "student", "id": "1"}`)))
		if c := cookie(t, w); c.Secure != secure {
			t.Errorf("%s: Secure is %v", url, c.Secure)
		}
	}
}

// A request without a session has an empty token, which is invalid. Without the header it
// would be the local administrator's.
func TestOnlyTheCookieCounts(t *testing.T) {
	t.Parallel()
	for name, headers := range map[string][]string{
		"nothing":       nil,
		"a header":      {"Authorization", "Bearer stolen"},
		"two headers":   {"Authorization", "Bearer stolen", "Authorization", "Bearer other"},
		"other cookies": {"Cookie", "session=stolen"},
	} {
		for _, method := range []string{"GET", "POST"} {
			if got := ask(handler(), method, "/session/graphql", "", headers...).Body.String(); got != "Bearer " {
				t.Errorf("%s with %s: the operation got Authorization %q", method, name, got)
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
			for _, target := range []string{"GET /session", "POST /session", "DELETE /session", "GET /session/graphql", "POST /session/graphql"} {
				method, path, _ := strings.Cut(target, " ")
				w := ask(handler(), method, path, `{"role": "student", "id": "101"}`, test.headers...)
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
		w := ask(handler(), "POST", "/session", body)
		if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), want) || len(w.Result().Cookies()) > 0 {
			t.Errorf("%.40s: got status %d and %s", body, w.Code, w.Body)
		}
	}
	if w := ask(handler(), "POST", "/session", `{"role": "student", "id": "13"}`); w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "luck") {
		t.Errorf("without a token: got status %d and %s", w.Code, w.Body)
	}
}

func TestWithoutLocalSignIn(t *testing.T) {
	t.Parallel()
	h := websession.Handler(websession.Options{GraphQL: graphQL, Log: slog.New(slog.DiscardHandler)})
	if w := ask(h, "GET", "/session", ""); w.Body.String() != `{"methods":[]}`+"\n" {
		t.Errorf("got the methods %s", w.Body)
	}
	if w := ask(handler(), "GET", "/session", ""); w.Body.String() != `{"methods":["local"]}`+"\n" {
		t.Errorf("got the methods %s", w.Body)
	}
	if w := ask(h, "POST", "/session", `{"role": "admin", "id": "0"}`); w.Code != http.StatusForbidden || len(w.Result().Cookies()) > 0 {
		t.Errorf("got status %d and the cookies %v", w.Code, w.Result().Cookies())
	}
}
