package booking

import (
	"fmt"
	"time"
)

// A CalendarEvent is an interview or an open slot as a calendar file shows it.
type CalendarEvent struct {
	UID        string // the same for ever, and unique among schools
	Sequence   int    // increases with each change
	Start, End time.Time
	ChangedAt  time.Time
	CreatedAt  time.Time // zero if unknown
	Summary    string
	Location   *string // URL of the meeting; nil if there is none, or if the reader may not see it
	Cancelled  bool
	Free       bool // does not make its owner busy
}

// What a calendar feed contains, relative to the time at which it is read. A cancelled interview
// stays for some time, so that calendar programs remove it.
const (
	CalendarPast      = 90 * 24 * time.Hour  // interviews that ended longer ago are left out
	CalendarAhead     = 366 * 24 * time.Hour // later interviews and slots are left out
	CalendarCancelled = 30 * 24 * time.Hour  // interviews that were cancelled longer ago are left out
)

// CalendarEvent returns the interview as the calendar of the reader shows it, without its
// location. The parameter school is the id of the school.
func (i Interview) CalendarEvent(school string, reader Actor, s Student, by Interviewer) CalendarEvent {
	event := CalendarEvent{
		UID: fmt.Sprintf("interview-%d@%s", i.ID, school), Sequence: i.Version - 1,
		Start: i.Start, End: i.End, ChangedAt: i.UpdatedAt, CreatedAt: i.BookedAt,
		Cancelled: i.Status == Cancelled, Free: i.Status == Cancelled,
	}
	switch reader.Role {
	case RoleStudent:
		event.Summary = "Mock interview with " + by.Name
	case RoleInterviewer:
		event.Summary = "Mock interview with " + s.Name
	default:
		event.Summary = fmt.Sprintf("Mock interview of %s with %s", s.Name, by.Name)
	}
	return event
}

// CalendarEvent returns the open slot as the calendar of its interviewer shows it. Its times
// never change, and nothing says when it was published, so the interviewer's creation stands
// for its last change.
func (r SlotRef) CalendarEvent(school string, by Interviewer) CalendarEvent {
	return CalendarEvent{
		UID: fmt.Sprintf("slot-%d@%s", r.ID, school), Start: r.Start, End: r.End, ChangedAt: by.CreatedAt,
		Summary: "Open for booking", Free: true,
	}
}
