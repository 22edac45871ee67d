//go:build unix

package cli

import (
	"fmt"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"

	"rehearse/internal/mail"
	"rehearse/internal/mailtest"
)

// serverURL returns the SMTP_URL of a mail server.
func serverURL(scheme string, s mail.Server) string {
	user := ""
	if s.User != "" {
		user = s.User + ":" + s.Password + "@"
	}
	return fmt.Sprintf("SMTP_URL=%s://%s%s", scheme, user, s)
}

const fromOfTests = "MAIL_FROM=Rehearse <rehearse@school.test>"

// The command says in one line that the mail server has accepted the message.
func TestMailTest(t *testing.T) {
	t.Parallel()
	certificate := mailtest.NewCertificate(t)
	for name, test := range map[string]struct {
		scheme      string
		certificate *mailtest.Certificate
		env         []string
	}{
		"on this machine": {"smtp", nil, nil},
		"over TLS":        {"smtps", &certificate, []string{"SSL_CERT_FILE=" + certificate.File}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			relay := &mailtest.Relay{User: "me", Password: "hunter2"}
			server := relay.Start(t, test.certificate, test.certificate != nil)
			data := newDataFolder(t)
			code, out, errs := runOnce(t, data, append(test.env, fromOfTests, serverURL(test.scheme, server)), "mail", "test", "Ada <ada@student.test>")
			want := "the mail server " + server.String() + " has accepted the message to ada@student.test: 2.0.0 OK: queued\n"
			if code != 0 || out != want || errs != "" || entries(data) != nil {
				t.Errorf("got exit code %d, stdout %q, stderr %q, want %q", code, out, errs, want)
			}
			messages := relay.Messages()
			if len(messages) != 1 {
				t.Fatalf("the server has %d messages, want 1", len(messages))
			}
			mustContain(t, "the message", messages[0], `From: "Rehearse" <rehearse@school.test>`, `To: "Ada" <ada@student.test>`,
				"Subject: Test message of Rehearse", "Auto-Submitted: auto-generated", "This message shows that Rehearse can send e-mail")
		})
	}
}

// If the message is not accepted, one line says why and which setting to check. The exit code is 1.
func TestMailTestFails(t *testing.T) {
	t.Parallel()
	certificate := mailtest.NewCertificate(t)
	refusal := &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "not you"}
	for name, test := range map[string]struct {
		relay       *mailtest.Relay
		certificate *mailtest.Certificate
		scheme      string
		change      func(*mail.Server)
		says        string // after the address of the server
	}{
		"no server": {
			&mailtest.Relay{}, nil, "smtp", func(s *mail.Server) { s.Port = 1 },
			": dial tcp 127.0.0.1:1: connect: connection refused; check the host and the port in SMTP_URL, and the firewall",
		},
		"a certificate of nobody": {
			&mailtest.Relay{}, &certificate, "smtps", nil, ": tls: failed to verify certificate: ",
		},
		"no TLS": {
			&mailtest.Relay{}, nil, "smtps", nil,
			": tls: first record does not look like a TLS handshake; check the host, the port and the scheme in SMTP_URL: smtps encrypts the connection from the start, and smtp with STARTTLS",
		},
		"a wrong password": {
			&mailtest.Relay{User: "me", Password: "secret"}, nil, "smtp", func(s *mail.Server) { s.Password = "hunter2" },
			` refuses the login: SMTP AUTH failed: 454 "4.7.0 denied"; check the user and the password in SMTP_URL`,
		},
		"a sender": {
			&mailtest.Relay{Sender: refusal}, nil, "smtp", nil,
			" refuses the sender rehearse@school.test: 550 \"5.7.1 not you\"; check MAIL_FROM, and the user in SMTP_URL",
		},
		"a recipient": {
			&mailtest.Relay{Recipient: refusal}, nil, "smtp", nil,
			" refuses the recipient ada@student.test: 550 \"5.7.1 not you\"; check the address, and whether this server may send to other domains",
		},
		"a message": {&mailtest.Relay{Content: refusal}, nil, "smtp", nil, ` refuses the message: 550 "5.7.1 not you"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := test.relay.Start(t, test.certificate, test.certificate != nil)
			if test.change != nil {
				test.change(&server)
			}
			code, out, errs := runOnce(t, newDataFolder(t), []string{fromOfTests, serverURL(test.scheme, server)}, "mail", "test", "ada@student.test")
			if code != exitFault || out != "" || strings.Count(errs, "\n") != 1 || strings.Contains(errs, "hunter2") {
				t.Errorf("got exit code %d, stdout %q, stderr %q", code, out, errs)
			}
			mustContain(t, "stderr", errs, server.String()+test.says)
			if len(test.relay.Messages()) > 0 {
				t.Error("the message was accepted")
			}
		})
	}
}

// A preview needs no mail server.
func TestMailPreview(t *testing.T) {
	t.Parallel()
	out := mustRun(t, newDataFolder(t), []string{fromOfTests}, "mail", "preview", "moved", "--role", "interviewer")
	mustContain(t, "the message", out, `From: "Rehearse" <rehearse@school.test>`, "Subject: Moved: mock interview with", "text/calendar; method=REQUEST")
}
