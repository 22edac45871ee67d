package web_test

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"rehearse/internal/web"
)

// served starts an HTTP server of a site with the given GraphQL handler.
func served(t *testing.T, graphql http.HandlerFunc) *httptest.Server {
	t.Helper()
	site := web.New(web.Options{
		School:     web.School{GraphQL: graphql, Session: http.NotFoundHandler()},
		Playground: http.NotFoundHandler(), Desk: http.NotFoundHandler(), Schema: strings.Repeat("type Query { a: Int } ", 200), Log: slog.New(slog.DiscardHandler),
		Ready: func(context.Context) (string, error) { return "ready", nil }, Metrics: http.NotFoundHandler(),
	})
	public := site.Public(true)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { public.ServeHTTP(wrapped{w}, r) }))
	t.Cleanup(server.Close)
	return server
}

// wrapped hides the optional interfaces of an http.ResponseWriter.
type wrapped struct{ http.ResponseWriter }

func (w wrapped) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// ask sends a request and returns the response without decompressing it.
func ask(t *testing.T, url string, headers ...string) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	client := http.Client{Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	return response
}

func decompressed(t *testing.T, response *http.Response) string {
	t.Helper()
	var from io.Reader = response.Body
	var err error
	switch response.Header.Get("Content-Encoding") {
	case "gzip":
		from, err = gzip.NewReader(response.Body)
	case "zstd":
		from, err = zstd.NewReader(response.Body)
	}
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(from)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestCompression(t *testing.T) {
	t.Parallel()
	long, short := `{"data":"`+strings.Repeat("x", 5000)+`"}`, `{"data":null}`
	server := served(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Accept")
		w.Header().Set("Content-Type", "application/graphql-response+json; charset=utf-8")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, map[bool]string{true: short, false: long}[r.URL.RawQuery == "short"])
	})
	for _, test := range []struct{ path, accept, coding, text string }{
		{"/graphql", "gzip", "gzip", long},
		{"/graphql", "gzip, deflate, br, zstd", "zstd", long},
		{"/graphql", "zstd;q=0, gzip;q=0.5", "gzip", long},
		{"/graphql", "br", "", long},
		{"/graphql", "", "", long},
		{"/graphql?short", "gzip", "", short},
		{"/schema.graphqls", "gzip", "gzip", strings.Repeat("type Query { a: Int } ", 200)},
		{"/livez", "gzip", "", "alive\n"},
	} {
		t.Run(fmt.Sprintf("%s with Accept-Encoding %q", test.path, test.accept), func(t *testing.T) {
			t.Parallel()
			response := ask(t, server.URL+test.path, "Accept-Encoding", test.accept)
			if got := response.Header.Get("Content-Encoding"); got != test.coding {
				t.Errorf("Content-Encoding = %q, want %q", got, test.coding)
			}
			if text := decompressed(t, response); text != test.text {
				t.Errorf("got %.100q, want %.100q", text, test.text)
			}
			vary := strings.Join(response.Header.Values("Vary"), ", ")
			if !strings.Contains(vary, "Accept-Encoding") || (strings.HasPrefix(test.path, "/graphql") && !strings.Contains(vary, "Accept,") && !strings.HasSuffix(vary, "Accept")) {
				t.Errorf("Vary = %q, want Accept-Encoding and what the handler adds", vary)
			}
		})
	}
}

func TestSchemaETag(t *testing.T) {
	t.Parallel()
	server := served(t, nil)
	for _, coding := range []string{"", "gzip", "zstd"} {
		t.Run(cmp.Or(coding, "identity"), func(t *testing.T) {
			t.Parallel()
			first := ask(t, server.URL+"/schema.graphqls", "Accept-Encoding", coding)
			tag := first.Header.Get("ETag")
			if kind := first.Header.Get("Content-Type"); kind != "text/plain; charset=utf-8" || tag == "" {
				t.Errorf("Content-Type = %q and ETag = %q, want plain text and an ETag", kind, tag)
			}
			again := ask(t, server.URL+"/schema.graphqls", "Accept-Encoding", coding, "If-None-Match", tag)
			if text := decompressed(t, again); again.StatusCode != http.StatusNotModified || text != "" {
				t.Errorf("the conditional request: got status %d and %.20q, want %d", again.StatusCode, text, http.StatusNotModified)
			}
			if other := ask(t, server.URL+"/schema.graphqls", "Accept-Encoding", coding, "If-None-Match", `"other"`); other.StatusCode != http.StatusOK {
				t.Errorf("another ETag: got status %d, want %d", other.StatusCode, http.StatusOK)
			}
		})
	}
}

// The handler waits until the client has received everything sent so far.
func TestEventStreamIsNotBuffered(t *testing.T) {
	t.Parallel()
	read := make(chan struct{})
	server := served(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, "event: next\n\n")
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Error(err)
		}
		select {
		case <-read:
		case <-r.Context().Done():
		}
		_, _ = io.WriteString(w, "event: complete\n\n")
	})
	response := ask(t, server.URL+"/graphql", "Accept-Encoding", "gzip, zstd", "Accept", "text/event-stream")
	events := bufio.NewReader(response.Body)
	if line, err := events.ReadString('\n'); err != nil || line != "event: next\n" {
		t.Errorf("the first event: got %q, %v", line, err)
	}
	close(read)
	rest, err := io.ReadAll(events)
	if err != nil || !bytes.HasSuffix(rest, []byte("event: complete\n\n")) || response.Header.Get("Content-Encoding") != "" {
		t.Errorf("the rest: got %q, %v, %v", rest, err, response.Header)
	}
}

func TestConnectionUpgrade(t *testing.T) {
	t.Parallel()
	server := served(t, func(w http.ResponseWriter, _ *http.Request) {
		connection, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer connection.Close()
		_, _ = buffered.WriteString("HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\nhello")
		_ = buffered.Flush()
	})
	connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	_, _ = io.WriteString(connection, "GET /graphql HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\nConnection: Upgrade, close\r\nUpgrade: echo\r\n\r\n")
	answer, err := io.ReadAll(connection)
	if err != nil || !bytes.HasSuffix(answer, []byte("\r\n\r\nhello")) {
		t.Errorf("got %q, %v", answer, err)
	}
}
