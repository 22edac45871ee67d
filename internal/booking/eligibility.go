package booking

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"rehearse/internal/calendar"
)

// Record is the data about a student that the rules need, read in one statement.
// Counts are derived from it and never stored, so they cannot drift.
type Record struct {
	Student Student
	Policy  Policy
	// Self is the interviewer with the student's e-mail address; 0 if there is
	// none.
	Self InterviewerID
	// History holds the student's interviews that are not cancelled.
	History []Commitment
	// Hold is the student's latest hold that was neither released nor used; it may
	// have expired.
	Hold *HeldSlot
	// Waivers holds every waiver granted to the student. Their uses are not
	// counted.
	Waivers []Waiver
}

// Eligibility is the verdict on a student, with its evidence.
type Eligibility struct {
	StudentID           StudentID
	Eligible            bool
	InterviewsUsed      int
	InterviewLimit      int
	InterviewsRemaining int   // including ExtraByWaiver
	ExtraByWaiver       int   // remaining uses of waivers of the limit
	RecentGrades        []int // newest first, at most the policy's window
	Reasons             []EligibilityReason
	// Waivers are those in effect: without them a rule would fail, or the student
	// could not meet an interviewer again.
	Waivers []Waiver
}

// EligibilityReason is a rule that the student fails.
type EligibilityReason struct {
	Code    RefusalCode
	Message string
}

// Eligibility judges the limit and the grades at now. A waived
// rule is not a reason.
func (r Record) Eligibility(now time.Time) Eligibility {
	return r.eligibility(r.question(now))
}

// question is the input of the rules: the student's commitments, and the waivers
// that the booking already uses.
type question struct {
	now          time.Time
	commitments  []Commitment // commitments that can conflict
	counted      []Commitment // commitments that count as used
	usedWaivers  []WaiverID
	rescheduling bool // the interview is already booked, so the grades do not matter
}

// question returns the question for a new booking. The booking ends the student's
// live hold, so the hold does not conflict with it but counts as used until then.
func (r Record) question(now time.Time) question {
	return question{now: now, commitments: r.History, counted: r.commitments(now)}
}

// questionWithHold returns the question for an interview that exists in addition to the
// student's live hold.
func (r Record) questionWithHold(now time.Time) question {
	commitments := r.commitments(now)
	return question{now: now, commitments: commitments, counted: commitments}
}

func (r Record) eligibility(q question) Eligibility {
	e := Eligibility{
		StudentID:      r.Student.ID,
		InterviewsUsed: used(q.counted),
		InterviewLimit: r.Student.LimitUnder(r.Policy),
		RecentGrades:   r.recentGrades(),
		Waivers:        []Waiver{},
	}
	waivers := r.waivers(q.commitments)
	e.ExtraByWaiver = usesLeft(r.waivers(q.counted), WaiveLimit, q.now)
	e.InterviewsRemaining = max(0, e.InterviewLimit-e.InterviewsUsed) + e.ExtraByWaiver
	for _, rule := range studentRules {
		message := rule.fails(r.Policy, q, e)
		if message == "" {
			continue
		}
		if waiver, waived := pass(waivers, rule.Waiver, q.usedWaivers, q.now); waived {
			e.Waivers = append(e.Waivers, waiver)
			continue
		}
		e.Reasons = append(e.Reasons, EligibilityReason{rule.Code, message})
	}
	for _, rule := range []WaivableRule{WaivePair, WaiveNotice} {
		if waiver, waived := pass(waivers, rule, q.usedWaivers, q.now); waived && (rule != WaiveNotice || r.Policy.MinimumNoticeSeconds > 0) {
			e.Waivers = append(e.Waivers, waiver)
		}
	}
	e.Eligible = len(e.Reasons) == 0
	return e
}

// failsLimit returns the message if the student has reached their limit.
func failsLimit(_ Policy, q question, e Eligibility) string {
	if used(q.commitments) < e.InterviewLimit {
		return ""
	}
	return fmt.Sprintf("%d of %d interviews are used.", e.InterviewsUsed, e.InterviewLimit)
}

// failsGrades returns the message if one of the student's last grades is too low.
func failsGrades(p Policy, q question, e Eligibility) string {
	tooLow := func(grade int) bool { return grade <= p.MinimumGradeExclusive }
	if q.rescheduling || !slices.ContainsFunc(e.RecentGrades, tooLow) {
		return ""
	}
	return fmt.Sprintf("The last grades are %s, newest first; each of the last %d must be greater than %d.",
		list(e.RecentGrades), p.GradeWindow, p.MinimumGradeExclusive)
}

func used(commitments []Commitment) int {
	n := 0
	for _, i := range commitments {
		if i.Status.CountsAgainstLimit() {
			n++
		}
	}
	return n
}

// recentGrades returns the latest grades by start, then id, newest first. It skips
// completed interviews without a grade: they neither block nor push a grade out.
func (r Record) recentGrades() []int {
	graded := make([]*Commitment, 0, len(r.History))
	for n := range r.History {
		if i := &r.History[n]; i.Status == Completed && i.Grade != nil {
			graded = append(graded, i)
		}
	}
	slices.SortFunc(graded, func(a, b *Commitment) int { return byStart(*b, *a) })
	grades := []int{}
	for _, i := range graded[:min(len(graded), r.Policy.GradeWindow)] {
		grades = append(grades, *i.Grade)
	}
	return grades
}

// met returns the interviewers that the student has met or has a booking with, unless a
// waiver allows another interview.
func met(commitments []Commitment) []InterviewerID {
	var ids []InterviewerID
	for _, i := range commitments {
		if i.Status.TookOrTakesPlace() {
			ids = append(ids, i.InterviewerID)
		}
	}
	return ids
}

func busy(commitments []Commitment) []calendar.Span {
	spans := make([]calendar.Span, 0, len(commitments))
	for _, i := range commitments {
		if i.Status.TookOrTakesPlace() {
			spans = append(spans, i.Span())
		}
	}
	return spans
}

func list(numbers []int) string {
	return strings.Trim(strings.Join(strings.Fields(fmt.Sprint(numbers)), ", "), "[]")
}

// Upcoming returns the ids of the student's booked interviews that have not ended,
// ordered by start.
func (r Record) Upcoming(now time.Time) []InterviewID {
	var upcoming []Commitment
	for _, i := range r.History {
		if i.Status == Booked && i.End.After(now) {
			upcoming = append(upcoming, i)
		}
	}
	slices.SortFunc(upcoming, byStart)
	ids := make([]InterviewID, len(upcoming))
	for n, i := range upcoming {
		ids[n] = i.ID
	}
	return ids
}

// byStart orders by start, then id.
func byStart(a, b Commitment) int {
	return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.ID, b.ID))
}
