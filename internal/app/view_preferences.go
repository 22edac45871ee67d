package app

import (
	"context"

	"rehearse/internal/booking"
)

// PreferencesOfStudents returns the notification preferences of students. The caller must have
// passed KnowsStudents.
func (v View) PreferencesOfStudents(
	ctx context.Context, of []booking.StudentID,
) (map[booking.StudentID]*booking.NotificationPreferences, error) {
	if err := v.KnowsStudents(of); err != nil {
		return nil, err
	}
	return pointers(v.app.store.PreferencesOfStudents(ctx, of))
}

// PreferencesOfInterviewers returns the notification preferences of interviewers. The caller
// must have passed KnowsInterviewers.
func (v View) PreferencesOfInterviewers(
	ctx context.Context, of []booking.InterviewerID,
) (map[booking.InterviewerID]*booking.NotificationPreferences, error) {
	if err := v.KnowsInterviewers(of); err != nil {
		return nil, err
	}
	return pointers(v.app.store.PreferencesOfInterviewers(ctx, of))
}

// pointers returns the map with pointers to its values.
func pointers[K comparable, V any](found map[K]V, err error) (map[K]*V, error) {
	to := make(map[K]*V, len(found))
	for key, value := range found {
		to[key] = &value
	}
	return to, err
}
