package identity_test

import (
	"context"
	"crypto"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"

	"rehearse/internal/identity"
)

// issuer is an OpenID Connect issuer with its metadata and its keys.
type issuer struct {
	*httptest.Server
	mu    sync.Mutex
	down  bool
	name  string // issuer name in the metadata
	keys  []jose.JSONWebKey
	asked int // number of requests for its keys
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	i := &issuer{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		i.answer(w, func() any { return map[string]string{"issuer": i.name, "jwks_uri": i.URL + "/keys"} })
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		i.answer(w, func() any {
			i.asked++
			unknown := map[string]string{"kty": "AKP", "alg": "ML-DSA-44", "kid": "of the future"}
			all := []any{unknown, jose.JSONWebKey{Key: []byte(secretText), KeyID: "secret", Algorithm: "HS256"}}
			for _, key := range i.keys {
				all = append(all, key)
			}
			return map[string]any{"keys": all}
		})
	})
	i.Server = httptest.NewServer(mux)
	t.Cleanup(i.Close)
	i.name = i.URL
	return i
}

func (i *issuer) answer(w http.ResponseWriter, body func() any) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.down {
		http.Error(w, "down", http.StatusBadGateway)
		return
	}
	_ = json.NewEncoder(w).Encode(body())
}

func (i *issuer) set(change func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	change()
}

func (i *issuer) publish(keys ...jose.JSONWebKey) { i.set(func() { i.keys = keys }) }

func public(kid string, key crypto.Signer) jose.JSONWebKey {
	return jose.JSONWebKey{Key: key.Public(), KeyID: kid}
}

// relying is a server that relies on an issuer, with a fake clock.
type relying struct {
	t        *testing.T
	issuer   *issuer
	verifier *identity.Verifier
	passed   chan time.Time // ends the provider's next wait
	waits    chan time.Duration

	mu  sync.Mutex
	now time.Time
}

func newRelying(t *testing.T, i *issuer) *relying {
	t.Helper()
	r := &relying{t: t, issuer: i, passed: make(chan time.Time), waits: make(chan time.Duration, 100), now: now}
	clock := func() time.Time {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.now
	}
	provider := identity.NewProvider(identity.ProviderOptions{
		Issuer: i.URL, Clock: clock, Log: slog.New(slog.DiscardHandler),
		After: func(d time.Duration) <-chan time.Time {
			r.waits <- d
			return r.passed
		},
	})
	r.verifier = identity.New(provider, identity.Terms{Issuer: i.URL, Audience: "rehearse", Clock: clock}, nobody)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		provider.Run(ctx)
	}()
	t.Cleanup(func() {
		stop()
		<-ended
	})
	return r
}

// attempted waits for the provider's next attempt and returns the length of the wait
// after it.
func (r *relying) attempted() time.Duration { return <-r.waits }

// again ends the provider's wait and returns the length of the next one.
func (r *relying) again() time.Duration {
	r.passed <- time.Time{}
	return r.attempted()
}

func (r *relying) later(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = r.now.Add(d)
}

func (r *relying) token(method jwt.SigningMethod, kid string, key any) string {
	r.t.Helper()
	return signed(r.t, method, key, kid, claimsWith(claims{"iss": r.issuer.URL}))
}

func (r *relying) wantVerified(name, token string, want error) {
	r.t.Helper()
	wantVerified(r.t, r.verifier, name, token, want)
}

func TestIssuer(t *testing.T) {
	t.Parallel()
	i, k := newIssuer(t), keys()
	narrow := public("narrow", k.rsa)
	narrow.Algorithm = "PS256"
	encrypts := public("encrypts", k.rsa)
	encrypts.Use = "enc"
	i.publish(public("rsa", k.rsa), public("ec", k.ec), public("ed", k.ed), narrow, encrypts)
	r := newRelying(t, i)
	r.attempted()

	r.wantVerified("RSA", r.token(jwt.SigningMethodRS256, "rsa", k.rsa), nil)
	r.wantVerified("RSA-PSS", r.token(jwt.SigningMethodPS256, "rsa", k.rsa), nil)
	r.wantVerified("ECDSA", r.token(jwt.SigningMethodES256, "ec", k.ec), nil)
	r.wantVerified("Ed25519", r.token(jwt.SigningMethodEdDSA, "ed", k.ed), nil)
	r.wantVerified("the algorithm the key is for", r.token(jwt.SigningMethodPS256, "narrow", k.rsa), nil)

	r.wantVerified("an algorithm the key is not for", r.token(jwt.SigningMethodRS256, "narrow", k.rsa), identity.ErrInvalid)
	r.wantVerified("a key for encryption", r.token(jwt.SigningMethodRS256, "encrypts", k.rsa), identity.ErrInvalid)
	r.wantVerified("another key's id", r.token(jwt.SigningMethodRS256, "ec", k.rsa), identity.ErrInvalid)
	r.wantVerified("another key under a known id", r.token(jwt.SigningMethodRS256, "rsa", k.otherRSA), identity.ErrInvalid)
	r.wantVerified("no key id", r.token(jwt.SigningMethodRS256, "", k.rsa), identity.ErrInvalid)
	r.wantVerified("an unknown key id", r.token(jwt.SigningMethodRS256, "x", k.rsa), identity.ErrInvalid)
	r.wantVerified("a shared secret of the issuer", r.token(jwt.SigningMethodHS256, "secret", []byte(secretText)), identity.ErrInvalid)
	r.wantVerified("the public key as a secret",
		r.token(jwt.SigningMethodHS256, "rsa", inPEM(t, k.rsa.Public())), identity.ErrInvalid)
	r.wantVerified("none", forge(t, claims{"alg": "none", "kid": "rsa"}, claimsWith(claims{"iss": i.URL}), unsigned), identity.ErrInvalid)
	r.wantVerified("another issuer", signed(t, jwt.SigningMethodRS256, k.rsa, "rsa", claimsWith(nil)), identity.ErrInvalid)
	r.wantVerified("another audience",
		signed(t, jwt.SigningMethodRS256, k.rsa, "rsa", claimsWith(claims{"iss": i.URL, "aud": "else"})), identity.ErrInvalid)
	r.wantVerified("expired",
		signed(t, jwt.SigningMethodRS256, k.rsa, "rsa", claimsWith(claims{"iss": i.URL, "exp": now.Add(-time.Hour).Unix()})), identity.ErrExpired)
	if i.asked != 1 {
		t.Errorf("got %d requests for the issuer's keys", i.asked)
	}
}

