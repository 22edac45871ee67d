package config

import (
	"fmt"
	netmail "net/mail"

	"rehearse/internal/mail"
)

// Mail is how messages are written and sent.
type Mail struct {
	Server    *mail.Server // nil if none are sent
	From      mail.Address
	Templates mail.Templates
}

// validateMail checks the variables of e-mail, and the templates.
func (c *Config) validateMail() []error {
	var errs []error
	if c.MailAdmin != "" {
		if parsed, err := netmail.ParseAddress(c.MailAdmin); err != nil || parsed.Name != "" {
			errs = append(errs, wrong("MAIL_ADMIN", c.MailAdmin))
		} else {
			c.MailAdmin = parsed.Address
		}
	}
	var err error
	if c.Mail.Templates, err = mail.LoadTemplates(c.MailTemplates); err != nil {
		errs = append(errs, fmt.Errorf("MAIL_TEMPLATES is %q; expected %s: %w", c.MailTemplates, Describe("MAIL_TEMPLATES").Allowed, err))
	}
	if from, err := netmail.ParseAddress(c.MailFrom); err == nil {
		c.Mail.From = *from
	} else if c.MailFrom != "" || c.SMTPURL != "" {
		errs = append(errs, wrong("MAIL_FROM", c.MailFrom))
	}
	if c.SMTPURL == "" {
		return errs
	}
	server, err := mail.ParseServer(c.SMTPURL)
	if err != nil {
		return append(errs, wrong("SMTP_URL", hidden))
	}
	c.Mail.Server = &server
	return errs
}
