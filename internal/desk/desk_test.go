package desk_test

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rehearse/internal/desk"
)

func get(t *testing.T, path string) *httptest.ResponseRecorder {
	t.Helper()
	h, err := desk.Handler()
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, path, http.NoBody)
	r.Header.Set("Accept-Encoding", "gzip")
	h.ServeHTTP(w, r)
	return w
}

// The page consists of files of this server, and its policy allows nothing else, not even
// inline styles.
func TestPage(t *testing.T) {
	t.Parallel()
	h, err := desk.Handler()
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", http.NoBody))
	loaded := regexp.MustCompile(`(?:src|href)="(/[^"]+)"`).FindAllStringSubmatch(w.Body.String(), -1)
	if len(loaded) < 2 || strings.Contains(w.Body.String(), "//") {
		t.Errorf("the page has no script and style sheet, or refers to another host:\n%s", w.Body)
	}
	for _, match := range loaded {
		file := get(t, match[1])
		if file.Code != http.StatusOK || file.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" {
			t.Errorf("%s: got status %d and %v", match[1], file.Code, file.Header())
		}
	}
	const want = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; " +
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	if policy := w.Header().Get("Content-Security-Policy"); policy != want {
		t.Errorf("the policy is %q", policy)
	}
}

// maxFirstView is the most that the first view of a student may download, compressed.
const maxFirstView = 350 << 10

func TestSize(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("dist/assets/*.gz")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	total := get(t, "/").Body.Len()
	for _, file := range files {
		total += get(t, "/desk/assets/"+strings.TrimSuffix(filepath.Base(file), ".gz")).Body.Len()
	}
	if total > maxFirstView {
		t.Errorf("the files have %d bytes, compressed; at most %d are allowed", total, maxFirstView)
	}
}
