package spelling_test

import (
	"strings"
	"testing"

	"rehearse/internal/spelling"
)

func TestWebAddress(t *testing.T) {
	t.Parallel()
	for _, good := range []string{
		"https://meet.example.org", "https://meet.example.org/", "https://meet.example.org:8443/ann?pwd=a%20b#x", "https://bücher.example/ä", "https://straße.example/", "https://ΑΒΓ.example/", "https://bücher.example./",
		"https://xn--bcher-kva.example/", "https://MEET.Example.org/Ann", "https://192.168.1.7/room", "https://[2001:db8::7]:443/x",
		"https://meet.example.org./x", "https://a.b/x@y:z", "https://1password.com/", "https://meet.example.org/~ann/(room)'s,*;=+$&!",
		"https://" + strings.Repeat("a", 63) + ".example/",
	} {
		t.Run(good, func(t *testing.T) {
			t.Parallel()
			if got, ok := spelling.WebAddress(good); !ok || got != good {
				t.Errorf("WebAddress(%q): got %q, %t", good, got, ok)
			}
		})
	}
	if got, ok := spelling.WebAddress("HttpS://Meet.example.org/A"); !ok || got != "https://Meet.example.org/A" {
		t.Errorf("with a scheme in capitals: got %q, %t", got, ok)
	}
}

func TestInvalidWebAddresses(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{
		"", "https", "https:", "https://", "https:///ann", "https://:443/ann", "https:meet.example.org", "https:/meet.example.org", "//meet.example.org",
		"http://meet.example.org/", "javascript:alert(1)", "data:text/html,x", "ftp://meet.example.org", "meet.example.org/ann",
		" https://meet.example.org", "https://meet.example.org/a b", "https://meet.example.org/\u00a0", "https://meet.example.org/\u2028",
		"https://ann@meet.example.org/", "https://ann:pw@meet.example.org/", "https://@meet.example.org/", "https://meet.example.org@evil.example/",
		`https://meet.example.org\@evil.example/`, `https:\\evil.example`, `https://meet.example.org/a\b`,
		"https://meet.example.org/\n", "https://meet.example.org/\x00", "https://meet.example.org/\x7f", "https://meet.example.org/\u0085",
		"https://meet.example.org/\u202egpj.exe", "https://meet.\u200bexample.org/\u200b", "https://meet.example.org/\ufeff", "https://meet.example.org/\ufffd",
		"https://meet.example.org/\xff", `https://meet.example.org/"onerror="x`, "https://meet.example.org/<script>", "https://meet.example.org/%zz",
		"https://meet.example.org:/", "https://meet.example.org:0/", "https://meet.example.org:65536/", "https://meet.example.org:x/",
		"https://localhost/", "https://x.localhost/", "https://meet/", "https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f.0x1/",
		"https://0177.0.0.1/", "https://0.0.0.0/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[fe80::1%25eth0]/", "https://169.254.1.1/",
		"https://[2001:db8::7/", "https://-a.example/", "https://a_b.example/", "https://a..example/", "https://.example/", "https://%65vil.example/",
		"https://" + strings.Repeat("a", 64) + ".example/", "https://xn--a.example/", "https://.../",
		"https://a\u3002example/", "https://a\uff0eexample/", "https://a\uff61example/", "https://\uff45vil.example/", "https://\u2128.example/",
	} {
		t.Run(bad, func(t *testing.T) {
			t.Parallel()
			if got, ok := spelling.WebAddress(bad); ok || got != "" {
				t.Errorf("WebAddress(%q): got %q, %t", bad, got, ok)
			}
		})
	}
}

func TestLoopbackAddress(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"http://localhost/a", "http://LOCALHOST:8080?a#b", "http://127.0.0.1/", "http://127.1.2.3:9", "http://[::1]/"} {
		t.Run(good, func(t *testing.T) {
			t.Parallel()
			if got, ok := spelling.LoopbackAddress(good); !ok || got != good {
				t.Errorf("LoopbackAddress(%q): got %q, %t", good, got, ok)
			}
		})
	}
	if got, ok := spelling.LoopbackAddress("HTTP://localhost/A"); !ok || got != "http://localhost/A" {
		t.Errorf("LoopbackAddress of an upper-case scheme: got %q, %t", got, ok)
	}
	for _, bad := range []string{
		"", "http://", "https://localhost/", "localhost/", "http://localhost.example/", "http://192.168.0.1/", "http://[::2]/", "http://[::1%eth0]/",
		"http://127.1/", "http://a@localhost/", "http://localhost:/", "http://localhost:65536/", "http://localhost/a b", `http://localhost\a`,
	} {
		t.Run(bad, func(t *testing.T) {
			t.Parallel()
			if got, ok := spelling.LoopbackAddress(bad); ok || got != "" {
				t.Errorf("LoopbackAddress(%q): got %q, %t", bad, got, ok)
			}
		})
	}
}
