package booking

import "time"

// Policy is the record of the numbers the rules use. Durations are in seconds.
type Policy struct {
	InterviewLimit        int // interviews a student may use
	MinimumGradeExclusive int // each grade looked at must be greater than this
	GradeWindow           int // how many of the latest grades are looked at
	HoldSeconds           int // how long a hold lives
	MinimumNoticeSeconds  int // how long before its start a slot can still be booked
	CancelCutoffSeconds   int // how long before the start a student can still cancel
	// RescheduleCutoffSeconds is how long before the start a student can still move an
	// interview. Below CancelCutoffSeconds it lets a student move an interview that
	// can no longer be cancelled, and then cancel it.
	RescheduleCutoffSeconds int
	MaxReschedules          int // how often one interview can be moved
	PublishHorizonDays      int // how far ahead weekly availability is published
	Version                 int // grows by one with every change
}

// FollowCancelCutoff is the policy with the reschedule cutoff that goes with a
// change of the cancel cutoff alone. The two stay equal if they were, and the
// change does not open the way around the cancel cutoff by itself: only setting
// the reschedule cutoff makes it the shorter one.
func (p Policy) FollowCancelCutoff(before Policy) Policy {
	apart := before.RescheduleCutoffSeconds - before.CancelCutoffSeconds
	if apart == 0 || apart > 0 && p.RescheduleCutoffSeconds < p.CancelCutoffSeconds {
		p.RescheduleCutoffSeconds = p.CancelCutoffSeconds
	}
	return p
}

// Horizon is until when weekly availability is published.
func (p Policy) Horizon(now time.Time) time.Time {
	return now.Add(time.Duration(p.PublishHorizonDays) * 24 * time.Hour)
}

// DefaultPolicy is what a new school starts with.
func DefaultPolicy() Policy {
	return Policy{
		InterviewLimit:          15,
		MinimumGradeExclusive:   1,
		GradeWindow:             2,
		HoldSeconds:             5 * 60,
		MinimumNoticeSeconds:    0,
		CancelCutoffSeconds:     24 * 60 * 60,
		RescheduleCutoffSeconds: 24 * 60 * 60,
		MaxReschedules:          3,
		PublishHorizonDays:      180,
		Version:                 1,
	}
}

// MaxInterviewLimit bounds a limit, the policy's and a student's own.
const MaxInterviewLimit = 1000

// MaxGradeWindow bounds how many of the latest grades are looked at.
const MaxGradeWindow = 100

const monthSeconds = 30 * 24 * 60 * 60

// Validate reports every number that is out of its bounds.
func (p Policy) Validate() Refused {
	var refused Refused
	for _, b := range []struct {
		field           string
		value, min, max int
	}{
		{"interviewLimit", p.InterviewLimit, 0, MaxInterviewLimit},
		{"minimumGradeExclusive", p.MinimumGradeExclusive, MinGrade - 1, MaxGrade - 1},
		{"gradeWindow", p.GradeWindow, 0, MaxGradeWindow},
		{"holdSeconds", p.HoldSeconds, 30, 60 * 60},
		{"minimumNoticeSeconds", p.MinimumNoticeSeconds, 0, monthSeconds},
		{"cancelCutoffSeconds", p.CancelCutoffSeconds, 0, monthSeconds},
		{"rescheduleCutoffSeconds", p.RescheduleCutoffSeconds, 0, monthSeconds},
		{"maxReschedules", p.MaxReschedules, 0, 100},
		{"publishHorizonDays", p.PublishHorizonDays, 1, 730},
	} {
		refused = append(refused, checkBounds(b.field, b.value, b.min, b.max)...)
	}
	return refused
}
