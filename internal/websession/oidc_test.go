package websession_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/identity"
)

type claims = map[string]any

func verified(email string) claims { return claims{"email": email, "email_verified": true} }

func TestSignInAtIssuer(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ada := s.person(booking.RoleStudent, "ada@example.org")
	s.issuer.Claim(verified("Ada@Example.org"))
	b := s.browser()
	same(t, "the session before", b.who(), "")
	same(t, "the page after", b.logIn(), "/")
	same(t, "the session", b.who(), is(booking.RoleStudent, ada))
	same(t, "the bearer token", b.send("POST", "/session/graphql", `{"query": "{ viewer { role } }"}`, "Content-Type", "application/json", "Authorization", "Bearer x").status, 200)

	out := b.send("DELETE", "/session", "")
	same(t, "the logout", strings.TrimSpace(out.body),
		`{"logout":"`+s.issuer.URL+`/end?all=1\u0026client_id=rehearse\u0026post_logout_redirect_uri=`+url.QueryEscape(s.public+"/")+`"}`)
	same(t, "the session after the logout", b.who(), "")

	s.issuer.Announce(claims{"end_session_endpoint": nil})
	s.clock.pass(time.Hour)
	later := verified("ada@example.org")
	later["exp"] = s.clock.Now().Add(time.Minute).Unix()
	s.issuer.Claim(later)
	same(t, "the page", b.logIn(), "/")
	same(t, "the status of the logout", b.send("DELETE", "/session", "").status, http.StatusNoContent)
}

// The cookie of the login must come back with the redirect of the issuer, which is another site. That of the
// session must not be sent with any request of another site.
func TestCookiesOfALogin(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	s.person(booking.RoleStudent, "ada@example.org")
	s.issuer.Claim(verified("ada@example.org"))
	b := s.browser()
	b.stop(func(*url.URL) bool { return true })
	begun := b.send("GET", "/session/oidc", "")
	same(t, "Cache-Control", begun.header.Get("Cache-Control"), "no-store")
	set := begun.header.Values("Set-Cookie")
	if len(set) != 1 || !strings.HasPrefix(set[0], "rehearse_sign_in=") || !strings.HasSuffix(set[0], "; Path=/session/oidc; Max-Age=900; HttpOnly; SameSite=Lax") {
		t.Errorf("the login begins with the cookies %q", set)
	}
	asked, err := url.Parse(begun.header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"redirect_uri": s.public + "/session/oidc/callback", "response_type": "code", "code_challenge_method": "S256", "scope": "openid email", "prompt": "",
	} {
		same(t, name, asked.Query().Get(name), want)
	}
	same(t, "prompt", b.send("GET", "/session/oidc?again", "").header.Get("Location")[:len(s.issuer.URL)], s.issuer.URL)
	begun = b.send("GET", "/session/oidc?again", "")
	if !strings.Contains(begun.header.Get("Location"), "prompt=login") {
		t.Errorf("the second attempt goes to %s", begun.header.Get("Location"))
	}
	back := b.send("GET", begun.header.Get("Location"), "").header.Get("Location")
	done := b.send("GET", back, "", "Sec-Fetch-Site", "cross-site")
	same(t, "the page", done.header.Get("Location"), "/")
	set = done.header.Values("Set-Cookie")
	if len(set) != 2 || set[0] != "rehearse_sign_in=; Path=/session/oidc; Max-Age=0; HttpOnly; SameSite=Lax" ||
		!strings.HasPrefix(set[1], "rehearse_session=") || !strings.HasSuffix(set[1], "; Path=/session; Max-Age=43200; HttpOnly; SameSite=Strict") {
		t.Errorf("the login ends with the cookies %q", set)
	}
}

