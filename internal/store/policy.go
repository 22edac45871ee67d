package store

import (
	"context"
	"time"

	"rehearse/internal/booking"
)

const policyColumns = `p.interview_limit, p.minimum_grade_exclusive, p.grade_window, p.hold_seconds,
	p.minimum_notice_seconds, p.cancel_cutoff_seconds, p.reschedule_cutoff_seconds, p.max_reschedules, p.publish_horizon_days, p.version`

// policyPlaces returns the scan targets of policyColumns.
func policyPlaces(p *booking.Policy) []any {
	return []any{
		&p.InterviewLimit, &p.MinimumGradeExclusive, &p.GradeWindow, &p.HoldSeconds,
		&p.MinimumNoticeSeconds, &p.CancelCutoffSeconds, &p.RescheduleCutoffSeconds, &p.MaxReschedules, &p.PublishHorizonDays, &p.Version,
	}
}

// Policy returns the booking policy.
func (r *Reader) Policy(ctx context.Context) (booking.Policy, error) {
	var p booking.Policy
	err := r.db.WithContext(ctx).Raw("SELECT " + policyColumns + " FROM booking_policy p").Take(&p).Error
	return p, fault(err, "read the booking policy")
}

// LockPolicy returns the booking policy and locks it against other changes.
func (tx *Tx) LockPolicy(ctx context.Context) (booking.Policy, error) {
	var p booking.Policy
	err := tx.db.WithContext(ctx).Raw("SELECT " + policyColumns + " FROM booking_policy p FOR NO KEY UPDATE").Take(&p).Error
	return p, fault(err, "lock the booking policy")
}

// UpdatePolicy writes the whole policy and records it as a new version.
func (tx *Tx) UpdatePolicy(ctx context.Context, p booking.Policy, now time.Time) error {
	err := tx.db.WithContext(ctx).Exec(`WITH updated AS (UPDATE booking_policy SET interview_limit = ?, minimum_grade_exclusive = ?,
		grade_window = ?, hold_seconds = ?, minimum_notice_seconds = ?, cancel_cutoff_seconds = ?,
		reschedule_cutoff_seconds = ?, max_reschedules = ?, publish_horizon_days = ?, version = ? RETURNING *)
		INSERT INTO booking_policy_versions (version, at, policy) SELECT version, ?, to_jsonb(updated) FROM updated`,
		p.InterviewLimit, p.MinimumGradeExclusive, p.GradeWindow, p.HoldSeconds, p.MinimumNoticeSeconds,
		p.CancelCutoffSeconds, p.RescheduleCutoffSeconds, p.MaxReschedules, p.PublishHorizonDays, p.Version, now).Error
	return fault(err, "update the booking policy")
}
