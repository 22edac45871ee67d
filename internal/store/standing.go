package store

import (
	"fmt"
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

// What follows is Record.Eligibility in SQL, about the student of the row, in two
// forms: one looks each student up, which ends when a page is full, and one reads
// the interviews of all of them once, which is the shorter way to a total. A test
// draws schools and compares both with the rules.

const liveHold = "h.student_id = %s AND h.ended_at IS NULL AND h.expires_at > @now"

// countedOf is how many interviews count against the student's limit. A booking
// ends the student's live hold, so the verdict leaves the hold out.
const countedOf = `(SELECT count(*) FROM interviews i WHERE i.student_id = students.id
		AND i.status IN ('BOOKED', 'COMPLETED', 'STUDENT_NO_SHOW'))`

// usedOf is how many interviews and live holds the student has used.
var usedOf = "(" + countedOf + " + (SELECT count(*) FROM holds h WHERE " + fmt.Sprintf(liveHold, "students.id") + "))"

// limitOf is the student's limit; the policy is read once for a statement.
const limitOf = "coalesce(students.interview_limit, (SELECT interview_limit FROM booking_policy))"

// byUse is a condition on usedOf and countedOf, written about columns called used
// and counted: for each student, or for all of them.
func byUse(condition string, all bool) string {
	if !all {
		return strings.NewReplacer("used", usedOf, "counted", countedOf).Replace(condition)
	}
	return `(students.id IN (SELECT students.id FROM students
		LEFT JOIN (SELECT student_id, count(*) AS n FROM interviews
			WHERE status IN ('BOOKED', 'COMPLETED', 'STUDENT_NO_SHOW') GROUP BY student_id) i ON i.student_id = students.id
		LEFT JOIN holds h ON ` + fmt.Sprintf(liveHold, "students.id") + `
		WHERE ` + strings.NewReplacer(
		"used", "(coalesce(i.n, 0) + (h.id IS NOT NULL)::int)", "counted", "coalesce(i.n, 0)",
	).Replace(condition) + `)) IS TRUE`
}

// hasLowGrade are the students with any grade that is too low.
const hasLowGrade = `(students.id IN (SELECT student_id FROM interviews
	WHERE status = 'COMPLETED' AND grade <= (SELECT minimum_grade_exclusive FROM booking_policy))) IS TRUE`

const lastGradesTooLow = `EXISTS (SELECT FROM (SELECT i.grade FROM interviews i
		WHERE i.student_id = students.id AND i.status = 'COMPLETED' AND i.grade IS NOT NULL
		ORDER BY i.starts_at DESC, i.id DESC LIMIT (SELECT grade_window FROM booking_policy)) AS last
	WHERE last.grade <= (SELECT minimum_grade_exclusive FROM booking_policy))`

// isWaived is whether something new can stand on a waiver of the rule.
func isWaived(rule booking.WaivableRule) string {
	return `EXISTS (SELECT FROM waivers w WHERE w.student_id = students.id AND w.rule = '` + string(rule) + `'
		AND w.revoked_at IS NULL AND (w.expires_at IS NULL OR w.expires_at > @now) AND w.uses >
			(SELECT count(*) FROM interviews i WHERE i.student_id = students.id AND w.id = ANY(i.waivers)
				AND i.status IN ('BOOKED', 'COMPLETED', 'STUDENT_NO_SHOW')))`
}

// fails is the condition that the rule keeps the student from booking anything;
// empty for a rule that is about something else.
func fails(code booking.RefusalCode, all bool) string {
	switch {
	case code == booking.LimitReached:
		return "(" + byUse("counted >= "+limitOf, all) + " AND NOT " + isWaived(booking.WaiveLimit) + ")"
	case code == booking.GradesTooLow && all:
		return "(" + hasLowGrade + " AND " + lastGradesTooLow + " AND NOT " + isWaived(booking.WaiveGrades) + ")"
	case code == booking.GradesTooLow:
		return "(" + lastGradesTooLow + " AND NOT " + isWaived(booking.WaiveGrades) + ")"
	}
	return ""
}

// CanBeStuck reports whether the rule can keep a student from booking anything.
func CanBeStuck(code booking.RefusalCode) bool { return fails(code, true) != "" }

// apply narrows a list of students; all prefers the form for a total.
func (f StandingFilter) apply(db *gorm.DB, all bool) *gorm.DB {
	now := map[string]any{"now": f.Now}
	if f.Eligible != nil {
		stuck := "(" + fails(booking.LimitReached, all) + " OR " + fails(booking.GradesTooLow, all) + ")"
		if *f.Eligible {
			stuck = "NOT " + stuck
		}
		db = db.Where(stuck, now)
	}
	if len(f.Stuck) > 0 {
		conditions := make([]string, len(f.Stuck))
		for i, code := range f.Stuck {
			conditions[i] = fails(code, all)
		}
		db = db.Where("("+strings.Join(conditions, " OR ")+")", now)
	}
	if r := f.InterviewsUsed; r != nil && r.Min != nil {
		db = db.Where(byUse("used >= @bound", all), map[string]any{"now": f.Now, "bound": *r.Min})
	}
	if r := f.InterviewsUsed; r != nil && r.Max != nil {
		db = db.Where(byUse("used <= @bound", all), map[string]any{"now": f.Now, "bound": *r.Max})
	}
	return db
}
