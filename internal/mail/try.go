package mail

import (
	"context"
	"errors"
	"fmt"
	"html"
	"net"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// A Step is a part of sending a message.
type Step int

// Steps, in their order.
const (
	Connecting   Step = iota // to the host and the port
	Opening                  // an encrypted session
	LoggingIn                // as the user
	NamingSender             // the address of the sender
	NamingRecipient
	SendingMessage
)

// Failed reports that a message was not accepted. Its text is the cause, such as the response of
// the server, and may contain addresses.
type Failed struct {
	Step  Step
	cause string
}

// Error returns the cause.
func (f Failed) Error() string { return f.cause }

// Advice says what to check.
func (f Failed) Advice() string {
	switch f.Step {
	case Connecting:
		return "check the host and the port in SMTP_URL, and the firewall"
	case Opening:
		return "check the host, the port and the scheme in SMTP_URL: smtps encrypts the connection from the start, and smtp with STARTTLS"
	case LoggingIn:
		return "check the user and the password in SMTP_URL"
	case NamingSender:
		return "check MAIL_FROM, and the user in SMTP_URL"
	case NamingRecipient:
		return "check the address, and whether this server may send to other domains"
	case SendingMessage:
	}
	return "read the log of the mail server"
}

// Explain says what the server did not do.
func (f Failed) Explain(server Server, from, to string) string {
	switch f.Step {
	case Connecting:
		return fmt.Sprintf("cannot connect to the mail server %s: %s", server, f)
	case Opening:
		return fmt.Sprintf("cannot open an SMTP session with %s: %s", server, f)
	case LoggingIn:
		return fmt.Sprintf("the mail server %s refuses the login: %s", server, f)
	case NamingSender:
		return fmt.Sprintf("the mail server %s refuses the sender %s: %s", server, from, f)
	case NamingRecipient:
		return fmt.Sprintf("the mail server %s refuses the recipient %s: %s", server, to, f)
	case SendingMessage:
	}
	return fmt.Sprintf("the mail server %s refuses the message: %s", server, f)
}

func failed(step Step, cause string) error { return Failed{step, Line(cause)} }

// Try sends a message over a new connection, and returns the response of the server that has
// accepted it. Otherwise the error is Failed, or that of an invalid message.
func (s *Sender) Try(ctx context.Context, m Message) (response string, err error) {
	built, err := m.build()
	if err != nil {
		return "", err
	}
	c, err := s.logIn(ctx)
	if err != nil {
		return "", err
	}
	defer s.Close()
	err = s.sendOn(ctx, c, built)
	if built.IsDelivered() {
		return Line(built.ServerResponse()), nil
	}
	var sending *gomail.SendError
	if !errors.As(err, &sending) {
		return "", failed(SendingMessage, fmt.Sprint(err))
	}
	step := SendingMessage
	switch sending.Reason { //nolint:exhaustive // the others are about the message
	case gomail.ErrSMTPMailFrom:
		step = NamingSender
	case gomail.ErrSMTPRcptTo:
		step = NamingRecipient
	}
	return "", failed(step, responseIn(sending))
}

// TryLogin opens a new connection, logs in if there is a user, and sends nothing. The error is
// Failed.
func (s *Sender) TryLogin(ctx context.Context) error {
	c, err := s.logIn(ctx)
	if err == nil {
		c.close()
	}
	return err
}

// logIn opens a connection on which the user is authenticated. The error is Failed.
func (s *Sender) logIn(ctx context.Context) (connection, error) {
	// The library does not say whether a session or a login has failed, so a session is opened
	// without a login first.
	anonymous := NewSender(s.server, 0, s.tls)
	anonymous.server.User = ""
	c, err := anonymous.dial(ctx)
	var connecting *net.OpError
	switch {
	case errors.As(err, &connecting) && connecting.Op == "dial":
		return connection{}, failed(Connecting, err.Error())
	case err != nil:
		return connection{}, failed(Opening, err.Error())
	}
	c.close()
	if c, err = s.dial(ctx); err != nil {
		return connection{}, failed(LoggingIn, err.Error())
	}
	return c, nil
}

// responseIn returns the response of the server, which the library puts between the name of the
// step and the addresses of the message.
func responseIn(err *gomail.SendError) string {
	text := strings.TrimPrefix(err.Error(), err.Reason.String()+": ")
	text, _, _ = strings.Cut(text, ", affected ")
	return text
}

// TestMessage returns a message that shows that the server sends messages.
func TestMessage(from, to Address, server Server, at time.Time) Message {
	_, domain, _ := strings.Cut(from.Address, "@")
	text := "This message shows that Rehearse can send e-mail through the mail server " + server.String() + "."
	return Message{
		ID: fmt.Sprintf("test-%d@%s", at.UnixNano(), domain), From: from, To: to, At: at,
		Content: Content{Subject: "Test message of Rehearse", Text: text + "\n", HTML: "<p>" + html.EscapeString(text) + "</p>\n"},
	}
}
