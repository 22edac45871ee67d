package interchange

import (
	"fmt"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"rehearse/internal/booking"
)

// CalendarRefresh is how often calendar programs are asked to read a feed again.
const CalendarRefresh = time.Hour

// calendarProduct names the program in a calendar file.
const calendarProduct = "-//Rehearse//Rehearse//EN"

// WriteCalendar returns an iCalendar file (RFC 5545) with the events. All times are in UTC.
// The text depends on nothing but the arguments, so that equal calendars have equal files.
func WriteCalendar(name string, events []booking.CalendarEvent) string {
	file := newCalendar()
	file.SetName(oneLine(name)) // as NAME (RFC 7986) and as its older form, X-WR-CALNAME
	refresh := duration(CalendarRefresh)
	file.SetRefreshInterval(refresh) // the library adds VALUE=DURATION
	file.SetXPublishedTTL(refresh)
	for _, event := range events {
		addEvent(file, event)
	}
	return serialized(file)
}

// WriteEvent returns an iCalendar file with one event, for a download or an e-mail.
func WriteEvent(event booking.CalendarEvent) string {
	file := newCalendar()
	addEvent(file, event)
	return serialized(file)
}

// Invitation is what makes an event an invitation (RFC 5546). Its addresses are e-mail
// addresses.
type Invitation struct {
	Organizer, Attendee string
	AttendeeName        string
	OrganizerName       string
	Cancelled           bool // it takes back the one that was sent before
}

// Methods of invitations.
const (
	MethodRequest = string(ics.MethodRequest)
	MethodCancel  = string(ics.MethodCancel)
)

// Method returns the method of the invitation.
func (i Invitation) Method() string {
	if i.Cancelled {
		return MethodCancel
	}
	return MethodRequest
}

// WriteInvitation returns an iCalendar file that invites a person to the event, or takes the
// invitation back. The person counts as having accepted, and is not asked for a reply. A
// calendar program replaces the event with the same UID if the sequence is not lower.
func WriteInvitation(event booking.CalendarEvent, i Invitation) string {
	event.Cancelled, event.Free = i.Cancelled, i.Cancelled
	file := newCalendar()
	file.SetMethod(ics.Method(i.Method()))
	addEvent(file, event)
	written := file.Events()[0]
	written.SetOrganizer(i.Organizer, commonName(i.OrganizerName)...)
	written.AddAttendee(i.Attendee, append(commonName(i.AttendeeName),
		ics.CalendarUserTypeIndividual, ics.ParticipationRoleReqParticipant, ics.ParticipationStatusAccepted, ics.WithRSVP(false))...)
	return serialized(file)
}

// commonName returns the parameter of an organizer or an attendee with their name, or none.
// A parameter cannot contain a quotation mark.
func commonName(name string) []ics.PropertyParameter {
	name = strings.ReplaceAll(oneLine(name), `"`, "'")
	if name == "" {
		return nil
	}
	return []ics.PropertyParameter{ics.WithCN(name)}
}

func newCalendar() *ics.Calendar {
	file := ics.NewCalendar()
	file.SetProductId(calendarProduct)
	file.SetCalscale("GREGORIAN")
	file.SetMethod(ics.MethodPublish)
	return file
}

func addEvent(file *ics.Calendar, event booking.CalendarEvent) {
	written := file.AddEvent(event.UID)
	written.SetDtStampTime(event.ChangedAt)
	written.SetModifiedAt(event.ChangedAt)
	if !event.CreatedAt.IsZero() {
		written.SetCreatedTime(event.CreatedAt)
	}
	written.SetSequence(event.Sequence)
	written.SetStartAt(event.Start)
	written.SetEndAt(event.End)
	written.SetSummary(oneLine(event.Summary))
	if event.Location != nil {
		written.SetLocation(*event.Location)
		written.SetURL(*event.Location)
	}
	status, transparency := ics.ObjectStatusConfirmed, ics.TransparencyOpaque
	if event.Cancelled {
		status = ics.ObjectStatusCancelled
	}
	if event.Free {
		transparency = ics.TransparencyTransparent
	}
	written.SetStatus(status)
	written.SetTimeTransparency(transparency)
}

// serialized returns the text of the file, folded after 75 bytes.
func serialized(file *ics.Calendar) string {
	return file.Serialize(ics.WithNewLineWindows, ics.WithLineLength(75))
}

// oneLine replaces the line breaks of a text with spaces, because a title cannot have line
// breaks.
func oneLine(text string) string { return strings.Join(strings.FieldsFunc(text, isLineBreak), " ") }

func isLineBreak(r rune) bool { return r == '\n' || r == '\r' }

// duration returns the RFC 5545 form of a whole number of minutes.
func duration(d time.Duration) string { return fmt.Sprintf("PT%dM", int(d.Minutes())) }
