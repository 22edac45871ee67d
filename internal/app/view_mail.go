package app

import (
	"context"
	"fmt"
	"slices"

	"rehearse/internal/app/outbox"
	"rehearse/internal/booking"
	"rehearse/internal/mail"
)

// MailOptions are the options of the messages that previews show.
type MailOptions struct {
	Sent      bool            // the school sends e-mail
	From      mail.Address    // without an address if none is set
	Admin     string          // the address of the administrators; empty for none
	PublicURL string          // of links to unsubscribe; empty for none
	Templates *mail.Templates // nil for the built-in ones
}

// MailPreview is a message that is shown instead of being sent.
type MailPreview struct {
	Sent       bool
	Sender     *string
	Recipient  string
	Subject    string
	Text       string
	HTML       string
	Invitation *string
}

// MailPreview returns a message of the kind as the party would get it now: about the interview, or
// with invented data. Without a party, it is the first one that gets such messages. Only
// administrators may call it.
func (v View) MailPreview(ctx context.Context, kind booking.MailKind, to *booking.Party, of *booking.InterviewID) (MailPreview, error) {
	if err := v.may.Only(); err != nil {
		return MailPreview{}, err
	}
	role, err := recipientOf(kind, to)
	if err != nil {
		return MailPreview{}, err
	}
	options, err := v.app.mail.outbox()
	if err != nil {
		return MailPreview{}, err
	}
	var m mail.Message
	if of == nil || role == booking.RoleAdmin {
		m, err = outbox.Preview(options, kind, role, v.app.Now())
	} else {
		m, err = v.previewOf(ctx, options, kind, role, *of)
	}
	if err != nil {
		return MailPreview{}, err
	}
	preview := v.app.mail.preview(m)
	if role == booking.RoleAdmin {
		preview.Recipient = ""
	}
	return preview, nil
}

// recipientOf returns the role of the recipient of a message, or a refusal if the party does not
// get such messages.
func recipientOf(kind booking.MailKind, to *booking.Party) (booking.Role, error) {
	parties := kind.Parties()
	switch {
	case to != nil && !slices.Contains(parties, *to):
		return "", booking.Refuse(booking.InvalidInput, "to", fmt.Sprintf("to is %s, who does not get these messages.", *to))
	case to != nil:
		return booking.Role(*to), nil
	case len(parties) > 0:
		return booking.Role(parties[0]), nil
	default:
		return booking.RoleAdmin, nil
	}
}

// previewOf returns a message about an interview.
func (v View) previewOf(
	ctx context.Context, o outbox.Options, kind booking.MailKind, role booking.Role, id booking.InterviewID,
) (m mail.Message, err error) {
	var of outbox.Meeting
	if of.Interview, err = v.app.store.Interview(ctx, id); err != nil {
		return m, err
	}
	if of.Student, err = v.app.store.Student(ctx, of.Interview.StudentID); err != nil {
		return m, err
	}
	if role == booking.RoleStudent && !of.Student.AnonymisedAt.IsZero() {
		return m, booking.Refuse(booking.InvalidInput, "interviewId", "The student of the interview is anonymised and gets no messages.")
	}
	if of.Interviewer, err = v.app.store.Interviewer(ctx, of.Interview.InterviewerID); err != nil {
		return m, err
	}
	if of.Policy, err = v.app.store.Policy(ctx); err != nil {
		return m, err
	}
	return outbox.PreviewOf(o, kind, role, of, v.app.Now())
}

// outbox returns the options of previews. Their links to unsubscribe change nothing.
func (o MailOptions) outbox() (outbox.Options, error) {
	made := outbox.Options{From: o.From, Admin: o.Admin}
	if o.PublicURL != "" {
		made.Unsubscribe = func(m booking.Mail) string {
			if m.Kind.Category() == "" {
				return ""
			}
			return o.PublicURL + "/unsubscribe/example"
		}
	}
	if o.Templates != nil {
		made.Templates = *o.Templates
		return made, nil
	}
	var err error
	made.Templates, err = mail.LoadTemplates("")
	return made, err
}

func (o MailOptions) preview(m mail.Message) MailPreview {
	p := MailPreview{Sent: o.Sent, Recipient: m.To.Name, Subject: m.Subject, Text: m.Text, HTML: m.HTML}
	if o.From.Address != "" {
		sender := o.From.Address
		if o.From.Name != "" {
			sender = mail.Line(o.From.Name) + " <" + sender + ">"
		}
		p.Sender = &sender
	}
	if m.Invitation != nil {
		p.Invitation = &m.Invitation.Text
	}
	return p
}
