package store

import (
	"strings"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

// slotRule is a rule about slots in SQL.
type slotRule struct {
	// excludes returns the condition that the rule keeps the student from booking a slot
	// that they do not hold, or "" if it excludes no slot of the search. The condition is
	// never null.
	excludes func(*offered) string
	// implied is set if the other conditions of the list exclude the slots: it reads only
	// open slots that start at Offer.Earliest or later.
	implied bool
	// counted returns the condition that an excluded slot counts in the tally of the rule; nil
	// for every slot.
	counted func(*offered) string
}

// slotRules contains each rule of booking.SlotRules. The list of open slots and the tally
// that explains an empty list consist of these conditions. What depends on the student
// alone is computed in Go and passed as parameters: the interviewers they have met, when
// they are busy, the earliest start, and whether the slot they hold is listed.
var slotRules = map[booking.RefusalCode]slotRule{
	booking.SlotTaken:       {excludes: func(*offered) string { return "status = 'BOOKED'" }, implied: true},
	booking.SlotIsWithdrawn: {excludes: func(*offered) string { return "status = 'WITHDRAWN'" }, implied: true},
	booking.SlotHeld: {
		excludes: func(o *offered) string { return isHeld("", o.now()) },
		counted:  func(o *offered) string { return "status = 'OPEN' AND held_by <> " + o.arg(int64(o.Student)) },
	},
	booking.SlotInPast: {excludes: func(o *offered) string { return "starts_at <= " + o.now() }, implied: true},
	booking.TooSoon: {
		excludes: func(o *offered) string { return "starts_at > " + o.now() + " AND starts_at < " + o.arg(o.Earliest) },
		implied:  true,
	},
	booking.InterviewerFull: {
		excludes: func(o *offered) string { return isFull("", o.now()) },
		counted:  func(*offered) string { return "status = 'OPEN'" }, // a booked slot counts as taken only
	},
	booking.AlreadyInterviewed: {excludes: func(o *offered) string {
		if len(o.Met) == 0 {
			return ""
		}
		return "interviewer_id = ANY(" + o.arg(numbers(o.Met)) + ")"
	}},
	booking.SelfInterview: {excludes: func(o *offered) string {
		if o.Self == 0 {
			return ""
		}
		return "interviewer_id = " + o.arg(int64(o.Self))
	}},
	booking.OwnOverlap: {excludes: func(o *offered) string {
		var busy []calendar.Span
		for _, span := range o.Busy {
			if span.Overlaps(o.in) {
				busy = append(busy, span)
			}
		}
		if len(busy) == 0 {
			return ""
		}
		return o.overlapsAny(busy)
	}},
}

// The rules of booking in their order, which the conditions of the list and the columns
// of the tally have too.
var (
	listedBy  = booking.SlotRules()
	talliedBy = booking.TalliedRules()
)

// offered is an offer for the slots of a range, and the clause to which the rules add their
// parameters.
type offered struct {
	*where
	*booking.Offer
	in     calendar.Span
	nowArg string
}

// now returns the parameter of the time, which the rules share.
func (o *offered) now() string {
	if o.nowArg == "" {
		o.nowArg = o.arg(o.Now)
	}
	return o.nowArg
}

// typicalConditions is the length of the conditions of most lists, in bytes.
const typicalConditions = 400

// allowed returns the condition that no rule excludes a slot that the student does not
// hold.
func (o *offered) allowed() string {
	var text strings.Builder
	text.Grow(typicalConditions)
	for _, rule := range listedBy {
		sql := slotRules[rule.Code]
		if sql.implied {
			continue
		}
		if excludes := sql.excludes(o); excludes != "" {
			if text.Len() > 0 {
				text.WriteString(" AND ")
			}
			text.WriteString("NOT (")
			text.WriteString(excludes)
			text.WriteString(")")
		}
	}
	return text.String()
}

// tallied returns the condition that the tally counts a slot under the rule.
func (o *offered) tallied(rule *booking.Rule) string {
	sql := slotRules[rule.Code]
	excludes := sql.excludes(o)
	switch {
	case excludes == "":
		return "false"
	case sql.counted != nil:
		return excludes + " AND " + sql.counted(o)
	default:
		return excludes
	}
}
