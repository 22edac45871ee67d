package cli

import (
	"context"
	"time"

	"rehearse/internal/app/outbox"
	"rehearse/internal/store"
)

// mailState says whether e-mail is on, for the greeting.
func (s *session) mailState() string {
	if s.config.Mail == nil {
		return "off, because SMTP_URL is not set"
	}
	return "from " + s.config.Mail.From.Address + " through " + s.config.Mail.Server.String()
}

// startMail begins to turn events into messages, and returns the task that sends them. Without
// a mail server, the task does nothing.
func (s *session) startMail(ctx context.Context, db *store.Store, now func() time.Time, o outbox.Observer) (func(context.Context), error) {
	m := s.config.Mail
	if m == nil {
		return func(context.Context) {}, nil
	}
	dispatcher := outbox.New(db, now, outbox.Options{
		Server: m.Server, From: m.From, Admin: s.config.MailAdmin, Templates: m.Templates, Log: s.log, Observer: o,
	})
	return dispatcher.Run, dispatcher.Begin(ctx)
}
