package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"rehearse/internal/booking"
)

const (
	// Timeout bounds a connection attempt, and the sending of a message.
	Timeout = 30 * time.Second
	// reuseFor is how long an idle connection is used again. Mail servers close those that
	// are idle for longer.
	reuseFor = 5 * time.Second
	// goodbye bounds the end of a connection.
	goodbye = time.Second
)

// ErrUnavailable reports that the server accepts no messages at all: it cannot be reached, or
// refuses the user or the sender.
var ErrUnavailable = errors.New("the mail server is not available")

// Sender sends messages to a mail server. It keeps idle connections for the next messages.
type Sender struct {
	server Server
	tls    *tls.Config
	idle   chan connection
}

// connection is a connection on which the user is authenticated.
type connection struct {
	client *gomail.Client
	smtp   *smtp.Client
	raw    net.Conn
	used   time.Time // when the last message was sent
}

func (c connection) close() {
	_ = c.raw.SetDeadline(time.Now().Add(goodbye)) //nolint:forbidigo // a deadline of a connection
	_ = c.client.CloseWithSMTPClient(c.smtp)
	_ = c.raw.Close()
}

// NewSender returns a sender that keeps up to connections idle connections. roots verifies the
// server's certificate; nil means the system's authorities.
func NewSender(server Server, connections int, roots *tls.Config) *Sender {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if roots != nil {
		config = roots.Clone()
	}
	config.ServerName = server.Host
	return &Sender{server: server, tls: config, idle: make(chan connection, connections)}
}

// Close closes the idle connections.
func (s *Sender) Close() {
	for {
		select {
		case c := <-s.idle:
			c.close()
		default:
			return
		}
	}
}

// Send sends a message. The result has no personal data. The error is not nil if no message
// can be sent at present; it is ErrUnavailable and says why.
func (s *Sender) Send(ctx context.Context, m Message) (booking.MailResult, error) {
	built, err := m.build()
	if err != nil {
		return booking.MailResult{Status: booking.MailFailed, Detail: "it cannot be encoded"}, nil //nolint:nilerr // the error may quote the address
	}
	c, reused, err := s.connection(ctx)
	if err != nil {
		return unavailable("no connection", err)
	}
	err = s.sendOn(ctx, c, built)
	if reused && lost(err) { // the server closed it in the meantime
		if c, err = s.dial(ctx); err != nil {
			return unavailable("no connection", err)
		}
		err = s.sendOn(ctx, c, built)
	}
	if built.IsDelivered() {
		return booking.MailResult{Status: booking.MailSent, Detail: "accepted"}, nil
	}
	return judge(err)
}

func unavailable(detail string, err error) (booking.MailResult, error) {
	return booking.MailResult{Status: booking.MailPending, Detail: detail, Unavailable: true}, fmt.Errorf("%w: %w", ErrUnavailable, err)
}

// judge returns the result of a message that was not accepted.
func judge(err error) (booking.MailResult, error) {
	var sending *gomail.SendError
	if !errors.As(err, &sending) {
		return unavailable("the connection was lost", err)
	}
	code := codeOf(sending)
	switch {
	case sending.Reason == gomail.ErrSMTPMailFrom || code == "":
		detail := strings.TrimSpace("the sender was not accepted " + code)
		if code == "" {
			detail = "the connection was lost"
		}
		return unavailable(detail, errors.New(detail))
	case sending.ErrorCode() >= 500:
		return booking.MailResult{Status: booking.MailFailed, Detail: code}, nil
	default:
		return booking.MailResult{Status: booking.MailPending, Detail: code}, nil
	}
}

// codeOf returns the reply code of the server and its enhanced status code, if any. The text
// of a reply is not used, because it may contain the address of the recipient.
func codeOf(err *gomail.SendError) string {
	if err.ErrorCode() == 0 {
		return ""
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", err.ErrorCode(), err.EnhancedStatusCode()))
}

// lost reports whether a connection was lost before a message was begun.
func lost(err error) bool {
	var sending *gomail.SendError
	if !errors.As(err, &sending) {
		return err != nil
	}
	return sending.Reason == gomail.ErrConnCheck || sending.Reason == gomail.ErrSMTPMailFrom && (sending.ErrorCode() == 0 || sending.ErrorCode() == 421)
}

// sendOn sends a message on a connection, which it keeps or closes.
func (s *Sender) sendOn(ctx context.Context, c connection, m *gomail.Msg) error {
	stop := context.AfterFunc(ctx, func() { _ = c.raw.Close() })
	err := c.client.SendWithSMTPClient(c.smtp, m)
	if !stop() || err != nil {
		c.close()
		return err
	}
	c.used = time.Now() //nolint:forbidigo // the age of a connection
	select {
	case s.idle <- c:
	default:
		c.close()
	}
	return nil
}

// connection returns an idle connection, or a new one.
func (s *Sender) connection(ctx context.Context) (c connection, reused bool, err error) {
	for {
		select {
		case c = <-s.idle:
			if time.Since(c.used) < reuseFor { //nolint:forbidigo // the age of a connection
				return c, true, nil
			}
			c.close()
		default:
			c, err = s.dial(ctx)
			return c, false, err
		}
	}
}

// dial opens a connection. The library sets no deadline before the first message, and leaves a
// connection open if it fails later, so both are done here.
func (s *Sender) dial(ctx context.Context) (connection, error) {
	ctx, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	var raw net.Conn
	stop := func() bool { return true }
	defer func() { stop() }()
	open := func(dialing context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(dialing, network, address)
		if err != nil {
			return nil, err
		}
		raw = conn
		stop = context.AfterFunc(ctx, func() { _ = conn.Close() })
		if s.server.Encryption == ImplicitTLS {
			over := tls.Client(conn, s.tls)
			raw = over
			if err := over.HandshakeContext(dialing); err != nil {
				return nil, err
			}
		}
		deadline, _ := ctx.Deadline()
		return raw, raw.SetDeadline(deadline)
	}
	client, err := gomail.NewClient(s.server.Host, append(s.options(), gomail.WithDialContextFunc(open))...)
	if err != nil {
		return connection{}, err
	}
	var opened *smtp.Client
	if opened, err = client.DialToSMTPClientWithContext(ctx); err != nil {
		if raw != nil {
			_ = raw.Close()
		}
		return connection{}, err
	}
	return connection{client: client, smtp: opened, raw: raw}, nil
}

func (s *Sender) options() []gomail.Option {
	options := []gomail.Option{
		gomail.WithPort(s.server.Port), gomail.WithTimeout(Timeout), gomail.WithTLSConfig(s.tls), gomail.WithoutNoop(),
	}
	auth := gomail.SMTPAuthAutoDiscover
	switch s.server.Encryption {
	case StartTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case ImplicitTLS: // the connection already is encrypted
		options = append(options, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	case Unencrypted:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
		auth = gomail.SMTPAuthPlainNoEnc // only to this machine
	}
	if s.server.User != "" {
		options = append(options, gomail.WithSMTPAuth(auth), gomail.WithUsername(s.server.User), gomail.WithPassword(s.server.Password))
	}
	return options
}
