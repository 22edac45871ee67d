package booking

import (
	"fmt"

	"rehearse/internal/calendar"
)

// EmptyCode is the reason that a list of bookable slots is empty. A reason that is
// also a refusal shares its code.
type EmptyCode string

const (
	EmptyLimitReached       = EmptyCode(LimitReached)
	EmptyGradesTooLow       = EmptyCode(GradesTooLow)
	EmptySlotTaken          = EmptyCode(SlotTaken)
	EmptySlotHeld           = EmptyCode(SlotHeld)
	EmptySlotInPast         = EmptyCode(SlotInPast)
	EmptyTooSoon            = EmptyCode(TooSoon)
	EmptyAlreadyInterviewed = EmptyCode(AlreadyInterviewed)
	EmptySelfInterview      = EmptyCode(SelfInterview)
	EmptyOwnOverlap         = EmptyCode(OwnOverlap)
	EmptyInterviewerFull    = EmptyCode(InterviewerFull)

	// The following codes describe the query rather than a slot. No booking is
	// refused with them.
	EmptyRangeInPast   EmptyCode = "RANGE_IN_PAST"
	EmptyNonePublished EmptyCode = "NONE_PUBLISHED"
	EmptyNoneMatch     EmptyCode = "NONE_MATCH"
)

// EmptyReason is one reason that a list is empty. Count is the number of slots in
// the range that it excludes; a slot counts towards every reason that applies to
// it.
type EmptyReason struct {
	Code    EmptyCode
	Count   int
	Message string
}

// MaxTallied is the largest number of slots inspected to explain an empty list.
const MaxTallied = 10_000

// Tally counts the slots in a range by the rules that exclude them. It covers the
// first MaxTallied slots.
type Tally struct {
	Published int                 // not withdrawn
	Excluded  map[RefusalCode]int // by each rule of TalliedRules

	Unmatched int  // in the range, but excluded by the filter
	Unknown   bool // the filter names an interviewer or tag that does not exist
}

// ExplainsEmptyList reports whether the student's eligibility or the range alone
// explains an empty list.
func (o Offer) ExplainsEmptyList(in calendar.Span) bool {
	return len(o.Eligibility.Reasons) > 0 || !in.End.After(o.Now)
}

// EmptyReasons explains an empty list, by the student's eligibility and the range
// if they suffice, otherwise by the rules that exclude each slot.
func (o Offer) EmptyReasons(in calendar.Span, t Tally) []EmptyReason {
	reasons := []EmptyReason{}
	add := func(code EmptyCode, count int, message string) {
		reasons = append(reasons, EmptyReason{Code: code, Count: count, Message: message})
	}
	for _, r := range o.Eligibility.Reasons {
		add(EmptyCode(r.Code), t.Published, r.Message)
	}
	if !in.End.After(o.Now) {
		add(EmptyRangeInPast, t.Published, "The range is in the past.")
	}
	if o.ExplainsEmptyList(in) {
		return reasons
	}
	switch {
	case t.Published == 0 && t.Unknown:
		add(EmptyNoneMatch, t.Unmatched, "An interviewer or a tag in the filter does not exist.")
		return reasons
	case t.Published == 0 && t.Unmatched > 0:
		add(EmptyNoneMatch, t.Unmatched, fmt.Sprintf(
			"%s are published in the range, but none match the interviewers and tags in the filter.", slotsUpTo("At least ", t.Unmatched)))
		return reasons
	case t.Published == 0:
		add(EmptyNonePublished, 0, "No interviewer has published a slot in the range.")
		return reasons
	}
	for _, rule := range talliedRules {
		if count := t.Excluded[rule.Code]; count > 0 {
			add(EmptyCode(rule.Code), count, fmt.Sprintf("%d of %s %s.", count, slotsUpTo("the first ", t.Published), rule.predicate))
		}
	}
	return reasons
}

// slotsUpTo formats a number of slots that was counted up to MaxTallied. If the
// count may be truncated, the text begins with the argument more.
func slotsUpTo(more string, n int) string {
	if n < MaxTallied {
		more = ""
	}
	return fmt.Sprintf("%s%d slots", more, n)
}
