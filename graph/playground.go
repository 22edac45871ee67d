package graph

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"regexp"
	"strings"

	"github.com/99designs/gqlgen/graphql/playground"
)

// Playground is a page to try the API at endpoint. Its policy lets it run what
// it is made of, and ask this server, and nothing else.
func Playground(endpoint string) http.Handler {
	page := &rendered{header: http.Header{}}
	playground.Handler("Rehearse", endpoint)(page, &http.Request{})
	policy := pagePolicy(page.String())
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", policy)
		_, _ = w.Write(page.Bytes()) // a client that went away is no error of ours
	})
}

var (
	inlineScript = regexp.MustCompile(`(?s)<script>(.*?)</script>`)
	loaded       = regexp.MustCompile(`(?s)<(script|link)\b[^>]*?\b(?:src|href)="([^"]+)"`)
)

// pagePolicy is the Content-Security-Policy under which the page still works:
// the script in it by its hash, the files it loads by their addresses. Styles
// are free, because the editor makes them as it goes.
func pagePolicy(page string) string {
	sources := map[string][]string{"script": {}, "link": {"'unsafe-inline'"}}
	for _, found := range loaded.FindAllStringSubmatch(page, -1) {
		sources[found[1]] = append(sources[found[1]], found[2])
	}
	for _, found := range inlineScript.FindAllStringSubmatch(page, -1) {
		digest := sha256.Sum256([]byte(found[1]))
		sources["script"] = append(sources["script"], "'sha256-"+base64.StdEncoding.EncodeToString(digest[:])+"'")
	}
	return strings.Join([]string{
		"default-src 'none'", "script-src " + strings.Join(sources["script"], " "), "style-src " + strings.Join(sources["link"], " "),
		"connect-src 'self'", "img-src 'self' data:", "font-src 'self' data:",
		"base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
	}, "; ")
}

// rendered is a page kept in memory.
type rendered struct {
	bytes.Buffer
	header http.Header
}

func (r *rendered) Header() http.Header { return r.header }
func (*rendered) WriteHeader(int)       {}
