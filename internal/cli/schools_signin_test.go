//go:build unix

package cli

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"rehearse/internal/issuertest"
	"rehearse/internal/mailtest"
)

const deskOfTests = "https://desk.test"

// host returns the host at which the pages of the school are.
func (c *campus) host() string {
	if c.name == "" {
		return "desk.test"
	}
	return string(c.name) + ".schools.test"
}

// visit sends a request to the host of the school, and does not follow redirects.
func (c *campus) visit(t *testing.T, method, path, body, cookie string) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, "http://"+c.address+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Host = c.host()
	request.Header.Set("Content-Type", "application/json")
	if cookie != "" {
		request.Header.Set("Cookie", cookie)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	return response
}

// wantSession checks that the cookie of a response is a session of the school, of the person whose
// viewer has the text, and of no other school. The cookie must be for the path.
func (c *campus) wantSession(t *testing.T, response *http.Response, path, text string, all []*campus) {
	t.Helper()
	const who = `{"query": "{ viewer { role person { ... on Student { name } } } }"}`
	var cookie string
	for _, set := range response.Cookies() {
		if set.Name == "rehearse_session" {
			cookie = set.Name + "=" + set.Value
			if set.Path != path || !set.Secure || !set.HttpOnly {
				t.Errorf("%q: the cookie is %v, want the path %s", c.name, set, path)
			}
		}
	}
	if cookie == "" {
		t.Fatalf("%q: got status %d, the cookies %v and the location %s", c.name, response.StatusCode, response.Cookies(), response.Header.Get("Location"))
	}
	for _, at := range all {
		for road, headers := range map[string][]string{at.name.Path(): nil, "": {"Host", at.host()}} {
			headers = append(headers, "Content-Type", "application/json", "Cookie", cookie)
			status, got := at.request(http.MethodPost, road+"/session/graphql", who, headers...)
			if at == c && (status != http.StatusOK || !strings.Contains(got, text)) {
				t.Errorf("the session of %q: got status %d and %s, want %s", c.name, status, got, text)
			}
			if at != c && status != http.StatusUnauthorized {
				t.Errorf("the session of %q at %q: got status %d and %s", c.name, at.name, status, got)
			}
		}
	}
}

// A link in an e-mail leads to the school in which it was requested, and signs in to no other.
func TestSignInLinksOfSchools(t *testing.T) {
	t.Parallel()
	relay := &mailtest.Relay{User: "me", Password: "hunter2"}
	_, all := campuses(t, serverURL("smtp", relay.Start(t, nil, false)), fromOfTests, "PUBLIC_URL="+deskOfTests)
	for _, c := range all {
		email := "s@" + strings.ToLower(c.marker) + "example.org"
		path := c.name.Path() + "/session/email"
		for _, at := range all { // in another school, nobody has the address
			if status, text := at.request(http.MethodPost, at.name.Path()+"/session/email", `{"email": "`+email+`"}`, "Content-Type", "application/json"); status != http.StatusAccepted {
				t.Fatalf("the request for a link to %q at %q: got status %d and %s", c.name, at.name, status, text)
			}
		}
		link := regexp.MustCompile(regexp.QuoteMeta(c.urls) + `/#sign-in=([\w-]+)`)
		token := ""
		c.until("the link is sent", func() bool {
			for _, message := range relay.Messages() {
				message = strings.ReplaceAll(strings.ReplaceAll(message, "=\r\n", ""), "=3D", "=")
				if found := link.FindStringSubmatch(message); found != nil && strings.Contains(message, email) {
					token = found[1]
				}
			}
			return token != ""
		})
		confirm := `{"token": "` + token + `"}`
		for _, other := range all {
			if other == c {
				continue
			}
			response, text := other.session(http.MethodPost, other.name.Path()+"/session/email/confirm", confirm, "")
			if response.StatusCode != http.StatusGone || len(response.Cookies()) > 0 {
				t.Errorf("the link of %q at %q: got status %d and %s", c.name, other.name, response.StatusCode, text)
			}
		}
		response, _ := c.session(http.MethodPost, path+"/confirm", confirm, "")
		c.wantSession(t, response, c.name.Path()+"/session", c.marker+"student", all)
	}
	sent := 0
	for _, message := range relay.Messages() {
		if strings.Contains(strings.ReplaceAll(strings.ReplaceAll(message, "=\r\n", ""), "=3D", "="), "/#sign-in=") {
			sent++
		}
	}
	if sent != len(all) {
		t.Errorf("%d links were sent, want one in each of %d schools", sent, len(all))
	}
	all[0].stop()
}

// An issuer signs people in to the schools that it names, each at an address of its own.
func TestIssuerSignsInToSchools(t *testing.T) {
	t.Parallel()
	issuer := issuertest.Start(t)
	_, all := campuses(t, "PUBLIC_URL="+deskOfTests, "OIDC_ISSUER="+issuer.URL, "OIDC_CLIENT_ID="+issuertest.ClientID,
		"OIDC_CLIENT_SECRET="+issuertest.ClientSecret, "OIDC_ROLE_CLAIM=roles")
	for _, c := range all {
		for _, says := range []struct {
			role    string
			schools any // what the issuer says
			in      bool
		}{
			{"student", nil, c.name == ""},
			{"student", string(c.name), c.name != ""},
			{"student", []string{"east", string(c.name)}, c.name != ""},
			{"student", "east", false},
			{"admin", []string{"north", "south"}, c.name != ""},
			{"admin", nil, c.name == ""},
			{"admin", 7, false}, // not a text
		} {
			t.Run(fmt.Sprintf("%q as %s of %v", c.name, says.role, says.schools), func(t *testing.T) {
				issuer.Claim(map[string]any{"roles": says.role, "email": "s@" + strings.ToLower(c.marker) + "example.org", "email_verified": true, "school": says.schools})
				response := c.logIn(t)
				if at := response.Header.Get("Location"); says.in == (at != "/") || !says.in && at != "/?sign-in=role" {
					t.Fatalf("the browser is sent to %q", at)
				}
				switch {
				case says.in && says.role == "admin":
					c.wantSession(t, response, "/session", `"ADMIN"`, all)
				case says.in:
					c.wantSession(t, response, "/session", c.marker+"student", all)
				}
			})
		}
	}
	north := all[1]
	status, _ := north.request(http.MethodGet, "/s/north/session", "", "Content-Type", "application/json")
	begun := north.visit(t, http.MethodGet, "/s/north/session/oidc?again", "", "")
	if to := begun.Header.Get("Location"); status != http.StatusOK || to != north.urls+"/session/oidc?again" {
		t.Errorf("a login below the path of a school with a host leads to %q", to)
	}
	all[0].stop()
}

// logIn signs in at the issuer, and returns the response that ends it.
func (c *campus) logIn(t *testing.T) *http.Response {
	t.Helper()
	begun := c.visit(t, http.MethodGet, "/session/oidc", "", "")
	to, err := url.Parse(begun.Header.Get("Location"))
	if err != nil || len(begun.Cookies()) != 1 {
		t.Fatalf("%q: the login begins with status %d at %v, %v", c.name, begun.StatusCode, to, err)
	}
	if back := to.Query().Get("redirect_uri"); back != c.urls+"/session/oidc/callback" {
		t.Errorf("%q: the issuer sends the browser back to %s", c.name, back)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, to.String(), http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	answered, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answered.Body.Close()
	back, err := url.Parse(answered.Header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	attempt := begun.Cookies()[0]
	return c.visit(t, http.MethodGet, back.RequestURI(), "", attempt.Name+"="+attempt.Value)
}
