package booking

import (
	"slices"
	"time"
)

// Rule is one rule about booking a slot. The verdict on a slot, the explanation of an
// empty list, imports and the constraints of the database all take the rule's code
// and words from the same value. The store has a condition in SQL for each rule of
// SlotRules and StudentRules.
type Rule struct {
	Code    RefusalCode
	Message string // of a refusal; empty if it depends on the student

	// forbids reports whether the rule keeps the student from booking the slot. own is
	// set if the student holds it.
	forbids func(o Offer, slot Slot, own bool) bool
	// explain adds the details to a refusal; nil if there are none.
	explain func(o Offer, slot Slot, refusal *Refusal)

	// fails returns why a student fails a rule about the student alone, or "".
	fails func(p Policy, q question, e Eligibility) string
	// Waiver lets a student pass such a rule.
	Waiver WaivableRule

	// predicate says what is true of the slots in a tally that the rule excludes. A rule
	// without it is not tallied.
	predicate string

	imports importRule
}

// importRule is what a rule says about an interview that was booked elsewhere.
type importRule struct {
	column  string
	message string // default: the rule's
	// applies reports whether the interview is subject to the rule; nil for every one.
	applies func(i Interview, now time.Time) bool
	// exemptible is set if an administrator may import an interview despite the rule.
	exemptible bool
}

// The rules about the slot, which are the same for every student.
var (
	RuleTaken = Rule{
		Code: SlotTaken, Message: "Another student has booked this slot.",
		forbids:   func(_ Offer, slot Slot, _ bool) bool { return slot.Status == SlotBooked },
		predicate: "are booked",
		imports:   importRule{column: "start", message: "The interviewer's slot at that time has another interview."},
	}
	RuleWithdrawn = Rule{
		Code: SlotIsWithdrawn, Message: "The slot was withdrawn.",
		forbids: func(_ Offer, slot Slot, _ bool) bool { return slot.Status == SlotWithdrawn },
	}
	RuleHeld = Rule{
		Code: SlotHeld, Message: "Another student holds this slot.",
		forbids:   func(o Offer, slot Slot, own bool) bool { return !own && slot.HeldAt(o.Now) },
		explain:   func(_ Offer, slot Slot, refusal *Refusal) { refusal.HeldUntil = &slot.HeldUntil },
		predicate: "are held by another student",
		imports:   importRule{column: "start", message: "Another student holds the interviewer's slot at that time."},
	}
	RuleStarted = Rule{
		Code: SlotInPast, Message: "The slot has started.",
		forbids:   func(o Offer, slot Slot, _ bool) bool { return slot.InPast(o.Now) },
		predicate: "have started",
	}
	RuleNotice = Rule{
		Code: TooSoon, Message: "The slot starts sooner than the minimum notice allows.",
		forbids:   func(o Offer, slot Slot, _ bool) bool { return !slot.InPast(o.Now) && slot.Start.Before(o.Earliest) },
		explain:   func(o Offer, _ Slot, refusal *Refusal) { refusal.Earliest = &o.Earliest },
		predicate: "start sooner than the minimum notice allows",
	}
	RuleFull = Rule{
		Code: InterviewerFull, Message: "The interviewer has reached their maximum number of interviews for that day or week.",
		forbids:   func(o Offer, slot Slot, own bool) bool { return slot.FullAt(o.Now, own) },
		predicate: "are on a day or in a week for which the interviewer has reached their maximum number of interviews",
		imports:   importRule{column: "start", applies: Interview.ToCome, exemptible: true},
	}
)

// The rules about the student and the slot.
var (
	RuleMet = Rule{
		Code: AlreadyInterviewed, Message: "The student has met this interviewer, or has booked or holds one of their slots.",
		forbids: func(o Offer, slot Slot, _ bool) bool { return slices.Contains(o.Met, slot.InterviewerID) },
		explain: func(o Offer, slot Slot, refusal *Refusal) {
			refusal.Interview, refusal.Hold = o.inTheWay(func(c Commitment) bool { return c.InterviewerID == slot.InterviewerID })
		},
		predicate: "belong to an interviewer that the student has met or booked",
		imports:   importRule{column: "interviewerEmail", applies: takesPlace, exemptible: true},
	}
	RuleSelf = Rule{
		Code: SelfInterview, Message: "The interviewer has the same e-mail address as the student; nobody can interview themselves.",
		forbids:   func(o Offer, slot Slot, _ bool) bool { return o.Self != 0 && slot.InterviewerID == o.Self },
		predicate: "belong to an interviewer with the same e-mail address as the student",
		imports:   importRule{column: "interviewerEmail"},
	}
	RuleOverlap = Rule{
		Code: OwnOverlap, Message: "The student has another interview or holds a slot at that time.",
		forbids: func(o Offer, slot Slot, _ bool) bool { return slices.ContainsFunc(o.Busy, slot.Span().Overlaps) },
		explain: func(o Offer, slot Slot, refusal *Refusal) {
			refusal.Interview, refusal.Hold = o.inTheWay(func(c Commitment) bool { return c.Span().Overlaps(slot.Span()) })
		},
		predicate: "overlap another interview of the student",
		imports:   importRule{column: "start", applies: takesPlace},
	}
)

