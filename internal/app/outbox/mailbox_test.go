package outbox_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	ical "github.com/emersion/go-ical"
	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"rehearse/internal/mail"
	"rehearse/internal/mailtest"
)

// A mailbox is an SMTP server that stores the messages it accepts.
type mailbox struct {
	t      *testing.T
	Server mail.Server

	mu       sync.Mutex
	letters  []letter
	respond  func(to string) error // to RCPT; nil accepts everybody
	accept   func() error          // to the end of DATA
	open     int                   // connections
	most     int                   // the maximum of open
	user     string                // required, with this password
	password string
}

// A letter is an accepted message, as another library parses it.
type letter struct {
	From, To string // of the envelope
	Header   message.Header
	Text     string
	HTML     string
	Calendar *ical.Calendar // nil for none
	Method   string         // of the content type of the calendar
	Raw      string
}

func newMailbox(t *testing.T, set ...func(*smtp.Server)) *mailbox {
	t.Helper()
	b := &mailbox{t: t}
	server := smtp.NewServer(b)
	server.Domain = "mail.test"
	for _, change := range set {
		change(server)
	}
	b.Server = mailtest.Serve(t, server, false)
	return b
}

// NewSession implements smtp.Backend.
func (b *mailbox) NewSession(*smtp.Conn) (smtp.Session, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.open++
	b.most = max(b.most, b.open)
	return &session{mailbox: b}, nil
}

// responds sets the responses to RCPT and to the end of DATA.
func (b *mailbox) responds(rcpt func(to string) error, data func() error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.respond, b.accept = rcpt, data
}

// take returns the messages since the last call.
func (b *mailbox) take() []letter {
	b.mu.Lock()
	defer b.mu.Unlock()
	taken := b.letters
	b.letters = nil
	return taken
}

// one returns the only message to the address since the last call, and fails the test if
// there is another number of them.
func (b *mailbox) one(to string) letter {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	var found, others []letter
	for _, l := range b.letters {
		if l.To == to {
			found = append(found, l)
		} else {
			others = append(others, l)
		}
	}
	b.letters = others
	if len(found) != 1 {
		b.t.Fatalf("%s gets %d messages, want 1", to, len(found))
	}
	return found[0]
}

type session struct {
	*mailbox

	from, to      string
	authenticated bool
}

var errDenied = &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "denied"}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != s.user || password != s.password {
			return errDenied
		}
		s.authenticated = true
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.user != "" && !s.authenticated {
		return smtp.ErrAuthRequired
	}
	s.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	s.mu.Lock()
	respond := s.respond
	s.mu.Unlock()
	if respond != nil {
		return respond(to)
	}
	return nil
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	parsed := parse(s.t, raw)
	parsed.From, parsed.To = s.from, s.to
	s.mu.Lock()
	accept := s.accept
	s.mu.Unlock()
	if accept != nil {
		if err := accept(); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.letters = append(s.letters, parsed)
	return nil
}

func (s *session) Reset() {}

func (s *session) Logout() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open--
	return nil
}

// parse parses a message. Everything in it must be valid.
func parse(t *testing.T, raw []byte) letter {
	t.Helper()
	l := letter{Raw: string(raw)}
	entity, err := message.Read(bytes.NewReader(raw))
	if err != nil {
		t.Errorf("the message cannot be parsed: %v", err)
		return l
	}
	l.Header = entity.Header
	for reader := entity.MultipartReader(); reader != nil; {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Errorf("a part cannot be parsed: %v", err)
			break
		}
		l.read(t, part)
	}
	return l
}

func (l *letter) read(t *testing.T, part *message.Entity) {
	t.Helper()
	kind, parameters, err := part.Header.ContentType()
	body, failed := io.ReadAll(part.Body)
	if err = errors.Join(err, failed); err != nil {
		t.Errorf("a part cannot be read: %v", err)
	}
	switch kind {
	case "text/plain":
		l.Text = strings.ReplaceAll(string(body), "\r\n", "\n")
	case "text/html":
		l.HTML = string(body)
	case "text/calendar":
		l.Method = parameters["method"]
		if l.Calendar, err = ical.NewDecoder(bytes.NewReader(body)).Decode(); err != nil {
			t.Errorf("the invitation cannot be parsed: %v\n%s", err, body)
		}
	default:
		t.Errorf("the message has a part of the type %s", kind)
	}
}

// event returns the only event of the invitation.
func (l letter) event(t *testing.T) *ical.Event {
	t.Helper()
	if l.Calendar == nil || len(l.Calendar.Events()) != 1 {
		t.Fatalf("the message has no invitation with one event:\n%s", l.Raw)
	}
	return &l.Calendar.Events()[0]
}

// property returns the text of a property of the invitation.
func (l letter) property(t *testing.T, name string) string {
	t.Helper()
	property := l.event(t).Props.Get(name)
	if property == nil {
		return ""
	}
	return property.Value
}

func (l letter) subject(t *testing.T) string {
	t.Helper()
	subject, err := l.Header.Text("Subject")
	if err != nil {
		t.Error(err)
	}
	return subject
}