// TestWhoSignsIn checks which person the claims of an issuer identify.
func TestWhoSignsIn(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	const both, gone = "both@example.org", "gone@example.org"
	ada, ben := s.person(booking.RoleStudent, "ada@example.org"), s.person(booking.RoleInterviewer, "ben@example.org")
	twice, _ := s.person(booking.RoleInterviewer, both), s.person(booking.RoleStudent, both)
	s.deactivate(s.person(booking.RoleInterviewer, gone))
	s.anonymise(s.person(booking.RoleStudent, "anonymous@example.org"))
	byRole := identity.ClaimNames{Role: "roles", Roles: map[string]booking.Role{
		"School.Staff": booking.RoleAdmin, "coach": booking.RoleInterviewer, "learner": booking.RoleStudent, "apprentice": booking.RoleStudent,
	}}
	byID := byRole
	byID.ID = "sub"
	with := func(base claims, role any) claims {
		return claims{"email": base["email"], "email_verified": base["email_verified"], "roles": role}
	}
	student, interviewer, administrator := is(booking.RoleStudent, ada), is(booking.RoleInterviewer, ben), string(booking.RoleAdmin)
	for name, test := range map[string]struct {
		names  identity.ClaimNames
		claims claims
		info   claims
		want   string // a person, or the reason
	}{
		"a student":                           {claims: verified("ada@example.org"), want: student},
		"an interviewer":                      {claims: verified("ben@example.org"), want: interviewer},
		"an administrator":                    {claims: verified("OFFICE@example.org"), want: administrator},
		"in both lists":                       {claims: verified(both), want: is(booking.RoleInterviewer, twice)},
		"the user info has the address":       {info: verified("ada@example.org"), want: student},
		"the user info is not verified":       {info: claims{"email": "ada@example.org"}, want: "unverified"},
		"the ID token takes precedence":       {claims: claims{"email_verified": false}, info: verified("ada@example.org"), want: "unverified"},
		"the user info is about another":      {info: claims{"sub": "another", "email": "ada@example.org", "email_verified": true}, want: "invalid"},
		"not verified":                        {claims: claims{"email": "ada@example.org", "email_verified": false}, want: "unverified"},
		"not verified, as text":               {claims: claims{"email": "ada@example.org", "email_verified": "false"}, want: "unverified"},
		"verified, as text":                   {claims: claims{"email": "ada@example.org", "email_verified": "true"}, want: student},
		"verified, as a number":               {claims: claims{"email": "ada@example.org", "email_verified": 1}, want: "unverified"},
		"the issuer does not say":             {claims: claims{"email": "ada@example.org"}, want: "unverified"},
		"an administrator, not verified":      {claims: claims{"email": admin, "email_verified": false}, want: "unverified"},
		"the issuer is trusted":               {names: identity.ClaimNames{TrustEmail: true}, claims: claims{"email": "ada@example.org"}, want: student},
		"trusted, but says it is not":         {names: identity.ClaimNames{TrustEmail: true}, claims: claims{"email": "ada@example.org", "email_verified": false}, want: "unverified"},
		"nobody":                              {claims: verified("eve@example.org"), want: "unknown"},
		"no address":                          {claims: claims{}, want: "unknown"},
		"an address that is a number":         {claims: claims{"email": 7, "email_verified": true}, want: "unknown"},
		"deactivated":                         {claims: verified(gone), want: "unknown"},
		"anonymised":                          {claims: verified("anonymous@example.org"), want: "unknown"},
		"a wildcard":                          {claims: verified("%"), want: "unknown"},
		"sub is an id, but is not configured": {claims: claims{"sub": "1"}, info: claims{"sub": "1"}, want: "unknown"},

		"a role":                         {names: byRole, claims: with(verified("ada@example.org"), "learner"), want: student},
		"another name of it":             {names: byRole, claims: with(verified("ada@example.org"), "apprentice"), want: student},
		"an array":                       {names: byRole, claims: with(verified("ben@example.org"), []any{"everyone", 7, "coach"}), want: interviewer},
		"two roles":                      {names: byRole, claims: with(verified(both), []any{"learner", "coach"}), want: is(booking.RoleInterviewer, twice)},
		"two roles, in the list of one":  {names: byRole, claims: with(verified("ada@example.org"), []any{"coach", "learner"}), want: student},
		"an administrator by role":       {names: byRole, claims: claims{"roles": []any{"School.Staff"}}, want: administrator},
		"an administrator and a student": {names: byRole, claims: with(verified("ada@example.org"), []any{"learner", "School.Staff"}), want: administrator},
		"the user info has the role":     {names: byRole, claims: verified("ada@example.org"), info: claims{"roles": "learner"}, want: student},
		"no role":                        {names: byRole, claims: verified("ada@example.org"), want: "role"},
		"an unknown role":                {names: byRole, claims: with(verified("ada@example.org"), "janitor"), want: "role"},
		"a role in another case":         {names: byRole, claims: with(verified("ada@example.org"), "Learner"), want: "role"},
		"our own name of a role":         {names: byRole, claims: with(verified("ada@example.org"), "admin"), want: "role"},
		"an empty array":                 {names: byRole, claims: with(verified("ada@example.org"), []any{}), want: "role"},
		"a role that is an object":       {names: byRole, claims: with(verified("ada@example.org"), claims{"learner": true}), want: "role"},
		"not in the list of the role":    {names: byRole, claims: with(verified("ben@example.org"), "learner"), want: "unknown"},
		"a role, not verified":           {names: byRole, claims: with(claims{"email": "ada@example.org"}, "learner"), want: "unverified"},
		"ADMIN_EMAILS means nothing":     {names: byRole, claims: with(verified(admin), "learner"), want: "unknown"},

		"an id":                     {names: byID, claims: claims{"sub": student[len("STUDENT "):], "roles": "learner"}, want: student},
		"an id of another role":     {names: byID, claims: claims{"sub": "99999", "roles": "coach"}, want: "unknown"},
		"an id that is not decimal": {names: byID, claims: claims{"sub": "auth0|1", "roles": "learner"}, want: "unknown"},
		"an id with a zero":         {names: byID, claims: claims{"sub": "01", "roles": "learner"}, want: "unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			on := schoolOn(t, s.DB, s.issuer, s.clock, func(o *settings) { o.claims = test.names })
			s.issuer.Claim(test.claims)
			s.issuer.Inform(test.info)
			b := on.browser()
			page := b.logIn()
			if person, want := b.who(), test.want; strings.ToUpper(want) == want {
				same(t, "the person", person, want)
				same(t, "the page", page, "/")
			} else {
				same(t, "the person", person, "")
				same(t, "the page", page, "/?sign-in="+want)
			}
		})
	}
	if log := s.Log.String(); strings.Contains(log, "@example.org") {
		t.Errorf("the log has addresses: %s", log)
	}
}

