package graph

import (
	"context"

	"rehearse/internal/app"
	"rehearse/internal/booking"
)

func (r queryResolver) MailPreview(ctx context.Context, kind booking.MailKind, to *booking.Party, interviewID *int64) (*app.MailPreview, error) {
	preview, err := r.app.View(ctx).MailPreview(ctx, kind, to, (*booking.InterviewID)(interviewID))
	if err != nil {
		return nil, err
	}
	return &preview, nil
}