func TestKeyRotation(t *testing.T) {
	t.Parallel()
	i, k := newIssuer(t), keys()
	i.publish(public("old", k.rsa))
	r := newRelying(t, i)
	r.attempted()
	older, newer := r.token(jwt.SigningMethodRS256, "old", k.rsa), r.token(jwt.SigningMethodES256, "new", k.ec)
	r.wantVerified("the old key", older, nil)
	r.wantVerified("an unpublished key", newer, identity.ErrInvalid)

	i.publish(public("old", k.rsa), public("new", k.ec))
	r.wantVerified("the new key before the next request is allowed", newer, identity.ErrInvalid)
	r.later(5 * time.Second)
	r.wantVerified("the new key", newer, nil)
	r.wantVerified("the old key with the new key", older, nil)
	r.attempted()

	i.publish(public("new", k.ec)) // revokes the old key
	if wait := r.again(); wait != 10*time.Minute {
		t.Errorf("got a wait of %v", wait)
	}
	r.wantVerified("the revoked key", older, identity.ErrInvalid)
	r.wantVerified("the new key alone", newer, nil)

	before := i.asked
	for range 50 { // invented key ids do not each cause a request
		r.wantVerified("a made-up key id", r.token(jwt.SigningMethodRS256, "made up", k.otherRSA), identity.ErrInvalid)
	}
	if i.asked != before {
		t.Errorf("got %d more requests for the issuer's keys", i.asked-before)
	}
}

func TestIssuerIsDown(t *testing.T) {
	t.Parallel()
	i, k := newIssuer(t), keys()
	i.publish(public("rsa", k.rsa))
	i.set(func() { i.down = true })
	r := newRelying(t, i)
	if wait := r.attempted(); wait != 5*time.Second {
		t.Errorf("got a wait of %v", wait)
	}
	token := r.token(jwt.SigningMethodRS256, "rsa", k.rsa)
	r.wantVerified("before the first keys", token, identity.ErrUnavailable)
	r.wantVerified("algorithm none", forge(t, claims{"alg": "none", "kid": "rsa"}, claimsWith(nil), unsigned), identity.ErrInvalid)
	r.wantReady("", true)
	if sender, err := r.verifier.Sender(t.Context(), nil); err != nil || sender != (identity.Sender{Actor: nobody}) {
		t.Errorf("without a token: got %v, %v", sender, err)
	}

	i.set(func() { i.down = false })
	r.again()
	r.wantVerified("once the issuer is up", token, nil)
	r.wantReady("", false)

	i.set(func() { i.down = true })
	r.again()
	r.wantVerified("a known key", token, nil)
	r.wantVerified("an unknown key", r.token(jwt.SigningMethodES256, "new", k.ec), identity.ErrUnavailable)
	r.wantVerified("a wrong signature with a known key id", r.token(jwt.SigningMethodRS256, "rsa", k.otherRSA), identity.ErrInvalid)
	r.wantReady("the keys read before stay in use", false)
}

// A token that arrives during the first attempt waits for it.
func TestFirstTokenWaitsForKeys(t *testing.T) {
	t.Parallel()
	i, k := newIssuer(t), keys()
	i.publish(public("rsa", k.rsa))
	r := newRelying(t, i)
	r.wantVerified("the first token", r.token(jwt.SigningMethodRS256, "rsa", k.rsa), nil)
}

func TestInvalidIssuers(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*issuer){
		"another issuer name": func(i *issuer) { i.name = "https://login.example.com" },
		"no keys":             func(i *issuer) { i.keys = nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := newIssuer(t)
			i.publish(public("rsa", keys().rsa))
			change(i)
			r := newRelying(t, i)
			r.attempted()
			r.wantVerified("the token", r.token(jwt.SigningMethodRS256, "rsa", keys().rsa), identity.ErrUnavailable)
		})
	}
}

func TestVerifyBeforeProviderRuns(t *testing.T) {
	t.Parallel()
	clock := func() time.Time { return now }
	provider := identity.NewProvider(identity.ProviderOptions{Issuer: "https://127.0.0.1:1", Clock: clock, Log: slog.New(slog.DiscardHandler)})
	v := identity.New(provider, identity.Terms{Clock: clock}, nobody)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	sender, err := v.Verify(ctx, signed(t, jwt.SigningMethodRS256, keys().rsa, "x", claimsWith(nil)))
	if !errors.Is(err, identity.ErrUnavailable) || sender != (identity.Sender{}) {
		t.Errorf("got %+v, %v", sender, err)
	}
}

func (r *relying) wantReady(says string, fails bool) {
	r.t.Helper()
	note, err := r.verifier.Ready()
	if (says == "") != (note == "") || !strings.Contains(note, says) || (err != nil) != fails {
		r.t.Errorf("readiness = %q (%v), want %q and an error: %t", note, err, says, fails)
	}
}
