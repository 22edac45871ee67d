package roster

import (
	"context"

	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// UpdateBookingPolicyInput changes the fields that are not nil.
type UpdateBookingPolicyInput struct {
	ExpectedVersion         *int // refuse if the policy's version differs
	InterviewLimit          *int
	MinimumGradeExclusive   *int
	GradeWindow             *int
	HoldSeconds             *int
	MinimumNoticeSeconds    *int
	CancelCutoffSeconds     *int
	RescheduleCutoffSeconds *int
	MaxReschedules          *int
	PublishHorizonDays      *int
	MeetingURLTemplate      booking.Optional[string] // a nil value or a blank text removes the template
	ShareMeetingRooms       *bool
	ReminderLeadSeconds     *[]int
	AgendaHour              booking.Optional[int] // a nil value turns the agenda off
	FeedbackOverdueSeconds  *int
}

// UpdateBookingPolicy changes the policy. The version is incremented only if a value
// changes.
func (r *Roster) UpdateBookingPolicy(ctx context.Context, in UpdateBookingPolicyInput) (*booking.Policy, error) {
	if err := operation.AccessOf(ctx).Only(); err != nil {
		return nil, err
	}
	now := r.now()
	return operation.Write(ctx, r.store, operation.Options{Now: now}, func(tx *store.Tx) (*booking.Policy, error) {
		before, err := tx.LockPolicy(ctx)
		if err != nil {
			return nil, err
		}
		if in.ExpectedVersion != nil && *in.ExpectedVersion != before.Version {
			return nil, booking.StaleVersion("policy", before.Version)
		}
		policy, refused := in.apply(before).Normalise()
		refused = append(refused, booking.CheckAgendaHour(in.AgendaHour.Or(nil))...)
		if err := refused.Err(); err != nil {
			return nil, err
		}
		if in.RescheduleCutoffSeconds == nil {
			policy = policy.AlignRescheduleCutoff(before)
		}
		if policy.Equal(before) {
			return &policy, nil
		}
		policy.Version++
		if err := tx.UpdatePolicy(ctx, policy, now); err != nil {
			return nil, err
		}
		return &policy, operation.AppendEvents(ctx, tx, now, policy.Event(before))
	})
}

func (in UpdateBookingPolicyInput) apply(p booking.Policy) booking.Policy {
	booking.Assign(&p.InterviewLimit, in.InterviewLimit)
	booking.Assign(&p.MinimumGradeExclusive, in.MinimumGradeExclusive)
	booking.Assign(&p.GradeWindow, in.GradeWindow)
	booking.Assign(&p.HoldSeconds, in.HoldSeconds)
	booking.Assign(&p.MinimumNoticeSeconds, in.MinimumNoticeSeconds)
	booking.Assign(&p.CancelCutoffSeconds, in.CancelCutoffSeconds)
	booking.Assign(&p.RescheduleCutoffSeconds, in.RescheduleCutoffSeconds)
	booking.Assign(&p.MaxReschedules, in.MaxReschedules)
	booking.Assign(&p.PublishHorizonDays, in.PublishHorizonDays)
	if in.MeetingURLTemplate.IsSet() {
		p.MeetingURLTemplate = ""
		booking.Assign(&p.MeetingURLTemplate, in.MeetingURLTemplate.Or(nil))
	}
	booking.Assign(&p.ShareMeetingRooms, in.ShareMeetingRooms)
	booking.Assign(&p.ReminderLeadSeconds, in.ReminderLeadSeconds)
	if in.AgendaHour.IsSet() {
		p.AgendaHour = booking.NoAgenda
		booking.Assign(&p.AgendaHour, in.AgendaHour.Or(nil))
	}
	booking.Assign(&p.FeedbackOverdueSeconds, in.FeedbackOverdueSeconds)
	return p
}
