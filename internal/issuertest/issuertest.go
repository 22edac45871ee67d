// Package issuertest runs an OpenID Connect issuer for tests: it signs ID tokens, checks PKCE and the
// client's secret, and accepts a code once. It logs people in without asking who they are.
package issuertest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
)

// The client of every issuer.
const (
	ClientID     = "rehearse"
	ClientSecret = "the secret & of: the client"
)

const keyID = "1"

// Issuer is an issuer. Its fields may be changed between requests.
type Issuer struct {
	URL string

	mu       sync.Mutex
	key      *ecdsa.PrivateKey
	claims   map[string]any // of the ID token
	userInfo map[string]any
	away     bool
	metadata map[string]any // replaces what the issuer announces
	codes    map[string]url.Values
}

// Start starts an issuer, which runs until the test ends.
func Start(t testing.TB) *Issuer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	i := &Issuer{key: key, codes: map[string]url.Values{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", i.discover)
	mux.HandleFunc("GET /keys", i.keys)
	mux.HandleFunc("GET /authorize", i.authorize)
	mux.HandleFunc("POST /token", i.token)
	mux.HandleFunc("GET /userinfo", i.info)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.mu.Lock()
		defer i.mu.Unlock()
		if i.away {
			http.Error(w, "away", http.StatusBadGateway)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	i.URL = server.URL
	return i
}

// Claim sets the claims of the next ID tokens. A nil value removes a claim that all tokens have.
func (i *Issuer) Claim(claims map[string]any) { i.set(func() { i.claims = claims }) }

// Inform sets what the user info says, in addition to the subject.
func (i *Issuer) Inform(claims map[string]any) { i.set(func() { i.userInfo = claims }) }

// Leave sets whether the issuer is away: it then answers every request with an error.
func (i *Issuer) Leave(away bool) { i.set(func() { i.away = away }) }

// Announce changes the discovery document. A nil value removes a name.
func (i *Issuer) Announce(metadata map[string]any) { i.set(func() { i.metadata = metadata }) }

func (i *Issuer) set(change func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	change()
}

// merged returns the base with the changes; a nil value removes a name.
func merged(base, changes map[string]any) map[string]any {
	all := maps.Clone(base)
	maps.Copy(all, changes)
	maps.DeleteFunc(all, func(_ string, value any) bool { return value == nil })
	return all
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func (i *Issuer) discover(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, merged(map[string]any{
		"issuer": i.URL, "jwks_uri": i.URL + "/keys", "authorization_endpoint": i.URL + "/authorize", "token_endpoint": i.URL + "/token",
		"userinfo_endpoint": i.URL + "/userinfo", "end_session_endpoint": i.URL + "/end?all=1",
		"id_token_signing_alg_values_supported": []string{"ES256"}, "code_challenge_methods_supported": []string{"S256"},
	}, i.metadata))
}

func (i *Issuer) keys(w http.ResponseWriter, _ *http.Request) {
	key := jose.JSONWebKey{Key: i.key.Public(), KeyID: keyID, Algorithm: "ES256", Use: "sig"}
	answer(w, http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{key}})
}

// authorize sends the browser back with a code, as if the person had logged in.
func (i *Issuer) authorize(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	if query.Get("client_id") != ClientID || query.Get("response_type") != "code" || query.Get("code_challenge_method") != "S256" {
		http.Error(w, "the request is not valid", http.StatusBadRequest)
		return
	}
	code := rand.Text()
	i.codes[code] = query
	back := url.Values{"code": {code}, "state": {query.Get("state")}}
	http.Redirect(w, r, query.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
}

func (i *Issuer) token(w http.ResponseWriter, r *http.Request) {
	user, password, _ := r.BasicAuth()
	id, err1 := url.QueryUnescape(user)
	secret, err2 := url.QueryUnescape(password)
	if err1 != nil || err2 != nil || id != ClientID || secret != ClientSecret {
		answer(w, http.StatusUnauthorized, map[string]any{"error": "invalid_client"})
		return
	}
	asked, known := i.codes[r.FormValue("code")]
	delete(i.codes, r.FormValue("code"))
	challenge := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	if !known || asked.Get("redirect_uri") != r.FormValue("redirect_uri") || asked.Get("code_challenge") != base64.RawURLEncoding.EncodeToString(challenge[:]) {
		answer(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant"})
		return
	}
	now := time.Now()
	token := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims(merged(map[string]any{
		"iss": i.URL, "aud": ClientID, "sub": "somebody", "nonce": asked.Get("nonce"), "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(),
	}, i.claims)))
	token.Header["kid"] = keyID
	signed, err := token.SignedString(i.key)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	answer(w, http.StatusOK, map[string]any{"access_token": "access", "token_type": "Bearer", "expires_in": 60, "id_token": signed})
}

func (i *Issuer) info(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer access" {
		http.Error(w, "the token is not valid", http.StatusUnauthorized)
		return
	}
	answer(w, http.StatusOK, merged(map[string]any{"sub": "somebody"}, i.userInfo))
}
