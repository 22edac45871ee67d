package web_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rehearse/internal/web"
)

// pipes is a listener of in-memory connections, whose deadlines use the clock of a
// synctest bubble.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	conn, open := <-p
	if !open {
		return nil, net.ErrClosed
	}
	return conn, nil
}

func (p pipes) Close() error {
	defer func() { _ = recover() }() // may be closed twice
	close(p)
	return nil
}

func (pipes) Addr() net.Addr { return &net.TCPAddr{} }

// A client may read slowly for any length of time, and its connection is then reusable.
// A client that stops reading is dropped. A handler may set its own deadlines.
func TestWriteTimeoutOfSlowReaders(t *testing.T) {
	t.Parallel()
	for name, coding := range map[string]string{"without compression": "", "with gzip": "gzip"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { testReaders(t, coding) })
		})
	}
}

func testReaders(t *testing.T, coding string) {
	const chunk, chunks = 64 << 10, 32
	text := noise(chunk * chunks) // gzip compresses it to half
	wrote := make(chan error, 1)
	site := web.New(web.Options{
		School: web.School{Session: http.NotFoundHandler(), GraphQL: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			if r.URL.Query().Has("own") {
				_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(time.Minute))
			}
			_, err := io.WriteString(w, text)
			wrote <- err
		})},
		Playground: http.NotFoundHandler(), Desk: http.NotFoundHandler(), Metrics: http.NotFoundHandler(), Log: slog.New(slog.DiscardHandler),
		Ready: func(context.Context) (string, error) { return "ready", nil },
	})
	listener := make(pipes)
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- site.Serve(ctx, listener, site.Public(true), nil, time.Second) }()
	ours, theirs := net.Pipe()
	listener <- theirs
	ask := func(path string) *http.Response {
		request := "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: " + coding + "\r\n\r\n"
		if _, err := io.WriteString(ours, request); err != nil {
			t.Fatal(path, err)
		}
		answer, err := http.ReadResponse(bufio.NewReaderSize(ours, 16), nil)
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}

	slow := ask("/graphql")
	read := 0
	for buffer := make([]byte, chunk); ; {
		time.Sleep(4 * time.Second)
		n, err := io.ReadFull(slow.Body, buffer)
		if read += n; err != nil {
			break
		}
	}
	if err := <-wrote; err != nil || read < len(text)/2 {
		t.Errorf("a slow reader: got %v after %d bytes", err, read)
	}
	time.Sleep(time.Minute)
	alive := ask("/livez")
	if says, err := io.ReadAll(alive.Body); err != nil || string(says) != "alive\n" {
		t.Errorf("a minute later: got %q, %v", says, err)
	}
	gone := func(path string, patience time.Duration) {
		_ = ask(path)
		began := time.Now()
		if err := <-wrote; err == nil || time.Since(began) != patience {
			t.Errorf("a client that does not read %s was dropped after %v: %v", path, time.Since(began), err)
		}
	}
	gone("/graphql", 10*time.Second)
	ours, theirs = net.Pipe()
	listener <- theirs
	gone("/graphql?own", time.Minute)
	_ = ours.Close()
	stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
}

func noise(n int) string {
	var text strings.Builder
	for seed := uint64(1); text.Len() < n; {
		seed = seed*6364136223846793005 + 1442695040888963407
		fmt.Fprintf(&text, "%016x", seed)
	}
	return text.String()[:n]
}
