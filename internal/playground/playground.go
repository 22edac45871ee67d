// Package playground serves a page for trying out the API: GraphiQL with operations
// for the sample school. All its files are in this binary.
package playground

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"
)

// bundle is what `make playground` makes of src, each file compressed.
//
//go:embed dist
var bundle embed.FS

// Path is where the page is; its files are below.
const Path = "/playground"

// policy lets the page run and load files of this server, and send requests to it.
// It allows inline styles, because the editor creates them at run time. It is sent
// with every file, because a worker obeys the policy of its own file.
const policy = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; " +
	"style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Handler serves the page and its files.
func Handler() (http.Handler, error) {
	files := map[string]*file{}
	err := fs.WalkDir(bundle, "dist", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		f, err := read(name)
		files[Path+strings.TrimSuffix(strings.TrimPrefix(name, "dist"), ".gz")] = f
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the playground: %w", err)
	}
	files[Path], files[Path+"/"] = files[Path+"/index.html"], files[Path+"/index.html"]
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f, exists := files[r.URL.Path]; exists {
			f.serve(w, r)
			return
		}
		http.NotFound(w, r)
	}), nil
}

// file is one file of the bundle.
type file struct {
	name, contentType, digest, cacheControl string

	compressed []byte
	plain      func() ([]byte, error) // for clients that do not accept gzip; all browsers do
}

func read(name string) (*file, error) {
	compressed, err := bundle.ReadFile(name)
	if err != nil {
		return nil, err
	}
	name = strings.TrimSuffix(name, ".gz")
	contentType, known := contentTypes[path.Ext(name)]
	if !known {
		return nil, fmt.Errorf("%s has no content type", name)
	}
	digest := sha256.Sum256(compressed)
	f := &file{
		name: name, contentType: contentType, digest: fmt.Sprintf("%x", digest[:8]), cacheControl: "no-cache", compressed: compressed,
		plain: sync.OnceValues(func() ([]byte, error) { return decompress(compressed) }),
	}
	if path.Base(path.Dir(name)) == "assets" {
		f.cacheControl = "public, max-age=31536000, immutable" // their names change with what is in them
	}
	return f, nil
}

// contentTypes are fixed here, because the machine's own list may differ.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".md":   "text/markdown; charset=utf-8",
	".ttf":  "font/ttf",
}

func decompress(compressed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(compressed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

func (f *file) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("Content-Type", f.contentType)
	h.Set("Cache-Control", f.cacheControl)
	h.Set("Vary", "Accept-Encoding")
	body := f.compressed
	if takesGzip(r.Header.Values("Accept-Encoding")) {
		h.Set("Content-Encoding", "gzip")
		h.Set("ETag", `"`+f.digest+`-gzip"`)
	} else {
		h.Set("ETag", `"`+f.digest+`"`)
		var err error
		if body, err = f.plain(); err != nil {
			http.Error(w, "the playground is damaged", http.StatusInternalServerError)
			return
		}
	}
	http.ServeContent(w, r, f.name, time.Time{}, bytes.NewReader(body))
}

// takesGzip reports whether Accept-Encoding accepts gzip, by that name or by *.
func takesGzip(accepted []string) bool {
	takes := false
	for coding := range strings.SplitSeq(strings.Join(accepted, ","), ",") {
		name, params, err := mime.ParseMediaType(coding)
		if err != nil || (name != "gzip" && name != "*") {
			continue
		}
		weight, err := strconv.ParseFloat(params["q"], 64)
		wanted := params["q"] == "" || (err == nil && weight > 0)
		if name == "gzip" {
			return wanted
		}
		takes = wanted
	}
	return takes
}
