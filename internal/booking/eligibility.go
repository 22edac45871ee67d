package booking

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"rehearse/internal/calendar"
)

// Record is all that the rules need to know of a student, as it was read in
// one statement: nothing in it is counted or kept elsewhere, so nothing can
// drift from it.
type Record struct {
	Student Student
	Policy  Policy
	// Self is the interviewer with the student's own e-mail; 0 when there is none.
	Self InterviewerID
	// History is what the rules need of every interview of the student that is not
	// cancelled.
	History []Commitment
	// Hold is the student's last hold unless it was released or used; it may have
	// expired.
	Hold *HeldSlot
	// Waivers are all that were granted to the student; their uses are not counted.
	Waivers []Waiver
}

// Eligibility is the verdict on a student, with the evidence.
type Eligibility struct {
	StudentID           StudentID
	Eligible            bool
	InterviewsUsed      int
	InterviewLimit      int
	InterviewsRemaining int   // those that waivers add among them
	ExtraByWaiver       int   // how many more the waivers of the limit allow
	RecentGrades        []int // newest first, at most the policy's window
	Reasons             []EligibilityReason
	// Waivers are at work: without them a rule would fail, or keep the student from
	// somebody he has met.
	Waivers []Waiver
}

// EligibilityReason is one rule that fails.
type EligibilityReason struct {
	Code    RefusalCode
	Message string
}

// Eligibility judges rule 2 (the limit) and rule 4 (the grades) at now. A rule
// that fails and is waived is no reason.
func (r Record) Eligibility(now time.Time) Eligibility {
	return r.eligibility(r.question(now))
}

// question is what the rules are asked about: what counts of the student, and
// which of his waivers the thing in question stands on already.
type question struct {
	now     time.Time
	claims  []Commitment // what is in the way
	counted []Commitment // what counts as used
	spent   []WaiverID
	moving  bool // an interview that is booked: rule 4 is not asked again
}

// question is about a booking. It ends the student's live hold, which is therefore
// not in its way; until then the hold counts as used.
func (r Record) question(now time.Time) question {
	return question{now: now, claims: r.History, counted: r.claims(now)}
}

// beside is about what stands beside the student's live hold.
func (r Record) beside(now time.Time) question {
	claims := r.claims(now)
	return question{now: now, claims: claims, counted: claims}
}

func (r Record) eligibility(q question) Eligibility {
	e := Eligibility{
		StudentID:      r.Student.ID,
		InterviewsUsed: used(q.counted),
		InterviewLimit: r.Student.InterviewLimit(r.Policy),
		RecentGrades:   r.recentGrades(),
		Waivers:        []Waiver{},
	}
	waivers := r.waivers(q.claims)
	e.ExtraByWaiver = usesLeft(r.waivers(q.counted), WaiveLimit, q.now)
	e.InterviewsRemaining = max(0, e.InterviewLimit-e.InterviewsUsed) + e.ExtraByWaiver
	fails := func(rule WaivableRule, code RefusalCode, message string) {
		if waiver, waived := pass(waivers, rule, q.spent, q.now); waived {
			e.Waivers = append(e.Waivers, waiver)
			return
		}
		e.Reasons = append(e.Reasons, EligibilityReason{code, message})
	}
	if used(q.claims) >= e.InterviewLimit {
		fails(WaiveLimit, LimitReached, fmt.Sprintf("%d of %d interviews are used.", e.InterviewsUsed, e.InterviewLimit))
	}
	tooLow := func(grade int) bool { return grade <= r.Policy.MinimumGradeExclusive }
	if !q.moving && slices.ContainsFunc(e.RecentGrades, tooLow) {
		fails(WaiveGrades, GradesTooLow, fmt.Sprintf(
			"The last grades are %s, newest first; each of the last %d must be greater than %d.",
			list(e.RecentGrades), r.Policy.GradeWindow, r.Policy.MinimumGradeExclusive))
	}
	for _, rule := range []WaivableRule{WaivePair, WaiveNotice} {
		if waiver, waived := pass(waivers, rule, q.spent, q.now); waived && (rule != WaiveNotice || r.Policy.MinimumNoticeSeconds > 0) {
			e.Waivers = append(e.Waivers, waiver)
		}
	}
	e.Eligible = len(e.Reasons) == 0
	return e
}

func used(claims []Commitment) int {
	n := 0
	for _, i := range claims {
		if i.Status.CountsAgainstLimit() {
			n++
		}
	}
	return n
}

// recentGrades orders by start, then id, newest first. Completed interviews
// without a grade are passed over: they neither block nor push a grade out.
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

// met is whom rule 3 keeps the student from meeting (again).
func met(claims []Commitment) []InterviewerID {
	var ids []InterviewerID
	for _, i := range claims {
		if i.Status.TookOrTakesPlace() {
			ids = append(ids, i.InterviewerID)
		}
	}
	return ids
}

func busy(claims []Commitment) []calendar.Span {
	var spans []calendar.Span
	for _, i := range claims {
		if i.Status.TookOrTakesPlace() {
			spans = append(spans, i.Span())
		}
	}
	return spans
}

func list(numbers []int) string {
	return strings.Trim(strings.Join(strings.Fields(fmt.Sprint(numbers)), ", "), "[]")
}

// Upcoming returns the ids of the student's booked interviews that have not
// ended, by start.
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
