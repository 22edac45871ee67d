//go:build unix

package cli

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
)

// session sends a request about sessions.
func (r *running) session(method, path, body, cookie string) (response *http.Response, text string) {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), method, "http://"+r.address+path, bytes.NewReader([]byte(body)))
	if err != nil {
		r.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if cookie != "" {
		request.Header.Set("Cookie", cookie)
	}
	response, err = http.DefaultClient.Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	_, text = r.read(response, nil)
	return response, text
}

// signIn starts a session and returns its cookie.
func (r *running) signIn(person string) string {
	r.t.Helper()
	response, text := r.session("POST", "/session", person, "")
	if response.StatusCode != http.StatusNoContent || len(response.Cookies()) != 1 {
		r.t.Fatalf("sign-in: got status %d, %s and the cookies %v", response.StatusCode, text, response.Cookies())
	}
	cookie := response.Cookies()[0]
	return cookie.Name + "=" + cookie.Value
}

// Whoever signs in has the same rate limit as with a token.
func TestSessionSharesTheRateLimitOfItsPerson(t *testing.T) {
	t.Parallel()
	_, env := external(t)
	env = append(env, "AUTH=local", "RATE_LIMIT_BURST=10", "RATE_LIMIT_PER_SECOND=0.001")
	data := newDataFolder(t)
	r := start(t, data, env...)
	const viewer = "{ viewer { role } }"
	const limited = `"RATE_LIMITED"`
	cookie := r.signIn(`{"role": "admin", "id": "7"}`)
	ask := func(cookie string) string {
		_, text := r.session("POST", "/session/graphql", `{"query": "`+viewer+`"}`, cookie)
		return text
	}
	mustContain(t, "the first response", ask(cookie), `"role":"ADMIN"`)
	for requests := 0; !strings.Contains(ask(cookie), limited); requests++ {
		if requests > 10 {
			t.Fatal("the session has no rate limit")
		}
	}
	_, text := r.askAs(tokenOf(t, data, env, "--role", "admin", "--id", "7"), viewer)
	mustContain(t, "the response to the person's token", text, limited)
	mustContain(t, "the response to another person", ask(r.signIn(`{"role": "admin", "id": "8"}`)), `"role":"ADMIN"`)
	r.stop()
}

// A server that others use has no sign-in without a check.
func TestNoLocalSignInWithTokens(t *testing.T) {
	t.Parallel()
	_, env := external(t)
	r := start(t, newDataFolder(t), append(env, "AUTH=jwt", secretOfTests)...) // without a mail server or a client
	if _, text := r.session("GET", "/session", "", ""); strings.TrimSpace(text) != `{"methods":[]}` {
		t.Errorf("got the methods %s", text)
	}
	if response, text := r.session("POST", "/session", `{"role": "admin", "id": "0"}`, ""); response.StatusCode != http.StatusForbidden || len(response.Cookies()) > 0 {
		t.Errorf("sign-in: got status %d, %s and the cookies %v", response.StatusCode, text, response.Cookies())
	}
	r.stop()
}
