package identity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
)

const (
	// refreshEvery is also how long a key that the issuer has revoked is still accepted.
	refreshEvery = 10 * time.Minute
	// retryEvery also limits how often unknown key ids, which anyone can invent, cause a
	// request to the issuer.
	retryEvery   = 5 * time.Second
	fetchTimeout = 5 * time.Second
	maxKeySet    = 1 << 20
)

// A Provider caches the keys of an OpenID Connect issuer and refreshes them. While the
// issuer is unreachable, the cached keys stay in use.
//
// The library's own key set would query the issuer for every invalid signature, and
// never evicts a key. It is therefore only used to fetch the keys.
type Provider struct {
	issuer string
	client *http.Client
	clock  func() time.Time
	after  func(time.Duration) <-chan time.Time
	log    *slog.Logger

	asked chan struct{}
	known atomic.Pointer[keySet]
}

// keySet is the state after an attempt to fetch the keys.
type keySet struct {
	keys map[string]PublicKey // by key id; from the last successful attempt
	err  error                // of the last attempt
	at   time.Time            // of the last attempt
	next chan struct{}        // closed after another attempt
}

// ProviderOptions configures a Provider. After replaces time.After in tests; nil means
// time.After.
type ProviderOptions struct {
	Issuer string
	Clock  func() time.Time
	After  func(time.Duration) <-chan time.Time
	Log    *slog.Logger
}

// NewProvider returns a provider without keys. Run fetches them.
func NewProvider(o ProviderOptions) *Provider {
	if o.After == nil {
		o.After = time.After
	}
	p := &Provider{
		issuer: o.Issuer, clock: o.Clock, after: o.After, log: o.Log, asked: make(chan struct{}, 1),
		client: issuerClient(),
	}
	p.known.Store(&keySet{err: errors.New("its keys have not been requested yet"), next: make(chan struct{})})
	return p
}

// issuerClient returns a client for requests to an issuer. It does not follow redirects.
func issuerClient() *http.Client {
	return &http.Client{Timeout: fetchTimeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// Run fetches the issuer's keys periodically until ctx ends.
func (p *Provider) Run(ctx context.Context) {
	for {
		p.refresh(ctx)
		wait := refreshEvery
		if p.known.Load().err != nil {
			wait = retryEvery
		}
		select {
		case <-ctx.Done():
			return
		case <-p.asked:
		case <-p.after(wait):
		}
	}
}

// CheckIssuer reads the keys of an issuer once, and returns the number of those that can verify
// tokens.
func CheckIssuer(ctx context.Context, issuer string) (keys int, err error) {
	read, err := NewProvider(ProviderOptions{Issuer: issuer}).fetch(ctx)
	return len(read), err
}

func (p *Provider) refresh(ctx context.Context) {
	keys, err := p.fetch(ctx)
	before := p.known.Load()
	if err != nil {
		keys = before.keys
		p.log.WarnContext(ctx, "cannot read the keys of the token issuer", "issuer", p.issuer, "known", len(keys), "error", err)
	} else if before.err != nil {
		p.log.InfoContext(ctx, "read the keys of the token issuer", "issuer", p.issuer, "known", len(keys))
	}
	p.known.Store(&keySet{keys: keys, err: err, at: p.clock(), next: make(chan struct{})})
	close(before.next)
}

func (p *Provider) fetch(ctx context.Context) (map[string]PublicKey, error) {
	discovered, err := oidc.NewProvider(oidc.ClientContext(ctx, p.client), p.issuer)
	if err != nil {
		return nil, err
	}
	var metadata struct {
		JWKS string `json:"jwks_uri"`
	}
	if err := discovered.Claims(&metadata); err != nil {
		return nil, err
	}
	if strings.HasPrefix(p.issuer, "https:") && !strings.HasPrefix(metadata.JWKS, "https:") {
		return nil, fmt.Errorf("jwks_uri is %q; an https URL is expected", metadata.JWKS)
	}
	return p.fetchKeys(ctx, metadata.JWKS)
}

func (p *Provider) fetchKeys(ctx context.Context, url string) (map[string]PublicKey, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, err
	}
	response, err := p.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s responded %s", url, response.Status)
	}
	var set struct{ Keys []json.RawMessage }
	if err := json.NewDecoder(io.LimitReader(response.Body, maxKeySet)).Decode(&set); err != nil {
		return nil, fmt.Errorf("read the keys at %s: %w", url, err)
	}
	keys := map[string]PublicKey{}
	for _, text := range set.Keys {
		var jwk jose.JSONWebKey
		if json.Unmarshal(text, &jwk) != nil || (jwk.Use != "" && jwk.Use != "sig") {
			continue // unknown type, or not a signing key
		}
		key, err := newPublicKey(jwk.Key)
		if err == nil && (jwk.Algorithm == "" || slices.Contains(key.does, jwk.Algorithm)) {
			if jwk.Algorithm != "" {
				key.does = []string{jwk.Algorithm}
			}
			keys[jwk.KeyID] = key
		}
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("%s has no usable key; %s is expected", url, publicKeyKinds)
	}
	return keys, nil
}

func (*Provider) algorithms() []string { return asymmetric }

func (p *Provider) ready() (string, error) {
	known := p.known.Load()
	switch {
	case known.err == nil:
		return "", nil
	case len(known.keys) == 0:
		return "", fmt.Errorf("the token issuer %s: %w", p.issuer, known.err)
	default:
		return "the token issuer cannot be reached; the keys read before stay in use", nil
	}
}

func (p *Provider) key(ctx context.Context, algorithm, kid string) (any, error) {
	known := p.known.Load()
	key, found := known.keys[kid]
	if !found && p.clock().Sub(known.at) >= retryEvery {
		known = p.ask(ctx, known)
		key, found = known.keys[kid]
	}
	switch {
	case found:
		return key.key(ctx, algorithm, kid)
	case known.err != nil:
		return nil, fmt.Errorf("%w: the token issuer: %w", ErrUnavailable, known.err)
	default:
		return nil, errNoKey
	}
}

// ask requests another attempt and waits for it, for a limited time.
func (p *Provider) ask(ctx context.Context, known *keySet) *keySet {
	ctx, cancel := context.WithTimeout(ctx, 2*fetchTimeout)
	defer cancel()
	select {
	case p.asked <- struct{}{}:
	default: // an attempt is already requested
	}
	select {
	case <-known.next:
		return p.known.Load()
	case <-ctx.Done():
		return &keySet{keys: known.keys, err: ctx.Err()}
	}
}
