package identity

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

const (
	// rediscoverEvery is how long the endpoints of an issuer are used without asking again.
	rediscoverEvery = time.Hour
	// patience is how long a request waits for the endpoints. It is shorter than fetchTimeout, because
	// a request that waits holds one of the permits that all operations share.
	patience = 2 * time.Second
)

// endpoints are what an issuer announces.
type endpoints struct {
	provider *oidc.Provider
	oauth    oauth2.Config
	verifier *oidc.IDTokenVerifier
	metadata
}

// metadata is the part of a discovery document that go-oidc does not read.
type metadata struct {
	UserInfo         string   `json:"userinfo_endpoint"`
	EndSession       string   `json:"end_session_endpoint"`
	TokenAuth        []string `json:"token_endpoint_auth_methods_supported"`
	ChallengeMethods []string `json:"code_challenge_methods_supported"`
	Authorization    string   `json:"authorization_endpoint"`
	Token            string   `json:"token_endpoint"`
	Keys             string   `json:"jwks_uri"`
	NamesIssuer      bool     `json:"authorization_response_iss_parameter_supported"`
}

// soon is like discover, and waits for a limited time.
func (l *Login) soon(ctx context.Context) (*endpoints, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return l.discover(ctx)
}

// discover returns the issuer's endpoints. Those that are known are returned at once, and are asked
// for again in the background. Otherwise it waits for the attempt under way, which all callers share,
// until ctx ends. Its error is ErrUnavailable.
func (l *Login) discover(ctx context.Context) (*endpoints, error) {
	known, asking, err := l.last(ctx)
	if known != nil || asking == nil {
		return known, err
	}
	select {
	case <-asking:
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: the issuer has not answered yet: %w", ErrUnavailable, ctx.Err())
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.known, l.err
}

// last returns the result of the last attempt, and begins another one if it is due. The channel is
// closed when the attempt under way ends; it is nil if there is none.
func (l *Login) last(ctx context.Context) (*endpoints, <-chan struct{}, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.asking == nil && !l.Clock().Before(l.until) {
		l.asking = make(chan struct{})
		go l.refresh(context.WithoutCancel(ctx)) // for all callers, and the provider keeps the context for requests for keys
	}
	return l.known, l.asking, l.err
}

// refresh asks the issuer for its endpoints. The time until the next attempt begins when it has ended,
// because an issuer that does not answer would otherwise be asked all the time.
func (l *Login) refresh(ctx context.Context) {
	fresh, err := l.ask(oidc.ClientContext(ctx, l.client))
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.Clock()
	switch {
	case err == nil:
		l.known, l.err, l.until = fresh, nil, now.Add(rediscoverEvery)
	case l.known != nil: // its endpoints have hardly changed
		l.until = now.Add(retryEvery)
	default:
		l.err, l.until = fmt.Errorf("%w: the issuer: %w", ErrUnavailable, withoutBody(err)), now.Add(retryEvery)
	}
	close(l.asking)
	l.asking = nil
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
