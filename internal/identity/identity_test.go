package identity_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"rehearse/internal/booking"
	"rehearse/internal/identity"
)

var (
	now     = time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)
	nobody  = booking.Actor{Role: booking.RoleAnonymous}
	student = booking.Actor{Role: booking.RoleStudent, ID: 7}
	terms   = identity.Terms{Issuer: "https://login.example.org", Audience: "rehearse", Clock: func() time.Time { return now }}
)

const secretText = "a secret of more than thirty-two bytes"

type claims = map[string]any

// claimsWith returns the claims of the student's valid token with changes; nil removes a
// claim.
func claimsWith(changes claims) claims {
	all := claims{
		"role": "student", "sub": "7", "iss": terms.Issuer, "aud": terms.Audience, "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	}
	for name, value := range changes {
		all[name] = value
		if value == nil {
			delete(all, name)
		}
	}
	return all
}

// forge builds a token by hand, so that any part of it can be invalid.
func forge(t testing.TB, header, payload claims, sign func(text string) []byte) string {
	t.Helper()
	part := func(v any) string {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(text)
	}
	text := part(header) + "." + part(payload)
	return text + "." + base64.RawURLEncoding.EncodeToString(sign(text))
}

func hs256(key []byte) func(string) []byte {
	return func(text string) []byte {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(text))
		return mac.Sum(nil)
	}
}

func unsigned(string) []byte { return nil }

