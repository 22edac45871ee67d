package outbox

import (
	"fmt"
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
	if role != booking.RoleAdmin && o.Unsubscribe != nil {
		l.data.UnsubscribeURL = o.Unsubscribe(l.Mail)
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

// A Meeting is an interview and what messages about it contain.
type Meeting struct {
	Interview   booking.Interview
	Student     booking.Student
	Interviewer booking.Interviewer
	Policy      booking.Policy
}

// PreviewOf returns a message of the kind about the meeting, as a student or an interviewer would
// get it now. What the meeting lacks is invented, such as the grade of an interview without one. It
// returns an error if the recipient gets no messages.
func PreviewOf(o Options, kind booking.MailKind, role booking.Role, of Meeting, now time.Time) (mail.Message, error) {
	d := &Dispatcher{Options: o, school: "preview"}
	recipient := booking.Actor{Role: role, ID: int64(of.Student.ID)}
	if role == booking.RoleInterviewer {
		recipient.ID = int64(of.Interviewer.ID)
	}
	l := letter{Mail: booking.Mail{ID: 1, Kind: kind, Recipient: recipient, EventID: 1, InterviewID: of.Interview.ID, CreatedAt: now}}
	f := of.facts(kind)
	zone := d.address(&l, f)
	if l.dropped != "" {
		return mail.Message{}, fmt.Errorf("the message is not sent: %s", l.dropped)
	}
	l.data = mail.Example(kind, role, zone)
	l.data.Name = mail.Line(l.to.Name)
	if o.Unsubscribe != nil {
		l.data.UnsubscribeURL = o.Unsubscribe(l.Mail)
	}
	switch {
	case l.data.Interview != nil:
		d.describe(&l, f.interviews[of.Interview.ID], f, zone, now)
	case l.data.Agenda != nil:
		l.data.Agenda = nil
		aboutAgenda(&l, f, zone, now)
	}
	return d.write(l, now)
}

// facts returns what a message of the kind is about: the meeting in the state in which such a
// message is sent.
func (m Meeting) facts(kind booking.MailKind) facts {
	i, invented := m.Interview, mail.Example(kind, booking.RoleStudent, time.UTC).Interview
	f := facts{
		school: "preview", policy: m.Policy, events: map[booking.EventID]booking.Event{},
		students:     map[booking.StudentID]booking.Student{m.Student.ID: m.Student},
		interviewers: map[booking.InterviewerID]booking.Interviewer{m.Interviewer.ID: m.Interviewer},
	}
	switch kind {
	case booking.MailCancelled:
		if i.Status != booking.Cancelled || i.CancelReason == nil {
			i.CancelReason = &invented.Reason
		}
		i.Status = booking.Cancelled
	case booking.MailGraded:
		if i.Grade == nil {
			i.Grade, i.NoteShared = invented.Grade, invented.NoteShared
		}
		i.Status = booking.Completed
	case booking.MailNoShow:
		if !i.Status.IsNoShow() {
			i.Status = booking.StudentNoShow
		}
	case booking.MailMoved:
		moved := i.Start.Add(invented.Before.Sub(invented.Start))
		f.events[1] = booking.Event{Changes: booking.Changes{}.Add("start", moved, i.Start)}
		i.Status = booking.Booked
	default:
		i.Status = booking.Booked
	}
	f.interviews = map[booking.InterviewID]booking.Interview{i.ID: i}
	f.agendas = map[booking.InterviewerID][]booking.Interview{m.Interviewer.ID: {i}}
	return f
}
