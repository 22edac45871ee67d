package playground_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rehearse/internal/playground"
)

func handler(t *testing.T) http.Handler {
	t.Helper()
	h, err := playground.Handler()
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func get(h http.Handler, target string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, target, http.NoBody)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// addresses are where the files of the bundle are served.
func addresses(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("dist/assets/*.gz")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	all := []string{"/playground", "/playground/", "/playground/licenses.md"}
	for _, file := range files {
		all = append(all, "/playground/assets/"+strings.TrimSuffix(filepath.Base(file), ".gz"))
	}
	return all
}

func TestEveryFileIsServed(t *testing.T) {
	t.Parallel()
	h := handler(t)
	for _, address := range addresses(t) {
		squeezed, plain := get(h, address, "Accept-Encoding", "gzip, deflate, br"), get(h, address)
		if squeezed.Code != http.StatusOK || plain.Code != http.StatusOK {
			t.Errorf("%s: got status %d compressed and %d plain", address, squeezed.Code, plain.Code)
			continue
		}
		if e := squeezed.Header().Get("Content-Encoding"); e != "gzip" {
			t.Errorf("%s: got Content-Encoding %q", address, e)
		}
		if e := plain.Header().Get("Content-Encoding"); e != "" {
			t.Errorf("%s: got Content-Encoding %q without Accept-Encoding", address, e)
		}
		if !bytes.Equal(gunzip(t, squeezed.Body), plain.Body.Bytes()) {
			t.Errorf("%s: the decompressed file differs from the plain one", address)
		}
		if squeezed.Header().Get("ETag") == plain.Header().Get("ETag") || squeezed.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: both files have the same ETag, or Vary is not Accept-Encoding: %v", address, squeezed.Header())
		}
	}
}

// The content of an asset never changes, so clients may keep it. The page that names the
// assets may change.
func TestCaching(t *testing.T) {
	t.Parallel()
	h := handler(t)
	for _, address := range addresses(t) {
		first := get(h, address).Header()
		want := "no-cache"
		if strings.Contains(address, "/assets/") {
			want = "public, max-age=31536000, immutable"
		}
		if first.Get("Cache-Control") != want {
			t.Errorf("%s: Cache-Control is %q, want %q", address, first.Get("Cache-Control"), want)
		}
		if again := get(h, address, "If-None-Match", first.Get("ETag")); again.Code != http.StatusNotModified || again.Body.Len() > 0 {
			t.Errorf("%s: the conditional request: got status %d", address, again.Code)
		}
	}
}

func TestAcceptEncoding(t *testing.T) {
	t.Parallel()
	h := handler(t)
	for accepted, encoding := range map[string]string{
		"gzip": "gzip", "br, GZIP;q=0.1": "gzip", "*": "gzip", "br;q=1, *;q=0.5": "gzip",
		"": "", "br": "", "identity": "", "gzip;q=0": "", "*, gzip;q=0": "", "gzip;q=0, *": "", "*;q=0": "", "gzip;q=much": "", "xgzip": "",
	} {
		if got := get(h, "/playground", "Accept-Encoding", accepted).Header().Get("Content-Encoding"); got != encoding {
			t.Errorf("Accept-Encoding %q: got Content-Encoding %q, want %q", accepted, got, encoding)
		}
	}
}

// The page consists of files of this server. Every file comes with the policy, which
// prevents requests to other hosts.
func TestNoExternalResources(t *testing.T) {
	t.Parallel()
	h := handler(t)
	page := get(h, "/playground").Body.String()
	loaded := regexp.MustCompile(`(?:src|href)="(/playground/[^"]+)"`).FindAllStringSubmatch(page, -1)
	if len(loaded) == 0 || strings.Contains(page, "//") {
		t.Errorf("the page has no file of its own, or refers to another host:\n%s", page)
	}
	for _, file := range loaded {
		if code := get(h, file[1]).Code; code != http.StatusOK {
			t.Errorf("the page refers to %s: got status %d", file[1], code)
		}
	}
	for _, address := range addresses(t) {
		policy := get(h, address).Header().Get("Content-Security-Policy")
		directives := map[string]string{}
		for directive := range strings.SplitSeq(policy, "; ") {
			name, sources, _ := strings.Cut(directive, " ")
			directives[name] = sources
		}
		for name, sources := range map[string]string{
			"default-src": "'none'", "script-src": "'self'", "worker-src": "'self'", "connect-src": "'self'", "font-src": "'self'",
			"base-uri": "'none'", "form-action": "'none'", "frame-ancestors": "'none'",
		} {
			if directives[name] != sources {
				t.Errorf("%s: %s is %q, want %q", address, name, directives[name], sources)
			}
		}
		if strings.Contains(policy, "http") || strings.Contains(policy, "unsafe-eval") {
			t.Errorf("%s: the policy allows other hosts or eval: %s", address, policy)
		}
	}
}

func TestContentTypes(t *testing.T) {
	t.Parallel()
	h := handler(t)
	for suffix, want := range map[string]string{
		".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".ttf": "font/ttf",
		".md": "text/markdown; charset=utf-8", "/playground": "text/html; charset=utf-8",
	} {
		found := false
		for _, address := range addresses(t) {
			if !strings.HasSuffix(address, suffix) {
				continue
			}
			found = true
			if got := get(h, address).Header().Get("Content-Type"); got != want {
				t.Errorf("%s: got Content-Type %q, want %q", address, got, want)
			}
		}
		if !found {
			t.Errorf("no file ends with %s", suffix)
		}
	}
}

func TestNotFound(t *testing.T) {
	t.Parallel()
	h := handler(t)
	for _, target := range []string{"/playground/nothing", "/playground/assets/", "/playground/index.html.gz", "/playground/../playground.go"} {
		if w := get(h, target); w.Code != http.StatusNotFound {
			t.Errorf("%s: got status %d", target, w.Code)
		}
	}
}

func gunzip(t *testing.T, from io.Reader) []byte {
	t.Helper()
	r, err := gzip.NewReader(from)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
