package mailtest

import (
	"io"
	"sync/atomic"
	"testing"

	"github.com/emersion/go-smtp"

	"rehearse/internal/mail"
)

// A Sink is a mail server that counts messages and stores none.
type Sink struct {
	messages, open, most atomic.Int64
}

// Start starts the sink.
func (s *Sink) Start(t testing.TB) mail.Server {
	t.Helper()
	server := smtp.NewServer(s)
	server.Domain = "sink.test"
	return Serve(t, server, false)
}

// Messages returns the number of accepted messages.
func (s *Sink) Messages() int { return int(s.messages.Load()) }

// Most returns the maximum number of connections at a time.
func (s *Sink) Most() int { return int(s.most.Load()) }

// NewSession implements smtp.Backend.
func (s *Sink) NewSession(*smtp.Conn) (smtp.Session, error) {
	open := s.open.Add(1)
	for most := s.most.Load(); open > most && !s.most.CompareAndSwap(most, open); {
		most = s.most.Load()
	}
	return sinkSession{s}, nil
}

type sinkSession struct{ *Sink }

func (sinkSession) Mail(string, *smtp.MailOptions) error { return nil }
func (sinkSession) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (sinkSession) Reset()                               {}
func (s sinkSession) Data(r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	s.messages.Add(1)
	return err
}

func (s sinkSession) Logout() error {
	s.open.Add(-1)
	return nil
}
