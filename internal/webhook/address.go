package webhook

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"syscall"

	"rehearse/internal/booking"
	"rehearse/internal/spelling"
)

// ErrAddress reports that a connection would have led to an address that no webhook may use.
var ErrAddress = errors.New("the address is not allowed")

// Addresses says which addresses requests may be sent to. Public addresses are allowed, and
// those of this machine if the URL names it: `localhost` or a loopback address.
type Addresses struct {
	Private bool // also allow private networks
}

// A target is what a URL may lead to.
type target struct {
	loopback bool // only to this machine, which the URL names
}

// Check refuses a URL that no webhook may have, and returns it with its scheme in lower case.
// It resolves the name of the host; the resolution is repeated for each connection. A name
// that cannot be resolved is accepted.
func (a Addresses) Check(ctx context.Context, resolve func(ctx context.Context, host string) ([]netip.Addr, error), text string) (string, booking.Refused) {
	if n := len(text); n > booking.MaxURL {
		return text, booking.Invalid("url", booking.Allowed{Kind: booking.AllowedLength, Max: new(booking.MaxURL)},
			fmt.Sprintf("url has %d bytes; at most %d are allowed.", n, booking.MaxURL))
	}
	address, host, ok := parse(text)
	if !ok {
		return text, booking.Invalid("url", booking.Allowed{Kind: booking.AllowedURL},
			"url is not an https URL such as https://hooks.example.org/rehearse, without a user name; http is allowed only for localhost and loopback addresses.")
	}
	if err := a.checkHost(ctx, resolve, host); err != nil {
		return text, booking.Invalid("url", booking.Allowed{Kind: booking.AllowedURL}, fmt.Sprintf("url leads to %s; a public address is expected.", err))
	}
	return address, nil
}

// parse returns the URL with its scheme in lower case, and its host. It reports false for a
// URL that no webhook may have, whatever its host resolves to.
func parse(text string) (address, host string, ok bool) {
	scheme, rest, _ := strings.Cut(text, "://")
	u, err := url.Parse(text)
	if err != nil || u.User != nil || u.Fragment != "" || u.Opaque != "" {
		return "", "", false
	}
	host = u.Hostname()
	local := namesThisMachine(host)
	if _, err := netip.ParseAddr(host); local || err == nil { // checkHost says which addresses are allowed
		afterHost := strings.TrimPrefix(strings.TrimPrefix(rest, "["+host+"]"), host)
		_, ok = spelling.WebAddress("https://host.example" + afterHost) // the rest has the form of other URLs
		return strings.ToLower(scheme) + "://" + rest, host, ok && (u.Scheme == "https" || local && u.Scheme == "http")
	}
	address, ok = spelling.WebAddress(text)
	return address, host, ok
}

// namesThisMachine reports whether a host is a name or an address of this machine.
func namesThisMachine(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.Zone() == "" && ip.Unmap().IsLoopback()
}

func (a Addresses) checkHost(ctx context.Context, resolve func(ctx context.Context, host string) ([]netip.Addr, error), host string) error {
	if namesThisMachine(host) {
		return nil
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		return a.check(target{}, ip)
	}
	addresses, err := resolve(ctx, host)
	if err != nil {
		return nil //nolint:nilerr // the receiver may get its name later
	}
	for _, ip := range addresses {
		if err := a.check(target{}, ip); err != nil {
			return err
		}
	}
	return nil
}

// Lookup resolves the name of a host.
func Lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
}

// control returns a function for net.Dialer.Control. It runs after the name of the host has
// been resolved and before each connection, so a name that resolves differently the second
// time cannot bypass the check.
func (a Addresses) control(to target) func(network, address string, _ syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("%w: %s", ErrAddress, address)
		}
		return a.check(to, at.Addr())
	}
}

