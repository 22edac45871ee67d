package outbox

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
	"rehearse/internal/interchange"
	"rehearse/internal/mail"
)

// A letter is a message with everything that its text is made from.
type letter struct {
	booking.Mail

	dropped    string // why it is not sent; empty if it is
	to         mail.Address
	data       mail.Data
	invitation *invitation // nil for none
}

// invitation is the event of a letter for calendar programs.
type invitation struct {
	event     booking.CalendarEvent
	cancelled bool
}

// Reasons why a message is not sent.
const (
	outdated    = "it is no longer true"
	tooOld      = "it is older than a day"
	unknown     = "it is about something that does not exist"
	anonymised  = "its recipient is anonymised"
	unwanted    = "its recipient does not want it"
	noAdmin     = "MAIL_ADMIN is not set"
	unsupported = "its kind is not known to this version"
)

// compose reads what the messages are about.
func (d *Dispatcher) compose(ctx context.Context, messages []booking.Mail, now time.Time) ([]letter, error) {
	f, err := d.read(ctx, messages)
	if err != nil {
		return nil, err
	}
	if err := d.readScheduled(ctx, messages, &f, now); err != nil {
		return nil, err
	}
	letters := make([]letter, len(messages))
	for i, m := range messages {
		letters[i] = d.letter(m, f, now)
	}
	return letters, nil
}

// letter returns the letter of a message.
func (d *Dispatcher) letter(m booking.Mail, f facts, now time.Time) letter {
	l := letter{Mail: m, data: mail.Data{Kind: string(m.Kind), Role: string(m.Recipient.Role)}}
	zone := d.address(&l, f)
	switch {
	case now.After(m.CreatedAt.Add(booking.MailWindow)): // e-mail was off in the meantime
		l.dropped = tooOld
	case l.dropped == "" && !f.preferences[m.Recipient].Wants(m.Kind.Category()):
		l.dropped = unwanted
	}
	if l.dropped != "" {
		return l
	}
	l.data.Name = mail.Line(l.to.Name)
	if d.Unsubscribe != nil {
		l.data.UnsubscribeURL = d.Unsubscribe(m)
	}
	switch m.Kind {
	case booking.MailBooked, booking.MailMoved, booking.MailCancelled, booking.MailGraded, booking.MailNoShow, booking.MailNoShowUndone,
		booking.MailReminder, booking.MailFeedback:
		d.aboutInterview(&l, f, zone, now)
	case booking.MailAgenda:
		aboutAgenda(&l, f, zone, now)
	case booking.MailWaiver:
		aboutWaiver(&l, f, zone, now)
	case booking.MailWebhookDisabled:
		aboutWebhook(&l, f, zone)
	case booking.MailSignIn:
		d.aboutSignIn(&l, zone, now)
	default:
		l.dropped = unsupported
	}
	return l
}

// address sets the recipient of a letter, or why it is not sent, and returns the recipient's time
// zone.
func (d *Dispatcher) address(l *letter, f facts) *time.Location {
	switch student, interviewer := f.students[booking.StudentID(l.Recipient.ID)], f.interviewers[booking.InterviewerID(l.Recipient.ID)]; {
	case l.Recipient == booking.Administrators:
		l.to = mail.Address{Address: d.Admin}
		if d.Admin == "" {
			l.dropped = noAdmin
		}
	case l.Recipient.Role == booking.RoleAdmin && d.SignIn.Administrators[l.Recipient.ID] != "":
		l.to = mail.Address{Address: d.SignIn.Administrators[l.Recipient.ID]}
	case l.Recipient.IsStudent() && !student.AnonymisedAt.IsZero():
		l.dropped = anonymised
	case l.Recipient.IsStudent() && student.ID != 0:
		l.to = mail.Address{Name: student.Name, Address: student.Email}
		return zoneOf(student.TimeZone)
	case l.Recipient.Role == booking.RoleInterviewer && interviewer.ID != 0:
		l.to = mail.Address{Name: interviewer.Name, Address: interviewer.Email}
		return zoneOf(interviewer.TimeZone)
	default:
		l.dropped = unknown
	}
	return time.UTC
}

// aboutInterview completes a letter about an interview.
func (d *Dispatcher) aboutInterview(l *letter, f facts, zone *time.Location, now time.Time) {
	i, exists := f.interviews[l.InterviewID]
	switch {
	case !exists:
		l.dropped = unknown
		return
	case !l.IsTrueOf(i, f.policy, now):
		l.dropped = outdated
		return
	}
	d.describe(l, i, f, zone, now)
}

