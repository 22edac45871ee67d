package mail_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"rehearse/internal/booking"
	"rehearse/internal/mail"
)

// A relay is an SMTP server that requires the user "me" with the password "secret".
type relay struct {
	mu       sync.Mutex
	sessions int
	messages int
	sender   error // the response to MAIL
}

// certificates returns a certificate for 127.0.0.1 and a configuration that trusts it.
func certificates(t *testing.T) (tls.Certificate, *tls.Config) {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	server.StartTLS()
	defer server.Close()
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	return server.TLS.Certificates[0], &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
}

// start starts the server, with a certificate or without one, and returns its port.
func (r *relay) start(t *testing.T, certificate *tls.Certificate, implicit bool) int {
	t.Helper()
	server := smtp.NewServer(r)
	server.Domain, server.AllowInsecureAuth, server.ReadTimeout = "relay.test", true, time.Minute
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	if certificate != nil {
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{*certificate}, MinVersion: tls.VersionTLS12}
	}
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
		<-done
	})
	return port
}

func (r *relay) NewSession(*smtp.Conn) (smtp.Session, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sessions++
	return &relaySession{relay: r}, nil
}

type relaySession struct {
	*relay

	known bool
}

func (s *relaySession) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *relaySession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		s.known = user == "me" && password == "secret"
		if !s.known {
			return errors.New("denied")
		}
		return nil
	}), nil
}

func (s *relaySession) Mail(string, *smtp.MailOptions) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.known {
		return smtp.ErrAuthRequired
	}
	return s.sender
}

func (s *relaySession) Rcpt(string, *smtp.RcptOptions) error { return nil }

func (s *relaySession) Data(r io.Reader) error {
	var body bytes.Buffer
	if _, err := body.ReadFrom(r); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages++
	return nil
}

func (s *relaySession) Reset()        {}
func (s *relaySession) Logout() error { return nil }

// The password and messages travel encrypted, or not at all.
func TestEncryption(t *testing.T) {
	t.Parallel()
	certificate, roots := certificates(t)
	for name, test := range map[string]struct {
		encryption mail.Encryption
		offered    bool // the server has a certificate
		implicit   bool
		trusted    bool
		want       booking.MailStatus
	}{
		"STARTTLS":                     {mail.StartTLS, true, false, true, booking.MailSent},
		"STARTTLS that is not offered": {mail.StartTLS, false, false, true, booking.MailPending},
		"STARTTLS with a false name":   {mail.StartTLS, true, false, false, booking.MailPending},
		"TLS":                          {mail.ImplicitTLS, true, true, true, booking.MailSent},
		"TLS with a false name":        {mail.ImplicitTLS, true, true, false, booking.MailPending},
		"none, on this machine":        {mail.Unencrypted, false, false, true, booking.MailSent},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &relay{}
			var offered *tls.Certificate
			if test.offered {
				offered = &certificate
			}
			trust := roots
			if !test.trusted {
				trust = nil
			}
			sender := mail.NewSender(mail.Server{
				Host: "127.0.0.1", Port: r.start(t, offered, test.implicit), User: "me", Password: "secret", Encryption: test.encryption,
			}, 1, trust)
			defer sender.Close()
			result, err := sender.Send(t.Context(), example())
			if result.Status != test.want || (err == nil) != (test.want == booking.MailSent) || err != nil && (!errors.Is(err, mail.ErrUnavailable) || strings.Contains(err.Error(), "secret")) {
				t.Errorf("got %+v, %v", result, err)
			}
			r.mu.Lock()
			defer r.mu.Unlock()
			if want := map[bool]int{true: 1}[test.want == booking.MailSent]; r.messages != want {
				t.Errorf("the server has %d messages, want %d", r.messages, want)
			}
		})
	}
}

// A connection is used again. A refusal of the sender concerns all messages, so the message
// can be sent later.
func TestConnectionsAreReused(t *testing.T) {
	t.Parallel()
	r := &relay{}
	sender := mail.NewSender(mail.Server{Host: "127.0.0.1", Port: r.start(t, nil, false), User: "me", Password: "secret", Encryption: mail.Unencrypted}, 1, nil)
	defer sender.Close()
	for range 3 {
		if result, err := sender.Send(t.Context(), example()); err != nil || result.Status != booking.MailSent {
			t.Fatalf("got %+v, %v", result, err)
		}
	}
	r.mu.Lock()
	if r.sessions != 1 || r.messages != 3 {
		t.Errorf("%d connections for %d messages", r.sessions, r.messages)
	}
	r.sender = &smtp.SMTPError{Code: 553, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "not rehearse@school.test"}
	r.mu.Unlock()
	result, err := sender.Send(t.Context(), example())
	if result.Status != booking.MailPending || !result.Unavailable || !errors.Is(err, mail.ErrUnavailable) || strings.Contains(err.Error(), "school.test") {
		t.Errorf("got %+v, %v", result, err)
	}
}

// If a server says nothing, sending a message ends when its context ends.
func TestSilentServer(t *testing.T) {
	t.Parallel()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		conn, err := listener.Accept()
		if err == nil {
			cancel()
			defer conn.Close()
			_, _ = io.Copy(io.Discard, conn) // until the sender closes it
		}
	}()
	sender := mail.NewSender(mail.Server{Host: "127.0.0.1", Port: listener.Addr().(*net.TCPAddr).Port, Encryption: mail.Unencrypted}, 1, nil)
	defer sender.Close()
	if result, err := sender.Send(ctx, example()); err == nil || result.Status != booking.MailPending {
		t.Errorf("got %+v, %v", result, err)
	}
}
