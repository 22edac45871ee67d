package web_test

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rehearse/internal/web"
)

// site returns a site whose GraphQL handler responds "reached".
func site(t *testing.T, o web.Options) *web.Site {
	t.Helper()
	o.GraphQL = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Request-Id", "1")
		_, _ = w.Write([]byte("reached"))
	})
	o.Playground = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", "of its own")
	})
	o.Desk, o.Session, o.Metrics = http.NotFoundHandler(), http.NotFoundHandler(), http.NotFoundHandler()
	if o.Ready == nil {
		o.Ready = func(context.Context) (string, error) { return "ready", nil }
	}
	o.Log = slog.New(slog.DiscardHandler)
	return web.New(o)
}

func answer(h http.Handler, method, target string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, http.NoBody)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

const allowed, foreign = "https://app.example.org", "https://evil.example.org"

func TestCrossOriginRequests(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		origins []string
		method  string
		headers []string
		status  int
		allowed string
	}{
		"a program":                            {nil, "POST", nil, 200, ""},
		"a same-origin page":                   {nil, "POST", []string{"Origin", "http://example.com", "Sec-Fetch-Site", "same-origin"}, 200, ""},
		"a same-origin page of an old browser": {nil, "POST", []string{"Origin", "http://example.com"}, 200, ""},
		"a cross-site page":                    {nil, "POST", []string{"Origin", foreign, "Sec-Fetch-Site", "cross-site"}, 403, ""},
		"a cross-site page of an old browser":  {nil, "POST", []string{"Origin", foreign}, 403, ""},
		"an opaque origin":                     {nil, "POST", []string{"Origin", "null", "Sec-Fetch-Site", "cross-site"}, 403, ""},
		"a cross-site link":                    {nil, "GET", []string{"Sec-Fetch-Site", "cross-site"}, 200, ""},
		"an allowed origin":                    {[]string{allowed}, "POST", []string{"Origin", allowed, "Sec-Fetch-Site", "cross-site"}, 200, allowed},
		"an origin that is not allowed":        {[]string{allowed}, "POST", []string{"Origin", foreign, "Sec-Fetch-Site", "cross-site"}, 403, ""},
		"a subdomain of an allowed origin":     {[]string{allowed}, "POST", []string{"Origin", "https://x.app.example.org"}, 403, ""},
		"an allowed origin without TLS":        {[]string{allowed}, "POST", []string{"Origin", "http://app.example.org"}, 403, ""},
		"a read from another origin":           {nil, "GET", []string{"Origin", foreign, "Sec-Fetch-Site", "cross-site"}, 200, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := answer(site(t, web.Options{Origins: test.origins}).Public(true), test.method, "http://example.com/graphql", test.headers...)
			if w.Code != test.status || w.Header().Get("Access-Control-Allow-Origin") != test.allowed {
				t.Errorf("got status %d and the headers %v, want status %d and the allowed origin %q", w.Code, w.Header(), test.status, test.allowed)
			}
			if (w.Body.String() == "reached") != (test.status == 200) {
				t.Errorf("got status %d and the body %q", w.Code, w.Body)
			}
			if w.Header().Get("Access-Control-Allow-Credentials") != "" {
				t.Error("credentials are allowed")
			}
		})
	}
}

