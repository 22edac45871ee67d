package app

import (
	"context"

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
}

// UpdateBookingPolicy changes the policy. The version is incremented only if a value
// changes.
func (a *App) UpdateBookingPolicy(ctx context.Context, in UpdateBookingPolicyInput) (*booking.Policy, error) {
	if err := accessOf(ctx).only(); err != nil {
		return nil, err
	}
	now := a.Now()
	return write(ctx, a, writeOptions{now: now}, func(tx *store.Tx) (*booking.Policy, error) {
		before, err := tx.LockPolicy(ctx)
		if err != nil {
			return nil, err
		}
		if in.ExpectedVersion != nil && *in.ExpectedVersion != before.Version {
			return nil, booking.StaleVersion("policy", before.Version)
		}
		policy := in.apply(before)
		if err := policy.Validate().Err(); err != nil {
			return nil, err
		}
		if in.RescheduleCutoffSeconds == nil {
			policy = policy.FollowCancelCutoff(before)
		}
		if policy == before {
			return &policy, nil
		}
		policy.Version++
		if err := tx.UpdatePolicy(ctx, policy, now); err != nil {
			return nil, err
		}
		return &policy, appendEvents(ctx, tx, now, policy.Event(before))
	})
}

func (in UpdateBookingPolicyInput) apply(p booking.Policy) booking.Policy {
	set(&p.InterviewLimit, in.InterviewLimit)
	set(&p.MinimumGradeExclusive, in.MinimumGradeExclusive)
	set(&p.GradeWindow, in.GradeWindow)
	set(&p.HoldSeconds, in.HoldSeconds)
	set(&p.MinimumNoticeSeconds, in.MinimumNoticeSeconds)
	set(&p.CancelCutoffSeconds, in.CancelCutoffSeconds)
	set(&p.RescheduleCutoffSeconds, in.RescheduleCutoffSeconds)
	set(&p.MaxReschedules, in.MaxReschedules)
	set(&p.PublishHorizonDays, in.PublishHorizonDays)
	return p
}
