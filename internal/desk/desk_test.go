package desk_test

import (
	"net/http"
	"net/http/httptest"
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
	loaded := loadedBy(w.Body.String())
	if len(loaded) < 2 || strings.Contains(w.Body.String(), "//") {
		t.Errorf("the page has no script and style sheet, or refers to another host:\n%s", w.Body)
	}
	for _, path := range loaded {
		file := get(t, path)
		if file.Code != http.StatusOK || file.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" {
			t.Errorf("%s: got status %d and %v", path, file.Code, file.Header())
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
	h, err := desk.Handler()
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", http.NoBody))
	total := get(t, "/").Body.Len()
	for _, path := range loadedBy(w.Body.String()) {
		total += get(t, path).Body.Len()
	}
	if total < 50<<10 || total > maxFirstView {
		t.Errorf("the first view has %d bytes, compressed; at most %d are allowed", total, maxFirstView)
	}
}

// loadedBy returns the paths of the files that the page loads before it has run. What only other
// roles need is loaded later.
func loadedBy(page string) []string {
	var paths []string
	for _, match := range regexp.MustCompile(`(?:src|href)="(/[^"]+)"`).FindAllStringSubmatch(page, -1) {
		paths = append(paths, match[1])
	}
	return paths
}