// A request without a token is the local administrator's, so pages of other origins must
// not read, for example through an image or an event stream.
func TestCrossOriginReadsWithoutToken(t *testing.T) {
	t.Parallel()
	const dev = "http://localhost:3000"
	stream := []string{"Accept", "text/event-stream"}
	for name, test := range map[string]struct {
		method, path string
		headers      []string
		status       int
	}{
		"a program":                           {"GET", "/graphql", nil, 200},
		"a typed address":                     {"GET", "/graphql", []string{"Sec-Fetch-Site", "none"}, 200},
		"a same-origin page":                  {"GET", "/graphql", []string{"Sec-Fetch-Site", "same-origin"}, 200},
		"a same-origin stream":                {"GET", "/graphql", append([]string{"Sec-Fetch-Site", "same-origin"}, stream...), 200},
		"a cross-site image":                  {"GET", "/graphql", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors"}, 403},
		"a cross-site link":                   {"GET", "/graphql", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate"}, 403},
		"a cross-site stream":                 {"GET", "/graphql", append([]string{"Sec-Fetch-Site", "cross-site", "Origin", foreign}, stream...), 403},
		"another port":                        {"GET", "/graphql", []string{"Sec-Fetch-Site", "same-site"}, 403},
		"an old browser":                      {"GET", "/graphql", []string{"Origin", foreign}, 403},
		"a frame with an opaque origin":       {"GET", "/graphql", []string{"Origin", "null"}, 403},
		"a cross-site HEAD request":           {"HEAD", "/graphql", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		"an allowed origin":                   {"GET", "/graphql", []string{"Sec-Fetch-Site", "same-site", "Origin", dev}, 200},
		"a stream of an allowed origin":       {"GET", "/graphql", append([]string{"Sec-Fetch-Site", "same-site", "Origin", dev}, stream...), 200},
		"a cross-site link to the playground": {"GET", "/playground", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate"}, 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := site(t, web.Options{Local: true, Origins: []string{dev}}).Public(true)
			if w := answer(h, test.method, "http://localhost:8080"+test.path, test.headers...); w.Code != test.status {
				t.Errorf("got status %d and %s, want status %d", w.Code, w.Body, test.status)
			}
		})
	}
}

func TestPreflight(t *testing.T) {
	t.Parallel()
	ask := func(origins []string, origin, headers string) http.Header {
		w := answer(site(t, web.Options{Origins: origins}).Public(true), "OPTIONS", "/graphql",
			"Origin", origin, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", headers)
		return w.Header()
	}
	h := ask([]string{allowed}, allowed, "authorization,content-type,x-request-id")
	if h.Get("Access-Control-Allow-Origin") != allowed || !strings.Contains(h.Get("Access-Control-Allow-Headers"), "authorization") ||
		h.Get("Access-Control-Allow-Methods") != "POST" || h.Get("Access-Control-Max-Age") != "3600" {
		t.Errorf("an allowed origin: got %v", h)
	}
	for _, header := range []string{
		"traceparent", "tracestate", "apollo-require-preflight", "apollographql-client-name", "x-apollo-operation-name", "x-graphql-cost", "sentry-trace",
	} {
		t.Run(header, func(t *testing.T) {
			t.Parallel()
			if got := ask([]string{allowed}, allowed, header).Get("Access-Control-Allow-Headers"); !strings.Contains(got, header) {
				t.Errorf("Access-Control-Allow-Headers = %q, want %s in it", got, header)
			}
		})
	}
	for name, h := range map[string]http.Header{
		"another origin":     ask([]string{allowed}, foreign, "authorization"),
		"another header":     ask([]string{allowed}, allowed, "cookie"),
		"no allowed origins": ask(nil, allowed, "authorization"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := h.Get("Access-Control-Allow-Origin"); got != "" {
				t.Errorf("Access-Control-Allow-Origin = %q, want none", got)
			}
		})
	}
	w := answer(site(t, web.Options{Origins: []string{allowed}}).Public(true), "POST", "/graphql", "Origin", allowed)
	if w.Header().Get("Access-Control-Expose-Headers") != "Ratelimit, Ratelimit-Policy, Retry-After, X-Graphql-Cost, X-Request-Id" {
		t.Errorf("the headers exposed to an allowed origin: %v", w.Header())
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	s := site(t, web.Options{Schema: "type Query"})
	for name, h := range map[string]http.Handler{"ADDR": s.Public(true), "OPS_ADDR": s.Ops()} {
		for _, path := range []string{"/", "/schema.graphqls", "/graphql", "/playground", "/livez", "/readyz", "/nothing"} {
			t.Run(path+" on "+name, func(t *testing.T) {
				t.Parallel()
				got := answer(h, "GET", path).Header()
				policy := "default-src 'none'; frame-ancestors 'none'"
				if path == "/playground" && got.Get("Content-Security-Policy") == "of its own" {
					policy = "of its own"
				}
				if got.Get("X-Content-Type-Options") != "nosniff" || got.Get("Referrer-Policy") != "no-referrer" ||
					got.Get("Content-Security-Policy") != policy {
					t.Errorf("got the headers %v, want nosniff, no-referrer and the policy %q", got, policy)
				}
			})
		}
	}
}

// A foreign name that resolves to this machine is rejected.
func TestHostHeader(t *testing.T) {
	t.Parallel()
	h := site(t, web.Options{Local: true}).Public(true)
	for host, status := range map[string]int{
		"localhost": 200, "localhost:8080": 200, "LOCALHOST:1": 200, "127.0.0.1:8080": 200, "127.9.9.9": 200, "[::1]:8080": 200, "[::1]": 200,
		"evil.example.org": 421, "evil.example.org:8080": 421, "localhost.evil.example.org": 421, "192.168.1.7:8080": 421, "": 421,
		"127.0.0.1.evil.example.org": 421, "2130706433": 421, "0.0.0.0:8080": 421,
	} {
		t.Run(cmp.Or(host, "no host"), func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodPost, "/graphql", http.NoBody)
			r.Host = host
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != status {
				t.Errorf("got status %d, want %d", w.Code, status)
			}
		})
	}
}

func TestReady(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, note string
		err        error
		status     int
	}{
		{"ready with a note", "ready; but", nil, 200},
		{"not ready", "no keys", errors.New("hunter2"), 503},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := site(t, web.Options{Ready: func(context.Context) (string, error) { return test.note, test.err }})
			if w := answer(s.Ops(), "GET", "/readyz"); w.Code != test.status || strings.TrimSpace(w.Body.String()) != test.note {
				t.Errorf("got status %d and %q, want status %d and %q", w.Code, w.Body, test.status, test.note)
			}
		})
	}
}

