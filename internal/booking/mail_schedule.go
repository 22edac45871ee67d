package booking

import (
	"fmt"
	"time"

	"rehearse/internal/calendar"
)

// The messages below are due at a time that follows from an interview and the policy, and not
// when something happens. Their sources contain what they are about, so that a repeated run of
// the schedule adds none twice, and so that a message whose source has changed is outdated.

// ReminderMoment returns when the reminder with the lead is due.
func (i Interview) ReminderMoment(leadSeconds int) time.Time {
	return i.Start.Add(-time.Duration(leadSeconds) * time.Second)
}

// ReminderSource returns the source of the reminder of the interview that is useful at now,
// and whether there is one. Only the last reminder that was due can be useful. It is late, and
// thus not useful, if now is nearer to the next reminder than to the time at which it was due.
// A rescheduled interview has other sources.
func (p Policy) ReminderSource(i Interview, now time.Time) (source string, useful bool) {
	left := i.Start.Sub(now)
	if i.Status != Booked || left <= 0 {
		return "", false
	}
	for n, seconds := range p.ReminderLeadSeconds {
		lead, next := time.Duration(seconds)*time.Second, time.Duration(0)
		last := n == len(p.ReminderLeadSeconds)-1
		if !last {
			next = time.Duration(p.ReminderLeadSeconds[n+1]) * time.Second
		}
		if left <= lead && left > next {
			late := !last && left < (lead+next)/2
			return fmt.Sprintf("reminder-%d-%d-%d", i.ID, i.Start.Unix(), seconds), !late
		}
	}
	return "", false
}

// Reminders returns the reminders of the interview that are useful at now, to both parties.
func (p Policy) Reminders(i Interview, now time.Time) []Mail {
	source, useful := p.ReminderSource(i, now)
	if !useful {
		return nil
	}
	m := Mail{Kind: MailReminder, Source: source, InterviewID: i.ID, Recipient: Actor{RoleStudent, int64(i.StudentID)}}
	other := m
	other.Recipient = Actor{RoleInterviewer, int64(i.InterviewerID)}
	return []Mail{m, other}
}

// DailyAgenda is the time that the agenda of an interviewer is about: From is when it is due, and
// Until is when the next one is.
type DailyAgenda struct{ From, Until time.Time }

// AgendaOf returns the last agenda that was due at now in a time zone, and whether agendas are
// sent. It is due at the same hour on the clock every day.
func (p Policy) AgendaOf(zone *time.Location, now time.Time) (DailyAgenda, bool) {
	if p.AgendaHour == NoAgenda {
		return DailyAgenda{}, false
	}
	today := now.In(zone)
	at := func(days int) time.Time {
		wall := time.Date(today.Year(), today.Month(), today.Day()+days, p.AgendaHour, 0, 0, 0, time.UTC)
		return calendar.InZone(wall, zone)
	}
	if from := at(0); !now.Before(from) {
		return DailyAgenda{from, at(1)}, true
	}
	return DailyAgenda{at(-1), at(0)}, true
}

// Mail returns the message with the agenda.
func (a DailyAgenda) Mail(to InterviewerID) Mail {
	return Mail{Kind: MailAgenda, Source: a.Source(), Recipient: Actor{RoleInterviewer, int64(to)}}
}

// Source returns the source of the messages with the agenda: its day.
func (a DailyAgenda) Source() string { return "agenda-" + a.From.Format(time.DateOnly) }

// FeedbackOverdue reports whether the interviewer should have graded the interview by now.
func (p Policy) FeedbackOverdue(i Interview, now time.Time) bool {
	due := i.End.Add(time.Duration(p.FeedbackOverdueSeconds) * time.Second)
	return p.FeedbackOverdueSeconds > 0 && (i.Status == Booked || i.Status == Completed) && i.Grade == nil && !now.Before(due)
}

// FeedbackMail returns the message that asks for the grade of the interview. There is one for
// each interview.
func (i Interview) FeedbackMail() Mail {
	return Mail{
		Kind: MailFeedback, Source: fmt.Sprintf("feedback-%d", i.ID), InterviewID: i.ID,
		Recipient: Actor{RoleInterviewer, int64(i.InterviewerID)},
	}
}

// SignInMail returns the message with a link to sign in. Its source contains what the link is made of.
func SignInMail(id int64, made time.Time, to Actor) Mail {
	return Mail{Kind: MailSignIn, Source: fmt.Sprintf("sign-in-%d-%d", id, made.UnixMicro()), Recipient: to}
}

// SignInLink returns the id of the link in the message and when it was made, if the message has one.
func (m Mail) SignInLink() (id int64, made time.Time, ok bool) {
	var micros int64
	_, err := fmt.Sscanf(m.Source, "sign-in-%d-%d", &id, &micros)
	return id, time.UnixMicro(micros).UTC(), err == nil
}

// Category returns the category in which a recipient can turn off messages of the kind, or an
// empty one if they cannot.
func (k MailKind) Category() NotificationCategory {
	switch k {
	case MailBooked, MailMoved, MailCancelled, MailNoShow, MailNoShowUndone, MailWaiver:
		return NotifyBookings
	case MailGraded:
		return NotifyGrades
	case MailReminder:
		return NotifyReminders
	case MailAgenda:
		return NotifyAgenda
	case MailFeedback:
		return NotifyFeedback
	case MailWebhookDisabled, MailSignIn:
	}
	return ""
}
