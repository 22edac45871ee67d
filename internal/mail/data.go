package mail

import (
	"time"

	"rehearse/internal/booking"
)

// Data is what a template can use. Its times are in the time zone of the recipient.
type Data struct {
	Kind      string // of the message
	Subject   string // for the HTML; made by the template of the text
	Name      string // of the recipient
	Role      string // of the recipient: STUDENT, INTERVIEWER or ADMIN
	Interview *Interview
	Agenda    []Interview // of a day; the interviewer's next interviews
	Waiver    *Waiver
	Webhook   *Webhook
	SignIn    *SignIn

	UnsubscribeURL string // empty for none
}

// Interview is an interview as its party sees it.
type Interview struct {
	ID          string
	With        string // the name of the other party
	Start, End  time.Time
	Before      time.Time // the start before it was rescheduled; zero if it was not
	MeetingURL  string    // empty if there is none or the recipient cannot see it yet
	Intake      string    // what the student tells the interviewer; empty for none, and for a student
	Grade       *int      // nil for an interviewer, and without a grade
	NoteShared  bool      // the student can read the note
	Reason      string    // why it was cancelled; empty for none
	MissedByYou bool      // the recipient missed it
}

// Waiver is an exception from a rule.
type Waiver struct {
	Rule    string // LIMIT, GRADES, PAIR or NOTICE
	Allows  string // what it allows, in words
	Uses    int
	Expires time.Time // zero for never
}

// Webhook is a webhook that was disabled.
type Webhook struct {
	ID         string
	DisabledAt time.Time
}

// SignIn is a link to sign in to the desk, which works once.
type SignIn struct {
	URL     string
	Expires time.Time
}

// Allows returns what a waiver of the rule allows, in words.
func Allows(rule booking.WaivableRule) string {
	switch rule {
	case booking.WaiveLimit:
		return "you may book more interviews than your limit allows"
	case booking.WaiveGrades:
		return "you may book regardless of your recent grades"
	case booking.WaivePair:
		return "you may book an interviewer you have already met"
	case booking.WaiveNotice:
		return "you may book at shorter notice than usual"
	}
	return string(rule)
}

// Example returns invented data for a message, for a preview and for the validation of
// templates.
func Example(kind booking.MailKind, role booking.Role, zone *time.Location) Data {
	start := time.Date(2027, 3, 5, 14, 0, 0, 0, time.UTC).In(zone)
	d := Data{Kind: string(kind), Role: string(role), Name: "Sam Smith", Interview: &Interview{
		ID: "1042", With: "Ann Abbott", Start: start, End: start.Add(45 * time.Minute), MeetingURL: "https://meet.example.org/ann-1042",
	}}
	if role == booking.RoleInterviewer {
		d.Name, d.Interview.With = d.Interview.With, d.Name
		d.Interview.Intake = "I have five years of experience with Go.\nPlease ask me about system design."
	}
	switch kind {
	case booking.MailMoved:
		d.Interview.Before = start.Add(-26 * time.Hour)
	case booking.MailCancelled:
		d.Interview.Reason, d.Interview.MeetingURL = "A timetable clash", ""
	case booking.MailGraded:
		grade := 4
		d.Interview.Grade, d.Interview.NoteShared = &grade, true
	case booking.MailNoShow:
		d.Interview.MissedByYou = role == booking.RoleStudent
	case booking.MailWaiver:
		d.Waiver = &Waiver{Rule: string(booking.WaiveLimit), Allows: Allows(booking.WaiveLimit), Uses: 2, Expires: start.AddDate(0, 1, 0)}
	case booking.MailWebhookDisabled:
		d.Webhook = &Webhook{ID: "7", DisabledAt: start}
	case booking.MailSignIn:
		d.SignIn = &SignIn{URL: "https://rehearse.example.org/#sign-in=RXhhbXBsZQ", Expires: start}
	case booking.MailAgenda:
		later := *d.Interview
		later.ID, later.With, later.MeetingURL, later.Intake = "1043", "Ben Brown", "", ""
		later.Start, later.End = start.Add(time.Hour), start.Add(105*time.Minute)
		d.Agenda = []Interview{*d.Interview, later}
	case booking.MailBooked, booking.MailNoShowUndone, booking.MailReminder, booking.MailFeedback:
	}
	if d.Agenda != nil || d.Waiver != nil || d.Webhook != nil || d.SignIn != nil {
		d.Interview = nil
	}
	return d
}
