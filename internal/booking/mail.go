package booking

import (
	"fmt"
	"time"
)

const (
	// MailWindow limits the time from the creation of a message to its last attempt, and the
	// time from an event to the creation of messages about it.
	MailWindow = 24 * time.Hour
	// MailLifetime is how long a message is stored.
	MailLifetime = 30 * 24 * time.Hour
	// SignInLinkLifetime is how long a link to sign in is valid.
	SignInLinkLifetime = 15 * time.Minute

	firstMailRetry   = 30 * time.Second
	longestMailRetry = 30 * time.Minute
)

// MailKind is the kind of a message. Its templates are named after it.
type MailKind string

// Kinds of messages.
const (
	MailBooked          MailKind = "booked"           // a person has a new interview
	MailMoved           MailKind = "moved"            // an interview has another time or interviewer
	MailCancelled       MailKind = "cancelled"        // a person no longer has an interview
	MailGraded          MailKind = "graded"           // a student has a grade or can read a note
	MailNoShow          MailKind = "no-show"          // a no-show was recorded
	MailNoShowUndone    MailKind = "no-show-undone"   // it was undone
	MailWaiver          MailKind = "waiver"           // a student was granted a waiver
	MailWebhookDisabled MailKind = "webhook-disabled" // the server disabled a webhook
	MailReminder        MailKind = "reminder"         // an interview starts soon
	MailAgenda          MailKind = "agenda"           // an interviewer's next interviews, once a day
	MailFeedback        MailKind = "feedback"         // an interviewer has not graded an interview
	MailSignIn          MailKind = "sign-in"          // a link to sign in to the desk
)

// MailKinds returns all kinds of messages.
func MailKinds() []MailKind {
	return []MailKind{
		MailBooked, MailMoved, MailCancelled, MailGraded, MailNoShow, MailNoShowUndone, MailWaiver, MailWebhookDisabled,
		MailReminder, MailAgenda, MailFeedback, MailSignIn,
	}
}

// Parties returns the parties to an interview who get messages of the kind, the student first. It
// returns none for messages to administrators.
func (k MailKind) Parties() []Party {
	switch k {
	case MailGraded, MailWaiver:
		return []Party{PartyStudent}
	case MailAgenda, MailFeedback:
		return []Party{PartyInterviewer}
	case MailWebhookDisabled:
		return nil
	case MailBooked, MailMoved, MailCancelled, MailNoShow, MailNoShowUndone, MailReminder, MailSignIn:
	}
	return []Party{PartyStudent, PartyInterviewer}
}

// MailStatus is the status of a message.
type MailStatus string

// Statuses of messages.
const (
	MailPending MailStatus = "PENDING" // it will be attempted, for the first time or again
	MailSent    MailStatus = "SENT"    // the mail server accepted it
	MailDropped MailStatus = "DROPPED" // it was not sent, for example because it was no longer true
	MailFailed  MailStatus = "FAILED"  // it is not attempted again
)

// Mail is a message on its way to a person. It contains no text: the text is made from the
// state of the school at the time of sending.
type Mail struct {
	ID   MailID
	Kind MailKind
	// Source identifies what the message is about, such as an event. A recipient gets at
	// most one message from a source.
	Source      string
	Recipient   Actor       // all administrators, if its role is RoleAdmin
	EventID     EventID     // 0 if the source is not an event
	InterviewID InterviewID // 0 if the message is not about one
	Status      MailStatus
	Attempts    int
	CreatedAt   time.Time
	NextAt      *time.Time // nil unless it is pending
	Result      string     // of the last attempt, without personal data
}

// Administrators is the recipient of messages to all administrators.
var Administrators = Actor{Role: RoleAdmin}

// MailEvents returns the kinds of events that lead to messages.
func MailEvents() []EventKind {
	return []EventKind{
		InterviewBooked, InterviewRescheduled, InterviewCancelled, InterviewCompleted, InterviewGraded,
		NoShowMarked, NoShowUndone, WaiverGranted, WebhookDisabled,
	}
}

