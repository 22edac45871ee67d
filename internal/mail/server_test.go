package mail_test

import (
	"strings"
	"testing"

	"rehearse/internal/mail"
)

func TestParseServer(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]mail.Server{
		"smtp://smtp.example.org":                     {Host: "smtp.example.org", Port: 587},
		"smtp://smtp.example.org:25/":                 {Host: "smtp.example.org", Port: 25},
		"smtp://me:pass%40word@smtp.example.org:2525": {Host: "smtp.example.org", Port: 2525, User: "me", Password: "pass@word"},
		"smtps://me%40example.org:p@smtp.example.org": {Host: "smtp.example.org", Port: 465, User: "me@example.org", Password: "p", Encryption: mail.ImplicitTLS},
		"smtps://localhost:1465":                      {Host: "localhost", Port: 1465, Encryption: mail.ImplicitTLS},
		"smtp://localhost:1025":                       {Host: "localhost", Port: 1025, Encryption: mail.Unencrypted},
		"smtp://me:secret@127.0.0.1:1025":             {Host: "127.0.0.1", Port: 1025, User: "me", Password: "secret", Encryption: mail.Unencrypted},
		"smtp://[::1]:1025":                           {Host: "::1", Port: 1025, Encryption: mail.Unencrypted},
		"smtp://relay:25?tls=off":                     {Host: "relay", Port: 25, Encryption: mail.Unencrypted},
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			got, err := mail.ParseServer(text)
			if err != nil || got != want {
				t.Errorf("got %+v (%v), want %+v", got, err, want)
			}
			if strings.Contains(got.String(), "secret") {
				t.Errorf("the address %s has the password", got)
			}
		})
	}
	for _, text := range []string{
		"", "smtp://", "smtp.example.org", "smtp.example.org:587", "http://smtp.example.org", "smtp://smtp.example.org:0", "smtp://smtp.example.org:99999",
		"smtp://secret@smtp.example.org", "smtp://:secret@smtp.example.org", "smtp://me:@smtp.example.org", "smtp://smtp.example.org/secret", "smtp://smtp.example.org#secret",
		"smtp://me:secret@relay?tls=off", "smtps://relay?tls=off", "smtp://relay?tls=on", "smtp://me:sec%0Dret@smtp.example.org", "smtp://a b",
	} {
		t.Run("refused "+text, func(t *testing.T) {
			t.Parallel()
			if got, err := mail.ParseServer(text); err == nil || strings.Contains(err.Error(), "secret") {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}