// signed builds a token with a signing method of the library.
func signed(t testing.TB, method jwt.SigningMethod, key any, kid string, payload claims) string {
	t.Helper()
	token := jwt.NewWithClaims(method, jwt.MapClaims(payload))
	if kid != "" {
		token.Header["kid"] = kid
	}
	text, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func newSecret(t testing.TB) identity.Secret {
	t.Helper()
	secret, err := identity.NewSecret(secretText)
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

func inPEM(t testing.TB, public any) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

func publicKey(t testing.TB, public any) identity.PublicKey {
	t.Helper()
	key, err := identity.ParsePublicKey(inPEM(t, public))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// keys are created once, because RSA keys are slow to generate.
var keys = sync.OnceValue(func() (k struct {
	rsa, otherRSA *rsa.PrivateKey
	ec            *ecdsa.PrivateKey
	ed            ed25519.PrivateKey
}) {
	k.rsa, _ = rsa.GenerateKey(rand.Reader, 2048)
	k.otherRSA, _ = rsa.GenerateKey(rand.Reader, 2048)
	k.ec, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	_, k.ed, _ = ed25519.GenerateKey(rand.Reader)
	return k
})

// wantVerified checks the result of verifying the token. A nil want expects the student.
func wantVerified(t *testing.T, v *identity.Verifier, name, token string, want error) {
	t.Helper()
	sender, err := v.Verify(t.Context(), token)
	if !errors.Is(err, want) || (want == nil && sender.Actor != student) || (want != nil && sender != identity.Sender{}) {
		t.Errorf("%s: got %+v, %v", name, sender, err)
	}
}

func TestForgedTokens(t *testing.T) {
	t.Parallel()
	v := identity.New(newSecret(t), terms, nobody)
	hs := claims{"alg": "HS256", "typ": "JWT"}
	sign := hs256([]byte(secretText))
	whole := forge(t, hs, claimsWith(nil), sign)
	wantVerified(t, v, "a valid token", whole, nil)

	unix := func(d time.Duration) any { return now.Add(d).Unix() }
	for name, test := range map[string]struct {
		changes claims
		want    error
	}{
		"a key id":                        {claims{}, nil},
		"one of several audiences":        {claims{"aud": []string{"else", "rehearse"}}, nil},
		"expired":                         {claims{"exp": unix(-31 * time.Second)}, identity.ErrExpired},
		"expired within the skew":         {claims{"exp": unix(-29 * time.Second)}, nil},
		"expired and not valid":           {claims{"exp": unix(-time.Hour), "role": "king"}, identity.ErrExpired},
		"no exp":                          {claims{"exp": nil}, identity.ErrInvalid},
		"exp of 0":                        {claims{"exp": 0}, identity.ErrInvalid},
		"exp as a string":                 {claims{"exp": "9999999999"}, identity.ErrInvalid},
		"not valid yet":                   {claims{"nbf": unix(time.Minute)}, identity.ErrNotYetValid},
		"not valid yet within the skew":   {claims{"nbf": unix(29 * time.Second)}, nil},
		"issued in the future":            {claims{"iat": unix(time.Minute)}, identity.ErrNotYetValid},
		"no iat":                          {claims{"iat": nil}, nil},
		"nbf of 0":                        {claims{"nbf": 0}, nil},
		"nbf with a fraction":             {claims{"nbf": float64(now.Unix()) + 60.5}, identity.ErrNotYetValid},
		"nbf at the end of the year 9999": {claims{"nbf": 253402300799}, identity.ErrNotYetValid},
		"nbf of the year 10000":           {claims{"nbf": 253402300800}, identity.ErrInvalid},
		"nbf beyond an int64":             {claims{"nbf": 9223372036854775808.0}, identity.ErrInvalid},
		"nbf of 1e300":                    {claims{"nbf": 1e300}, identity.ErrInvalid},
		"nbf below zero":                  {claims{"nbf": -1}, identity.ErrInvalid},
		"nbf of -1e300":                   {claims{"nbf": -1e300}, identity.ErrInvalid},
		"nbf beyond a float64":            {claims{"nbf": json.RawMessage("1e999")}, identity.ErrInvalid},
		"nbf of null":                     {claims{"nbf": json.RawMessage("null")}, identity.ErrInvalid},
		"nbf as an object":                {claims{"nbf": claims{}}, identity.ErrInvalid},
		"iat of 1e300":                    {claims{"iat": 1e300}, identity.ErrInvalid},
		"iat below zero":                  {claims{"iat": -1e300}, identity.ErrInvalid},
		"exp at the end of the year 9999": {claims{"exp": 253402300799}, nil},
		"exp of 1e300":                    {claims{"exp": 1e300}, identity.ErrInvalid},
		"exp of -1e300":                   {claims{"exp": -1e300}, identity.ErrInvalid},
		"another audience":                {claims{"aud": "else"}, identity.ErrInvalid},
		"no audience":                     {claims{"aud": nil}, identity.ErrInvalid},
		"another issuer":                  {claims{"iss": "https://login.example.com"}, identity.ErrInvalid},
		"no issuer":                       {claims{"iss": nil}, identity.ErrInvalid},
		"an unknown role":                 {claims{"role": "king"}, identity.ErrInvalid},
		"a role in capitals":              {claims{"role": "STUDENT"}, identity.ErrInvalid},
		"the program's role":              {claims{"role": "system"}, identity.ErrInvalid},
		"several roles":                   {claims{"role": []string{"student"}}, identity.ErrInvalid},
		"no role":                         {claims{"role": nil}, identity.ErrInvalid},
		"another Role beside the role":    {claims{"Role": "admin", "ROLE": "admin"}, nil},
		"sub is not a number":             {claims{"sub": "abc"}, identity.ErrInvalid},
		"sub is 0":                        {claims{"sub": "0"}, identity.ErrInvalid},
		"sub is negative":                 {claims{"sub": "-7"}, identity.ErrInvalid},
		"sub has a sign":                  {claims{"sub": "+7"}, identity.ErrInvalid},
		"sub has a leading zero":          {claims{"sub": "07"}, identity.ErrInvalid},
		"sub has a space":                 {claims{"sub": " 7"}, identity.ErrInvalid},
		"sub overflows":                   {claims{"sub": "9223372036854775808"}, identity.ErrInvalid},
		"sub is a number":                 {claims{"sub": 7}, identity.ErrInvalid},
		"no sub":                          {claims{"sub": nil}, identity.ErrInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantVerified(t, v, "the token", forge(t, claims{"alg": "HS256", "kid": "x"}, claimsWith(test.changes), sign), test.want)
		})
	}

	for name, token := range map[string]string{
		"empty":                  "",
		"not a token":            "x",
		"two dots":               "..",
		"truncated":              whole[:len(whole)-1],
		"without its signature":  whole[:strings.LastIndex(whole, ".")+1],
		"with four parts":        whole + ".x",
		"with a space":           whole + " ",
		"padded":                 whole + "=",
		"of 1 MB":                strings.Repeat("x", 1<<20),
		"just too long":          forge(t, hs, claimsWith(claims{"more": strings.Repeat("x", 8<<10)}), sign),
		"with algorithm none":    forge(t, claims{"alg": "none"}, claimsWith(nil), unsigned),
		"with algorithm None":    forge(t, claims{"alg": "None"}, claimsWith(nil), unsigned),
		"none with a signature":  forge(t, claims{"alg": "none"}, claimsWith(nil), sign),
		"without algorithm":      forge(t, claims{"typ": "JWT"}, claimsWith(nil), sign),
		"another HMAC":           signed(t, jwt.SigningMethodHS512, []byte(secretText), "", claimsWith(nil)),
		"another secret":         forge(t, hs, claimsWith(nil), hs256([]byte("another secret of thirty-two bytes"))),
		"with an empty secret":   forge(t, hs, claimsWith(nil), hs256(nil)),
		"with critical headers":  forge(t, claims{"alg": "HS256", "crit": []string{"b64"}, "b64": false}, claimsWith(nil), sign),
		"with a changed payload": strings.Replace(whole, ".", ".e", 1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantVerified(t, v, "the token", token, identity.ErrInvalid)
		})
	}
	wantVerified(t, identity.New(identity.Secret{}, terms, nobody), "a zero Secret", forge(t, hs, claimsWith(nil), hs256(nil)), identity.ErrInvalid)
}

// Two parsers may use different values of a duplicate name.
func TestDuplicateClaims(t *testing.T) {
	t.Parallel()
	v := identity.New(newSecret(t), identity.Terms{Clock: terms.Clock}, nobody)
	const header, payload = `{"alg":"HS256"}`, `"exp":1780304400,"role":"student","sub":"7"`
	for name, test := range map[string]struct {
		header, payload string
		want            error
	}{
		"once":                     {header, "{" + payload + "}", nil},
		"in another case":          {header, `{"SUB":"8",` + payload + "}", nil},
		"in a nested object":       {header, `{"more":{"sub":"8"},` + payload + "}", nil},
		"sub":                      {header, `{"sub":"8",` + payload + "}", identity.ErrInvalid},
		"sub with the same value":  {header, `{"sub":"7",` + payload + "}", identity.ErrInvalid},
		"sub with an escape":       {header, `{"\u0073ub":"8",` + payload + "}", identity.ErrInvalid},
		"role at the end":          {header, "{" + payload + `,"role":"admin"}`, identity.ErrInvalid},
		"exp":                      {header, "{" + payload + `,"exp":1880304400}`, identity.ErrInvalid},
		"a claim that is not read": {header, `{"jti":1,"jti":2,` + payload + "}", identity.ErrInvalid},
		"inside a claim":           {header, `{"more":{"a":1,"a":2},` + payload + "}", identity.ErrInvalid},
		"alg":                      {`{"alg":"none","alg":"HS256"}`, "{" + payload + "}", identity.ErrInvalid},
		"kid":                      {`{"alg":"HS256","kid":"a","kid":"b"}`, "{" + payload + "}", identity.ErrInvalid},
		"a second object":          {header, "{" + payload + "}{}", identity.ErrInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			encoding := base64.RawURLEncoding
			text := encoding.EncodeToString([]byte(test.header)) + "." + encoding.EncodeToString([]byte(test.payload))
			wantVerified(t, v, "the token", text+"."+encoding.EncodeToString(hs256([]byte(secretText))(text)), test.want)
		})
	}
}