// describe adds the interview to a letter.
func (d *Dispatcher) describe(l *letter, i booking.Interview, f facts, zone *time.Location, now time.Time) {
	changes := booking.Changes(f.events[l.EventID].Changes)
	by := f.interviewers[i.InterviewerID]
	event := i.CalendarEvent(f.school, l.Recipient, f.students[i.StudentID], by)
	if l.Kind == booking.MailCancelled && i.Status != booking.Cancelled { // the interview now belongs to another interviewer
		if before := changes.TimeBefore("start"); !before.IsZero() {
			event.Start, event.End = before, before.Add(i.End.Sub(i.Start))
		}
		if end := changes.TimeBefore("end"); !end.IsZero() {
			event.End = end
		}
	}
	shown := &mail.Interview{ID: fmt.Sprint(i.ID), Start: event.Start.In(zone), End: event.End.In(zone), With: mail.Line(f.students[i.StudentID].Name)}
	if l.Recipient.IsStudent() {
		shown.With, shown.Grade, shown.NoteShared = mail.Line(by.Name), i.Grade, i.NoteShared
	} else {
		shown.Intake = intakeOf(i)
	}
	if before := changes.TimeBefore("start"); l.Kind == booking.MailMoved && !before.IsZero() {
		shown.Before = before.In(zone)
	}
	if i.Status == booking.Cancelled && i.CancelReason != nil {
		shown.Reason = *i.CancelReason
	}
	shown.MissedByYou = i.Status == booking.StudentNoShow && l.Recipient.IsStudent() ||
		i.Status == booking.InterviewerNoShow && l.Recipient.Role == booking.RoleInterviewer
	if l.Kind == booking.MailBooked || l.Kind == booking.MailMoved || l.Kind == booking.MailReminder {
		event.Location = i.MeetingURLFor(l.Recipient.Role, by.MeetingURL, f.policy, now)
		if event.Location != nil {
			shown.MeetingURL = *event.Location
		}
	}
	if l.Kind == booking.MailBooked || l.Kind == booking.MailMoved {
		l.invitation = &invitation{event: event}
	}
	if l.Kind == booking.MailCancelled {
		l.invitation = &invitation{event: event, cancelled: true}
	}
	l.data.Interview = shown
}

// aboutWaiver completes a letter about a waiver.
func aboutWaiver(l *letter, f facts, zone *time.Location, now time.Time) {
	w, exists := f.waivers[booking.WaiverID(booking.Changes(f.events[l.EventID].Changes).IDAfter("waiverId"))]
	switch {
	case !exists:
		l.dropped = unknown
		return
	case !w.Live(now):
		l.dropped = outdated
		return
	}
	l.data.Waiver = &mail.Waiver{Rule: string(w.Rule), Allows: mail.Allows(w.Rule), Uses: w.Uses}
	if w.ExpiresAt != nil {
		l.data.Waiver.Expires = w.ExpiresAt.In(zone)
	}
}

// aboutWebhook completes a letter about a webhook. A webhook that has been deleted since was
// disabled all the same.
func aboutWebhook(l *letter, f facts, zone *time.Location) {
	event, exists := f.events[l.EventID]
	if !exists {
		l.dropped = unknown
		return
	}
	l.data.Webhook = &mail.Webhook{ID: strconv.FormatInt(booking.Changes(event.Changes).IDAfter("webhookId"), 10), DisabledAt: event.At.In(zone)}
}

// zoneOf returns the time zone with the name, or UTC if there is none.
func zoneOf(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return zone
}

// write makes the message of a letter. The id of the message depends only on the row in the
// table, so it is the same in all attempts.
func (d *Dispatcher) write(l letter, at time.Time) (mail.Message, error) {
	content, err := d.Templates.Render(l.Kind, l.data)
	if err != nil {
		return mail.Message{}, err
	}
	_, domain, _ := strings.Cut(d.From.Address, "@")
	m := mail.Message{
		ID:   fmt.Sprintf("mail-%d-%d.%s@%s", l.ID, l.CreatedAt.UnixMicro(), d.school, domain),
		From: d.From, To: l.to, At: at, Content: content, Unsubscribe: l.data.UnsubscribeURL,
	}
	if l.invitation != nil {
		i := interchange.Invitation{
			Organizer: d.From.Address, OrganizerName: d.From.Name, Attendee: l.to.Address, AttendeeName: l.to.Name, Cancelled: l.invitation.cancelled,
		}
		m.Invitation = &mail.Invitation{Method: i.Method(), Text: interchange.WriteInvitation(l.invitation.event, i)}
	}
	return m, nil
}

