package store

import (
	"context"
	"strings"
	"time"

	"rehearse/internal/booking"
)

// policyColumns are the fields of booking.Policy, which has the columns' names.
var policyColumns = columnsOf[booking.Policy]()

// Policy returns the booking policy.
func (r *Reader) Policy(ctx context.Context) (booking.Policy, error) {
	var p booking.Policy
	err := r.db.WithContext(ctx).Raw("SELECT " + policyColumns.of("p.") + " FROM booking_policy p").Take(&p).Error
	return p, fault(err, "read the booking policy")
}

// LockPolicy returns the booking policy and locks it against other changes.
func (tx *Tx) LockPolicy(ctx context.Context) (booking.Policy, error) {
	var p booking.Policy
	err := tx.db.WithContext(ctx).Raw("SELECT " + policyColumns.of("p.") + " FROM booking_policy p FOR NO KEY UPDATE").Take(&p).Error
	return p, fault(err, "lock the booking policy")
}

// UpdatePolicy writes the whole policy and records it as a new version.
func (tx *Tx) UpdatePolicy(ctx context.Context, p booking.Policy, now time.Time) error {
	values := strings.TrimSuffix(strings.Repeat("?, ", len(policyColumns)), ", ")
	err := tx.db.WithContext(ctx).Exec("WITH updated AS (UPDATE booking_policy SET ("+policyColumns.String()+") = ("+values+") RETURNING *)"+`
		INSERT INTO booking_policy_versions (version, at, policy) SELECT version, ?, to_jsonb(updated) FROM updated`,
		append(policyColumns.targets(&p), now)...).Error
	return fault(err, "update the booking policy")
}