func TestAdministratorWithoutPerson(t *testing.T) {
	t.Parallel()
	v := identity.New(newSecret(t), terms, nobody)
	for sub, want := range map[string]int64{"0": 0, "12": 12} {
		t.Run("sub "+sub, func(t *testing.T) {
			t.Parallel()
			token := forge(t, claims{"alg": "HS256"}, claimsWith(claims{"role": "admin", "sub": sub}), hs256([]byte(secretText)))
			if sender, err := v.Verify(t.Context(), token); err != nil || sender.Actor != (booking.Actor{Role: booking.RoleAdmin, ID: want}) {
				t.Errorf("got %+v, %v, want the administrator %d", sender, err, want)
			}
		})
	}
}

// With other names of claims, role and sub mean nothing.
func TestClaimsWithOtherNames(t *testing.T) {
	t.Parallel()
	const role, id = "https://example.org/role", "https://example.org/id"
	named := terms
	named.RoleClaim, named.IDClaim = role, id
	v := identity.New(newSecret(t), named, nobody)
	for name, test := range map[string]struct {
		claims claims
		want   error
	}{
		"both, and another person's sub": {claims{role: "student", id: "7", "role": "admin", "sub": "0"}, nil},
		"only role":                      {claims{id: "7"}, identity.ErrInvalid},
		"only sub":                       {claims{role: "student"}, identity.ErrInvalid},
		"an id that is a number":         {claims{role: "student", id: 7}, identity.ErrInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			token := forge(t, claims{"alg": "HS256"}, claimsWith(test.claims), hs256([]byte(secretText)))
			wantVerified(t, v, "the token", token, test.want)
		})
	}
	token, err := newSecret(t).Sign(named, student, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	wantVerified(t, v, "a signed token", token, nil)
}

