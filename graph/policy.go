package graph

import (
	"context"

	"rehearse/graph/model"
	"rehearse/internal/app/roster"
	"rehearse/internal/booking"
)

func (r queryResolver) BookingPolicy(ctx context.Context) (*booking.Policy, error) {
	policy, err := r.app.View(ctx).Policy(ctx)
	return &policy, err
}

func (r bookingPolicyResolver) MeetingURLTemplate(ctx context.Context, policies []*booking.Policy) ([]*string, error) {
	templates := make([]*string, len(policies))
	for n, p := range policies {
		var err error
		if templates[n], err = r.app.View(ctx).MeetingURLTemplate(*p); err != nil {
			return nil, err
		}
	}
	return templates, nil
}

func (r mutationResolver) UpdateBookingPolicy(
	ctx context.Context, in roster.UpdateBookingPolicyInput,
) (*model.UpdateBookingPolicyPayload, error) {
	policy, err := r.app.UpdateBookingPolicy(ctx, in)
	refused, err := r.userErrors(ctx, err)
	return &model.UpdateBookingPolicyPayload{BookingPolicy: policy, Errors: refused}, err
}
