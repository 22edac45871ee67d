package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	netmail "net/mail"

	"github.com/spf13/cobra"

	"rehearse/internal/app"
	"rehearse/internal/app/outbox"
	"rehearse/internal/app/signin"
	"rehearse/internal/booking"
	"rehearse/internal/config"
	"rehearse/internal/mail"
	"rehearse/internal/school"
	"rehearse/internal/store"
)

// exampleSender is the sender of a preview without MAIL_FROM.
const exampleSender = "rehearse@example.org"

// Actions of the mail command.
const (
	previewMail = "preview"
	testMail    = "test"
)

func (p *program) mailCommand() *cobra.Command {
	var role string
	kinds := make([]string, len(booking.MailKinds()))
	for i, kind := range booking.MailKinds() {
		kinds[i] = string(kind)
	}
	actions := []string{previewMail, testMail}
	cmd := p.command(spec{
		name: "mail", group: groupTools,
		short: "Preview an e-mail message, or test the mail server",
		long: `With preview, print a message as the server would send it, from the templates in MAIL_TEMPLATES or
the built-in ones, with invented data. To open the message in a mail program, save the output in a
file whose name ends in .eml. With test, send a test message to an address through SMTP_URL, and
print the response of the mail server. If the message is not accepted, print the reason and the
variables to check. The command checks all templates, and does not use the database.`,
		arguments: []argument{
			{name: "ACTION", text: "what to do: " + alternatives(actions), allowed: actions},
			{name: "KIND|ADDRESS", text: "preview: the kind of the message, such as booked; test: the address to which the message is sent"},
		},
		example: `  rehearse mail preview booked
  MAIL_TEMPLATES=templates rehearse mail preview moved --role interviewer > moved.eml
  rehearse mail test ada@example.org`,
		variables: []string{"SMTP_URL", "MAIL_FROM", "MAIL_TEMPLATES"},
		fault:     "the message cannot be written, or the mail server does not accept it",
		purpose:   config.PurposeMail,
	}, func(ctx context.Context, s *session, args []string) error {
		if args[0] == testMail {
			return s.testMail(ctx, args[1])
		}
		return s.previewMail(booking.MailKind(args[1]), role)
	})
	choiceFlag(cmd, &role, "role", "student", []string{"student", "interviewer"}, "preview only: the `ROLE` of the recipient, student or interviewer")
	check, complete := cmd.Args, cmd.ValidArgsFunction
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return err
		}
		return checkMailArguments(cmd, args, kinds)
	}
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
		if len(args) == 1 && args[0] == previewMail {
			return kinds, cobra.ShellCompDirectiveNoFileComp
		}
		words, directive := complete(cmd, args, word)
		return words, directive | cobra.ShellCompDirectiveNoFileComp
	}
	return cmd
}

// checkMailArguments refuses an unknown kind, an invalid address, and flags of the other action.
func checkMailArguments(cmd *cobra.Command, args, kinds []string) error {
	if args[0] == previewMail {
		if err := (choice{new(string), kinds}).Set(args[1]); err != nil {
			return usageErrorf("mail: KIND is %q; %w", args[1], err)
		}
		return nil
	}
	if _, err := netmail.ParseAddress(args[1]); err != nil {
		return usageErrorf("mail: ADDRESS is %q; expected an address such as ada@example.org", args[1])
	}
	if cmd.Flags().Changed("role") {
		return usageErrorf("mail: --role is for previews only; ACTION is %q", args[0])
	}
	return nil
}

// testMail sends a test message, and prints the response of the mail server.
func (s *session) testMail(ctx context.Context, address string) error {
	m := s.config.Mail
	if m.Server == nil {
		return fmt.Errorf("%w:\nSMTP_URL is not set; expected %s", errConfiguration, mail.ServerForm)
	}
	to, err := netmail.ParseAddress(address)
	if err != nil {
		return err
	}
	response, err := mail.NewSender(*m.Server, 1, nil).Try(ctx, mail.TestMessage(m.From, *to, *m.Server, s.now()))
	var failed mail.Failed
	switch {
	case errors.As(err, &failed):
		return fmt.Errorf("%s; %s", failed.Explain(*m.Server, m.From.Address, to.Address), failed.Advice())
	case err != nil:
		return err
	}
	_, err = fmt.Fprintf(s.stdout, "the mail server %s has accepted the message to %s: %s\n", m.Server, to.Address, response)
	return err
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

// mailOptions returns the options of the previews that administrators see.
func (s *session) mailOptions(of school.Name) app.MailOptions {
	m := s.config.Mail
	return app.MailOptions{
		Sent: m.Server != nil, From: m.From, Admin: s.config.MailAdmin, PublicURL: s.config.SchoolURL(of), Templates: &m.Templates,
	}
}

// startMail begins to turn events into messages, and returns the task that sends them. Without
// a mail server, the task does nothing.
func (s *session) startMail(
	ctx context.Context, in *app.App, people *signin.SignIn, db *store.Store, of school.Name, o outbox.Observer,
) (func(context.Context), error) {
	m := s.config.Mail
	if m.Server == nil {
		return func(context.Context) {}, nil
	}
	unsubscribe, err := in.UnsubscribeURLs(ctx, s.config.SchoolURL(of))
	if err != nil {
		return nil, err
	}
	dispatcher := outbox.New(db, in.Now, outbox.Options{
		Server: *m.Server, From: m.From, Admin: s.config.MailAdmin, Templates: m.Templates, Log: s.log, Observer: o,
		Unsubscribe: unsubscribe, SignIn: signInMail(s, of, people),
	})
	return dispatcher.Run, dispatcher.Begin(ctx)
}

// signInMail returns what messages with links to sign in need.
func signInMail(s *session, of school.Name, people *signin.SignIn) outbox.SignIn {
	if !s.config.SignsInByMail() {
		return outbox.SignIn{}
	}
	return outbox.SignIn{URL: people.LinkURL(s.config.SchoolURL(of)), Administrators: people.Administrators()}
}
