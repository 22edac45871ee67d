package cli

import (
	"cmp"
	"context"

	"github.com/spf13/cobra"

	"rehearse/internal/app"
	"rehearse/internal/app/outbox"
	"rehearse/internal/booking"
	"rehearse/internal/config"
	"rehearse/internal/store"
)

// exampleSender is the sender of a preview without MAIL_FROM.
const exampleSender = "rehearse@example.org"

func (p *program) mailCommand() *cobra.Command {
	var role string
	kinds := make([]string, len(booking.MailKinds()))
	for i, kind := range booking.MailKinds() {
		kinds[i] = string(kind)
	}
	cmd := p.command(spec{
		name: "mail", group: groupTools,
		short: "Preview an e-mail message with invented data",
		long: `Print a message as the server would send it, from the templates in MAIL_TEMPLATES or the built-in
ones, with invented data. To open the message in a mail program, save the output in a file whose
name ends in .eml. The command checks all templates, does not use the database, and sends nothing.`,
		arguments: []argument{
			{name: "ACTION", text: "what to do: preview", allowed: []string{"preview"}},
			{name: "KIND", text: "the kind of the message", allowed: kinds},
		},
		example:   "  rehearse mail preview booked\n  MAIL_TEMPLATES=templates rehearse mail preview moved --role interviewer > moved.eml",
		variables: []string{"MAIL_TEMPLATES", "MAIL_FROM"},
		fault:     "the message cannot be written",
		purpose:   config.PurposeMail,
	}, func(_ context.Context, s *session, args []string) error {
		return s.previewMail(booking.MailKind(args[1]), role)
	})
	choiceFlag(cmd, &role, "role", "student", []string{"student", "interviewer"}, "the `ROLE` of the recipient: student or interviewer")
	return cmd
}

// previewMail prints a message with invented data.
func (s *session) previewMail(kind booking.MailKind, role string) error {
	from := s.config.Mail.From
	from.Address = cmp.Or(from.Address, exampleSender)
	recipient := booking.RoleStudent
	if role == "interviewer" {
		recipient = booking.RoleInterviewer
	}
	message, err := outbox.Preview(outbox.Options{From: from, Templates: s.config.Mail.Templates}, kind, recipient, s.clock().UTC())
	if err != nil {
		return err
	}
	_, err = message.WriteTo(s.stdout)
	return err
}

// mailState says whether e-mail is on, for the greeting.
func (s *session) mailState() string {
	if s.config.Mail.Server == nil {
		return "off, because SMTP_URL is not set"
	}
	return "from " + s.config.Mail.From.Address + " through " + s.config.Mail.Server.String()
}

// startMail begins to turn events into messages, and returns the task that sends them. Without
// a mail server, the task does nothing.
func (s *session) startMail(ctx context.Context, school *app.App, db *store.Store, o outbox.Observer) (func(context.Context), error) {
	m := s.config.Mail
	if m.Server == nil {
		return func(context.Context) {}, nil
	}
	unsubscribe, err := school.UnsubscribeURLs(ctx, s.config.PublicURL)
	if err != nil {
		return nil, err
	}
	dispatcher := outbox.New(db, school.Now, outbox.Options{
		Server: *m.Server, From: m.From, Admin: s.config.MailAdmin, Templates: m.Templates, Log: s.log, Observer: o,
		Unsubscribe: unsubscribe,
	})
	return dispatcher.Run, dispatcher.Begin(ctx)
}
