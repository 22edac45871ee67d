package outbox

import (
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/mail"
)

// Preview returns a message of the kind with invented data, as a student or an interviewer
// gets it.
func Preview(o Options, kind booking.MailKind, role booking.Role, at time.Time) (mail.Message, error) {
	if kind == booking.MailWebhookDisabled {
		role = booking.RoleAdmin
	}
	data := mail.Example(kind, role, time.UTC)
	l := letter{
		Mail: booking.Mail{ID: 1, Kind: kind, Recipient: booking.Actor{Role: role, ID: 1}, CreatedAt: at},
		to:   mail.Address{Name: data.Name, Address: "recipient@example.org"}, data: data,
	}
	if i := data.Interview; i != nil && (kind == booking.MailBooked || kind == booking.MailMoved || kind == booking.MailCancelled) {
		l.invitation = &invitation{cancelled: kind == booking.MailCancelled, event: booking.CalendarEvent{
			UID: "interview-" + i.ID + "@preview", Start: i.Start, End: i.End, ChangedAt: at, Summary: "Mock interview with " + i.With,
		}}
		if i.MeetingURL != "" {
			l.invitation.event.Location = &i.MeetingURL
		}
	}
	return (&Dispatcher{Options: o, school: "preview"}).write(l, at)
}
