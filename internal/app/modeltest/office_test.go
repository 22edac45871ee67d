package modeltest

import (
	"context"
	"fmt"
	"time"

	"rehearse/internal/app"
	"rehearse/internal/app/reservation"
	"rehearse/internal/app/roster"
	"rehearse/internal/booking"
)

// This file models the operations of administrators.

type grantWaiver struct {
	student booking.StudentID
	rule    booking.WaivableRule
	uses    int
	expires time.Time // zero for no expiry
}

func (o grantWaiver) do(ctx context.Context, on *app.App) (string, int64, error) {
	in := reservation.GrantWaiverInput{StudentID: o.student, Rule: o.rule, Reason: "a second chance", Uses: o.uses}
	if !o.expires.IsZero() {
		in.ExpiresAt = &o.expires
	}
	w, err := on.GrantWaiver(ctx, in)
	if err != nil {
		return "", 0, err
	}
	return fmt.Sprintf("%s for %d, %d of %d used", w.Rule, w.StudentID, w.Used, w.Uses), int64(w.ID), nil
}

func (o grantWaiver) expect(s *school, id int64) response {
	switch {
	case o.uses < 1 || (!o.expires.IsZero() && !o.expires.After(s.now)):
		return refuse(booking.InvalidInput)
	case s.student(o.student) == nil:
		return refuse(booking.NotFound)
	}
	s.waivers = append(s.waivers, waiver{booking.WaiverID(id), o.student, o.rule, o.uses, o.expires, false})
	return resultf("%s for %d, %d of %d used", o.rule, o.student, 0, o.uses)
}

type revokeWaiver struct{ waiver booking.WaiverID }

func (o revokeWaiver) do(ctx context.Context, on *app.App) (string, int64, error) {
	w, err := on.RevokeWaiver(ctx, reservation.RevokeWaiverInput{WaiverID: o.waiver})
	if err != nil {
		return "", 0, err
	}
	return fmt.Sprintf("%d revoked %t", w.ID, w.RevokedAt != nil), 0, nil
}

func (o revokeWaiver) expect(s *school, _ int64) response {
	w := find(s.waivers, o.waiver, func(x waiver) booking.WaiverID { return x.id })
	if w == nil {
		return refuse(booking.NotFound)
	}
	w.revoked = true
	return resultf("%d revoked true", w.id)
}

type setLimit struct {
	student booking.StudentID
	limit   *int
}

func (o setLimit) do(ctx context.Context, on *app.App) (string, int64, error) {
	u, err := on.UpdateStudent(ctx, roster.UpdateStudentInput{
		StudentID: o.student, StudentChange: booking.StudentChange{InterviewLimit: booking.Set(o.limit)},
	})
	if err != nil {
		return "", 0, err
	}
	return "limit " + number(u.InterviewLimit), 0, nil
}

func (o setLimit) expect(s *school, _ int64) response {
	s.student(o.student).limit = o.limit
	return resultf("limit %s", number(o.limit))
}

type updatePolicy struct{ policy booking.Policy }

func (o updatePolicy) do(ctx context.Context, on *app.App) (string, int64, error) {
	p := o.policy
	now, err := on.UpdateBookingPolicy(ctx, roster.UpdateBookingPolicyInput{
		InterviewLimit: &p.InterviewLimit, MinimumGradeExclusive: &p.MinimumGradeExclusive, GradeWindow: &p.GradeWindow,
		HoldSeconds: &p.HoldSeconds, MinimumNoticeSeconds: &p.MinimumNoticeSeconds, CancelCutoffSeconds: &p.CancelCutoffSeconds,
		RescheduleCutoffSeconds: &p.RescheduleCutoffSeconds,
		MaxReschedules:          &p.MaxReschedules, PublishHorizonDays: &p.PublishHorizonDays,
		MeetingURLTemplate: booking.Set(&p.MeetingURLTemplate), ShareMeetingRooms: &p.ShareMeetingRooms,
		ReminderLeadSeconds: &p.ReminderLeadSeconds, AgendaHour: booking.Set(&p.AgendaHour), FeedbackOverdueSeconds: &p.FeedbackOverdueSeconds,
	})
	if err != nil {
		return "", 0, err
	}
	now.Version = 0
	return fmt.Sprintf("%+v", *now), 0, nil
}

func (o updatePolicy) expect(s *school, _ int64) response {
	s.policy = o.policy
	return resultf("%+v", o.policy)
}

// advanceClock advances the clock of the model, which the tested school uses as well.
type advanceClock struct{ until time.Time }

func (advanceClock) do(context.Context, *app.App) (string, int64, error) { return "", 0, nil }

func (o advanceClock) expect(s *school, _ int64) response {
	s.now = o.until
	return response{}
}
