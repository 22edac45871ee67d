//go:build unix

package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rehearse/internal/identity"
)

const secretOfTests = "JWT_SECRET=a secret of more than thirty-two bytes"

// askAs sends a document with a token.
func (r *running) askAs(token, document string) (status int, body string) {
	r.t.Helper()
	text, err := json.Marshal(map[string]string{"query": document})
	if err != nil {
		r.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, "http://"+r.address+"/graphql", strings.NewReader(string(text)))
	if err != nil {
		r.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	return r.read(http.DefaultClient.Do(request))
}

func tokenOf(t *testing.T, data string, env []string, args ...string) string {
	t.Helper()
	code, out, errs := runOnce(t, data, env, append([]string{"token"}, args...)...)
	if code != 0 || strings.Count(out, ".") != 2 {
		t.Fatalf("token: got exit code %d and %s%s", code, out, errs)
	}
	return strings.TrimSpace(out)
}

// withKey returns a data folder that has a key and no database.
func withKey(t *testing.T) string {
	t.Helper()
	data := newDataFolder(t)
	if err := errors.Join(os.Mkdir(data, 0o755), identity.MakeLocalSecret(data)); err != nil {
		t.Fatal(err)
	}
	return data
}

const created = `mutation { createStudent(input: {name: "X", email: "%s@example.org"}) { errors { code } } }`

// By default, a token is signed with the key that the server has created, and the server
// identifies its sender by it. The command writes nothing.
func TestTokenWithGeneratedKey(t *testing.T) {
	t.Parallel()
	data := newDataFolder(t)
	code, _, errs := runOnce(t, data, nil, "token", "--role", "admin", "--id", "7")
	if _, err := os.Stat(data); code != exitFault || err == nil {
		t.Errorf("a token without a key: got exit code %d, %v", code, err)
	}
	mustContain(t, "a token without a key", errs, "no key in the data folder "+data, "rehearse serve", "JWT_SECRET")
	r := start(t, data, "SAMPLE_DATA=off", "CLOCK_OFFSET=240h") // tokens use the real time
	admin := tokenOf(t, data, nil, "--role", "admin", "--id", "7", "--ttl", "10m")
	key, err := os.Stat(filepath.Join(data, "token.key"))
	if err != nil || key.Mode().Perm() != 0o600 {
		t.Errorf("the key file: got %v, %v", key, err)
	}
	if status, body := r.askAs(admin, fmt.Sprintf(created, "one")); status != 200 || !strings.Contains(body, `"errors":[]`) {
		t.Errorf("a valid token: got status %d and %s", status, body)
	}
	mustContain(t, "without a token", r.ask(fmt.Sprintf(created, "two")), `"errors":[]`)
	mustContain(t, "the actors of the events", r.ask("{ events { nodes { actor { role id } } } }"),
		`{"actor":{"role":"ADMIN","id":"7"}}`, `{"actor":{"role":"ADMIN","id":null}}`)
	for name, token := range map[string]string{
		"a token of another data folder": tokenOf(t, withKey(t), nil, "--role", "admin", "--id", "0"),
		"a token of a secret":            tokenOf(t, data, []string{secretOfTests}, "--role", "admin", "--id", "0"),
	} {
		t.Run(name, func(t *testing.T) {
			if status, body := r.in(t).askAs(token, "{ students { totalCount } }"); status != http.StatusUnauthorized || !strings.Contains(body, `"UNAUTHENTICATED"`) {
				t.Errorf("got status %d and %s, want %d and UNAUTHENTICATED", status, body, http.StatusUnauthorized)
			}
		})
	}
	r.stop()
}

func TestTokenWithSecret(t *testing.T) {
	t.Parallel()
	_, env := external(t)
	env = append(env, "AUTH=jwt", secretOfTests, "JWT_ISSUER=me", "JWT_AUDIENCE=rehearse", "JWT_ROLE_CLAIM=r", "JWT_ID_CLAIM=i")
	data := newDataFolder(t)
	r := start(t, data, env...)
	admin := tokenOf(t, data, env, "--role", "admin", "--id", "0")
	if status, body := r.askAs(admin, fmt.Sprintf(created, "one")); status != 200 || !strings.Contains(body, `"errors":[]`) {
		t.Errorf("got status %d and %s", status, body)
	}
	other := tokenOf(t, data, []string{secretOfTests, "JWT_ISSUER=me", "JWT_AUDIENCE=else"}, "--role", "admin", "--id", "0")
	if status, body := r.askAs(other, "{ students { totalCount } }"); status != http.StatusUnauthorized {
		t.Errorf("for another audience: got status %d and %s", status, body)
	}
	unnamed := tokenOf(t, data, []string{secretOfTests, "JWT_ISSUER=me", "JWT_AUDIENCE=rehearse"}, "--role", "admin", "--id", "0")
	if status, body := r.askAs(unnamed, "{ students { totalCount } }"); status != http.StatusUnauthorized {
		t.Errorf("with other claims: got status %d and %s", status, body)
	}
	mustContain(t, "the greeting", r.greeting, "A request needs a token")
	r.stop()
}

// The issuer is down when the server starts, and comes up later.
func TestServerWithUnreachableIssuer(t *testing.T) {
	t.Parallel()
	issuer := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(issuer.Close)
	_, env := external(t)
	r := start(t, newDataFolder(t), append(env, "AUTH=jwt", "OIDC_ISSUER="+issuer.URL, "JWT_AUDIENCE=rehearse")...)
	mustContain(t, "the greeting", r.greeting, "not ready yet: the token issuer cannot be reached")
	if status, body := r.get("/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(body, "the token issuer cannot be reached") {
		t.Errorf("/readyz: got status %d and %s", status, body)
	}
	token := tokenOf(t, withKey(t), nil, "--role", "admin", "--id", "0") // its algorithm is not one of an issuer's
	if status, _ := r.askAs(token, "{ students { totalCount } }"); status != http.StatusUnauthorized {
		t.Errorf("a token of a secret: got status %d", status)
	}
	const ofAnIssuer = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJyb2xlIjoiYWRtaW4ifQ.AAAA"
	if status, body := r.askAs(ofAnIssuer, "{ students { totalCount } }"); status != http.StatusServiceUnavailable || !strings.Contains(body, `"UNAVAILABLE"`) {
		t.Errorf("a token of the unreachable issuer: got status %d and %s", status, body)
	}
	r.stop()
}
