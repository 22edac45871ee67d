package gqlhttp_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/identity"
	"rehearse/internal/store"
)

// identified creates a school that identifies callers by their tokens or refuses them
// with a reason.
func identified(t *testing.T) (s *school, sign func(terms identity.Terms, ttl time.Duration) string) {
	t.Helper()
	secret, err := identity.NewSecret(strings.Repeat("secret", 6))
	if err != nil {
		t.Fatal(err)
	}
	terms := identity.Terms{Clock: func() time.Time { return t0 }}
	verifier := identity.New(secret, terms, booking.Actor{Role: booking.RoleAdmin})
	s = newSchoolWith(t, store.Options{}, func(o *gqlhttp.Options) {
		o.Sender = func(ctx context.Context, authorization []string) (identity.Sender, error) {
			if slices.Contains(authorization, "Bearer of an issuer that is down") {
				return identity.Sender{}, fmt.Errorf("%w: dial tcp 10.1.2.3:443", identity.ErrUnavailable)
			}
			return verifier.Sender(ctx, authorization)
		}
	})
	return s, func(terms identity.Terms, ttl time.Duration) string {
		t.Helper()
		token, err := secret.Sign(terms, booking.Actor{Role: booking.RoleAdmin}, ttl)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
}

// signedByHand returns a token with this payload for identified.
func signedByHand(payload string) string {
	encoding := base64.RawURLEncoding
	text := encoding.EncodeToString([]byte(`{"alg":"HS256"}`)) + "." + encoding.EncodeToString([]byte(payload))
	mac := hmac.New(sha256.New, []byte(strings.Repeat("secret", 6)))
	mac.Write([]byte(text))
	return text + "." + encoding.EncodeToString(mac.Sum(nil))
}

func at(now time.Time) identity.Terms { return identity.Terms{Clock: func() time.Time { return now }} }

func TestInvalidTokensAreRefused(t *testing.T) {
	t.Parallel()
	s, sign := identified(t)
	before := s.Rows()
	for name, test := range map[string]struct {
		headers []string
		status  int
		code    string
		says    string
	}{
		"expired":       {[]string{"Bearer " + sign(at(t0.Add(-2*time.Hour)), time.Hour)}, 401, "UNAUTHENTICATED", "the token has expired"},
		"not valid yet": {[]string{"Bearer " + sign(at(t0.Add(2*time.Hour)), time.Hour)}, 401, "UNAUTHENTICATED", "the token is not valid yet"},
		"truncated":     {[]string{"Bearer " + sign(at(t0), time.Hour)[:60]}, 401, "UNAUTHENTICATED", "the token is not valid"},
		"an nbf that overflows": {
			[]string{"Bearer " + signedByHand(fmt.Sprintf(`{"role":"admin","sub":"0","exp":%d,"nbf":1e300}`, t0.Add(time.Hour).Unix()))},
			401, "UNAUTHENTICATED", "the token is not valid",
		},
		"two roles": {
			[]string{"Bearer " + signedByHand(fmt.Sprintf(`{"role":"student","sub":"0","exp":%d,"role":"admin"}`, t0.Add(time.Hour).Unix()))},
			401, "UNAUTHENTICATED", "the token is not valid",
		},
		"empty":       {[]string{""}, 401, "UNAUTHENTICATED", "the token is not valid"},
		"a password":  {[]string{"Basic dTpw"}, 401, "UNAUTHENTICATED", "the token is not valid"},
		"two tokens":  {[]string{"Bearer a.b.c", "Bearer a.b.c"}, 401, "UNAUTHENTICATED", "the token is not valid"},
		"issuer down": {[]string{"Bearer of an issuer that is down"}, 503, "UNAVAILABLE", "the request cannot be authenticated at the moment; try again"},
	} {
		for _, media := range []string{"application/json", "application/graphql-response+json"} {
			t.Run(name+" with "+media, func(t *testing.T) {
				body := `{"query": "mutation { createStudent(input: {name: \"X\", email: \"x@example.org\"}) { student { id } } }"}`
				request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL, strings.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				request.Header = http.Header{"Content-Type": {"application/json"}, "Accept": {media}, "Authorization": test.headers}
				response, err := http.DefaultClient.Do(request)
				if err != nil {
					t.Fatal(err)
				}
				text, _ := io.ReadAll(response.Body)
				_ = response.Body.Close()
				want := fmt.Sprintf(`{"errors":[{"message":%q,"extensions":{"code":%q}}]}`+"\n", test.says, test.code)
				challenge := response.Header.Get("WWW-Authenticate")
				if response.StatusCode != test.status || string(text) != want || (challenge == `Bearer error="invalid_token"`) != (test.status == 401) {
					t.Errorf("got status %d, challenge %q and %s, want status %d and %s", response.StatusCode, challenge, text, test.status, want)
				}
				if got := response.Header.Get("Content-Type"); got != media+"; charset=utf-8" || response.Header.Get("X-Request-Id") == "" {
					t.Errorf("got the headers %v, want the media type and an X-Request-Id", response.Header)
				}
			})
		}
	}
	if s.Rows() != before {
		t.Error("a refused request wrote rows")
	}
}

func TestValidTokenIsAccepted(t *testing.T) {
	t.Parallel()
	s, sign := identified(t)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL, strings.NewReader(`{"query": "{ students { totalCount } }"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + sign(at(t0), time.Hour)}}
	if a := s.Send(request); a.Status != http.StatusOK || len(a.Errors) > 0 {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}