// A forged or altered login does not start a session.
func TestForgedLogins(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	s.person(booking.RoleStudent, "ada@example.org")
	with := func(changes claims) claims {
		all := verified("ada@example.org")
		for name, value := range changes {
			all[name] = value
		}
		return all
	}
	for name, test := range map[string]struct {
		claims claims
		change func(query url.Values) // of the callback
		want   string
	}{
		"nothing":            {want: "/"},
		"another nonce":      {claims: claims{"nonce": "another"}, want: "/?sign-in=invalid"},
		"no nonce":           {claims: claims{"nonce": nil}, want: "/?sign-in=invalid"},
		"another client":     {claims: claims{"aud": "another"}, want: "/?sign-in=invalid"},
		"another issuer":     {claims: claims{"iss": "https://login.example.org"}, want: "/?sign-in=invalid"},
		"expired":            {claims: claims{"exp": s.clock.Now().Add(-time.Hour).Unix()}, want: "/?sign-in=invalid"},
		"another state":      {change: func(q url.Values) { q.Set("state", "another") }, want: "/?sign-in=stale"},
		"no state":           {change: func(q url.Values) { q.Del("state") }, want: "/?sign-in=stale"},
		"another code":       {change: func(q url.Values) { q.Set("code", "another") }, want: "/?sign-in=stale"},
		"no code":            {change: func(q url.Values) { q.Del("code") }, want: "/?sign-in=stale"},
		"the person refuses": {change: func(q url.Values) { q.Del("code"); q.Set("error", "access_denied") }, want: "/?sign-in=refused"},
		"a mix-up":           {change: func(q url.Values) { q.Set("iss", "https://login.example.org") }, want: "/?sign-in=invalid"},
		"a redirect":         {change: func(q url.Values) { q.Set("return", "https://evil.example"); q.Set("next", "//evil.example") }, want: "/"},
	} {
		t.Run(name, func(t *testing.T) {
			s.issuer.Claim(with(test.claims))
			b := s.browser()
			b.stop(func(next *url.URL) bool { return strings.HasSuffix(next.Path, "/callback") })
			back, err := url.Parse(b.send("GET", "/session/oidc", "").header.Get("Location"))
			if err != nil {
				t.Fatal(err)
			}
			query := back.Query()
			if test.change != nil {
				test.change(query)
			}
			back.RawQuery = query.Encode()
			b.stop(func(*url.URL) bool { return false })
			same(t, "the page", b.send("GET", back.String(), "").at.RequestURI(), test.want)
			same(t, "whether there is a session", b.who() != "", test.want == "/")
		})
	}
}

