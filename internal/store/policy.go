package store

import (
	"context"
	"strings"
	"time"

	"rehearse/internal/booking"
)

// policyRow is a row of booking_policy.
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
	ReminderLeadSeconds     integers `gorm:"type:integer[]"`
	AgendaHour              int
	FeedbackOverdueSeconds  int
	Version                 int `gorm:"column:version"`
}

func newPolicyRow(p booking.Policy) policyRow {
	return policyRow{
		InterviewLimit: p.InterviewLimit, MinimumGradeExclusive: p.MinimumGradeExclusive, GradeWindow: p.GradeWindow,
		HoldSeconds: p.HoldSeconds, MinimumNoticeSeconds: p.MinimumNoticeSeconds, CancelCutoffSeconds: p.CancelCutoffSeconds,
		RescheduleCutoffSeconds: p.RescheduleCutoffSeconds, MaxReschedules: p.MaxReschedules, PublishHorizonDays: p.PublishHorizonDays,
		MeetingURLTemplate: p.MeetingURLTemplate, ShareMeetingRooms: p.ShareMeetingRooms,
		ReminderLeadSeconds: p.ReminderLeadSeconds, AgendaHour: p.AgendaHour, FeedbackOverdueSeconds: p.FeedbackOverdueSeconds,
		Version: p.Version,
	}
}

func (r policyRow) domain() booking.Policy {
	return booking.Policy{
		InterviewLimit: r.InterviewLimit, MinimumGradeExclusive: r.MinimumGradeExclusive, GradeWindow: r.GradeWindow,
		HoldSeconds: r.HoldSeconds, MinimumNoticeSeconds: r.MinimumNoticeSeconds, CancelCutoffSeconds: r.CancelCutoffSeconds,
		RescheduleCutoffSeconds: r.RescheduleCutoffSeconds, MaxReschedules: r.MaxReschedules, PublishHorizonDays: r.PublishHorizonDays,
		MeetingURLTemplate: r.MeetingURLTemplate, ShareMeetingRooms: r.ShareMeetingRooms,
		ReminderLeadSeconds: r.ReminderLeadSeconds, AgendaHour: r.AgendaHour, FeedbackOverdueSeconds: r.FeedbackOverdueSeconds,
		Version: r.Version,
	}
}

var policyColumns = columnsOf[policyRow]()

// Policy returns the booking policy.
func (r *Reader) Policy(ctx context.Context) (booking.Policy, error) {
	var p policyRow
	err := r.db.WithContext(ctx).Raw("SELECT " + policyColumns.of("p.") + " FROM booking_policy p").Take(&p).Error
	return p.domain(), fault(err, "read the booking policy")
}

// LockPolicy returns the booking policy and locks it against other changes.
func (tx *Tx) LockPolicy(ctx context.Context) (booking.Policy, error) {
	var p policyRow
	err := tx.db.WithContext(ctx).Raw("SELECT " + policyColumns.of("p.") + " FROM booking_policy p FOR NO KEY UPDATE").Take(&p).Error
	return p.domain(), fault(err, "lock the booking policy")
}

// UpdatePolicy writes the whole policy and records it as a new version.
func (tx *Tx) UpdatePolicy(ctx context.Context, p booking.Policy, now time.Time) error {
	row := newPolicyRow(p)
	values := strings.TrimSuffix(strings.Repeat("?, ", len(policyColumns)), ", ")
	err := tx.db.WithContext(ctx).Exec("WITH updated AS (UPDATE booking_policy SET ("+policyColumns.String()+") = ("+values+") RETURNING *)"+`
		INSERT INTO booking_policy_versions (version, at, policy) SELECT version, ?, to_jsonb(updated) FROM updated`,
		append(policyColumns.targets(&row), now)...).Error
	tx.noteEveryStudent()
	return fault(err, "update the booking policy")
}
