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
	"regexp"
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

	mu     sync.Mutex
	known  *endpoints    // nil until they are discovered
	err    error         // of the last attempt, if known is nil
	until  time.Time     // before which the issuer is not asked again
	asking chan struct{} // closed when the attempt under way ends; nil if there is none
}

// NewLogin returns a Login. It asks the issuer for its endpoints when they are first needed.
func NewLogin(o LoginOptions) *Login {
	return &Login{LoginOptions: o, client: issuerClient()}
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
// which the browser must keep. With again, the issuer asks who the person is, even if it knows.
func (l *Login) Begin(ctx context.Context, again bool) (to, secret string, err error) {
	e, err := l.soon(ctx)
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

// Began reports whether the parameters that an issuer has sent the browser back with belong to the login
// with the secret.
func Began(query url.Values, secret string) bool {
	return secret != "" && hmac.Equal([]byte(query.Get("state")), []byte(attempt(secret).state()))
}

// Finish completes the login with the parameters that the issuer has sent the browser back with, and
// the secret of the attempt.
func (l *Login) Finish(ctx context.Context, query url.Values, secret string) (Claimed, error) {
	if !Began(query, secret) {
		return Claimed{}, ErrStale
	}
	if from := query.Get("iss"); from != "" && from != l.Issuer { // RFC 9207
		return Claimed{}, fmt.Errorf("%w: the response is of the issuer %.100q", ErrInvalid, from)
	}
	if reason := query.Get("error"); reason != "" {
		return Claimed{}, fmt.Errorf("%w: %.100q", ErrRefused, reason)
	}
	e, err := l.soon(ctx)
	if err != nil {
		return Claimed{}, err
	}
	if e.NamesIssuer && query.Get("iss") == "" {
		return Claimed{}, fmt.Errorf("%w: the response does not name its issuer, which announces that it does", ErrInvalid)
	}
	a := attempt(secret)
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
// that the issuer has sent except the status and the code of the error.
func exchangeError(err error) error {
	var refused *oauth2.RetrieveError
	switch {
	case !errors.As(err, &refused) || refused.Response == nil:
		return fmt.Errorf("%w: the code cannot be exchanged: %w", ErrUnavailable, err)
	case refused.Response.StatusCode >= http.StatusInternalServerError:
		return fmt.Errorf("%w: the code cannot be exchanged: %.100q %.100q", ErrUnavailable, refused.Response.Status, refused.ErrorCode)
	case refused.ErrorCode == "invalid_grant":
		return fmt.Errorf("%w: the issuer does not accept the code", ErrStale)
	default:
		return fmt.Errorf("%w: the issuer responds to the client with %.100q %.100q", ErrInvalid, refused.Response.Status, refused.ErrorCode)
	}
}

// statuses match the errors of package oidc that contain a whole response: a status and the body.
var statuses = regexp.MustCompile(`(?:^|get keys failed: )(\d{3})\b`)

// withoutBody returns an error of package oidc without the body of the response.
func withoutBody(err error) error {
	if found := statuses.FindStringSubmatch(err.Error()); found != nil {
		return fmt.Errorf("the issuer responds with the status %s", found[1])
	}
	return err
}

// claimed returns what the ID token says about the person, and what the issuer's user info adds.
func (l *Login) claimed(ctx context.Context, e *endpoints, token *oauth2.Token, nonce string) (Claimed, error) {
	raw, _ := token.Extra("id_token").(string)
	verified, err := e.verifier.Verify(ctx, raw)
	if err != nil {
		return Claimed{}, fmt.Errorf("%w: the ID token: %w", ErrInvalid, withoutBody(err))
	}
	if !hmac.Equal([]byte(verified.Nonce), []byte(nonce)) {
		return Claimed{}, fmt.Errorf("%w: the ID token has another nonce", ErrInvalid)
	}
	var claims claimSet
	if err := verified.Claims(&claims); err != nil {
		return Claimed{}, fmt.Errorf("%w: the ID token: %w", ErrInvalid, err)
	}
	if e.UserInfo != "" && !l.Claims.complete(claims) {
		info, err := e.provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
		if err != nil {
			return Claimed{}, fmt.Errorf("%w: the user info: %w", ErrUnavailable, withoutBody(err))
		}
		var more claimSet
		if err := info.Claims(&more); err != nil {
			return Claimed{}, fmt.Errorf("%w: the user info: %w", ErrInvalid, err)
		}
		if info.Subject != verified.Subject {
			return Claimed{}, fmt.Errorf("%w: the user info is about another person than the ID token", ErrInvalid)
		}
		claims.add(more)
	}
	return l.Claims.read(claims, l.Issuer), nil
}

// EndURL returns the URL at which the browser ends the session at the issuer, or an empty text if the
// issuer announces none (OpenID Connect RP-Initiated Logout 1.0).
func (l *Login) EndURL(ctx context.Context) (string, error) {
	e, err := l.soon(ctx)
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
