package schools

import (
	"net"
	"net/http"
	"strings"

	"rehearse/internal/school"
)

// A Router passes each request on to the school that it names. A request names a school by its path,
// by its host, or by its token, and by nothing else than one school. A request that names none is
// for the only school.
type Router struct {
	Registry *Registry
	// Domain is the domain whose subdomains are schools, such as example.org; empty for none.
	Domain string
	// Claimed returns the school that the token of a request names.
	Claimed func(r *http.Request) school.Name
	// Refuse responds to a request that cannot be passed on. The error is ErrUnknown, or one of
	// Registry.Use.
	Refuse func(w http.ResponseWriter, r *http.Request, err error)
}

// Route returns a handler that passes the requests that name no school on to the only one.
func (t Router) Route(only http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, err := t.named(r)
		if err != nil {
			t.Refuse(w, r, err)
			return
		}
		if name != "" && r.URL.Path == name.Path() { // relative to it, the page would be that of the only school
			http.Redirect(w, r, name.Path()+"/", http.StatusPermanentRedirect)
			return
		}
		if name == "" {
			only.ServeHTTP(w, r)
			return
		}
		served, release, err := t.Registry.Use(r.Context(), name)
		if err != nil {
			t.Refuse(w, r, err)
			return
		}
		defer release()
		if strings.HasPrefix(r.URL.Path, school.PathPrefix) {
			r = r.WithContext(school.WithBase(r.Context(), name.Path()))
			http.StripPrefix(name.Path(), served).ServeHTTP(w, r)
			return
		}
		served.ServeHTTP(w, r)
	})
}

// isHostPage reports whether schools have a page only on their hosts: the playground sends its requests
// to the path of the only school of its origin.
func isHostPage(page string) bool {
	return page == "playground" || strings.HasPrefix(page, "playground/")
}

// named returns the school that a request names.
func (t Router) named(r *http.Request) (school.Name, error) {
	host, path := t.ofHost(r.Host), ""
	if rest, is := strings.CutPrefix(r.URL.Path, school.PathPrefix); is {
		var page string
		path, page, _ = strings.Cut(rest, "/")
		if path == "" || host != "" && host != path || isHostPage(page) {
			return "", ErrUnknown
		}
	}
	switch {
	case path != "":
		return parse(path)
	case host != "":
		return parse(host)
	case r.URL.Path == "/graphql" && r.Header.Get("Authorization") != "" && t.Registry.Any():
		return t.Claimed(r), nil
	}
	return "", nil
}

// parse is like school.ParseName. There is no school whose name is not valid.
func parse(text string) (school.Name, error) {
	name, err := school.ParseName(text)
	if err != nil {
		return "", ErrUnknown
	}
	return name, nil
}

// ofHost returns the first label of a host below the domain.
func (t Router) ofHost(hostport string) string {
	if t.Domain == "" {
		return ""
	}
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport // no port
	}
	label, is := strings.CutSuffix(strings.ToLower(host), "."+t.Domain)
	if !is {
		return ""
	}
	return label
}
