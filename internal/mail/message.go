package mail

import (
	"errors"
	"fmt"
	"io"
	"net/mail"
	"strings"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"
)

// Address is the name and the address of a sender or a recipient.
type Address = mail.Address

// Message is a complete message.
type Message struct {
	ID   string // without angle brackets; a retry has the same
	From Address
	To   Address
	At   time.Time
	Content
	Invitation *Invitation // nil for none
	// Unsubscribe is the URL at which the recipient can stop such messages with one request
	// (RFC 8058); empty for none.
	Unsubscribe string
}

// Content is what a template makes.
type Content struct{ Subject, Text, HTML string }

// Invitation is an iCalendar file that a calendar program acts on (RFC 5546).
type Invitation struct {
	Method string // REQUEST or CANCEL
	Text   string
}

// errRecipient does not contain the address, which is personal data.
var errRecipient = errors.New("the address of the recipient is not valid")

// WriteTo writes the message in the Internet Message Format (RFC 5322).
func (m Message) WriteTo(w io.Writer) (int64, error) {
	built, err := m.build()
	if err != nil {
		return 0, err
	}
	return built.WriteTo(w)
}

// build returns the message for the library. Every text from outside is a single line before
// it becomes a header.
func (m Message) build() (*gomail.Msg, error) {
	built := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := built.EnvelopeFrom(m.From.Address); err != nil {
		return nil, fmt.Errorf("the sender: %w", err)
	}
	built.FromMailAddress(&Address{Name: Line(m.From.Name), Address: m.From.Address})
	if _, err := mail.ParseAddress(m.To.Address); err != nil || Line(m.To.Address) != m.To.Address {
		return nil, errRecipient
	}
	built.ToMailAddress(&Address{Name: Line(m.To.Name), Address: m.To.Address})
	built.Subject(Line(m.Subject))
	built.SetMessageIDWithValue(m.ID)
	built.SetDateWithValue(m.At)
	built.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no automatic replies
	built.SetGenHeader("X-Auto-Response-Suppress", "All")  // the same for Exchange
	if m.Unsubscribe != "" {
		built.SetGenHeaderPreformatted(gomail.HeaderListUnsubscribe, "<"+Line(m.Unsubscribe)+">")
		built.SetGenHeaderPreformatted(gomail.HeaderListUnsubscribePost, "List-Unsubscribe=One-Click")
	}
	built.SetBodyString(gomail.TypeTextPlain, m.Text)
	built.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	if m.Invitation != nil {
		built.AddAlternativeString(gomail.ContentType("text/calendar; method="+m.Invitation.Method), m.Invitation.Text)
	}
	return built, nil
}

// Line returns the text with its control characters replaced by spaces.
func Line(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, text))
}
