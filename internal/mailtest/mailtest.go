// Package mailtest runs mail servers for tests and benchmarks.
package mailtest

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"rehearse/internal/mail"
)

// Serve runs a mail server on this machine until the test ends, and returns its address, for
// connections without encryption. With implicit, it expects TLS from the start.
func Serve(t testing.TB, server *smtp.Server, implicit bool) mail.Server {
	t.Helper()
	server.AllowInsecureAuth, server.ReadTimeout = true, time.Minute
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	if implicit {
		listener = tls.NewListener(listener, server.TLSConfig)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener)
	}()
	t.Cleanup(func() {
		_ = server.Close()
		_ = listener.Close() // which the server may not have begun to serve
		<-done
	})
	return mail.Server{Host: "127.0.0.1", Port: port, Encryption: mail.Unencrypted}
}

// A Certificate is a certificate for 127.0.0.1 that no authority has signed.
type Certificate struct {
	Own   tls.Certificate
	Roots *tls.Config // trusts it
	File  string      // has it in PEM
}

// NewCertificate returns a certificate.
func NewCertificate(t testing.TB) Certificate {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	server.StartTLS()
	defer server.Close()
	c := Certificate{Own: server.TLS.Certificates[0], Roots: &tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS12}}
	c.Roots.RootCAs.AddCert(server.Certificate())
	c.File = filepath.Join(t.TempDir(), "certificate.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(c.File, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return c
}

// A Relay is a mail server that stores messages. Its fields up to Content must not be changed
// while it has connections.
type Relay struct {
	User, Password string // the login that is required to send; none is required if they are empty
	Sender         error  // the response to MAIL; nil accepts
	Recipient      error  // the response to RCPT
	Content        error  // the response to a message

	mu       sync.Mutex
	sessions int
	messages []string
}

// Start starts the relay with a certificate, or without one if it is nil.
func (r *Relay) Start(t testing.TB, c *Certificate, implicit bool) mail.Server {
	t.Helper()
	server := smtp.NewServer(r)
	server.Domain = "relay.test"
	if c != nil {
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{c.Own}, MinVersion: tls.VersionTLS12}
	}
	at := Serve(t, server, implicit)
	at.User, at.Password = r.User, r.Password
	return at
}

// Messages returns the accepted messages.
func (r *Relay) Messages() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string{}, r.messages...)
}

// Sessions returns the number of connections that were opened.
func (r *Relay) Sessions() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sessions
}

// Refuse changes the response to MAIL.
func (r *Relay) Refuse(sender error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Sender = sender
}

// NewSession implements smtp.Backend.
func (r *Relay) NewSession(*smtp.Conn) (smtp.Session, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sessions++
	return &session{Relay: r, known: r.User == ""}, nil
}

type session struct {
	*Relay

	known bool
}

// AuthMechanisms implements smtp.AuthSession.
func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth implements smtp.AuthSession.
func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		s.known = user == s.User && password == s.Password
		if !s.known {
			return errors.New("denied")
		}
		return nil
	}), nil
}

// Mail implements smtp.Session.
func (s *session) Mail(string, *smtp.MailOptions) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.known {
		return smtp.ErrAuthRequired
	}
	return s.Sender
}

// Rcpt implements smtp.Session.
func (s *session) Rcpt(string, *smtp.RcptOptions) error { return s.Recipient }

// Data implements smtp.Session.
func (s *session) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	switch {
	case err != nil:
		return err
	case s.Content != nil:
		return s.Content
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages = append(s.messages, string(text))
	return nil
}

// Reset implements smtp.Session.
func (s *session) Reset() {}

// Logout implements smtp.Session.
func (s *session) Logout() error { return nil }