func TestHeaderSizeLimit(t *testing.T) {
	t.Parallel()
	s := site(t, web.Options{})
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l, s.Public(true), nil, time.Second) }()
	for size, status := range map[int]int{30 << 10: http.StatusOK, 40 << 10: http.StatusRequestHeaderFieldsTooLarge} {
		t.Run(fmt.Sprintf("a header of %d bytes", size), func(t *testing.T) {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+l.Addr().String()+"/livez", http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Authorization", strings.Repeat("x", size))
			response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close()
			if response.StatusCode != status {
				t.Errorf("got status %d, want %d", response.StatusCode, status)
			}
		})
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	certificate, roots := selfSigned(t)
	s := site(t, web.Options{})
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- s.Serve(ctx, l, s.Public(true), func() *tls.Certificate { return &certificate }, time.Second)
	}()
	get := func(c *tls.Config) (*http.Response, error) {
		transport := &http.Transport{TLSClientConfig: c, ForceAttemptHTTP2: true, DisableKeepAlives: true}
		response, err := (&http.Client{Transport: transport}).Get("https://" + l.Addr().String() + "/livez")
		if err == nil {
			_ = response.Body.Close()
		}
		return response, err
	}
	response, err := get(&tls.Config{RootCAs: roots})
	if err != nil || response.StatusCode != http.StatusOK || response.ProtoMajor != 2 {
		t.Errorf("TLS 1.3: got %+v, %v", response, err)
	}
	if response, err := get(&tls.Config{RootCAs: roots, MaxVersion: tls.VersionTLS12}); err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("TLS 1.2: got %+v, %v", response, err)
	}
	if _, err := get(&tls.Config{RootCAs: roots, MaxVersion: tls.VersionTLS11}); err == nil {
		t.Error("TLS 1.1 is accepted")
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func selfSigned(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}
