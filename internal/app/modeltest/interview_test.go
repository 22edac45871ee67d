package modeltest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"rehearse/internal/app"
	ops "rehearse/internal/app/operation"
	"rehearse/internal/app/reservation"
	"rehearse/internal/booking"
)

// This file models the operations on interviews.

func as(ctx context.Context, by booking.Actor) context.Context {
	return ops.WithCaller(ctx, ops.Caller{Actor: by})
}

// changed returns the result of an operation that returns an interview.
func changed(i *booking.Interview, err error) (string, int64, error) {
	if err != nil {
		return "", 0, err
	}
	return formatAppInterview(*i), 0, nil
}

type cancelInterview struct {
	by        booking.Actor
	interview booking.InterviewID
	key       string
}

func (o cancelInterview) do(ctx context.Context, on *app.App) (string, int64, error) {
	return changed(on.CancelInterview(as(ctx, o.by), reservation.CancelInterviewInput{
		InterviewID: o.interview, Reason: "ill", IdempotencyKey: keyOf(o.key),
	}))
}

func (o cancelInterview) expect(s *school, _ int64) response {
	i := s.interview(o.interview)
	return s.once(o.by, o.key, fmt.Sprint("cancel ", o.interview), false, func() response {
		switch {
		case i == nil || o.by != admin && !slices.Contains(i.parties(), o.by):
			return refuse(booking.NotFound)
		case i.status == booking.Cancelled:
		case i.status != booking.Booked:
			return refuse(booking.WrongStatus)
		case o.by.Role == booking.RoleStudent && s.now.After(i.start.Add(-time.Duration(s.policy.CancelCutoffSeconds)*time.Second)):
			return refuse(booking.CancelTooLate)
		default:
			i.status = booking.Cancelled
			s.free(i.slot, o.by)
		}
		return response{result: i.String()}
	})
}

// parties returns the student and the interviewer.
func (i interview) parties() []booking.Actor {
	return []booking.Actor{
		{Role: booking.RoleStudent, ID: int64(i.student)}, {Role: booking.RoleInterviewer, ID: int64(i.by)},
	}
}

// free reopens a slot if it is in the future and its interviewer is active. Otherwise the
// interviewer's availabilities may publish other slots in its time.
func (s *school) free(id booking.SlotID, by booking.Actor) {
	left := s.slot(id)
	itself := by.Role == booking.RoleInterviewer
	reopens := left.start.After(s.now) && !left.takenBack && s.interviewer(left.by).active
	left.status, left.takenBack = booking.SlotOpen, false
	if itself { // a slot that the interviewer cancels leaves their calendar
		s.except(*left)
	}
	if itself || !reopens {
		left.status = booking.SlotWithdrawn
		s.fill(left.by, []span{left.span})
	}
}

type rescheduleInterview struct {
	by        booking.Actor
	interview booking.InterviewID
	slot      booking.SlotID
	key       string
}

func (o rescheduleInterview) do(ctx context.Context, on *app.App) (string, int64, error) {
	return changed(on.RescheduleInterview(as(ctx, o.by), reservation.RescheduleInterviewInput{
		InterviewID: o.interview, SlotID: o.slot, IdempotencyKey: keyOf(o.key),
	}))
}

func (o rescheduleInterview) expect(s *school, _ int64) response {
	i, to := s.interview(o.interview), s.slot(o.slot)
	return s.once(o.by, o.key, fmt.Sprint("reschedule ", o.interview, o.slot), false, func() response {
		return o.first(s, i, to)
	})
}

func (o rescheduleInterview) first(s *school, i *interview, to *slot) response {
	if i == nil || to == nil {
		return refuse(booking.NotFound)
	}
	if i.status != booking.Booked {
		return refuse(booking.WrongStatus)
	}
	if i.slot == to.id {
		return response{result: i.String()}
	}
	v := s.judgeSlot(i.student, *to, i)
	switch last := i.start.Add(-time.Duration(s.policy.RescheduleCutoffSeconds) * time.Second); {
	case !i.start.After(s.now):
		v.refused = append(v.refused, booking.SlotInPast)
	case o.by.Role == booking.RoleStudent && s.now.After(last):
		v.refused = append(v.refused, booking.RescheduleTooLate)
	}
	if i.moves >= s.policy.MaxReschedules {
		v.refused = append(v.refused, booking.TooManyReschedules)
	}
	if len(v.refused) > 0 {
		return refuse(v.refused...)
	}
	s.endHoldsOn(to.id)
	to.status = booking.SlotBooked
	moved := *to
	s.free(i.slot, o.by) // may add slots and so move the slice
	to = &moved
	elsewhere := i.by != to.by
	i.slot, i.by, i.span, i.exempt = to.id, to.by, to.span, v.again
	if elsewhere {
		i.link = s.linkOf(*i)
	}
	i.moves++
	i.waivers = union(s.but(s.but(i.waivers, booking.WaivePair), booking.WaiveNotice), v.waivers)
	return response{result: i.String()}
}