// check returns an error unless requests may be sent to the address.
func (a Addresses) check(to target, ip netip.Addr) error {
	inner := embedded(ip)
	what := kindOf(inner)
	switch {
	case to.loopback && what == loopback:
		return nil
	case to.loopback:
		return fmt.Errorf("%w: %s is not an address of this machine", ErrAddress, ip)
	case what == public, what == private && a.Private:
		return nil
	default:
		return fmt.Errorf("%w: %s is %s", ErrAddress, ip, what)
	}
}

// kind is the kind of network that an address belongs to.
type kind string

const (
	public   kind = "a public address"
	loopback kind = "an address of this machine"
	private  kind = "an address of a private network"
	reserved kind = "a reserved address"
)

// networks are the networks that are not public: RFC 6890 and its registries, and the
// addresses of cloud metadata services. The first match counts. The public addresses of IPv6
// are listed only because the last row matches the rest of IPv6.
var networks = []struct {
	of   netip.Prefix
	kind kind
}{
	{netip.MustParsePrefix("169.254.0.0/16"), reserved}, // link-local, which includes metadata services
	{netip.MustParsePrefix("fe80::/10"), reserved},
	{netip.MustParsePrefix("fd00:ec2::/32"), reserved},      // metadata services of AWS
	{netip.MustParsePrefix("100.100.100.200/32"), reserved}, // that of Alibaba
	{netip.MustParsePrefix("fd20:ce::254/128"), reserved},   // that of Google
	{netip.MustParsePrefix("127.0.0.0/8"), loopback},
	{netip.MustParsePrefix("::1/128"), loopback},
	{netip.MustParsePrefix("10.0.0.0/8"), private},
	{netip.MustParsePrefix("172.16.0.0/12"), private},
	{netip.MustParsePrefix("192.168.0.0/16"), private},
	{netip.MustParsePrefix("100.64.0.0/10"), private}, // shared by the customers of a provider
	{netip.MustParsePrefix("fc00::/7"), private},
	{netip.MustParsePrefix("0.0.0.0/8"), reserved},
	{netip.MustParsePrefix("192.0.0.0/24"), reserved},
	{netip.MustParsePrefix("192.0.2.0/24"), reserved},
	{netip.MustParsePrefix("192.88.99.0/24"), reserved},
	{netip.MustParsePrefix("198.18.0.0/15"), reserved},
	{netip.MustParsePrefix("198.51.100.0/24"), reserved},
	{netip.MustParsePrefix("203.0.113.0/24"), reserved},
	{netip.MustParsePrefix("224.0.0.0/4"), reserved}, // multicast
	{netip.MustParsePrefix("240.0.0.0/4"), reserved},
	{netip.MustParsePrefix("2001::/23"), reserved}, // includes Teredo
	{netip.MustParsePrefix("2001:db8::/32"), reserved},
	{netip.MustParsePrefix("3fff::/20"), reserved},
	{netip.MustParsePrefix("2000::/3"), public},
	{netip.MustParsePrefix("::/0"), reserved}, // the rest of IPv6
}

func kindOf(ip netip.Addr) kind {
	if ip.Zone() != "" {
		return reserved
	}
	for _, n := range networks {
		if n.of.Contains(ip) {
			return n.kind
		}
	}
	return public
}

var (
	nat64      = netip.MustParsePrefix("64:ff9b::/96")
	localNAT64 = netip.MustParsePrefix("64:ff9b:1::/48")
	sixToFour  = netip.MustParsePrefix("2002::/16")
)

// embedded returns the IPv4 address that a packet to an IPv6 address is forwarded to, or the
// address itself. The addresses of a local NAT64 are reserved, because their form depends on
// the network.
func embedded(ip netip.Addr) netip.Addr {
	bytes := ip.As16()
	switch {
	case ip.Is4In6():
		return ip.Unmap()
	case nat64.Contains(ip):
		return netip.AddrFrom4([4]byte(bytes[12:]))
	case sixToFour.Contains(ip):
		return netip.AddrFrom4([4]byte(bytes[2:6]))
	case localNAT64.Contains(ip):
		return netip.IPv6Unspecified()
	}
	return ip
}
