package sample

import (
	"time"

	"rehearse/internal/booking"
)

// past holds a student's interviews that are not cancelled, by start. It is compact,
// because ten million slots yield seven million of them.
type past []encounter

type encounter struct {
	interviewer int32
	start       int32 // minutes since the first day
	settled     int32 // minutes since the first day until the outcome was known
	minutes     int16 // duration
	fate        fate
	grade       int8 // -1 for none
}

type fate int8

const (
	fateBooked fate = iota
	fateCompleted
	fateStudentNoShow
	fateInterviewerNoShow
)

var fates = map[fate]booking.InterviewStatus{
	fateBooked: booking.Booked, fateCompleted: booking.Completed,
	fateStudentNoShow: booking.StudentNoShow, fateInterviewerNoShow: booking.InterviewerNoShow,
}

// fill books the slot, whose id must be set, and decides the outcome of each booking.
func (g *generator) fill(slot *booking.Slot) (err error) {
	gone := slot.InPast(g.now)
	share := futureBooked
	if gone {
		share = g.pastBooked
	}
	horizon := slot.Start // last time at which the slot is booked or cancelled
	if !gone {
		horizon = g.now
	}
	at := g.between(horizon.Add(-maxLead), horizon)
	if g.happens(cancelledBefore) {
		if student, found := g.findStudent(*slot, at); found {
			if at, err = g.cancel(student, *slot, at, horizon); err != nil {
				return err
			}
		}
	}
	switch {
	case g.happens(share):
		if student, found := g.findStudent(*slot, at); found {
			slot.Status = booking.SlotBooked
			return g.book(student, *slot, at)
		}
	case gone && g.happens(withdrawn):
		slot.Status = booking.SlotWithdrawn
	}
	return nil
}

// tries bounds the search for a student who may book a slot.
const tries = 30

// findStudent draws random students until one may book the slot at that time.
func (g *generator) findStudent(slot booking.Slot, at time.Time) (booking.StudentID, bool) {
	for range tries {
		student := booking.StudentID(1 + g.random.IntN(g.size.students))
		if len(g.recordAt(student, at).Offer(at).Judge(slot)) == 0 {
			return student, true
		}
	}
	return 0, false
}

// recordAt returns the student's record as of a time before the slot that is being
// filled. Slots are filled by start, so the record includes every grade known at that
// time. A low grade does not undo earlier bookings, so a student can have interviews
// after it. The record also includes later bookings of earlier slots. That refuses more
// than the rules do, and keeps the final data valid. It excludes bookings that were
// cancelled, so a student may temporarily have had one booking more than allowed.
func (g *generator) recordAt(id booking.StudentID, at time.Time) booking.Record {
	g.history = g.history[:0]
	for n, e := range g.pasts[id-1] {
		i := booking.Commitment{
			ID: booking.InterviewID(n + 1), InterviewerID: booking.InterviewerID(e.interviewer),
			Start: g.instant(e.start), Status: booking.Booked,
		}
		i.End = i.Start.Add(time.Duration(e.minutes) * time.Minute)
		if !g.instant(e.settled).After(at) {
			i.Status = fates[e.fate]
			if e.grade >= 0 {
				grade := int(e.grade)
				i.Grade = &grade
			}
		}
		g.history = append(g.history, i)
	}
	return booking.Record{Student: booking.Student{ID: id}, Policy: g.policy, History: g.history}
}

func (g *generator) instant(minutes int32) time.Time {
	return g.first.Add(time.Duration(minutes) * time.Minute)
}

func (g *generator) minutes(t time.Time) int32 { return int32(t.Sub(g.first) / time.Minute) }

var (
	cancelReasons = []string{"Ill.", "Something came up at work.", "The time does not suit any more."}
	notes         = []string{
		"Clear structure; practise estimates.", "Good questions at the start, then lost the thread.",
		"Knows the tools. Next time: think aloud.", "Solid. Edge cases came late, but they came.",
	}
)

// cancel adds a booking made at a time and cancelled later. It returns a time after the
// cancellation, when another student may book.
func (g *generator) cancel(student booking.StudentID, slot booking.Slot, at, horizon time.Time) (time.Time, error) {
	cancelled := g.between(at, horizon)
	interview, refused := g.newInterview(student, slot, at).Cancel(
		pick(g.random, cancelReasons), booking.Actor{Role: booking.RoleSystem}, g.policy, cancelled)
	g.interviews = append(g.interviews, interview)
	return g.between(cancelled, horizon), refused.Err()
}

// book adds a booking with its outcome.
func (g *generator) book(student booking.StudentID, slot booking.Slot, at time.Time) (err error) {
	i := g.newInterview(student, slot, at)
	e := encounter{
		interviewer: int32(slot.InterviewerID), start: g.minutes(slot.Start),
		minutes: int16(slot.Span().Length() / time.Minute), fate: fateBooked, grade: -1,
	}
	if !slot.End.After(g.now) && !g.happens(unreported) {
		settled := g.between(slot.End, slot.End.Add(24*time.Hour))
		if settled.After(g.now) {
			settled = slot.End
		}
		e.settled = g.minutes(settled)
		i, err = g.settle(i, &e, settled)
	}
	g.pasts[student-1] = append(g.pasts[student-1], e)
	g.interviews = append(g.interviews, i)
	return err
}

// settle decides the outcome of an interview that has ended.
func (g *generator) settle(i booking.Interview, e *encounter, at time.Time) (booking.Interview, error) {
	switch {
	case g.happens(studentNoShows):
		i.Status, i.NoShowAt, e.fate = booking.StudentNoShow, &at, fateStudentNoShow
		return i, nil
	case g.happens(interviewerNoShow):
		i.Status, i.NoShowAt, e.fate = booking.InterviewerNoShow, &at, fateInterviewerNoShow
		return i, nil
	}
	var completion booking.Completion
	if !g.happens(ungraded) {
		grade := g.grade()
		completion.Grade, e.grade = &grade, int8(grade)
	}
	if g.happens(withNote) {
		note := pick(g.random, notes)
		completion.Note = &note
	}
	e.fate = fateCompleted
	i, refused := i.Complete(completion, at)
	return i, refused.Err()
}

func (g *generator) newInterview(student booking.StudentID, slot booking.Slot, at time.Time) booking.Interview {
	g.lastInterview++
	i := booking.NewInterview(student, slot, at)
	i.ID = g.lastInterview
	return i
}

func (g *generator) grade() int {
	drawn := g.random.IntN(1000)
	for grade, share := range gradeShares {
		if drawn < share {
			return grade
		}
		drawn -= share
	}
	return booking.MaxGrade
}
