package webhook

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"rehearse/internal/booking"
)

// names resolves names in tests.
func names(_ context.Context, host string) ([]netip.Addr, error) {
	addresses := map[string]string{
		"hooks.example.org": "93.184.216.34", "inside.example.org": "10.0.0.7", "metadata.google.internal": "169.254.169.254",
		"rebind.example.org": "127.0.0.1",
	}
	text, known := addresses[strings.ToLower(host)]
	if !known {
		return nil, errors.New("no such host")
	}
	found := []netip.Addr{netip.MustParseAddr(text)}
	if host == "inside.example.org" {
		found = append([]netip.Addr{netip.MustParseAddr("93.184.216.34")}, found...) // one of several is enough
	}
	return found, nil
}

func TestURLs(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		url           string
		usual, inside bool // whether it is accepted by default, and if private networks are allowed
	}{
		{"https://hooks.example.org/rehearse?key=1", true, true},
		{"HTTPS://hooks.example.org/", true, true},
		{"https://hooks.example.org:8443/", true, true},
		{"https://not-yet.example.org/", true, true},
		{"https://93.184.216.34/", true, true},
		{"https://[2606:2800:220:1::1]/", true, true},
		{"http://localhost:8080/", true, true},
		{"http://LOCALHOST/", true, true},
		{"http://127.0.0.1:8080/hook", true, true},
		{"http://127.1.2.3/", true, true},
		{"http://[::1]:8080/", true, true},
		{"https://[::ffff:127.0.0.1]/", true, true},

		{"http://hooks.example.org/", false, false},
		{"http://93.184.216.34/", false, false},
		{"ftp://hooks.example.org/", false, false},
		{"ftp://127.0.0.1/", false, false},
		{"//hooks.example.org/", false, false},
		{"hooks.example.org", false, false},
		{"", false, false},
		{"https://", false, false},
		{"https:///path", false, false},
		{"https://user:secret@hooks.example.org/", false, false},
		{"http://user@127.0.0.1/", false, false},
		{"https://hooks.example.org/#fragment", false, false},
		{"https://hooks.example.org/a b", false, false},
		{"http://127.0.0.1/a b", false, false},
		{"http://127.0.0.1:99999/", false, false},
		{"http://127.0.0.1:/", false, false},
		{"https://hooks.example.org\\@127.0.0.1/", false, false},
		{"https://127.1/", false, false},
		{"https://2130706433/", false, false},
		{"https://0x7f.0.0.1/", false, false},
		{"https://017700000001/", false, false},
		{"https://0/", false, false},
		{"https://0x7f000001/", false, false},
		{"https://[::127.0.0.1]/", false, false},
		{"https://[::ffff:0:127.0.0.1]/", false, false},
		{"https://[0:0:0:0:0:ffff:a9fe:a9fe]/", false, false},
		{"https://hooks.example.org/\r\nX: y", false, false},
		{"https://hooks.example.org%00.localhost/", false, false},
		{"https://hooks.example.org@127.0.0.1/", false, false},
		{"https://ⓛocalhost/", false, false},
		{"https://localhost./", false, false},
		{"https://１２７.0.0.1/", false, false},
		{"https://" + strings.Repeat("a", 60) + ".example.org/" + strings.Repeat("a", 500), false, false},

		{"https://rebind.example.org/", false, false},
		{"https://metadata.google.internal/", false, false},
		{"https://inside.example.org/", false, true},
		{"https://10.0.0.7/", false, true},
		{"https://172.16.0.1/", false, true},
		{"https://192.168.1.1/", false, true},
		{"https://100.64.0.1/", false, true},
		{"https://[fd12:3456::1]/", false, true},
		{"https://[::ffff:10.0.0.7]/", false, true},
		{"https://[64:ff9b::10.0.0.7]/", false, true},
		{"https://[2002:0a00:0007::1]/", false, true},
		{"http://10.0.0.7/", false, false},

		{"https://0.0.0.0/", false, false},
		{"https://0.1.2.3/", false, false},
		{"https://169.254.169.254/latest/meta-data", false, false},
		{"https://100.100.100.200/", false, false},
		{"https://192.0.0.192/", false, false},
		{"https://192.0.2.1/", false, false},
		{"https://198.18.0.1/", false, false},
		{"https://224.0.0.1/", false, false},
		{"https://240.0.0.1/", false, false},
		{"https://255.255.255.255/", false, false},
		{"https://[::]/", false, false},
		{"https://[::ffff:169.254.169.254]/", false, false},
		{"https://[::169.254.169.254]/", false, false},
		{"https://[64:ff9b::169.254.169.254]/", false, false},
		{"https://[64:ff9b::127.0.0.1]/", false, false},
		{"https://[64:ff9b:1::7f00:1]/", false, false},
		{"https://[2002:7f00:0001::1]/", false, false},
		{"https://[2001:0:7f00:1::1]/", false, false},
		{"https://[fe80::1]/", false, false},
		{"https://[fe80::1%25eth0]/", false, false},
		{"http://[::1%25lo]/", false, false},
		{"https://[fec0::1]/", false, false},
		{"https://[ff02::1]/", false, false},
		{"https://[fd00:ec2::254]/", false, false},
		{"https://[2001:db8::1]/", false, false},
	} {
		t.Run(test.url, func(t *testing.T) {
			t.Parallel()
			for _, a := range []Addresses{{}, {Private: true}} {
				want := test.usual || a.Private && test.inside
				url, refused := a.Check(t.Context(), names, test.url)
				if (len(refused) == 0) != want {
					t.Errorf("private %t: got the refusals %v, want it accepted: %t", a.Private, refused, want)
				}
				if len(refused) > 0 && (!refused.Has(booking.InvalidInput) || refused[0].Field != "url" || strings.Contains(refused.Error(), "secret")) {
					t.Errorf("refused with %v", refused)
				}
				if want && !strings.HasPrefix(url, "http") {
					t.Errorf("the URL is %q", url)
				}
			}
		})
	}
}

