// Package bundle serves the compressed files of a web page that is part of this binary.
package bundle

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
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

// Folder is the folder of the files in the file system that New reads.
const Folder = "dist"

// New returns a handler of the files in the folder dist of files, which must be compressed with
// gzip. It serves each file below the path prefix, and index.html at each of the paths in pages.
// Every response has the content security policy.
func New(files fs.FS, prefix, policy string, pages ...string) (http.Handler, error) {
	served := map[string]*file{}
	err := fs.WalkDir(files, Folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		f, err := read(files, name)
		served[prefix+strings.TrimSuffix(strings.TrimPrefix(name, Folder), ".gz")] = f
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the files of %s: %w", prefix, err)
	}
	for _, page := range pages {
		served[page] = served[prefix+"/index.html"]
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, exists := served[r.URL.Path]
		if !exists {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Security-Policy", policy)
		f.serve(w, r)
	}), nil
}

// file is one file of the bundle.
type file struct {
	name, contentType, digest, cacheControl string

	compressed []byte
	plain      func() ([]byte, error) // for clients that do not accept gzip; all browsers do
}

func read(files fs.FS, name string) (*file, error) {
	compressed, err := fs.ReadFile(files, name)
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
			http.Error(w, "the file is damaged", http.StatusInternalServerError)
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
