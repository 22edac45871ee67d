package booking

import (
	"fmt"
	"time"

	"rehearse/internal/calendar"
)

// Availability is one window an interviewer published, cut into slots.
type Availability struct {
	ID            AvailabilityID
	InterviewerID InterviewerID
	Start, End    time.Time // UTC
	SlotMinutes   int
	CreatedAt     time.Time
}

// Window is the interval that was published.
func (a Availability) Window() calendar.Span { return calendar.Span{Start: a.Start, End: a.End} }

// Bounds of what can be published.
const (
	MinSlotMinutes = 15
	MaxSlotMinutes = 240
	MaxWindow      = 31 * 24 * time.Hour
)

// MaxRange is the longest range that can be asked for.
const MaxRange = 366 * 24 * time.Hour

// SkipReason is why a slot of a window was not published.
type SkipReason string

const (
	SkipDuplicate SkipReason = "DUPLICATE" // the same slot stands already
	SkipOverlap   SkipReason = "OVERLAP"   // another slot of the interviewer is in the way
	SkipInPast    SkipReason = "IN_PAST"
)

// SkippedSlot is a slot of a window that was not published.
type SkippedSlot struct {
	Start, End time.Time
	Reason     SkipReason
}

// Plan is what publishing a window comes to.
type Plan struct {
	New         []calendar.Span
	Standing    []Slot // identical slots that are there already
	Skipped     []SkippedSlot
	Conflicting []Slot // the slots that overlaps are with, each once
	Unused      time.Duration
}

// PlanWindow cuts the window and compares it with standing, the interviewer's
// slots in it that are not withdrawn.
func PlanWindow(by Interviewer, a Availability, standing []Slot, now time.Time) (Plan, Refused) {
	refused := a.validate()
	if !by.Active {
		refused = append(refused, Refuse(WrongStatus, "interviewerId", "the interviewer is not active and cannot publish")...)
	}
	if len(refused) > 0 {
		return Plan{}, refused
	}
	spans, unused := calendar.Cut(a.Window(), time.Duration(a.SlotMinutes)*time.Minute)
	plan := Plan{Unused: unused}
	seen := map[SlotID]bool{}
	for _, span := range spans {
		same, others := overlapping(span, standing)
		switch {
		case same != nil:
			plan.Standing = append(plan.Standing, *same)
			plan.skip(span, SkipDuplicate)
		case len(others) > 0:
			plan.skip(span, SkipOverlap)
			for _, other := range others {
				if !seen[other.ID] {
					seen[other.ID] = true
					plan.Conflicting = append(plan.Conflicting, other)
				}
			}
		case !span.Start.After(now):
			plan.skip(span, SkipInPast)
		default:
			plan.New = append(plan.New, span)
		}
	}
	return plan, plan.refusal(now)
}

func (p *Plan) skip(span calendar.Span, reason SkipReason) {
	p.Skipped = append(p.Skipped, SkippedSlot{Start: span.Start, End: span.End, Reason: reason})
}

// refusal: a window of which nothing stands afterwards was not published.
func (p *Plan) refusal(now time.Time) Refused {
	switch {
	case len(p.New) > 0 || len(p.Standing) > 0:
		return nil
	case len(p.Conflicting) > 0:
		return Refused{{
			Code: AvailabilityConflict, Field: "start", Conflicting: p.Conflicting,
			Message: "nothing was published: other slots of the interviewer are in the way",
		}}
	default:
		return Refuse(SlotInPast, "start", fmt.Sprintf(
			"nothing was published: every slot of the window starts before now, %s", now.Format(time.RFC3339)))
	}
}

func overlapping(span calendar.Span, standing []Slot) (same *Slot, others []Slot) {
	for _, slot := range standing {
		switch {
		case slot.Span().Equal(span):
			return &slot, nil
		case slot.Span().Overlaps(span):
			others = append(others, slot)
		}
	}
	return nil, others
}

func (a Availability) validate() Refused {
	refused := checkBounds("slotMinutes", a.SlotMinutes, MinSlotMinutes, MaxSlotMinutes)
	if bad := CheckRange(a.Window(), MaxWindow); len(bad) > 0 {
		return append(refused, bad...)
	}
	if slot := time.Duration(a.SlotMinutes) * time.Minute; len(refused) == 0 && a.Window().Length() < slot {
		refused = append(refused, Refuse(InvalidRange, "end", fmt.Sprintf(
			"the window lasts %s; it must hold at least one slot of %d minutes", a.Window().Length(), a.SlotMinutes))...)
	}
	return refused
}

// CheckRange refuses a range that is reversed, empty or longer than longest:
// an empty answer must mean that there is nothing, not that the question was
// wrong.
func CheckRange(r calendar.Span, longest time.Duration) Refused {
	if refused := CheckOrder(r); len(refused) > 0 || r.Length() <= longest {
		return refused
	}
	return Refuse(InvalidRange, "end", fmt.Sprintf("the range from %s to %s is longer than the %d days allowed",
		r.Start.UTC().Format(time.RFC3339), r.End.UTC().Format(time.RFC3339), int(longest.Hours()/24)))
}

// CheckOrder refuses a range that is reversed or empty.
func CheckOrder(r calendar.Span) Refused {
	if r.Start.Before(r.End) {
		return nil
	}
	return Refuse(InvalidRange, "end", fmt.Sprintf("end is %s; it must be after start, %s",
		r.End.UTC().Format(time.RFC3339), r.Start.UTC().Format(time.RFC3339)))
}
