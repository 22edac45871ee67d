package web_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
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
	o.Metrics = http.NotFoundHandler()
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
		w := answer(site(t, web.Options{Origins: test.origins}).Public(true), test.method, "http://example.com/graphql", test.headers...)
		if w.Code != test.status || w.Header().Get("Access-Control-Allow-Origin") != test.allowed {
			t.Errorf("%s: got status %d and the headers %v", name, w.Code, w.Header())
		}
		if (w.Body.String() == "reached") != (test.status == 200) {
			t.Errorf("%s: got the body %q", name, w.Body)
		}
		if w.Header().Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s: credentials are allowed", name)
		}
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
		h := site(t, web.Options{Local: true, Origins: []string{dev}}).Public(true)
		if w := answer(h, test.method, "http://localhost:8080"+test.path, test.headers...); w.Code != test.status {
			t.Errorf("%s: got status %d and %s", name, w.Code, w.Body)
		}
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
		if h := ask([]string{allowed}, allowed, header); !strings.Contains(h.Get("Access-Control-Allow-Headers"), header) {
			t.Errorf("%s: got %v", header, h)
		}
	}
	for name, h := range map[string]http.Header{
		"another origin":     ask([]string{allowed}, foreign, "authorization"),
		"another header":     ask([]string{allowed}, allowed, "cookie"),
		"no allowed origins": ask(nil, allowed, "authorization"),
	} {
		if h.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: got %v", name, h)
		}
	}
	w := answer(site(t, web.Options{Origins: []string{allowed}}).Public(true), "POST", "/graphql", "Origin", allowed)
	if w.Header().Get("Access-Control-Expose-Headers") != "Ratelimit, Ratelimit-Policy, Retry-After, X-Graphql-Cost, X-Request-Id" {
		t.Errorf("the headers exposed to an allowed origin: %v", w.Header())
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	s := site(t, web.Options{Schema: "type Query"})
	for _, h := range []http.Handler{s.Public(true), s.Ops()} {
		for _, path := range []string{"/", "/schema.graphqls", "/graphql", "/playground", "/livez", "/readyz", "/nothing"} {
			got := answer(h, "GET", path).Header()
			policy := "default-src 'none'; frame-ancestors 'none'"
			if path == "/playground" && got.Get("Content-Security-Policy") == "of its own" {
				policy = "of its own"
			}
			if got.Get("X-Content-Type-Options") != "nosniff" || got.Get("Referrer-Policy") != "no-referrer" ||
				got.Get("Content-Security-Policy") != policy {
				t.Errorf("%s: got %v", path, got)
			}
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
		r := httptest.NewRequest(http.MethodPost, "/graphql", http.NoBody)
		r.Host = host
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != status {
			t.Errorf("%q: got status %d", host, w.Code)
		}
	}
}

func TestReady(t *testing.T) {
	t.Parallel()
	for status, ready := range map[int]func(context.Context) (string, error){
		200: func(context.Context) (string, error) { return "ready; but", nil },
		503: func(context.Context) (string, error) { return "no keys", errors.New("hunter2") },
	} {
		says, _ := ready(t.Context())
		if w := answer(site(t, web.Options{Ready: ready}).Ops(), "GET", "/readyz"); w.Code != status || strings.TrimSpace(w.Body.String()) != says {
			t.Errorf("got status %d and %q", w.Code, w.Body)
		}
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
			t.Errorf("a header of %d bytes: got status %d", size, response.StatusCode)
		}
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
