package store

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"

	"rehearse/internal/booking"
)

// IntRange is a range with inclusive bounds; a nil bound is unlimited.
type IntRange struct{ Min, Max *int }

// EligibilityFilter narrows a list of students by the result of Record.Eligibility. The
// zero value matches every student.
type EligibilityFilter struct {
	Eligible       *bool
	Stuck          []booking.RefusalCode // students that one of these rules keeps from booking
	InterviewsUsed *IntRange
}

// The conditions below express Record.Eligibility in SQL for the student of the current
// row. The row stores the counted interviews and the last grades; triggers maintain
// them, and Check recomputes them. A test compares the conditions with the Go rules on
// random schools. The ? is the time.

// usedNow is the number of counted interviews and live holds of the student. The
// subquery over the holds runs once for a statement.
var usedNow = `(students.interviews_counted + (students.id IN (SELECT student_id FROM holds
		WHERE ` + isLiveHold("", "?") + `))::integer)`

// studentRules contains the condition of each rule of booking.StudentRules, waivers apart.
// The limit ignores holds, because a booking ends the student's live hold.
var studentRules = map[booking.RefusalCode]string{
	booking.LimitReached: "students.interviews_counted >= coalesce(students.interview_limit, (SELECT interview_limit FROM booking_policy))",
	booking.GradesTooLow: `(SELECT minimum_grade_exclusive FROM booking_policy) >=
		ANY (students.recent_grades[1:(SELECT grade_window FROM booking_policy)])`,
}

// isWaived returns the condition that a waiver of the rule is available for a new
// booking.
func isWaived(rule booking.WaivableRule) string {
	return `EXISTS (SELECT FROM waivers w WHERE w.student_id = students.id AND w.rule = '` + string(rule) + `'
		AND ` + isLiveWaiver("w.", "?") + ` AND w.uses >
			(SELECT count(*) FROM interviews i WHERE i.student_id = students.id AND w.id = ANY(i.waivers)
				AND ` + countsAgainstLimit("i.") + `))`
}

// fails returns the condition that the rule keeps the student from booking any slot, or
// "" for a rule about something else. It has one ?.
func fails(code booking.RefusalCode) string {
	for _, rule := range booking.StudentRules() {
		if rule.Code == code {
			return "(" + studentRules[code] + " AND NOT " + isWaived(rule.Waiver) + ")"
		}
	}
	return ""
}

// failsAny returns the condition that one of the rules keeps the student from booking any
// slot, and its arguments.
func failsAny(codes []booking.RefusalCode, at time.Time) (condition string, args []any) {
	var conditions []string
	for _, code := range codes {
		conditions, args = append(conditions, fails(code)), append(args, at)
	}
	return "(" + strings.Join(conditions, " OR ") + ")", args
}

// CanBeStuck reports whether the rule can keep a student from booking any slot.
func CanBeStuck(code booking.RefusalCode) bool { return fails(code) != "" }

// apply adds the filter's conditions to a query. They are evaluated at now.
func (f EligibilityFilter) apply(db *gorm.DB, now time.Time) *gorm.DB {
	if f.Eligible != nil {
		var every []booking.RefusalCode
		for _, rule := range booking.StudentRules() {
			every = append(every, rule.Code)
		}
		stuck, args := failsAny(every, now)
		if *f.Eligible {
			stuck = "NOT " + stuck
		}
		db = db.Where(stuck, args...)
	}
	if len(f.Stuck) > 0 {
		stuck, args := failsAny(unique(f.Stuck), now)
		db = db.Where(stuck, args...)
	}
	if f.InterviewsUsed != nil {
		db = f.InterviewsUsed.apply(db, now)
	}
	return db
}

// apply restricts a list of students to those whose used interviews lie in the range. A
// student has at most one live hold, so a condition on the stored count comes first:
// Postgres has statistics of that column and can plan for the bounds.
func (r IntRange) apply(db *gorm.DB, now time.Time) *gorm.DB {
	if r.Min != nil {
		db = byValue(db).Where("students.interviews_counted >= ? - 1 AND "+usedNow+" >= ?", *r.Min, now, *r.Min)
	}
	if r.Max != nil {
		db = byValue(db).Where("students.interviews_counted <= ? AND "+usedNow+" <= ?", *r.Max, now, *r.Max)
	}
	return db
}

// BeginLoad prepares the transaction for a load of a whole school. Until FillCounts runs, writes do
// not update the students' standings, which would update each student once for each batch. The
// locks keep autovacuum out until the load commits: it counts no uncommitted rows, so Postgres would
// scan whole tables for each foreign key.
func (tx *Tx) BeginLoad(ctx context.Context) error {
	if err := tx.db.WithContext(ctx).Exec("LOCK TABLE " + strings.Join(tables, ", ") + " IN SHARE UPDATE EXCLUSIVE MODE").Error; err != nil {
		return fault(err, "lock the tables for a load")
	}
	return tx.setLoading(ctx, "on")
}

// FillCounts derives the standings of all students from their interviews.
func (tx *Tx) FillCounts(ctx context.Context) error {
	tx.noteEveryStudent()
	err := fillInRanges(ctx, tx, "students", `
		UPDATE students SET (interviews_counted, recent_grades) = (SELECT counted, grades FROM standing(students.id))
		WHERE id > ? AND id <= ?`)
	if err != nil {
		return err
	}
	return tx.setLoading(ctx, "off")
}

func (tx *Tx) setLoading(ctx context.Context, to string) error {
	err := tx.db.WithContext(ctx).Exec("SELECT set_config('rehearse.loading', ?, true)", to).Error
	return fault(err, "set rehearse.loading to %s", to)
}
