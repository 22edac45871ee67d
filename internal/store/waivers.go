package store

import (
	"context"
	"time"

	"rehearse/internal/booking"
)

// waiverRow is also decoded from the JSON of a student's record.
type waiverRow struct {
	ID        booking.WaiverID     `json:"id"`
	StudentID booking.StudentID    `json:"student_id"`
	Rule      booking.WaivableRule `json:"rule"`
	Reason    string               `json:"reason"`
	Uses      int                  `json:"uses"`
	GrantedAt time.Time            `json:"granted_at"`
	ExpiresAt *time.Time           `json:"expires_at"`
	RevokedAt *time.Time           `json:"revoked_at"`
}

func (waiverRow) TableName() string { return "waivers" }

func (r waiverRow) domain() booking.Waiver {
	return booking.Waiver{
		ID: r.ID, StudentID: r.StudentID, Rule: r.Rule, Reason: r.Reason, Uses: r.Uses,
		GrantedAt: r.GrantedAt.UTC(), ExpiresAt: utc(r.ExpiresAt), RevokedAt: utc(r.RevokedAt),
	}
}

// Waiver returns one waiver without its uses counted, or NotFound.
func (r *Reader) Waiver(ctx context.Context, id booking.WaiverID) (booking.Waiver, error) {
	var found waiverRow
	err := r.db.WithContext(ctx).Where("id = ?", id).Take(&found).Error
	return found.domain(), missing(err, "waiver", "waiverId", id)
}

// GrantWaiver inserts a waiver and returns it with its id.
func (tx *Tx) GrantWaiver(ctx context.Context, w booking.Waiver) (booking.Waiver, error) {
	created := waiverRow{
		StudentID: w.StudentID, Rule: w.Rule, Reason: w.Reason, Uses: w.Uses, GrantedAt: w.GrantedAt, ExpiresAt: w.ExpiresAt,
	}
	err := tx.db.WithContext(ctx).Create(&created).Error
	note(tx, changedStudents, w.StudentID)
	return created.domain(), fault(err, "grant a waiver")
}

// RevokeWaiver writes when the waiver was revoked. Its student must be locked.
func (tx *Tx) RevokeWaiver(ctx context.Context, w booking.Waiver) error {
	note(tx, changedStudents, w.StudentID)
	return tx.update(ctx, &waiverRow{ID: w.ID, RevokedAt: w.RevokedAt}, "revoked_at")
}
