// Package mail makes e-mail messages from templates and sends them to a mail server.
package mail

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// Encryption says how the connection to a mail server is encrypted.
type Encryption int

// Encryptions.
const (
	StartTLS    Encryption = iota // with STARTTLS, which the server must support
	ImplicitTLS                   // from the start
	Unencrypted                   // not at all
)

// Server is a mail server that accepts messages.
type Server struct {
	Host           string
	Port           int
	User, Password string // empty for no authentication
	Encryption     Encryption
}

// ServerForm is the form of the URL of a mail server.
const ServerForm = "smtp://user:password@host:port, smtps://user:password@host:port, or smtp://host:port?tls=off for no encryption"

var errServer = errors.New("expected " + ServerForm)

// ParseServer parses the URL of a mail server. Connections to another machine are encrypted,
// unless the URL says tls=off. Its error does not contain the URL, which has a password.
func ParseServer(text string) (Server, error) {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.Path != "" && u.Path != "/" || u.Fragment != "" || u.Opaque != "" {
		return Server{}, errServer
	}
	s := Server{Host: u.Hostname(), Port: 587}
	if u.User != nil {
		s.User = u.User.Username()
		s.Password, _ = u.User.Password()
		if s.User == "" || s.Password == "" || strings.ContainsAny(s.User+s.Password, "\x00\r\n") {
			return Server{}, errServer
		}
	}
	switch {
	case u.Scheme == "smtps" && u.RawQuery == "":
		s.Encryption, s.Port = ImplicitTLS, 465
	case u.Scheme == "smtp" && u.RawQuery == "tls=off" && (u.User == nil || isLoopback(s.Host)), u.Scheme == "smtp" && u.RawQuery == "" && isLoopback(s.Host):
		s.Encryption = Unencrypted
	case u.Scheme != "smtp" || u.RawQuery != "":
		return Server{}, errServer
	}
	if u.Port() != "" {
		if s.Port, err = strconv.Atoi(u.Port()); err != nil || s.Port < 1 || s.Port > 65535 {
			return Server{}, errServer
		}
	}
	return s, nil
}

// String returns the address of the server, without the user and the password.
func (s Server) String() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }

// isLoopback reports whether a host is this machine.
func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.Unmap().IsLoopback()
}
