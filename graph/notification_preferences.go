package graph

import (
	"context"

	"rehearse/graph/loader"
	"rehearse/graph/model"
	"rehearse/internal/app/preferences"
	"rehearse/internal/booking"
)

func (r studentResolver) NotificationPreferences(
	ctx context.Context, students []*booking.Student,
) ([]*booking.NotificationPreferences, error) {
	return loader.Edge[booking.Student, booking.StudentID, *booking.NotificationPreferences, struct{}]{
		Key: studentID, Read: r.app.View(ctx).PreferencesOfStudents,
	}.Of(ctx, responsePath(ctx), students)
}

func (r interviewerResolver) NotificationPreferences(
	ctx context.Context, interviewers []*booking.Interviewer,
) ([]*booking.NotificationPreferences, error) {
	return loader.Edge[booking.Interviewer, booking.InterviewerID, *booking.NotificationPreferences, struct{}]{
		Key: interviewerID, Read: r.app.View(ctx).PreferencesOfInterviewers,
	}.Of(ctx, responsePath(ctx), interviewers)
}

func (r mutationResolver) UpdateNotificationPreferences(
	ctx context.Context, in preferences.UpdateNotificationPreferencesInput,
) (*model.UpdateNotificationPreferencesPayload, error) {
	changed, err := r.app.UpdateNotificationPreferences(ctx, in)
	refused, err := r.userErrors(ctx, err)
	return &model.UpdateNotificationPreferencesPayload{NotificationPreferences: changed, Errors: refused}, err
}
