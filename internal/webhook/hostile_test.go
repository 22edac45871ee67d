package webhook

import (
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"
)

// raw starts a receiver that gets the connection after the beginning of a request, and returns
// its URL.
func raw(t *testing.T, respond func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				if _, err := conn.Read(make([]byte, 4096)); err == nil {
					respond(conn)
				}
			}()
		}
	}()
	return "http://" + listener.Addr().String()
}

// forever writes the text again and again until the client is gone, and counts the bytes.
func forever(conn net.Conn, text string, pause time.Duration) (sent int) {
	for {
		n, err := conn.Write([]byte(text))
		sent += n
		if err != nil {
			return sent
		}
		<-time.After(pause)
	}
}

const head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"

// Whatever a receiver responds, an attempt ends, and little is read.
func TestHostileReceivers(t *testing.T) {
	t.Parallel()
	bomb := &bytes.Buffer{}
	zip := gzip.NewWriter(bomb)
	_, _ = zip.Write(bytes.Repeat([]byte("A"), 10<<20))
	_ = zip.Close()
	const late, broken = "the receiver did not respond in time", "the connection failed"
	for name, test := range map[string]struct {
		respond func(net.Conn)
		status  int    // 0 if there is no response
		fault   string // if there is no response
		body    string // its beginning
	}{
		"silence":          {func(c net.Conn) { _, _ = c.Read(make([]byte, 1)) }, 0, late, ""},
		"trickled headers": {func(c net.Conn) { fmt.Fprint(c, head+"X: "); forever(c, "x", time.Millisecond) }, 0, late, ""},
		"endless headers":  {func(c net.Conn) { fmt.Fprint(c, head); forever(c, "X: "+strings.Repeat("x", 1000)+"\r\n", 0) }, 0, broken, ""},
		"a long header":    {func(c net.Conn) { fmt.Fprint(c, head+"X: "); forever(c, strings.Repeat("x", 1000), 0) }, 0, broken, ""},
		"endless 100":      {func(c net.Conn) { forever(c, "HTTP/1.1 100 Continue\r\n\r\n", 0) }, 0, broken, ""},
		"trickled body":    {func(c net.Conn) { fmt.Fprint(c, head+"\r\n"); forever(c, "x", time.Millisecond) }, 200, "", "xx"},
		"endless chunks": {func(c net.Conn) {
			fmt.Fprint(c, head+"Transfer-Encoding: chunked\r\n\r\n")
			forever(c, "1\r\nx\r\n", 0)
		}, 200, "", "xx"},
		"a wrong length":   {func(c net.Conn) { fmt.Fprint(c, head+"Content-Length: 999999999999\r\n\r\nshort") }, 200, "", "short"},
		"two lengths":      {func(c net.Conn) { fmt.Fprint(c, head+"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab") }, 0, broken, ""},
		"another protocol": {func(c net.Conn) { fmt.Fprint(c, "220 mail.example.org ESMTP\r\n") }, 0, broken, ""},
		"nothing":          {func(net.Conn) {}, 0, broken, ""},
		"an upgrade": {func(c net.Conn) {
			fmt.Fprint(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nabc")
		}, 101, "", ""},
		"a strange status": {func(c net.Conn) { fmt.Fprint(c, "HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n") }, 999, "", ""},
		"compressed": {func(c net.Conn) {
			fmt.Fprintf(c, "%sContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s", head, bomb.Len(), bomb.Bytes())
		}, 200, "", "\x1f\uFFFD\b"},
		"not text": {func(c net.Conn) { fmt.Fprint(c, head+"Content-Length: 5\r\n\r\n\x00\xff\xfe<b") }, 200, "", "\uFFFD\uFFFD<b"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := NewSender(Addresses{}, 1, time.Second)
			defer s.Close()
			got := s.Send(t.Context(), Message{URL: raw(t, test.respond), ID: "evt_1", At: time.Now(), Secrets: []string{NewSecret()}, Body: []byte("{}")})
			if test.status == 0 {
				if got.ResponseStatus != nil || got.ResponseError == nil || *got.ResponseError != test.fault {
					t.Errorf("got %+v, want the error %q", got, test.fault)
				}
				return
			}
			if got.ResponseStatus == nil || *got.ResponseStatus != test.status || !strings.HasPrefix(*got.ResponseBody, test.body) {
				t.Fatalf("got %+v, want the status %d", got, test.status)
			}
			if body := *got.ResponseBody; utf8.RuneCountInString(body) > MaxResponse || !utf8.ValidString(body) || strings.Contains(body, "\x00") || strings.Contains(body, "AAAA") {
				t.Errorf("the stored body is %q", body)
			}
		})
	}
}

// Of an endless body, little more is sent than is read: the connection is closed.
func TestEndlessBodyIsCutOff(t *testing.T) {
	t.Parallel()
	sent := make(chan int, 1)
	url := raw(t, func(c net.Conn) {
		fmt.Fprint(c, head+"\r\n")
		sent <- forever(c, strings.Repeat("x", 1<<16), 0)
	})
	s := NewSender(Addresses{}, 1, time.Minute)
	defer s.Close()
	got := s.Send(t.Context(), Message{URL: url})
	if got.ResponseStatus == nil || *got.ResponseBody != strings.Repeat("x", MaxResponse) {
		t.Errorf("got %+v", got)
	}
	if n := <-sent; n > 64<<20 {
		t.Errorf("%d bytes were sent", n)
	}
}

// A receiver that offers HTTP/2 gets HTTP/1.1, by TLS 1.2 or later with a valid certificate.
func TestTLS(t *testing.T) {
	t.Parallel()
	var proto atomic.Value
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { proto.Store(r.Proto) }))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	old := httptest.NewUnstartedServer(http.NotFoundHandler())
	old.TLS = &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}
	old.StartTLS()
	defer old.Close()
	for name, test := range map[string]struct {
		url     string
		trusted bool
		fault   string
	}{
		"trusted":          {server.URL, true, ""},
		"not trusted":      {server.URL, false, "the certificate of the receiver is not valid"},
		"another name":     {strings.Replace(server.URL, "127.0.0.1", "localhost", 1), true, "the certificate of the receiver is not valid"},
		"an old version":   {old.URL, true, "the connection failed"},
		"TLS without TLS":  {"https" + strings.TrimPrefix(raw(t, func(c net.Conn) { fmt.Fprint(c, head+"\r\n") }), "http"), true, "the connection failed"},
		"HTTP without TLS": {"http" + strings.TrimPrefix(server.URL, "https"), true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := NewSender(Addresses{}, 1, 10*time.Second)
			defer s.Close()
			if test.trusted {
				s.local.Transport.(*http.Transport).TLSClientConfig.RootCAs = server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
			}
			got := s.Send(t.Context(), Message{URL: test.url})
			switch {
			case test.fault != "" && (got.ResponseError == nil || *got.ResponseError != test.fault):
				t.Errorf("got %+v, want the error %q", got, test.fault)
			case name == "HTTP without TLS" && (got.ResponseStatus == nil || *got.ResponseStatus != 400):
				t.Errorf("got %+v, want 400", got)
			case name == "trusted" && (got.ResponseStatus == nil || proto.Load() != "HTTP/1.1"):
				t.Errorf("got %+v by %v", got, proto.Load())
			}
		})
	}
}
