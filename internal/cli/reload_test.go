//go:build unix

package cli

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// writeCertificate creates a certificate with the name, its key and its public key in a folder.
// The certificate is valid for another hour.
func writeCertificate(t *testing.T, folder, name string) *ecdsa.PrivateKey {
	t.Helper()
	return writeCertificateUntil(t, folder, name, time.Now().Add(time.Hour))
}

// writeCertificateUntil is writeCertificate with another end.
func writeCertificateUntil(t *testing.T, folder, name string, end time.Time) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{"localhost"},
		NotBefore: end.AddDate(-1, 0, 0), NotAfter: end,
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{
		"cert.pem": {Type: "CERTIFICATE", Bytes: certificate}, "key.pem": {Type: "PRIVATE KEY", Bytes: private},
		"public.pem": {Type: "PUBLIC KEY", Bytes: public},
	} {
		if err := os.WriteFile(filepath.Join(folder, file), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return key
}

// certificateName returns the name in the certificate of a server.
func certificateName(t *testing.T, address string) string {
	t.Helper()
	conn, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true}) // only the name is checked
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	return conn.ConnectionState().PeerCertificates[0].Subject.CommonName
}

// hangUp sends SIGHUP and waits until the log contains the text this many times.
func (r *running) hangUp(says string, times int) {
	r.t.Helper()
	if err := r.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		r.t.Fatal(err)
	}
	r.awaitLog(says, times)
}

func (r *running) awaitLog(says string, times int) {
	r.t.Helper()
	for strings.Count(r.stderr.String(), says) < times {
		select {
		case <-r.t.Context().Done():
			r.t.Fatalf("the log does not contain %q:\n%s", says, r.stderr)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func TestSIGHUPReloadsCertificate(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	writeCertificate(t, folder, "first")
	at := func(name string) string { return filepath.Join(folder, name) }
	_, env := external(t)
	r := start(t, newDataFolder(t), append(env, "TLS_CERT_FILE="+at("cert.pem"), "TLS_KEY_FILE="+at("key.pem"))...)
	mustContain(t, "the greeting", r.greeting, "https://127.0.0.1:")
	writeCertificate(t, folder, "second")
	if got := certificateName(t, r.address); got != "first" {
		t.Errorf("before the signal: got the certificate of %s", got)
	}
	r.hangUp("the certificate was reloaded", 1)
	if got := certificateName(t, r.address); got != "second" {
		t.Errorf("after the signal: got the certificate of %s", got)
	}
	if err := os.WriteFile(at("cert.pem"), []byte("broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	r.hangUp("keeping the previous certificate", 1)
	if got := certificateName(t, r.address); got != "second" {
		t.Errorf("after a broken file: got the certificate of %s", got)
	}
	r.stop()
}

func TestSIGHUPReloadsTokenKey(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	sign := func(key *ecdsa.PrivateKey) string {
		token, err := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{
			"role": "admin", "sub": "1", "exp": time.Now().Add(time.Hour).Unix(),
		}).SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	first := sign(writeCertificate(t, folder, "first"))
	_, env := external(t)
	r := start(t, newDataFolder(t), append(env, "JWT_PUBLIC_KEY_FILE="+filepath.Join(folder, "public.pem"))...)
	second := sign(writeCertificate(t, folder, "second"))
	answers := func(name, token string, want int) {
		t.Helper()
		if status, body := r.askAs(token, "{ students { totalCount } }"); status != want {
			t.Errorf("%s: got status %d and %s", name, status, body)
		}
	}
	answers("the first key", first, 200)
	answers("the second key before the signal", second, 401)
	r.hangUp("the token key was reloaded", 1)
	answers("the first key after the signal", first, 401)
	answers("the second key", second, 200)
	if err := os.WriteFile(filepath.Join(folder, "public.pem"), []byte("broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	r.hangUp("keeping the previous token key", 1)
	answers("the second key after a broken file", second, 200)
	r.stop()
}

// With LOG_FORMAT=json, every line on both streams is JSON, from start to end.
func TestJSONLog(t *testing.T) {
	t.Parallel()
	data := newDataFolder(t)
	cmd := command(t, data, []string{"LOG_FORMAT=json", "LOG_LEVEL=debug", "SAMPLE_DATA=off", "RATE_LIMITS=off"})
	r := &running{t: t, cmd: cmd, stderr: &logged{}}
	var out logged
	cmd.Stdout, cmd.Stderr = &out, r.stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	r.awaitLog(`"msg":"ready"`, 1)
	var ready struct{ GraphQL, Address, Data, Auth string }
	for line := range strings.Lines(r.stderr.String()) {
		if strings.Contains(line, `"msg":"ready"`) {
			if err := json.Unmarshal([]byte(line), &ready); err != nil {
				t.Fatal(err)
			}
		}
	}
	if ready.GraphQL != "http://"+ready.Address+"/graphql" || ready.Data != data || ready.Auth != "local" {
		t.Errorf("got the ready event %+v", ready)
	}
	r.address = ready.Address
	if status, _ := r.get("/readyz"); status != 200 {
		t.Errorf("/readyz: got status %d after the ready event", status)
	}
	r.ask("{ students { totalCount } }")
	r.hangUp("SIGHUP: nothing to reload", 1)
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	mustContain(t, "the log", r.stderr.String(), `"msg":"stopped"`, `"durationMs":`, "unknown variable RATE_LIMITS; did you mean RATE_LIMIT?")
	if out.String() != "" {
		t.Errorf("got stdout %q", out.String())
	}
	for line := range strings.Lines(r.stderr.String()) {
		var event map[string]any
		if err := json.Unmarshal([]byte(line), &event); err != nil || event["msg"] == nil || event["level"] == nil {
			t.Errorf("not a log event: %q", line)
		}
	}
	code, _, errs := runOnce(t, data, []string{"LOG_FORMAT=json", "MIGRATE=maybe"})
	if code != exitConfiguration || !json.Valid([]byte(errs)) {
		t.Errorf("invalid configuration: got exit code %d and %s", code, errs)
	}
}

func TestGreetingOfWildcardAddress(t *testing.T) {
	t.Parallel()
	for name, addr := range map[string]string{"IPv4": "ADDR=0.0.0.0:0", "IPv6": "ADDR=[::]:0"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, env := external(t)
			r := start(t, newDataFolder(t), append(env, "AUTH=", addr, secretOfTests)...)
			mustContain(t, "the greeting", r.greeting, "http://localhost:", "every other address of this machine", "A request needs a token", "students(first: 5)")
			mustContain(t, "the playground's address", r.greeting, "http://"+r.address+"/playground")
			if status, _ := r.get("/readyz"); status != 200 {
				t.Errorf("/readyz: got status %d", status)
			}
			r.stop()
		})
	}
}