// Mail returns the messages about the event. Nobody gets a message about an event of an interview
// that the program itself caused, such as one of the sample school.
func (e Event) Mail() []Mail {
	student, interviewer := Actor{RoleStudent, int64(e.StudentID)}, Actor{RoleInterviewer, int64(e.InterviewerID)}
	switch {
	case e.InterviewID != 0 && e.Actor.Role == RoleSystem:
		return nil
	case e.Kind == InterviewBooked:
		return []Mail{e.mail(MailBooked, student), e.mail(MailBooked, interviewer)}
	case e.Kind == InterviewRescheduled:
		before := Changes(e.Changes).IDBefore("interviewerId")
		if before == 0 {
			return []Mail{e.mail(MailMoved, student), e.mail(MailMoved, interviewer)}
		}
		return []Mail{
			e.mail(MailMoved, student), e.mail(MailCancelled, Actor{RoleInterviewer, before}), e.mail(MailBooked, interviewer),
		}
	case e.Kind == InterviewCancelled:
		return []Mail{e.mail(MailCancelled, student), e.mail(MailCancelled, interviewer)}
	case (e.Kind == InterviewCompleted || e.Kind == InterviewGraded) && (Changes(e.Changes).Has("grade") || Changes(e.Changes).Share()):
		return []Mail{e.mail(MailGraded, student)}
	case e.Kind == NoShowMarked:
		return []Mail{e.mail(MailNoShow, student), e.mail(MailNoShow, interviewer)}
	case e.Kind == NoShowUndone:
		return []Mail{e.mail(MailNoShowUndone, student), e.mail(MailNoShowUndone, interviewer)}
	case e.Kind == WaiverGranted:
		return []Mail{e.mail(MailWaiver, student)}
	case e.Kind == WebhookDisabled:
		return []Mail{e.mail(MailWebhookDisabled, Administrators)}
	default:
		return nil
	}
}

func (e Event) mail(kind MailKind, to Actor) Mail {
	return Mail{Kind: kind, Source: fmt.Sprintf("event-%d", e.ID), Recipient: to, EventID: e.ID, InterviewID: e.InterviewID}
}

// IsTrueOf reports whether a message about the interview is still true at now, under the policy.
// A message that is no longer true is dropped; a later message says what is true.
func (m Mail) IsTrueOf(i Interview, p Policy, now time.Time) bool {
	party := m.Recipient == Actor{RoleStudent, int64(i.StudentID)} || m.Recipient == Actor{RoleInterviewer, int64(i.InterviewerID)}
	switch m.Kind {
	case MailBooked, MailMoved:
		return party && i.Status == Booked && i.End.After(now)
	case MailCancelled:
		return !party || i.Status == Cancelled
	case MailGraded:
		return party && i.Status == Completed
	case MailNoShow:
		return party && i.Status.IsNoShow()
	case MailNoShowUndone:
		return party && i.Status.TookOrTakesPlace()
	case MailReminder:
		source, useful := p.ReminderSource(i, now)
		return party && useful && source == m.Source
	case MailFeedback:
		return party && p.FeedbackOverdue(i, now)
	default:
		return false
	}
}

// MailResult is the result of an attempt to send a message.
type MailResult struct {
	Status MailStatus // MailPending if a later attempt may succeed
	Detail string     // a code of the mail server or a reason, without personal data
	// Unavailable says that the mail server accepts no messages at present. The pause
	// before the next attempt then does not grow with the number of attempts.
	Unavailable bool
}

// After returns the message after an attempt that ended at now. A message that cannot be sent
// now is attempted again, each time after a longer pause, until MailWindow is over.
func (m Mail) After(r MailResult, now time.Time) Mail {
	m.Status, m.Result, m.NextAt = r.Status, r.Detail, nil
	if r.Status != MailPending {
		return m
	}
	next := now.Add(firstMailRetry)
	if !r.Unavailable {
		next = now.Add(mailPause(m.Attempts))
	}
	if next.After(m.CreatedAt.Add(MailWindow)) {
		m.Status = MailFailed
		return m
	}
	m.NextAt = &next
	return m
}

// mailPause returns the pause after a number of attempts. Each pause is twice as long as the
// one before it, up to longestMailRetry.
func mailPause(attempts int) time.Duration {
	pause := firstMailRetry
	for n := 1; n < attempts && pause < longestMailRetry; n++ {
		pause *= 2
	}
	return min(pause, longestMailRetry)
}