// What a name resolves to is checked again when the connection is made. Only a URL that names
// this machine, as localhost or by a loopback address, may lead to it.
func TestAddressesAreCheckedWhenConnecting(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		to      target
		private bool
		address string
		want    bool
	}{
		{target{}, false, "93.184.216.34:443", true},
		{target{}, false, "127.0.0.1:443", false},
		{target{}, true, "127.0.0.1:443", false},
		{target{}, false, "10.0.0.7:443", false},
		{target{}, true, "10.0.0.7:443", true},
		{target{}, true, "169.254.169.254:80", false},
		{target{}, false, "[::1]:443", false},
		{target{}, false, "[::ffff:127.0.0.1]:443", false},
		{target{}, false, "[64:ff9b::a9fe:a9fe]:80", false},
		{target{}, false, "[fe80::1%eth0]:443", false},
		{target{}, false, "nonsense", false},
		{target{loopback: true}, false, "127.0.0.1:80", true},
		{target{loopback: true}, false, "[::1]:80", true},
		{target{loopback: true}, true, "10.0.0.7:80", false},
		{target{loopback: true}, true, "93.184.216.34:80", false},
	} {
		t.Run(fmt.Sprint(test), func(t *testing.T) {
			t.Parallel()
			err := Addresses{Private: test.private}.control(test.to)("tcp", test.address, nil)
			if (err == nil) != test.want || err != nil && !errors.Is(err, ErrAddress) {
				t.Errorf("got %v, want it allowed: %t", err, test.want)
			}
		})
	}
}

// A request to a name that resolves to this machine ends before the connection.
func TestRebinding(t *testing.T) {
	t.Parallel()
	reached := false
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer server.Close()
	s := NewSender(Addresses{Private: true}, 1, time.Minute)
	defer s.Close()
	transport := s.remote.Transport.(*http.Transport)
	dial := transport.DialContext
	transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) { // what the resolver answers
		return dial(ctx, network, server.Listener.Addr().String())
	}
	got := s.Send(t.Context(), Message{URL: "https://rebind.example.org/", ID: "evt_1", At: time.Now(), Secrets: []string{NewSecret()}, Body: []byte("{}")})
	if reached || got.ResponseError == nil || *got.ResponseError != "the host resolves to an address that is not allowed" {
		t.Errorf("got %+v, reached: %t", got, reached)
	}
	got = s.Send(t.Context(), Message{URL: "http://hooks.example.org/"})
	if got.ResponseError == nil || *got.ResponseError != "the URL is not an https URL" {
		t.Errorf("got %+v for http", got)
	}
}