// Whoever sees the URL of a callback can do nothing with it.
func TestReplayedLogin(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ada := s.person(booking.RoleStudent, "ada@example.org")
	s.issuer.Claim(verified("ada@example.org"))
	b, thief := s.browser(), s.browser()
	b.stop(func(next *url.URL) bool { return strings.HasSuffix(next.Path, "/callback") })
	back := b.send("GET", "/session/oidc", "").header.Get("Location")
	same(t, "the page of the thief", thief.send("GET", back, "").at.RequestURI(), "/?sign-in=stale")
	same(t, "the session of the thief", thief.who(), "")
	b.stop(func(*url.URL) bool { return false })
	secret := b.client.Jar.Cookies(mustParse(t, s.public+"/session/oidc"))
	same(t, "the page", b.send("GET", back, "").at.RequestURI(), "/")
	same(t, "the session", b.who(), is(booking.RoleStudent, ada))
	same(t, "the page after a reload", b.send("GET", back, "").at.RequestURI(), "/?sign-in=stale")

	// Even with the cookie of the login, the code has been used.
	thief.client.Jar.SetCookies(mustParse(t, s.public+"/session/oidc"), secret)
	same(t, "the page with the cookie", thief.send("GET", back, "").at.RequestURI(), "/?sign-in=stale")
	same(t, "the session with the cookie", thief.who(), "")
}

func mustParse(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestIssuerAway(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	s.person(booking.RoleStudent, "ada@example.org")
	s.issuer.Claim(verified("ada@example.org"))
	b := s.browser()
	s.issuer.Leave(true)
	same(t, "the page", b.logIn(), "/?sign-in=issuer")
	s.issuer.Leave(false)
	same(t, "the page at once", b.logIn(), "/?sign-in=issuer")
	s.clock.pass(6 * time.Second)
	same(t, "the page later", b.logIn(), "/")
	b.send("DELETE", "/session", "")

	// It goes away while the person is there.
	b.stop(func(next *url.URL) bool { return strings.HasSuffix(next.Path, "/callback") })
	back := b.send("GET", "/session/oidc", "").header.Get("Location")
	b.stop(func(*url.URL) bool { return false })
	s.issuer.Leave(true)
	same(t, "the page after the callback", b.send("GET", back, "").at.RequestURI(), "/?sign-in=issuer")
	same(t, "the session", b.who(), "")
}

// An issuer with https does not lead to endpoints without it, and one without a required endpoint cannot be used.
func TestIncompleteIssuer(t *testing.T) {
	t.Parallel()
	for name, metadata := range map[string]claims{
		"no authorization_endpoint": {"authorization_endpoint": nil}, "no token_endpoint": {"token_endpoint": nil}, "no jwks_uri": {"jwks_uri": nil},
		"another issuer": {"issuer": "https://login.example.org"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSchool(t)
			s.issuer.Announce(metadata)
			same(t, "the page", s.browser().logIn(), "/?sign-in=issuer")
		})
	}
}

// A server accepts the sessions of another one with the same secret, and completes the logins that another one began.
func TestServersShareSessions(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ada := s.person(booking.RoleStudent, "ada@example.org")
	s.issuer.Claim(verified("ada@example.org"))
	second := schoolOn(t, s.DB, s.issuer, s.clock)
	third := schoolOn(t, s.DB, s.issuer, s.clock, func(o *settings) { o.secret += "!" })
	b := s.browser()
	b.logIn()
	same(t, "the session at the first server", b.who(), is(booking.RoleStudent, ada))
	same(t, "the session at the second server", b.at(second).who(), is(booking.RoleStudent, ada))
	same(t, "the session at a server with another secret", b.at(third).who(), "")

	b = s.browser()
	b.stop(func(next *url.URL) bool { return strings.HasSuffix(next.Path, "/callback") })
	b.send("GET", "/session/oidc", "")
	same(t, "the first server has a login", len(b.client.Jar.Cookies(mustParse(t, s.public+"/session/oidc"))), 1)
	s.clock.pass(12*time.Hour + time.Minute)
	same(t, "the session after twelve hours", b.at(second).who(), "")
}

// A session ends early if its person may no longer sign in.
func TestSessionOfAPersonWhoHasLeft(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ada, ben := s.person(booking.RoleStudent, "ada@example.org"), s.person(booking.RoleInterviewer, "ben@example.org")
	student, interviewer := s.browser(), s.browser()
	s.issuer.Claim(verified("ada@example.org"))
	student.logIn()
	s.issuer.Claim(verified("ben@example.org"))
	interviewer.logIn()
	same(t, "the student", student.who(), is(booking.RoleStudent, ada))
	same(t, "the interviewer", interviewer.who(), is(booking.RoleInterviewer, ben))
	s.anonymise(ada)
	s.deactivate(ben)
	s.clock.pass(5 * time.Second)
	same(t, "the student afterwards", student.who(), "")
	same(t, "the interviewer afterwards", interviewer.who(), "")
	same(t, "the page of a new login", interviewer.logIn(), "/?sign-in=unknown")
}
