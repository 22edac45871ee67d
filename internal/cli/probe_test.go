//go:build unix

package cli

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"rehearse/internal/scratch"
)

func TestProbe(t *testing.T) {
	t.Parallel()
	_, env := external(t)
	data := newDataFolder(t)
	r := start(t, data, env...)
	env = append(env, "ADDR="+r.address)
	if code, out, errs := runOnce(t, data, env, "probe"); code != 0 || out != "ready\n" || errs != "" {
		t.Errorf("a server that is ready: got exit code %d, stdout %q and stderr %q", code, out, errs)
	}
	r.stop()
	wantProbeFault(t, env, "the server cannot be reached")

	stopping := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, r.URL.Path+" is stopping", http.StatusServiceUnavailable)
	}))
	defer stopping.Close()
	env = append(env, "OPS_ADDR="+strings.TrimPrefix(stopping.URL, "http://"))
	wantProbeFault(t, env, "responds with 503: /readyz is stopping")
}

func wantProbeFault(t *testing.T, env []string, says string) {
	t.Helper()
	code, out, errs := runOnce(t, newDataFolder(t), env, "probe")
	if code != exitFault || out != "" {
		t.Errorf("got exit code %d and stdout %q, want exit code %d", code, out, exitFault)
	}
	mustContain(t, "the error", errs, says)
}

func TestProbeNeedsAnAddressWithoutTLS(t *testing.T) {
	t.Parallel()
	folder := scratch.Dir(t)
	writeCertificate(t, folder, "school")
	env := []string{"TLS_CERT_FILE=" + filepath.Join(folder, "cert.pem"), "TLS_KEY_FILE=" + filepath.Join(folder, "key.pem")}
	code, _, errs := runOnce(t, newDataFolder(t), env, "probe")
	if code != exitConfiguration {
		t.Errorf("got exit code %d, want %d", code, exitConfiguration)
	}
	mustContain(t, "the error", errs, "OPS_ADDR is empty; with TLS_CERT_FILE, probe requires it")
}

func TestReachableAddress(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]string{
		":9090": "127.0.0.1:9090", "0.0.0.0:9090": "127.0.0.1:9090", "[::]:9090": "127.0.0.1:9090",
		"10.0.0.7:9090": "10.0.0.7:9090", "[::1]:9090": "[::1]:9090", "localhost:9090": "localhost:9090",
	} {
		if got := reachable(addr); got != want {
			t.Errorf("reachable(%q) is %q, want %q", addr, got, want)
		}
	}
}
