package identity

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"rehearse/internal/booking"
)

// Keys verify the signatures of tokens: a [Secret], a [PublicKey], or the keys of a
// [Provider]. The key decides which algorithms are accepted; the token's header does
// not.
type Keys interface {
	algorithms() []string
	// key returns the key for an algorithm and a key id. If there is none, the error is
	// ErrUnavailable if one may appear later.
	key(ctx context.Context, algorithm, kid string) (any, error)
	ready() (note string, err error)
}

var errNoKey = errors.New("no known key verifies the signature")

const (
	minSecret = 32 // bytes, the output size of HMAC-SHA-256
	minRSA    = 2048
)

// A Secret signs and verifies tokens with HS256. The zero value does neither.
type Secret struct{ secret []byte }

// NewSecret returns the secret with the bytes of text.
func NewSecret(text string) (Secret, error) {
	if len(text) < minSecret {
		return Secret{}, fmt.Errorf("it has %d bytes; at least %d are expected", len(text), minSecret)
	}
	return Secret{[]byte(text)}, nil
}

// LocalSecret reads the secret of a folder, which MakeLocalSecret created.
func LocalSecret(folder string) (Secret, error) {
	path := localSecretPath(folder)
	text, err := os.ReadFile(path)
	if err != nil {
		return Secret{}, fmt.Errorf("read the key of local tokens: %w", err)
	}
	secret, err := NewSecret(string(text))
	if err != nil {
		return Secret{}, fmt.Errorf("the key of local tokens, %s: %w", path, err)
	}
	return secret, nil
}

// MakeLocalSecret creates the secret of an existing folder unless it has one.
func MakeLocalSecret(folder string) error {
	path := localSecretPath(folder)
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		err = makeSecret(path)
	}
	if err != nil {
		return fmt.Errorf("create the key of local tokens: %w", err)
	}
	return nil
}

// LocalSecretFile is the name of the file in the data folder that has the local secret.
const LocalSecretFile = "token.key"

func localSecretPath(folder string) string { return filepath.Join(folder, LocalSecretFile) }

// makeSecret creates a file of random bytes at path atomically. If two servers do so at
// the same time, both use the same file.
func makeSecret(path string) error {
	secret := make([]byte, minSecret)
	_, _ = rand.Read(secret)                                              // never fails
	draft, err := os.CreateTemp(filepath.Dir(path), LocalSecretFile+".*") // 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(draft.Name()) }()
	_, err = draft.Write(secret)
	if err := errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return err
	}
	if err := os.Link(draft.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// Sign returns a token for the actor that is valid for ttl and that a verifier with this
// secret and these terms accepts.
func (s Secret) Sign(terms Terms, actor booking.Actor, ttl time.Duration) (string, error) {
	return s.sign(s.claims(terms, actor, ttl))
}

func (s Secret) sign(claims jwt.MapClaims) (string, error) {
	return jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(s.secret)
}

// claims returns the claims of a token for the actor.
func (Secret) claims(terms Terms, actor booking.Actor, ttl time.Duration) jwt.MapClaims {
	now := terms.Clock()
	claims := jwt.MapClaims{
		terms.roleClaim(): strings.ToLower(string(actor.Role)), terms.idClaim(): strconv.FormatInt(actor.ID, 10),
		"iat": now.Unix(), "exp": now.Add(ttl).Unix(),
	}
	if terms.Issuer != "" {
		claims["iss"] = terms.Issuer
	}
	if terms.Audience != "" {
		claims["aud"] = terms.Audience
	}
	if terms.School != "" {
		claims[terms.schoolClaim()] = string(terms.School)
	}
	return claims
}

// derive returns a secret for another purpose. What one of the secrets signs, the other does not
// verify.
func (s Secret) derive(purpose string) (Secret, error) {
	key, err := hkdf.Key(sha256.New, s.secret, nil, purpose, sha256.Size)
	return Secret{key}, err
}

func (Secret) algorithms() []string   { return []string{"HS256"} }
func (Secret) ready() (string, error) { return "", nil }

func (s Secret) key(context.Context, string, string) (any, error) {
	if len(s.secret) < minSecret {
		return nil, errNoKey
	}
	return s.secret, nil
}

// A PublicKey verifies tokens that another service signs.
type PublicKey struct {
	public any
	does   []string
}

const publicKeyKinds = "an RSA key of 2048 bits or more, an ECDSA key on P-256 or an Ed25519 key"

// asymmetric lists the algorithms that public keys can verify.
var asymmetric = []string{"RS256", "PS256", "ES256", "EdDSA"}

// ParsePublicKey parses a public key in PEM. Its error says what is allowed.
func ParsePublicKey(text []byte) (PublicKey, error) {
	block, rest := pem.Decode(text)
	if block == nil || block.Type != "PUBLIC KEY" || len(strings.TrimSpace(string(rest))) > 0 {
		return PublicKey{}, errors.New("it is not a single PEM block PUBLIC KEY; create one with `openssl pkey -pubout`")
	}
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return PublicKey{}, fmt.Errorf("it cannot be read: %w", err)
	}
	return newPublicKey(public)
}

func newPublicKey(public any) (PublicKey, error) {
	switch k := public.(type) {
	case *rsa.PublicKey:
		if k.N.BitLen() >= minRSA {
			return PublicKey{k, []string{"RS256", "PS256"}}, nil
		}
	case *ecdsa.PublicKey:
		if k.Curve == elliptic.P256() {
			return PublicKey{k, []string{"ES256"}}, nil
		}
	case ed25519.PublicKey:
		return PublicKey{k, []string{"EdDSA"}}, nil
	}
	return PublicKey{}, errors.New("its type is not supported; " + publicKeyKinds + " is expected")
}

func (k PublicKey) algorithms() []string { return k.does }
func (PublicKey) ready() (string, error) { return "", nil }

func (k PublicKey) key(_ context.Context, algorithm, _ string) (any, error) {
	if !slices.Contains(k.does, algorithm) {
		return nil, errNoKey
	}
	return k.public, nil
}

// A ReplaceableKey is a public key that can be replaced while tokens are verified.
type ReplaceableKey struct{ current atomic.Pointer[PublicKey] }

// NewReplaceableKey returns a ReplaceableKey that holds key.
func NewReplaceableKey(key PublicKey) *ReplaceableKey {
	r := &ReplaceableKey{}
	r.Replace(key)
	return r
}

// Replace replaces the key. Tokens of the previous key are rejected.
func (r *ReplaceableKey) Replace(key PublicKey) { r.current.Store(&key) }

func (*ReplaceableKey) algorithms() []string   { return asymmetric }
func (*ReplaceableKey) ready() (string, error) { return "", nil }

func (r *ReplaceableKey) key(ctx context.Context, algorithm, kid string) (any, error) {
	return r.current.Load().key(ctx, algorithm, kid)
}