// facts are what messages are about, by id.
type facts struct {
	school       string
	policy       booking.Policy
	events       map[booking.EventID]booking.Event
	interviews   map[booking.InterviewID]booking.Interview
	students     map[booking.StudentID]booking.Student
	interviewers map[booking.InterviewerID]booking.Interviewer
	waivers      map[booking.WaiverID]booking.Waiver
	preferences  map[booking.Actor]booking.NotificationPreferences // of all recipients but the administrators
	agendas      map[booking.InterviewerID][]booking.Interview     // of the recipients of the agenda that is due
}

// read reads the facts of the messages.
func (d *Dispatcher) read(ctx context.Context, messages []booking.Mail) (f facts, err error) {
	var eventIDs []booking.EventID
	var interviewIDs []booking.InterviewID
	var studentIDs []booking.StudentID
	var interviewerIDs []booking.InterviewerID
	for _, m := range messages {
		eventIDs, interviewIDs = append(eventIDs, m.EventID), append(interviewIDs, m.InterviewID)
		switch m.Recipient.Role {
		case booking.RoleStudent:
			studentIDs = append(studentIDs, booking.StudentID(m.Recipient.ID))
		case booking.RoleInterviewer:
			interviewerIDs = append(interviewerIDs, booking.InterviewerID(m.Recipient.ID))
		default: // the administrators have no row
		}
	}
	if d.school == "" {
		if d.school, err = d.store.SchoolID(ctx); err != nil {
			return facts{}, err
		}
	}
	f.school = d.school
	if f.policy, err = d.store.Policy(ctx); err != nil {
		return facts{}, err
	}
	if f.events, err = byID(ctx, eventIDs, d.store.EventsByID, func(e booking.Event) booking.EventID { return e.ID }); err != nil {
		return facts{}, err
	}
	if f.waivers, err = d.waivers(ctx, f.events); err != nil {
		return facts{}, err
	}
	if f.interviews, err = byID(ctx, interviewIDs, d.store.InterviewsByID, func(i booking.Interview) booking.InterviewID { return i.ID }); err != nil {
		return facts{}, err
	}
	for _, i := range f.interviews {
		studentIDs, interviewerIDs = append(studentIDs, i.StudentID), append(interviewerIDs, i.InterviewerID)
	}
	if f.students, err = byID(ctx, studentIDs, d.store.StudentsByID, func(s booking.Student) booking.StudentID { return s.ID }); err != nil {
		return facts{}, err
	}
	f.interviewers, err = byID(ctx, interviewerIDs, d.store.InterviewersByID, func(i booking.Interviewer) booking.InterviewerID { return i.ID })
	return f, err
}

// waivers reads the waivers that events are about, and skips those that do not exist.
func (d *Dispatcher) waivers(ctx context.Context, events map[booking.EventID]booking.Event) (map[booking.WaiverID]booking.Waiver, error) {
	found := map[booking.WaiverID]booking.Waiver{}
	for _, event := range events {
		if event.Kind != booking.WaiverGranted {
			continue
		}
		w, err := d.store.Waiver(ctx, booking.WaiverID(booking.Changes(event.Changes).IDAfter("waiverId")))
		switch {
		case err == nil:
			found[w.ID] = w
		case operation.IgnoreMissing(err) != nil: // a message about one that is missing must not stop the others
			return nil, err
		}
	}
	return found, nil
}

// byID reads the objects with the ids, except 0, and returns them by id.
func byID[ID ~int64, T any](ctx context.Context, ids []ID, read func(context.Context, []ID) ([]T, error), id func(T) ID) (map[ID]T, error) {
	slices.Sort(ids)
	ids = slices.DeleteFunc(slices.Compact(ids), func(id ID) bool { return id == 0 })
	found := make(map[ID]T, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	objects, err := read(ctx, ids)
	for _, object := range objects {
		found[id(object)] = object
	}
	return found, err
}
