// Package changelog reads the log of changes that every transaction of the store appends to
// in the table changes. It reads each change exactly once, in the order of commits, and lets
// a request wait until everything that was committed before the request has been read.
package changelog

import (
	"slices"
	"time"

	"rehearse/internal/booking"
)

// Changes are the ids of rows that committed transactions have changed.
type Changes struct {
	Slots        []booking.SlotID
	Interviews   []booking.InterviewID
	Students     []booking.StudentID // whose record has changed
	Interviewers []booking.InterviewerID
	Retagged     []booking.InterviewerID // whose slots' tags have changed
	Events       bool                    // there may be new events: a transaction was committed

	// Set if rows have changed whose ids are not listed.
	EverySlot, EveryInterview, EveryStudent, EveryInterviewer bool
	// Lost reports that earlier changes may have been missed. Everything may have changed.
	Lost bool
}

// lost are the changes of a log that was not read.
var lost = Changes{EverySlot: true, EveryInterview: true, EveryStudent: true, EveryInterviewer: true, Events: true, Lost: true}

// Empty reports whether nothing has changed.
func (c Changes) Empty() bool {
	return len(c.Slots)+len(c.Interviews)+len(c.Students)+len(c.Interviewers)+len(c.Retagged) == 0 &&
		!c.Events && !c.EverySlot && !c.EveryInterview && !c.EveryStudent && !c.EveryInterviewer && !c.Lost
}

// And returns the union of both changes.
func (c Changes) And(o Changes) Changes {
	return Changes{
		Slots:            append(c.Slots, o.Slots...),
		Interviews:       append(c.Interviews, o.Interviews...),
		Students:         append(c.Students, o.Students...),
		Interviewers:     append(c.Interviewers, o.Interviewers...),
		Retagged:         append(c.Retagged, o.Retagged...),
		Events:           c.Events || o.Events,
		EverySlot:        c.EverySlot || o.EverySlot,
		EveryInterview:   c.EveryInterview || o.EveryInterview,
		EveryStudent:     c.EveryStudent || o.EveryStudent,
		EveryInterviewer: c.EveryInterviewer || o.EveryInterviewer,
		Lost:             c.Lost || o.Lost,
	}
}

// addEvery sets the flags for the kinds of which a transaction has changed more rows than
// the log lists. A kind that is not known comes from a newer version and may mean anything.
func (c *Changes) addEvery(kinds []string) {
	for _, kind := range kinds {
		switch kind {
		case "slots", "retagged":
			c.EverySlot = true
		case "interviews":
			c.EveryInterview = true
		case "students":
			c.EveryStudent = true
		case "interviewers": // and with them the students with their e-mail addresses
			c.EveryInterviewer, c.EveryStudent = true, true
		default:
			*c = c.And(lost)
		}
	}
}

// A Slot is the state of a changed slot.
type Slot struct {
	booking.SlotRef
	HeldUntil, FullUntil time.Time // zero if it is not held or not full
	Open                 bool      // neither booked nor withdrawn nor full for ever
}

func typed[ID ~int64](ids []int64) []ID {
	if len(ids) == 0 {
		return nil
	}
	out := make([]ID, len(ids))
	for i, id := range ids {
		out[i] = ID(id)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
