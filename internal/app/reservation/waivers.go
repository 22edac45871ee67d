package reservation

import (
	"context"
	"time"

	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// GrantWaiverInput describes a waiver, which lets a student pass a rule.
type GrantWaiverInput struct {
	StudentID booking.StudentID
	Rule      booking.WaivableRule
	Reason    string
	Uses      int
	ExpiresAt *time.Time // nil if it never expires

	IdempotencyKey *string
}

// GrantWaiver grants a waiver.
func (s *Reservations) GrantWaiver(ctx context.Context, in GrantWaiverInput) (*booking.Waiver, error) {
	if err := operation.AccessOf(ctx).Only(); err != nil {
		return nil, err
	}
	ctx = operation.WithKey(ctx, "grantWaiver", in.IdempotencyKey, in, operation.WaiverForm)
	now := s.now()
	waiver := booking.Waiver{
		StudentID: in.StudentID, Rule: in.Rule, Reason: in.Reason, Uses: in.Uses, GrantedAt: now, ExpiresAt: in.ExpiresAt,
	}
	return operation.Write(ctx, s.store, operation.Options{Now: now}, func(tx *store.Tx) (*booking.Waiver, error) {
		if err := waiver.Validate(now).Err(); err != nil { // here, so that a replay after ExpiresAt still succeeds
			return nil, err
		}
		student, err := tx.LockStudent(ctx, in.StudentID)
		if err != nil {
			return nil, err
		}
		if err := student.CheckNotAnonymised("studentId").Err(); err != nil {
			return nil, err
		}
		granted, err := tx.GrantWaiver(ctx, waiver)
		if err != nil {
			return nil, err
		}
		return &granted, operation.AppendEvents(ctx, tx, now, granted.Event(booking.WaiverGranted, booking.Waiver{}))
	})
}

// RevokeWaiverInput names the waiver to revoke.
type RevokeWaiverInput struct{ WaiverID booking.WaiverID }

// RevokeWaiver ends a waiver. Bookings that used it are kept. Revoking it again changes
// nothing.
func (s *Reservations) RevokeWaiver(ctx context.Context, in RevokeWaiverInput) (*booking.Waiver, error) {
	if err := operation.AccessOf(ctx).Only(); err != nil {
		return nil, err
	}
	known, err := s.store.Waiver(ctx, in.WaiverID) // a waiver's student never changes
	if err != nil {
		return nil, err
	}
	now := s.now()
	return operation.Write(ctx, s.store, operation.Options{Now: now}, func(tx *store.Tx) (*booking.Waiver, error) {
		if _, err := tx.LockStudent(ctx, known.StudentID); err != nil {
			return nil, err
		}
		record, err := tx.Record(ctx, known.StudentID)
		if err != nil {
			return nil, err
		}
		var waiver booking.Waiver
		for _, w := range record.AllWaivers(now) {
			if w.ID == in.WaiverID {
				waiver = w
			}
		}
		if waiver.RevokedAt != nil {
			return &waiver, nil
		}
		return revoke(ctx, tx, waiver, now)
	})
}

// revoke ends a waiver. The caller has locked its student.
func revoke(ctx context.Context, tx *store.Tx, waiver booking.Waiver, now time.Time) (*booking.Waiver, error) {
	before := waiver
	waiver.RevokedAt = &now
	if err := tx.RevokeWaiver(ctx, waiver); err != nil {
		return nil, err
	}
	return &waiver, operation.AppendEvents(ctx, tx, now, waiver.Event(booking.WaiverRevoked, before))
}
