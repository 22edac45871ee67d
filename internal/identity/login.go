package identity

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Errors of a login, in addition to ErrInvalid and ErrUnavailable. Their details are for the log.
var (
	// ErrStale reports that the login was not begun in this browser, or has been completed before.
	ErrStale = errors.New("the login was not begun in this browser, or is no longer in progress")
	// ErrRefused reports that the issuer did not let the person in.
	ErrRefused = errors.New("the issuer refused the login")
)

// rediscoverEvery is how long the endpoints of an issuer are used without asking again.
const rediscoverEvery = time.Hour

// LoginOptions configures a Login.
type LoginOptions struct {
	Issuer                 string
	ClientID, ClientSecret string // an empty secret is that of a public client
	Scopes                 []string
	RedirectURL            string // to which the issuer sends the browser after the login
	HomeURL                string // to which the issuer sends the browser after the logout
	Claims                 ClaimNames
	Clock                  func() time.Time
}

// A Login signs people in at an OpenID Connect issuer, with the authorization code flow and PKCE.
type Login struct {
	LoginOptions

	client *http.Client

	mu    sync.Mutex
	known *endpoints // nil until they are discovered
	err   error      // of the last attempt, if known is nil
	until time.Time  // before which the issuer is not asked again
}

// endpoints are what an issuer announces.
type endpoints struct {
	provider *oidc.Provider
	oauth    oauth2.Config
	verifier *oidc.IDTokenVerifier
	metadata
}

// metadata is the part of a discovery document that go-oidc does not read.
type metadata struct {
	UserInfo           string   `json:"userinfo_endpoint"`
	EndSession         string   `json:"end_session_endpoint"`
	TokenAuth          []string `json:"token_endpoint_auth_methods_supported"`
	ChallengeMethods   []string `json:"code_challenge_methods_supported"`
	Authorization      string   `json:"authorization_endpoint"`
	Token              string   `json:"token_endpoint"`
	Keys               string   `json:"jwks_uri"`
	ResponseParameters bool     `json:"authorization_response_iss_parameter_supported"`
}

// NewLogin returns a Login. It asks the issuer for its endpoints when they are first needed.
func NewLogin(o LoginOptions) *Login {
	return &Login{LoginOptions: o, client: issuerClient()}
}

// discover returns the issuer's endpoints. Its error is ErrUnavailable.
func (l *Login) discover(ctx context.Context) (*endpoints, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.Clock()
	if now.Before(l.until) {
		return l.known, l.err
	}
	// The provider keeps the context for later requests for keys.
	fresh, err := l.ask(oidc.ClientContext(context.WithoutCancel(ctx), l.client))
	switch {
	case err == nil:
		l.known, l.err, l.until = fresh, nil, now.Add(rediscoverEvery)
	case l.known != nil: // its endpoints have hardly changed
		l.until = now.Add(retryEvery)
	default:
		l.err, l.until = fmt.Errorf("%w: the issuer: %w", ErrUnavailable, err), now.Add(retryEvery)
	}
	return l.known, l.err
}