// but removes the waivers of a rule. Whether the pair is waived depends on the new
// interviewer.
func (s *school) but(ids []booking.WaiverID, rule booking.WaivableRule) []booking.WaiverID {
	var others []booking.WaiverID
	for _, id := range ids {
		if find(s.waivers, id, func(w waiver) booking.WaiverID { return w.id }).rule != rule {
			others = append(others, id)
		}
	}
	return others
}

func union(a, b []booking.WaiverID) []booking.WaiverID {
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(a, b))))
}

type completeInterview struct {
	interview booking.InterviewID
	grade     *int
}

func (o completeInterview) do(ctx context.Context, on *app.App) (string, int64, error) {
	return changed(on.CompleteInterview(ctx, reservation.CompleteInterviewInput{InterviewID: o.interview, Grade: o.grade}))
}

func (o completeInterview) expect(s *school, _ int64) response {
	i := s.interview(o.interview)
	switch {
	case i == nil:
		return refuse(booking.NotFound)
	case o.grade != nil && (*o.grade < 0 || *o.grade > 5):
		return refuse(booking.InvalidInput)
	case !i.meets():
		return refuse(booking.WrongStatus)
	case i.status == booking.Booked && s.now.Before(i.start):
		return refuse(booking.TooSoon)
	}
	i.status = booking.Completed
	if o.grade != nil {
		i.grade = o.grade
	}
	return response{result: i.String()}
}

type markNoShow struct {
	interview booking.InterviewID
	party     booking.Party
}

func (o markNoShow) do(ctx context.Context, on *app.App) (string, int64, error) {
	return changed(on.MarkNoShow(ctx, reservation.MarkNoShowInput{InterviewID: o.interview, Party: o.party}))
}

func (o markNoShow) expect(s *school, _ int64) response {
	i := s.interview(o.interview)
	became := booking.InterviewerNoShow
	if o.party == booking.PartyStudent {
		became = booking.StudentNoShow
	}
	switch {
	case i == nil:
		return refuse(booking.NotFound)
	case i.status == became:
	case i.status != booking.Booked:
		return refuse(booking.WrongStatus)
	case s.now.Before(i.start.Add(10 * time.Minute)):
		return refuse(booking.TooSoon)
	default:
		i.status, i.noShowAt = became, s.now
	}
	return response{result: i.String()}
}

type undoNoShow struct{ interview booking.InterviewID }

func (o undoNoShow) do(ctx context.Context, on *app.App) (string, int64, error) {
	return changed(on.UndoNoShow(ctx, reservation.UndoNoShowInput{InterviewID: o.interview}))
}

func (o undoNoShow) expect(s *school, _ int64) response {
	i := s.interview(o.interview)
	switch {
	case i == nil:
		return refuse(booking.NotFound)
	case i.status != booking.StudentNoShow && i.status != booking.InterviewerNoShow:
		return refuse(booking.WrongStatus)
	case s.now.After(i.noShowAt.Add(48 * time.Hour)):
		return refuse(booking.WrongStatus)
	}
	again := attempt{who: i.student, by: i.by, span: i.span, without: i.id, spent: i.waivers}
	v := s.judge(again)
	if len(v.refused) > 0 {
		return refuse(v.refused...)
	}
	// The use that the no-show returned may have been spent on another booking.
	var left []booking.WaiverID
	for _, w := range s.waivers {
		if slices.Contains(i.waivers, w.id) && s.hasRoom(again, w) {
			left = append(left, w.id)
		}
	}
	i.status, i.noShowAt = booking.Booked, time.Time{}
	i.exempt = i.exempt || v.again
	i.waivers = union(left, v.waivers)
	return response{result: i.String()}
}
