package store

import (
	"strings"
	"time"

	"gorm.io/gorm"

	"rehearse/internal/booking"
)

// IntRange is bounds of a number, both inclusive; nil bounds nothing.
type IntRange struct{ Min, Max *int }

// StandingFilter narrows students by what Record.Eligibility says of them; the
// zero value narrows nothing.
type StandingFilter struct {
	Eligible       *bool
	Stuck          []booking.RefusalCode // students that one of these rules keeps from booking
	InterviewsUsed *IntRange
	Now            time.Time // of the verdict
}

// The conditions below are Record.Eligibility in SQL, about the student of the row.
// How many interviews count and what the last grades are stands in the row; a
// migration's triggers keep it there, and Check recomputes it. A test draws schools
// and compares the conditions with the rules.

// usedNow is how many interviews and live holds the student has used. The holds are
// read once for a statement.
const usedNow = `(students.interviews_counted + (students.id IN (SELECT student_id FROM holds
		WHERE ended_at IS NULL AND expires_at > @now))::integer)`

// limitReached leaves the hold out: a booking ends the student's live hold.
const limitReached = "students.interviews_counted >= coalesce(students.interview_limit, (SELECT interview_limit FROM booking_policy))"

const gradesTooLow = `(SELECT minimum_grade_exclusive FROM booking_policy) >=
		ANY (students.recent_grades[1:(SELECT grade_window FROM booking_policy)])`

// isWaived is whether something new can stand on a waiver of the rule.
func isWaived(rule booking.WaivableRule) string {
	return `EXISTS (SELECT FROM waivers w WHERE w.student_id = students.id AND w.rule = '` + string(rule) + `'
		AND w.revoked_at IS NULL AND (w.expires_at IS NULL OR w.expires_at > @now) AND w.uses >
			(SELECT count(*) FROM interviews i WHERE i.student_id = students.id AND w.id = ANY(i.waivers)
				AND i.status IN ('BOOKED', 'COMPLETED', 'STUDENT_NO_SHOW')))`
}

// fails is the condition that the rule keeps the student from booking anything;
// empty for a rule that is about something else.
func fails(code booking.RefusalCode) string {
	switch code { //nolint:exhaustive // the others are about a slot
	case booking.LimitReached:
		return "(" + limitReached + " AND NOT " + isWaived(booking.WaiveLimit) + ")"
	case booking.GradesTooLow:
		return "(" + gradesTooLow + " AND NOT " + isWaived(booking.WaiveGrades) + ")"
	}
	return ""
}

// CanBeStuck reports whether the rule can keep a student from booking anything.
func CanBeStuck(code booking.RefusalCode) bool { return fails(code) != "" }

// apply narrows a list of students.
func (f StandingFilter) apply(db *gorm.DB) *gorm.DB {
	now := map[string]any{"now": f.Now}
	if f.Eligible != nil {
		stuck := "(" + fails(booking.LimitReached) + " OR " + fails(booking.GradesTooLow) + ")"
		if *f.Eligible {
			stuck = "NOT " + stuck
		}
		db = db.Where(stuck, now)
	}
	if len(f.Stuck) > 0 {
		var conditions []string
		for _, code := range unique(f.Stuck) {
			conditions = append(conditions, fails(code))
		}
		db = db.Where("("+strings.Join(conditions, " OR ")+")", now)
	}
	if f.InterviewsUsed != nil {
		db = f.InterviewsUsed.apply(db, f.Now)
	}
	return db
}

// apply narrows a list of students to those who have used so many. At most one hold
// of a student is live, so what the row alone says comes first: Postgres knows how
// many rows there are of each count, and plans for the bounds.
func (r IntRange) apply(db *gorm.DB, now time.Time) *gorm.DB {
	if r.Min != nil {
		db = byValue(db).Where("students.interviews_counted >= @bound - 1 AND "+usedNow+" >= @bound", map[string]any{"now": now, "bound": *r.Min})
	}
	if r.Max != nil {
		db = byValue(db).Where("students.interviews_counted <= @bound AND "+usedNow+" <= @bound", map[string]any{"now": now, "bound": *r.Max})
	}
	return db
}
