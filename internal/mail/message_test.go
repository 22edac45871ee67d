package mail_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset"
	"github.com/emersion/go-message/mail"

	written "rehearse/internal/mail"
)

// example is a message with everything.
func example() written.Message {
	return written.Message{
		ID: "mail-1@school.test", From: written.Address{Name: "Rehearse", Address: "rehearse@school.test"},
		To: written.Address{Name: "Sam", Address: "sam@student.test"}, At: time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC),
		Content:     written.Content{Subject: "Hello", Text: "text", HTML: "<p>text</p>"},
		Invitation:  &written.Invitation{Method: "REQUEST", Text: "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"},
		Unsubscribe: "https://rehearse.example.org/stop?token=a=b",
	}
}

// read parses a message with another library.
func read(t *testing.T, m written.Message) (mail.Header, map[string]string) {
	t.Helper()
	var raw bytes.Buffer
	if _, err := m.WriteTo(&raw); err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(raw.String(), "\r\n") {
		if len(line) > 998 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("the line %q is not valid", line)
		}
	}
	entity, err := message.Read(&raw)
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	for reader := entity.MultipartReader(); ; {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return mail.Header{Header: entity.Header}, parts
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(part.Body)
		if err != nil {
			t.Fatal(err)
		}
		parts[part.Header.Get("Content-Type")] = string(body)
	}
}

func TestMessage(t *testing.T) {
	t.Parallel()
	header, parts := read(t, example())
	for name, want := range map[string]string{
		"Message-Id": "<mail-1@school.test>", "Auto-Submitted": "auto-generated", "Date": "Mon, 01 Jun 2026 08:00:00 +0000",
		"List-Unsubscribe": "<https://rehearse.example.org/stop?token=a=b>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
	} {
		if got := header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	for kind, want := range map[string]string{
		"text/plain; charset=UTF-8": "text", "text/html; charset=UTF-8": "<p>text</p>",
		"text/calendar; method=REQUEST; charset=UTF-8": "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
	} {
		if parts[kind] != want {
			t.Errorf("the part %s is %q, want %q; there are %v", kind, parts[kind], want, parts)
		}
	}
	plain := example()
	plain.Unsubscribe = ""
	if header, _ := read(t, plain); header.Has("List-Unsubscribe") || header.Has("List-Unsubscribe-Post") {
		t.Error("a message without a URL says how to unsubscribe")
	}
}

// Nothing that a person has entered becomes a header or another recipient.
func TestHeadersCannotBeInjected(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"a line": "Sam\r\nBcc: eve@evil.test", "a line feed": "Sam\nBcc: eve@evil.test", "a return": "Sam\rBcc: eve@evil.test", "the end of the header": "Sam\r\n\r\n<b>hello</b>",
		"quotes": `Sam" <eve@evil.test>, "`, "a list": "Sam, eve@evil.test", "an encoded word": "=?utf-8?q?Sam=0D=0ABcc:_eve@evil.test?=", "a zero": "Sam\x00",
		"not ASCII": "Zoë Ångström 李雷 👩‍🚀", "long": strings.Repeat("Łukasz ", 60), "another separator": "Sam\u2028Bcc: eve@evil.test", "bad UTF-8": "Sam\xff",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := example()
			m.To.Name, m.From.Name, m.Subject = text, text, text
			header, parts := read(t, m)
			to, err := header.AddressList("To")
			if err != nil || len(to) != 1 || to[0].Address != "sam@student.test" || header.Has("Bcc") || header.Has("Cc") || len(parts) != 3 {
				t.Errorf("the recipients are %v (%v), the parts are %v", to, err, parts)
			}
			from, err := header.AddressList("From")
			if err != nil || len(from) != 1 || from[0].Address != "rehearse@school.test" {
				t.Errorf("the senders are %v (%v)", from, err)
			}
			if subject, err := header.Subject(); name == "not ASCII" && (err != nil || subject != text || to[0].Name != text) {
				t.Errorf("the subject is %q (%v), the name %q", subject, err, to[0].Name)
			}
		})
	}
	for _, address := range []string{"", "sam", "sam@student.test\r\nRCPT TO:<eve@evil.test>", "sam@student.test, eve@evil.test", "sam @student.test"} {
		t.Run("the address "+address, func(t *testing.T) {
			t.Parallel()
			m := example()
			m.To.Address = address
			if _, err := m.WriteTo(io.Discard); err == nil || strings.Contains(err.Error(), "student.test") {
				t.Errorf("got %v", err)
			}
		})
	}
}