// The rules about the student alone.
var (
	RuleLimit = Rule{
		Code: LimitReached, fails: failsLimit, Waiver: WaiveLimit,
		imports: importRule{column: "studentEmail", applies: countsAgainstLimit, exemptible: true},
	}
	RuleGrades = Rule{
		Code: GradesTooLow, fails: failsGrades, Waiver: WaiveGrades,
		imports: importRule{column: "studentEmail", applies: Interview.ToCome, exemptible: true},
	}
)

// Rules that only a hold or a calendar can break.
var (
	RuleOneHold = Rule{
		Code: AlreadyHolding, Message: "The student holds another slot; only one slot at a time is allowed.",
	}
	RuleAgenda = Rule{
		Code: AvailabilityConflict, Message: "The time overlaps another slot of the interviewer.",
		imports: importRule{column: "start"},
	}
)

var (
	// verdictRules are the rules about a slot, in the order of the refusals.
	verdictRules = []*Rule{
		&RuleTaken, &RuleWithdrawn, &RuleHeld, &RuleStarted, &RuleNotice, &RuleFull, &RuleMet, &RuleSelf, &RuleOverlap,
	}
	// talliedRules are the rules with a predicate, in the order of the reasons.
	talliedRules = []*Rule{
		&RuleTaken, &RuleHeld, &RuleStarted, &RuleNotice, &RuleMet, &RuleSelf, &RuleOverlap, &RuleFull,
	}
	// importRules are the rules about a student and the interviewer of an import that
	// do not depend on the interviewer's calendar, in the order of the errors.
	importRules  = []*Rule{&RuleSelf, &RuleMet, &RuleOverlap}
	studentRules = []*Rule{&RuleLimit, &RuleGrades} // in the order of the reasons
)

// SlotRules returns the rules about a slot, in the order of the refusals.
func SlotRules() []*Rule { return slices.Clone(verdictRules) }

// TalliedRules returns the rules of SlotRules that a Tally counts, in the order of the
// reasons of an empty list.
func TalliedRules() []*Rule { return slices.Clone(talliedRules) }

// StudentRules returns the rules about the student alone, in the order of the reasons.
func StudentRules() []*Rule { return slices.Clone(studentRules) }

// Refusal returns the refusal of the input field that breaks the rule.
func (r *Rule) Refusal(field string) Refusal {
	return Refusal{Code: r.Code, Field: field, Message: r.Message}
}

// judge returns the refusal of the slot by the rule, if it forbids it.
func (r *Rule) judge(o Offer, slot Slot, own bool) Refused {
	if !r.forbids(o, slot, own) {
		return nil
	}
	refusal := r.Refusal("slotId")
	if r.explain != nil {
		r.explain(o, slot, &refusal)
	}
	return Refused{refusal}
}

// refuseImport returns the refusal of a row of an import.
func (r *Rule) refuseImport() Refused {
	refusal := r.Refusal(r.imports.column)
	if r.imports.message != "" {
		refusal.Message = r.imports.message
	}
	return Refused{refusal}
}

// appliesTo reports whether an interview that was booked elsewhere is subject to the rule.
func (r *Rule) appliesTo(i Interview, now time.Time) bool {
	return r.imports.applies == nil || r.imports.applies(i, now)
}

// ruleOf returns the rule about slots or students that refuses with the code.
func ruleOf(code RefusalCode) (*Rule, bool) {
	for _, rules := range [][]*Rule{verdictRules, studentRules} {
		for _, rule := range rules {
			if rule.Code == code {
				return rule, true
			}
		}
	}
	return nil, false
}

func takesPlace(i Interview, _ time.Time) bool { return i.Status.TookOrTakesPlace() }

func countsAgainstLimit(i Interview, _ time.Time) bool { return i.Status.CountsAgainstLimit() }
