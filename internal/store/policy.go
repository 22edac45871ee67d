package store

import (
	"context"
	"strings"
	"time"

	"rehearse/internal/booking"
)

// policyRow has the fields of booking.Policy, so that the types convert to each other.
type policyRow struct {
	InterviewLimit          int `gorm:"column:interview_limit"`
	MinimumGradeExclusive   int `gorm:"column:minimum_grade_exclusive"`
	GradeWindow             int `gorm:"column:grade_window"`
	HoldSeconds             int `gorm:"column:hold_seconds"`
	MinimumNoticeSeconds    int `gorm:"column:minimum_notice_seconds"`
	CancelCutoffSeconds     int `gorm:"column:cancel_cutoff_seconds"`
	RescheduleCutoffSeconds int `gorm:"column:reschedule_cutoff_seconds"`
	MaxReschedules          int `gorm:"column:max_reschedules"`
	PublishHorizonDays      int `gorm:"column:publish_horizon_days"`
	MeetingURLTemplate      string
	ShareMeetingRooms       bool
	Version                 int `gorm:"column:version"`
}

var policyColumns = columnsOf[policyRow]()

// Policy returns the booking policy.
func (r *Reader) Policy(ctx context.Context) (booking.Policy, error) {
	var p policyRow
	err := r.db.WithContext(ctx).Raw("SELECT " + policyColumns.of("p.") + " FROM booking_policy p").Take(&p).Error
	return booking.Policy(p), fault(err, "read the booking policy")
}

// LockPolicy returns the booking policy and locks it against other changes.
func (tx *Tx) LockPolicy(ctx context.Context) (booking.Policy, error) {
	var p policyRow
	err := tx.db.WithContext(ctx).Raw("SELECT " + policyColumns.of("p.") + " FROM booking_policy p FOR NO KEY UPDATE").Take(&p).Error
	return booking.Policy(p), fault(err, "lock the booking policy")
}

// UpdatePolicy writes the whole policy and records it as a new version.
func (tx *Tx) UpdatePolicy(ctx context.Context, p booking.Policy, now time.Time) error {
	row := policyRow(p)
	values := strings.TrimSuffix(strings.Repeat("?, ", len(policyColumns)), ", ")
	err := tx.db.WithContext(ctx).Exec("WITH updated AS (UPDATE booking_policy SET ("+policyColumns.String()+") = ("+values+") RETURNING *)"+`
		INSERT INTO booking_policy_versions (version, at, policy) SELECT version, ?, to_jsonb(updated) FROM updated`,
		append(policyColumns.targets(&row), now)...).Error
	tx.noteEveryStudent()
	return fault(err, "update the booking policy")
}