func TestSigned(t *testing.T) {
	t.Parallel()
	for name, terms := range map[string]identity.Terms{"an issuer and an audience": terms, "neither": {Clock: terms.Clock}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			token, err := newSecret(t).Sign(terms, student, time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			wantVerified(t, identity.New(newSecret(t), terms, nobody), "a signed token", token, nil)
			later := terms
			later.Clock = func() time.Time { return now.Add(time.Hour + time.Minute) }
			wantVerified(t, identity.New(newSecret(t), later, nobody), "an expired token", token, identity.ErrExpired)
		})
	}
}

// The type of the key decides which algorithms are accepted.
func TestPublicKeys(t *testing.T) {
	t.Parallel()
	k := keys()
	private := map[string]any{"RS256": k.rsa, "PS256": k.rsa, "ES256": k.ec, "EdDSA": k.ed}
	for kind, test := range map[string]struct {
		public any
		takes  []string
	}{
		"RSA":     {k.rsa.Public(), []string{"RS256", "PS256"}},
		"ECDSA":   {k.ec.Public(), []string{"ES256"}},
		"Ed25519": {k.ed.Public(), []string{"EdDSA"}},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			v := identity.New(publicKey(t, test.public), terms, nobody)
			for algorithm, key := range private {
				want := identity.ErrInvalid
				if slices.Contains(test.takes, algorithm) {
					want = nil
				}
				wantVerified(t, v, algorithm, signed(t, jwt.GetSigningMethod(algorithm), key, "any", claimsWith(nil)), want)
			}
			// The public key is not secret, so it must not be accepted as an HMAC key.
			for name, asSecret := range map[string][]byte{"PEM": inPEM(t, test.public), "DER": pemBytes(inPEM(t, test.public))} {
				forged := forge(t, claims{"alg": "HS256"}, claimsWith(nil), hs256(asSecret))
				wantVerified(t, v, "the public key in "+name+" as a secret", forged, identity.ErrInvalid)
			}
			wantVerified(t, v, "none", forge(t, claims{"alg": "none"}, claimsWith(nil), unsigned), identity.ErrInvalid)
		})
	}
	wantVerified(t, identity.New(publicKey(t, k.rsa.Public()), terms, nobody), "another key of the same type",
		signed(t, jwt.SigningMethodRS256, k.otherRSA, "", claimsWith(nil)), identity.ErrInvalid)
	wantVerified(t, identity.New(publicKey(t, k.rsa.Public()), terms, nobody), "a longer digest",
		signed(t, jwt.SigningMethodRS512, k.rsa, "", claimsWith(nil)), identity.ErrInvalid)
}

func pemBytes(text []byte) []byte {
	block, _ := pem.Decode(text)
	return block.Bytes
}

