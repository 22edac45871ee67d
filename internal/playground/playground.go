// Package playground serves a page for trying out the API: GraphiQL with operations
// for the sample school. All its files are in this binary.
package playground

import (
	"embed"
	"net/http"

	"rehearse/internal/bundle"
)

// dist is what `make playground` makes of src, each file compressed.
//
//go:embed dist
var dist embed.FS

// Path is where the page is; its files are below.
const Path = "/playground"

// policy lets the page run and load files of this server, and send requests to it.
// It allows inline styles, because the editor creates them at run time. It is sent
// with every file, because a worker obeys the policy of its own file.
const policy = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; " +
	"style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Handler serves the page and its files.
func Handler() (http.Handler, error) { return bundle.New(dist, Path, policy, Path, Path+"/") }
