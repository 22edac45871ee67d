package gqlhttp_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"rehearse/internal/gqlhttp"
	"rehearse/internal/ratelimit"
	"rehearse/internal/schooltest"
)

// forwarded opens a socket through a proxy that forwards this client address.
func (s *school) forwarded(address string) (*websocket.Conn, *http.Response, error) {
	s.T.Helper()
	conn, response, err := websocket.Dial(s.T.Context(), s.URL, &websocket.DialOptions{
		Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: http.Header{"X-Forwarded-For": {address}},
	})
	if err == nil {
		s.T.Cleanup(func() { _ = conn.CloseNow() })
	}
	return conn, response, err
}

// Silent sockets are limited by address, before the upgrade. They do not block other
// addresses or open sockets.
func TestHandshakeLimitPerAddress(t *testing.T) {
	t.Parallel()
	_, s := living(t, func(o *gqlhttp.Options) {
		o.Streams.Handshakes, o.Streams.PerServer, o.Streams.PerCaller = 2, 2, 2
		buckets := ratelimit.NewLocal(ratelimit.Limit{Burst: 100, PerSecond: 1})
		o.Rates = &gqlhttp.RateLimits{
			Points: buckets, Bookings: buckets, Now: func() time.Time { return t0 }, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		}
	})
	dials := func(address string, status int) *client {
		t.Helper()
		conn, response, err := s.forwarded(address)
		if response == nil || response.StatusCode != status {
			t.Fatalf("a socket of %s: got %v, %v, want status %d", address, response, err, status)
		}
		if status == http.StatusTooManyRequests {
			text, err := io.ReadAll(response.Body)
			if err != nil || !strings.Contains(string(text), "RATE_LIMITED") || response.Header.Get("Retry-After") == "" {
				t.Errorf("too many handshakes: got %s (%v), Retry-After %q", text, err, response.Header.Get("Retry-After"))
			}
		}
		return &client{T: t, Conn: conn}
	}
	ready := func(c *client) {
		t.Helper()
		c.Send(schooltest.Initialise)
		c.Wants("connection_ack", "")
	}
	first := dials("192.0.2.1", http.StatusSwitchingProtocols)
	dials("192.0.2.1", http.StatusSwitchingProtocols)
	dials("192.0.2.1", http.StatusTooManyRequests)
	dials("2001:db8::1", http.StatusSwitchingProtocols)
	dials("2001:db8::2", http.StatusSwitchingProtocols)
	dials("2001:db8::3", http.StatusTooManyRequests) // in the same /64

	// All but one of the server's two permits are free, despite the silent socket.
	ready(first)
	dials("192.0.2.1", http.StatusSwitchingProtocols)
	dials("192.0.2.1", http.StatusTooManyRequests)
	second, third := dials("198.51.100.7", http.StatusSwitchingProtocols), dials("198.51.100.7", http.StatusSwitchingProtocols)
	ready(second)
	third.Send(schooltest.Initialise)
	if why := third.Closes(1013); why != "too many connections" {
		t.Errorf("a third socket of a server with a limit of two closed with %q", why)
	}
	dials("198.51.100.8", http.StatusServiceUnavailable)
	same(t, "open", s.Handler.(*gqlhttp.Handler).Streams(), 2)
}

// A socket that sends nothing and does not take part in the close handshake is closed
// after its timeout, with a reason.
func TestSilentSocketTimeout(t *testing.T) {
	t.Parallel()
	_, s := living(t, func(o *gqlhttp.Options) { o.Streams.Init = 50 * time.Millisecond })
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	began := time.Now()
	if _, err := fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	reader := bufio.NewReader(conn)
	response, err := http.ReadResponse(reader, nil)
	if err != nil || response.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("%v, %v", response, err)
	}
	defer response.Body.Close()
	rest, err := io.ReadAll(reader)
	const wanted = "\x88\x23\x11\x38Connection initialisation timeout" // a close frame with 4408
	if string(rest) != wanted || err != nil {
		t.Errorf("got %q (%v), want %q", rest, err, wanted)
	}
	// The library's close handshake waits for 5 s.
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("the socket was closed after %v", took)
	}
}

// A message before connection_init is at most as long as a token.
func TestFirstSocketMessageSizeLimit(t *testing.T) {
	t.Parallel()
	_, s := living(t)
	c := schooltest.Dial(t, s.URL, nil)
	c.Send(`{"type":"connection_init","payload":{"about":"` + strings.Repeat("x", 20<<10) + `"}}`)
	c.Wants("connection_ack", "")
	c = schooltest.Dial(t, s.URL, nil)
	c.Send(`{"type":"connection_init","payload":{"about":"` + strings.Repeat("x", 40<<10) + `"}}`)
	c.Closes(websocket.StatusMessageTooBig)
}
