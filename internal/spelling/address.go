package spelling

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// hosts validates host names as browsers do, and also their lengths.
var hosts = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(true), idna.VerifyDNSLength(true))

// WebAddress returns an absolute https URL with its scheme in lower case. It
// reports false for any other text, and for a URL that browsers and people may
// read differently: one with user information, a backslash, space or invisible
// characters, or a host that is neither a publicly reachable IP address nor a domain
// name in its usual form, without full-width letters or ideographic full stops.
func WebAddress(text string) (address string, ok bool) {
	const scheme = "https://"
	if len(text) < len(scheme) || !strings.EqualFold(text[:len(scheme)], scheme) || strings.ContainsFunc(text, notInURL) {
		return "", false
	}
	parsed, err := url.Parse(text)
	if err != nil || parsed.User != nil || !validHost(parsed.Hostname()) || !validPort(parsed) {
		return "", false
	}
	return scheme + text[len(scheme):], true
}

// LoopbackAddress returns an absolute http URL of this machine with its scheme in lower
// case. It reports false for any other text, and for a URL with user information, a
// backslash, space or invisible characters.
func LoopbackAddress(text string) (address string, ok bool) {
	const scheme = "http://"
	if len(text) < len(scheme) || !strings.EqualFold(text[:len(scheme)], scheme) || strings.ContainsFunc(text, notInURL) {
		return "", false
	}
	parsed, err := url.Parse(text)
	if err != nil || parsed.User != nil || !isLoopback(parsed.Hostname()) || !validPort(parsed) {
		return "", false
	}
	return scheme + text[len(scheme):], true
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.Zone() == "" && ip.IsLoopback()
}

// notInURL reports whether RFC 3986 and RFC 3987 exclude the character from URLs.
func notInURL(r rune) bool {
	return !unicode.IsPrint(r) || r == unicode.ReplacementChar || strings.ContainsRune(" \\\"<>^`{|}", r)
}

func validHost(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.Zone() == "" && ip.Unmap().IsGlobalUnicast()
	}
	name, err := hosts.ToASCII(host)
	if err != nil || !usual(host, name) {
		return false
	}
	name = strings.TrimSuffix(name, ".")
	dot := strings.LastIndexByte(name, '.')
	top := name[dot+1:]
	// Browsers parse a name whose last label starts with a digit, such as 127.1 or
	// 0x7f.1, as an IPv4 address.
	return dot > 0 && top != "localhost" && !strings.ContainsRune("0123456789", rune(top[0]))
}

// usual reports whether a host is displayed as it is written: browsers map some characters
// to others, such as U+3002 to a full stop. name is the ASCII form of the host.
func usual(host, name string) bool {
	display, err := hosts.ToUnicode(name)
	lower := strings.ToLower(host)
	return err == nil && (lower == name || lower == display)
}

func validPort(u *url.URL) bool {
	if u.Port() == "" {
		return !strings.HasSuffix(u.Host, ":")
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	return err == nil && port > 0
}