func (l *Login) ask(ctx context.Context) (*endpoints, error) {
	provider, err := oidc.NewProvider(ctx, l.Issuer)
	if err != nil {
		return nil, err
	}
	e := &endpoints{provider: provider}
	if err := provider.Claims(&e.metadata); err != nil {
		return nil, err
	}
	if err := e.check(l.Issuer); err != nil {
		return nil, err
	}
	e.oauth = oauth2.Config{
		ClientID: l.ClientID, ClientSecret: l.ClientSecret, RedirectURL: l.RedirectURL, Scopes: l.Scopes, Endpoint: provider.Endpoint(),
	}
	// The library would otherwise send a code twice, to find out which one the issuer wants.
	e.oauth.Endpoint.AuthStyle = oauth2.AuthStyleInHeader
	if l.ClientSecret == "" || len(e.TokenAuth) > 0 && !slices.Contains(e.TokenAuth, "client_secret_basic") {
		e.oauth.Endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	e.verifier = provider.VerifierContext(ctx, &oidc.Config{ClientID: l.ClientID, Now: l.Clock})
	return e, nil
}

// check checks that the endpoints exist, and that none of an encrypted issuer is unencrypted.
func (m metadata) check(issuer string) error {
	for _, one := range []struct {
		name, url string
		required  bool
	}{
		{"authorization_endpoint", m.Authorization, true}, {"token_endpoint", m.Token, true}, {"jwks_uri", m.Keys, true},
		{"userinfo_endpoint", m.UserInfo, false}, {"end_session_endpoint", m.EndSession, false},
	} {
		switch {
		case one.url == "" && !one.required:
		case one.url == "":
			return fmt.Errorf("the issuer announces no %s", one.name)
		case strings.HasPrefix(issuer, "https:") && !strings.HasPrefix(one.url, "https:"):
			return fmt.Errorf("%s is %q; an https URL is expected", one.name, one.url)
		}
	}
	return nil
}

// attempt is the secret of one login, which only the browser has. The other values of the login are
// derived from it, so the server stores nothing, and any server can complete the login.
type attempt string

func (a attempt) value(purpose string) string {
	mac := hmac.New(sha256.New, []byte(a))
	_, _ = mac.Write([]byte(purpose)) // never fails
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func (a attempt) state() string    { return a.value("state") }
func (a attempt) nonce() string    { return a.value("nonce") }
func (a attempt) verifier() string { return a.value("code verifier") } // of PKCE (RFC 7636)

// Begin begins a login. It returns the URL to which the browser goes, and the secret of the attempt,
// which the browser must keep. With again, the person must log in even if the issuer has a session of
// theirs.
func (l *Login) Begin(ctx context.Context, again bool) (to, secret string, err error) {
	e, err := l.discover(ctx)
	if err != nil {
		return "", "", err
	}
	a := attempt(rand.Text() + rand.Text())
	options := []oauth2.AuthCodeOption{oidc.Nonce(a.nonce()), oauth2.S256ChallengeOption(a.verifier())}
	if again {
		options = append(options, oauth2.SetAuthURLParam("prompt", "login"))
	}
	return e.oauth.AuthCodeURL(a.state(), options...), string(a), nil
}

// Finish completes a login. query has the parameters of the redirect from the issuer, and secret is the
// secret of the attempt.
func (l *Login) Finish(ctx context.Context, query url.Values, secret string) (Claimed, error) {
	a := attempt(secret)
	if secret == "" || !hmac.Equal([]byte(query.Get("state")), []byte(a.state())) {
		return Claimed{}, ErrStale
	}
	if from := query.Get("iss"); from != "" && from != l.Issuer { // RFC 9207
		return Claimed{}, fmt.Errorf("%w: the response is from the issuer %q; expected %q", ErrInvalid, from, l.Issuer)
	}
	if reason := query.Get("error"); reason != "" {
		return Claimed{}, fmt.Errorf("%w: %.100q", ErrRefused, reason)
	}
	e, err := l.discover(ctx)
	if err != nil {
		return Claimed{}, err
	}
	ctx = oidc.ClientContext(ctx, l.client)
	token, err := e.oauth.Exchange(ctx, query.Get("code"), oauth2.VerifierOption(a.verifier()))
	if err != nil {
		return Claimed{}, exchangeError(err)
	}
	return l.claimed(ctx, e, token, a.nonce())
}

// Check checks that the issuer can be reached and accepts the client. It sends a code that does not
// exist, so an issuer that accepts the client refuses the code.
func (l *Login) Check(ctx context.Context) error {
	e, err := l.discover(ctx)
	if err != nil {
		return err
	}
	a := attempt(rand.Text())
	_, err = e.oauth.Exchange(oidc.ClientContext(ctx, l.client), rand.Text(), oauth2.VerifierOption(a.verifier()))
	if err = exchangeError(err); errors.Is(err, ErrStale) {
		return nil
	}
	return err
}

// exchangeError returns the error for a code that was not exchanged for a token. It contains nothing
// that the issuer has sent except the code of the error.
func exchangeError(err error) error {
	var refused *oauth2.RetrieveError
	switch {
	case !errors.As(err, &refused) || refused.Response == nil || refused.Response.StatusCode >= http.StatusInternalServerError:
		return fmt.Errorf("%w: the code cannot be exchanged: %w", ErrUnavailable, err)
	case refused.ErrorCode == "invalid_grant":
		return fmt.Errorf("%w: the issuer does not accept the code", ErrStale)
	default:
		return fmt.Errorf("%w: the issuer responds to the client with %s %.100q", ErrInvalid, refused.Response.Status, refused.ErrorCode)
	}
}

// claimed returns what the ID token says about the person, and what the issuer's user info adds.
func (l *Login) claimed(ctx context.Context, e *endpoints, token *oauth2.Token, nonce string) (Claimed, error) {
	raw, _ := token.Extra("id_token").(string)
	verified, err := e.verifier.Verify(ctx, raw)
	if err != nil {
		return Claimed{}, fmt.Errorf("%w: the ID token: %w", ErrInvalid, err)
	}
	if !hmac.Equal([]byte(verified.Nonce), []byte(nonce)) {
		return Claimed{}, fmt.Errorf("%w: the ID token has another nonce", ErrInvalid)
	}
	claims := map[string]any{}
	if err := verified.Claims(&claims); err != nil {
		return Claimed{}, fmt.Errorf("%w: the ID token: %w", ErrInvalid, err)
	}
	if e.UserInfo != "" && !l.Claims.complete(claims) {
		info, err := e.provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
		if err != nil {
			return Claimed{}, fmt.Errorf("%w: the user info: %w", ErrUnavailable, err)
		}
		more := map[string]any{}
		if err := info.Claims(&more); err != nil {
			return Claimed{}, fmt.Errorf("%w: the user info: %w", ErrInvalid, err)
		}
		if info.Subject != verified.Subject {
			return Claimed{}, fmt.Errorf("%w: the user info is about another person than the ID token", ErrInvalid)
		}
		for name, value := range more {
			if _, known := claims[name]; !known {
				claims[name] = value
			}
		}
	}
	return l.Claims.read(claims, l.Issuer), nil
}

// EndURL returns the URL at which the browser ends the session at the issuer, or an empty text if the
// issuer announces none (OpenID Connect RP-Initiated Logout 1.0).
func (l *Login) EndURL(ctx context.Context) (string, error) {
	e, err := l.discover(ctx)
	if err != nil || e.EndSession == "" {
		return "", err
	}
	end, err := url.Parse(e.EndSession)
	if err != nil {
		return "", fmt.Errorf("end_session_endpoint: %w", err)
	}
	query := end.Query()
	query.Set("client_id", l.ClientID)
	query.Set("post_logout_redirect_uri", l.HomeURL)
	end.RawQuery = query.Encode()
	return end.String(), nil
}
