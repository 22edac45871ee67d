package mail_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"

	"rehearse/internal/booking"
	"rehearse/internal/mail"
	"rehearse/internal/mailtest"
)

// relay returns a mail server that requires the user "me" with the password "secret".
func relay() *mailtest.Relay { return &mailtest.Relay{User: "me", Password: "secret"} }

// The password and messages travel encrypted, or not at all.
func TestEncryption(t *testing.T) {
	t.Parallel()
	certificate := mailtest.NewCertificate(t)
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
			r := relay()
			var offered *mailtest.Certificate
			if test.offered {
				offered = &certificate
			}
			trust := certificate.Roots
			if !test.trusted {
				trust = nil
			}
			server := r.Start(t, offered, test.implicit)
			server.Encryption = test.encryption
			sender := mail.NewSender(server, 1, trust)
			defer sender.Close()
			result, err := sender.Send(t.Context(), example())
			if result.Status != test.want || (err == nil) != (test.want == booking.MailSent) || err != nil && (!errors.Is(err, mail.ErrUnavailable) || strings.Contains(err.Error(), "secret")) {
				t.Errorf("got %+v, %v", result, err)
			}
			if got, want := len(r.Messages()), map[bool]int{true: 1}[test.want == booking.MailSent]; got != want {
				t.Errorf("the server has %d messages, want %d", got, want)
			}
		})
	}
}

// A connection is used again. A refusal of the sender concerns all messages, so the message
// can be sent later.
func TestConnectionsAreReused(t *testing.T) {
	t.Parallel()
	r := relay()
	sender := mail.NewSender(r.Start(t, nil, false), 1, nil)
	defer sender.Close()
	for range 3 {
		if result, err := sender.Send(t.Context(), example()); err != nil || result.Status != booking.MailSent {
			t.Fatalf("got %+v, %v", result, err)
		}
	}
	if r.Sessions() != 1 || len(r.Messages()) != 3 {
		t.Errorf("%d connections for %d messages", r.Sessions(), len(r.Messages()))
	}
	r.Refuse(&smtp.SMTPError{Code: 553, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "not rehearse@school.test"})
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

// Try says at which step a message fails, and what the server responds.
func TestTry(t *testing.T) {
	t.Parallel()
	certificate := mailtest.NewCertificate(t)
	refuses := func(code int, text string) error {
		return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: text}
	}
	for name, test := range map[string]struct {
		relay  *mailtest.Relay
		change func(*mail.Server)
		step   mail.Step
		says   string
	}{
		"no server":        {&mailtest.Relay{}, func(s *mail.Server) { s.Port = 1 }, mail.Connecting, "connection refused"},
		"no such host":     {&mailtest.Relay{}, func(s *mail.Server) { s.Host = "mail.invalid" }, mail.Connecting, "mail.invalid"},
		"no STARTTLS":      {&mailtest.Relay{}, func(s *mail.Server) { s.Encryption = mail.StartTLS }, mail.Opening, "does not support STARTTLS"},
		"no TLS":           {&mailtest.Relay{}, func(s *mail.Server) { s.Encryption = mail.ImplicitTLS }, mail.Opening, "does not look like a TLS handshake"},
		"a wrong password": {&mailtest.Relay{User: "me", Password: "secret"}, func(s *mail.Server) { s.Password = "other" }, mail.LoggingIn, "denied"},
		"no password":      {&mailtest.Relay{User: "me", Password: "secret"}, func(s *mail.Server) { s.User = "" }, mail.NamingSender, `502 "5.7.0 Please authenticate first"`},
		"a sender":         {&mailtest.Relay{Sender: refuses(553, "not rehearse@school.test")}, nil, mail.NamingSender, `553 "5.7.1 not rehearse@school.test"`},
		"a recipient":      {&mailtest.Relay{Recipient: refuses(550, "no mailbox")}, nil, mail.NamingRecipient, `550 "5.7.1 no mailbox"`},
		"a message":        {&mailtest.Relay{Content: refuses(554, "spam,\nperhaps")}, nil, mail.SendingMessage, `554 "spam,\n5.7.1 perhaps"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := test.relay.Start(t, nil, false)
			if test.change != nil {
				test.change(&server)
			}
			_, err := mail.NewSender(server, 1, nil).Try(t.Context(), example())
			var failed mail.Failed
			if !errors.As(err, &failed) || failed.Step != test.step || !strings.Contains(err.Error(), test.says) || strings.ContainsAny(err.Error(), "\r\n") {
				t.Errorf("got %v (%+v), want %q", err, failed, test.says)
			}
			if len(test.relay.Messages()) > 0 {
				t.Error("the message was accepted")
			}
		})
	}
	for name, test := range map[string]struct {
		encryption mail.Encryption
		implicit   bool
	}{"STARTTLS": {mail.StartTLS, false}, "TLS": {mail.ImplicitTLS, true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := relay()
			server := r.Start(t, &certificate, test.implicit)
			server.Encryption = test.encryption
			if response, err := mail.NewSender(server, 1, certificate.Roots).Try(t.Context(), example()); err != nil || response != "2.0.0 OK: queued" {
				t.Errorf("got %q, %v", response, err)
			}
			if len(r.Messages()) != 1 {
				t.Errorf("the server has %d messages", len(r.Messages()))
			}
			_, err := mail.NewSender(server, 1, nil).Try(t.Context(), example()) // which does not trust the certificate
			if failed := (mail.Failed{}); !errors.As(err, &failed) || failed.Step != mail.Opening || !strings.Contains(err.Error(), "certificate") {
				t.Errorf("got %v (%+v)", err, failed)
			}
		})
	}
}
