package config_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"rehearse/internal/booking"
)

// client has the variables of a sign-in at an issuer.
var client = map[string]string{
	"AUTH": "jwt", "JWT_SECRET": long, "PUBLIC_URL": "https://rehearse.example.org", "OIDC_ISSUER": "https://login.example.org",
	"OIDC_CLIENT_ID": "rehearse", "OIDC_CLIENT_SECRET": "hunter2",
}

func with(base map[string]string, changes ...string) map[string]string {
	all := maps.Clone(base)
	for i := 0; i+1 < len(changes); i += 2 {
		all[changes[i]] = changes[i+1]
	}
	return all
}

func TestWrongSignIn(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		values map[string]string
		says   string
	}{
		"a client without an issuer":        {with(client, "OIDC_ISSUER", ""), "OIDC_CLIENT_ID is set, and OIDC_ISSUER is not"},
		"an issuer without encryption":      {with(client, "OIDC_ISSUER", "http://login.example.org"), `OIDC_ISSUER: it is "http://login.example.org"`},
		"a client without a URL":            {with(client, "PUBLIC_URL", ""), `PUBLIC_URL is ""; OIDC_CLIENT_ID requires a URL without a path`},
		"a client with a path":              {with(client, "PUBLIC_URL", "https://example.org/rehearse"), "requires a URL without a path"},
		"no secret of sessions":             {with(client, "JWT_SECRET", "", "JWT_AUDIENCE", "x"), "SESSION_SECRET is not set"},
		"tokens of the issuer":              {with(client, "JWT_SECRET", "", "SESSION_SECRET", long), "JWT_AUDIENCE is required"},
		"a short secret":                    {with(client, "SESSION_SECRET", "hunter2"), "SESSION_SECRET: it has 7 bytes"},
		"no openid":                         {with(client, "OIDC_SCOPES", "email"), `OIDC_SCOPES is "email"`},
		"roles without a claim":             {with(client, "OIDC_ROLES", "a=admin"), `OIDC_ROLES is "a=admin"`},
		"an unknown role":                   {with(client, "OIDC_ROLE_CLAIM", "roles", "OIDC_ROLES", "a=admin,b=king"), `OIDC_ROLES is "b=king"`},
		"a value without a role":            {with(client, "OIDC_ROLE_CLAIM", "roles", "OIDC_ROLES", "a"), `OIDC_ROLES is "a"`},
		"an id without a role":              {with(client, "OIDC_ID_CLAIM", "sub"), `OIDC_ID_CLAIM is "sub"`},
		"a client's secret alone":           {map[string]string{"OIDC_CLIENT_SECRET": "hunter2"}, "OIDC_CLIENT_SECRET is set, and OIDC_CLIENT_ID is not"},
		"a claim alone":                     {map[string]string{"OIDC_ROLE_CLAIM": "roles"}, "OIDC_ROLE_CLAIM is set, and OIDC_CLIENT_ID is not"},
		"trust alone":                       {map[string]string{"OIDC_TRUST_EMAIL": "on"}, "OIDC_TRUST_EMAIL is set, and OIDC_CLIENT_ID is not"},
		"an administrator who is a name":    {map[string]string{"ADMIN_EMAILS": "ada@example.org,Ben"}, `ADMIN_EMAILS is "Ben"`},
		"links that are neither on nor off": {map[string]string{"SIGN_IN_LINKS": "yes"}, `SIGN_IN_LINKS is "yes"; expected on or off`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := load(test.values); err == nil || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "hunter2 ") {
				t.Errorf("got the error %v, want %q", err, test.says)
			}
		})
	}
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	c, err := load(with(client, "OIDC_ROLE_CLAIM", "roles", "OIDC_ROLES", "School.Staff=admin, a=b = student", "ADMIN_EMAILS", "ada@example.org, ben@example.org"))
	want := map[string]booking.Role{"School.Staff": booking.RoleAdmin, "a=b": booking.RoleStudent}
	if err != nil || !maps.Equal(c.Claims.Roles, want) || !slices.Equal(c.AdminEmails, []string{"ada@example.org", "ben@example.org"}) {
		t.Errorf("got %v and %q, %v", c.Claims.Roles, c.AdminEmails, err)
	}
	if c.TokenIssuer() != "" || c.JWTIssuer != "" || c.SessionKey == nil || c.SignsInByMail() {
		t.Errorf("with JWT_SECRET, the issuer %q verifies tokens of %q", c.TokenIssuer(), c.JWTIssuer)
	}
	c, err = load(with(client, "JWT_SECRET", "", "SESSION_SECRET", long, "JWT_AUDIENCE", "x"))
	if err != nil || c.TokenIssuer() != client["OIDC_ISSUER"] || c.SessionKey == nil {
		t.Errorf("without JWT_SECRET, the issuer is %q, %v", c.TokenIssuer(), err)
	}
	c, err = load(with(client, "AUTH", "local", "JWT_SECRET", "", "JWT_AUDIENCE", "x", "SESSION_SECRET", long))
	if err != nil || c.Claims.Roles["interviewer"] != booking.RoleInterviewer {
		t.Errorf("got the roles %v, %v", c.Claims.Roles, err)
	}
}

// Links in e-mails are on if everything that they need is there, and nothing else signs people in.
func TestSignInLinks(t *testing.T) {
	t.Parallel()
	all := map[string]string{
		"AUTH": "jwt", "JWT_SECRET": long, "PUBLIC_URL": "https://rehearse.example.org", "SMTP_URL": "smtp://localhost", "MAIL_FROM": "a@example.org",
	}
	for name, test := range map[string]struct {
		values map[string]string
		on     bool
	}{
		"everything":         {all, true},
		"another secret":     {with(all, "JWT_SECRET", "", "OIDC_ISSUER", "https://login.example.org", "JWT_AUDIENCE", "x", "SESSION_SECRET", long), true},
		"no secret":          {with(all, "JWT_SECRET", "", "OIDC_ISSUER", "https://login.example.org", "JWT_AUDIENCE", "x"), false},
		"off":                {with(all, "SIGN_IN_LINKS", "off"), false},
		"no mail server":     {with(all, "SMTP_URL", ""), false},
		"no URL":             {with(all, "PUBLIC_URL", ""), false},
		"local":              {with(all, "AUTH", "local"), false},
		"an issuer's client": {with(all, "OIDC_ISSUER", "https://login.example.org", "OIDC_CLIENT_ID", "x"), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c, err := load(test.values); err != nil || c.SignsInByMail() != test.on {
				t.Errorf("the links are on: %t, %v", c.SignsInByMail(), err)
			}
		})
	}
}
