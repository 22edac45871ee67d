// Package preferences runs the operations on notification preferences: a person changes theirs,
// or follows a link in an e-mail to unsubscribe.
package preferences

import (
	"context"
	"sync/atomic"
	"time"

	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// Preferences runs the operations on notification preferences.
type Preferences struct {
	store *store.Store
	now   func() time.Time
	key   atomic.Pointer[[]byte] // nil until it is read
}

// New returns Preferences that use the store and take the time from now.
func New(s *store.Store, now func() time.Time) *Preferences { return &Preferences{store: s, now: now} }

// UpdateNotificationPreferencesInput names the person, as a student or as an interviewer, and
// the change.
type UpdateNotificationPreferencesInput struct {
	StudentID     *booking.StudentID
	InterviewerID *booking.InterviewerID
	booking.NotificationChange
}

// UpdateNotificationPreferences changes the notification preferences of a student or an
// interviewer.
func (p *Preferences) UpdateNotificationPreferences(
	ctx context.Context, in UpdateNotificationPreferencesInput,
) (*booking.NotificationPreferences, error) {
	owner := booking.NotificationPreferences{
		StudentID: operation.OrZero(in.StudentID), InterviewerID: operation.OrZero(in.InterviewerID),
	}
	if err := operation.AccessOf(ctx).AsOwner(owner.StudentID, owner.InterviewerID); err != nil {
		return nil, err
	}
	if err := in.Check(owner.Owner()).Err(); err != nil {
		return nil, err
	}
	now := p.now()
	return operation.Write(ctx, p.store, operation.Options{Now: now}, func(tx *store.Tx) (*booking.NotificationPreferences, error) {
		return change(ctx, tx, now, owner.Owner(), in.Apply)
	})
}

// change changes the preferences of a person.
func change(
	ctx context.Context, tx *store.Tx, now time.Time, owner booking.Actor,
	apply func(booking.NotificationPreferences) booking.NotificationPreferences,
) (*booking.NotificationPreferences, error) {
	if err := operation.LockOwner(ctx, tx, owner); err != nil {
		return nil, err
	}
	before, err := tx.Preferences(ctx, owner)
	if err != nil {
		return nil, err
	}
	after := apply(before)
	if after == before {
		return &after, nil
	}
	if err := tx.SetPreferences(ctx, after); err != nil {
		return nil, err
	}
	return &after, operation.AppendEvents(ctx, tx, now, after.Event(before))
}
