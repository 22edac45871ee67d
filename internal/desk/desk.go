// Package desk serves the page on which the people of the school use the API in a browser.
// All its files are in this binary.
package desk

import (
	"embed"
	"net/http"

	"rehearse/internal/bundle"
)

// dist is what `make desk` makes of src, each file compressed.
//
//go:embed dist
var dist embed.FS

// Prefix is the path below which the files of the page are served. The page itself is at /.
const Prefix = "/desk"

// policy lets the page load files from this server and send requests to it, and nothing else.
const policy = "default-src 'none'; script-src 'self'; connect-src 'self'; " +
	"style-src 'self'; img-src 'self' data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Handler serves the page and its files.
func Handler() (http.Handler, error) { return bundle.New(dist, Prefix, policy, "/") }
