package outbox

import (
	"context"
	"fmt"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/mail"
)

// aboutAgenda completes a letter with the interviews until the next agenda.
func aboutAgenda(l *letter, f facts, zone *time.Location, now time.Time) {
	interviewer := f.interviewers[booking.InterviewerID(l.Recipient.ID)]
	interviews := f.agendas[interviewer.ID]
	if len(interviews) == 0 {
		l.dropped = outdated
		return
	}
	for _, i := range interviews {
		shown := mail.Interview{ID: fmt.Sprint(i.ID), Start: i.Start.In(zone), End: i.End.In(zone), With: mail.Line(f.students[i.StudentID].Name), Intake: intakeOf(i)}
		if place := i.MeetingURLFor(booking.RoleInterviewer, interviewer.MeetingURL, f.policy, now); place != nil {
			shown.MeetingURL = *place
		}
		l.data.Agenda = append(l.data.Agenda, shown)
	}
}

// intakeOf returns what the student tells the interviewer, or an empty text.
func intakeOf(i booking.Interview) string {
	if i.Intake == nil {
		return ""
	}
	return *i.Intake
}

// readScheduled reads the preferences of the recipients, and the interviews of the agendas that
// are due at now. The other facts must have been read.
func (d *Dispatcher) readScheduled(ctx context.Context, messages []booking.Mail, f *facts, now time.Time) error {
	f.preferences, f.agendas = map[booking.Actor]booking.NotificationPreferences{}, map[booking.InterviewerID][]booking.Interview{}
	for _, m := range messages {
		if m.Recipient.Role == booking.RoleAdmin {
			f.preferences[m.Recipient] = booking.DefaultNotifications(m.Recipient)
			continue
		}
		var err error
		if f.preferences[m.Recipient], err = d.store.Preferences(ctx, m.Recipient); err != nil {
			return err
		}
		if m.Kind != booking.MailAgenda {
			continue
		}
		if err := d.readAgenda(ctx, m, f, now); err != nil {
			return err
		}
	}
	return nil
}

// readAgenda reads the interviews of the agenda, unless another one is due by now.
func (d *Dispatcher) readAgenda(ctx context.Context, m booking.Mail, f *facts, now time.Time) error {
	interviewer := f.interviewers[booking.InterviewerID(m.Recipient.ID)]
	agenda, sent := f.policy.AgendaOf(zoneOf(interviewer.TimeZone), now)
	if !sent || agenda.Source() != m.Source {
		return nil
	}
	interviews, err := d.store.InterviewsIn(ctx, agenda, interviewer.ID, now)
	if err != nil {
		return err
	}
	f.agendas[interviewer.ID] = interviews
	var of []booking.StudentID
	for _, i := range interviews {
		of = append(of, i.StudentID)
	}
	students, err := byID(ctx, of, d.store.StudentsByID, func(s booking.Student) booking.StudentID { return s.ID })
	for id, student := range students {
		f.students[id] = student
	}
	return err
}