func TestInvalidPublicKeys(t *testing.T) {
	t.Parallel()
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(keys().ec)
	if err != nil {
		t.Fatal(err)
	}
	whole := inPEM(t, keys().ec.Public())
	for name, text := range map[string][]byte{
		"empty": nil, "text": []byte("key"), "a small RSA key": inPEM(t, small.Public()), "P-384": inPEM(t, p384.Public()),
		"a private key": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}),
		"two keys":      append(append([]byte{}, whole...), whole...),
		"broken":        pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: []byte("x")}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := identity.ParsePublicKey(text); err == nil {
				t.Error("the key was accepted")
			}
		})
	}
}

func TestAuthorizationHeader(t *testing.T) {
	t.Parallel()
	token, err := newSecret(t).Sign(terms, student, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	v := identity.New(newSecret(t), terms, nobody)
	for name, test := range map[string]struct {
		headers []string
		actor   booking.Actor
		err     error
	}{
		"none":                        {nil, nobody, nil},
		"a token":                     {[]string{"Bearer " + token}, student, nil},
		"in lower case":               {[]string{"bearer " + token}, student, nil},
		"an empty header":             {[]string{""}, booking.Actor{}, identity.ErrInvalid},
		"no token":                    {[]string{"Bearer"}, booking.Actor{}, identity.ErrInvalid},
		"an empty token":              {[]string{"Bearer "}, booking.Actor{}, identity.ErrInvalid},
		"two spaces":                  {[]string{"Bearer  " + token}, booking.Actor{}, identity.ErrInvalid},
		"a token alone":               {[]string{token}, booking.Actor{}, identity.ErrInvalid},
		"a password":                  {[]string{"Basic dTpw"}, booking.Actor{}, identity.ErrInvalid},
		"twice":                       {[]string{"Bearer " + token, "Bearer " + token}, booking.Actor{}, identity.ErrInvalid},
		"a list":                      {[]string{"Bearer " + token + ", Bearer " + token}, booking.Actor{}, identity.ErrInvalid},
		"a token and an empty header": {[]string{"Bearer " + token, ""}, booking.Actor{}, identity.ErrInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if sender, err := v.Sender(t.Context(), test.headers); sender.Actor != test.actor || !errors.Is(err, test.err) {
				t.Errorf("got %+v, %v, want %+v, %v", sender, err, test.actor, test.err)
			}
		})
	}
}

func TestLocalSecret(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	tokens := make([]string, 8)
	var all sync.WaitGroup
	for i := range tokens { // as by programs that start concurrently
		all.Go(func() {
			err := identity.MakeLocalSecret(folder)
			secret, readErr := identity.LocalSecret(folder)
			if err = errors.Join(err, readErr); err == nil {
				tokens[i], err = secret.Sign(terms, student, time.Hour)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	secret, err := identity.LocalSecret(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range tokens {
		wantVerified(t, identity.New(secret, terms, nobody), "a token of the same folder", token, nil)
	}
	elsewhere := t.TempDir()
	if _, err := identity.LocalSecret(elsewhere); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("reading a key created it: %v", err)
	}
	if err := identity.MakeLocalSecret(elsewhere); err != nil {
		t.Fatal(err)
	}
	other, err := identity.LocalSecret(elsewhere)
	if err != nil {
		t.Fatal(err)
	}
	wantVerified(t, identity.New(other, terms, nobody), "a token of another folder", tokens[0], identity.ErrInvalid)

	files, err := os.ReadDir(folder)
	if err != nil || len(files) != 1 {
		t.Fatalf("got the files %v, %v", files, err)
	}
	info, err := files[0].Info()
	if err != nil || info.Mode().Perm() != 0o600 || info.Size() != 32 {
		t.Errorf("got the file %v, %v", info, err)
	}
	if err := os.WriteFile(filepath.Join(folder, files[0].Name()), []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := identity.LocalSecret(folder); err == nil {
		t.Error("a short key was accepted")
	}
	if _, err := identity.NewSecret(strings.Repeat("x", 31)); err == nil {
		t.Error("a secret of 31 bytes was accepted")
	}
}
