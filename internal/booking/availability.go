package booking

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"rehearse/internal/calendar"
)

// Availability is a published window or weekly rule of an interviewer.
type Availability struct {
	ID            AvailabilityID
	InterviewerID InterviewerID
	// Start and End delimit the window. For a weekly rule they are the start of
	// its first day and the end of its last; End is zero if the rule has no last
	// day.
	Start, End  time.Time // UTC
	Weekly      *WeeklyRule
	SlotMinutes int
	GapMinutes  int // between consecutive slots
	Tags        []string
	CreatedAt   time.Time
	RemovedAt   *time.Time
	// PublishedUntil is the exclusive bound on the start of the rule's windows
	// whose slots are published.
	PublishedUntil *time.Time
	Revision       // publishing further ahead does not change it
}

// WeeklyRule repeats weekly at a fixed wall-clock time.
type WeeklyRule struct {
	TimeZone           string
	StartDate          calendar.Date
	EndDate            *calendar.Date // inclusive; nil means no end
	Weekdays           []time.Weekday // sorted, without duplicates
	StartTime, EndTime calendar.LocalTime
	EveryWeeks         int
}

// Window returns the interval of an availability that is a single window.
func (a Availability) Window() calendar.Span { return calendar.Span{Start: a.Start, End: a.End} }

// LongestWindow bounds the length of a rule's windows. It exceeds a day to allow
// for clock changes.
const LongestWindow = 48 * time.Hour

// Ahead returns the rule's windows that start in [from, until) and have not ended,
// ordered by start. A single window is returned whole, even if it is in the past
// or beyond until, unless it starts before from.
func (a Availability) Ahead(from, until, now time.Time) ([]calendar.Span, error) {
	if a.Weekly == nil {
		if a.Start.Before(from) {
			return nil, nil
		}
		return []calendar.Span{a.Window()}, nil
	}
	rule, err := a.Weekly.rule()
	if err != nil {
		return nil, err
	}
	if running := now.Add(-LongestWindow); from.Before(running) {
		from = running
	}
	ended := func(w calendar.Span) bool { return !w.End.After(now) }
	return slices.DeleteFunc(rule.Windows(from, until), ended), nil
}

// NextWindow returns the rule's first window that has not ended, or false if there
// is none.
func (a Availability) NextWindow(now time.Time) (calendar.Span, bool) {
	from := now.Add(-LongestWindow)
	if from.Before(a.Start) {
		from = a.Start
	}
	// Search two repetitions: a window may fall on a day that its zone skips.
	weeks := 2*a.Weekly.EveryWeeks + 1
	windows, err := a.Ahead(a.Start.Add(-Resolution), from.AddDate(0, 0, 7*weeks), now)
	if err != nil || len(windows) == 0 {
		return calendar.Span{}, false
	}
	return windows[0], true
}

// CheckToCome refuses a weekly rule that has no future window.
func (a Availability) CheckToCome(now time.Time) Refused {
	if a.Weekly == nil {
		return nil // the plan refuses a single window that has no future slot
	}
	if _, toCome := a.NextWindow(now); toCome {
		return nil
	}
	if !a.End.IsZero() && !a.End.After(now) {
		return Refuse(InvalidRange, "endDate", fmt.Sprintf(
			"endDate is %s, and the last window of the rule has ended; endDate must be in the future.", a.Weekly.EndDate))
	}
	return Refuse(InvalidRange, "weekdays", "The rule has no future window; at least one of its weekdays must be between startDate and endDate, and not in the past.")
}

// PublishesFrom returns when the first slots of a rule that starts beyond the
// horizon will be published. It returns nil for a published rule and for a single
// window.
func (a Availability) PublishesFrom(p Policy, now time.Time) *time.Time {
	if a.Weekly == nil || a.PublishedUntil == nil {
		return nil
	}
	first, toCome := a.NextWindow(now)
	if !toCome || first.Start.Before(*a.PublishedUntil) {
		return nil
	}
	at := first.Start.Add(now.Sub(p.Horizon(now)))
	return &at
}

// Makes reports whether the rule produces exactly this slot.
func (a Availability) Makes(slot calendar.Span) (bool, error) {
	rule, err := a.Weekly.rule()
	if err != nil {
		return false, err
	}
	for _, window := range rule.Windows(slot.Start.Add(-LongestWindow), slot.End) {
		if spans, _ := a.cut(window); slices.ContainsFunc(spans, slot.Equal) {
			return true, nil
		}
	}
	return false, nil
}

func (a Availability) cut(window calendar.Span) (slots []calendar.Span, rest time.Duration) {
	return calendar.Cut(window, a.slot(), time.Duration(a.GapMinutes)*time.Minute)
}

// AvailabilityKey is a comparable key that identifies equal availability. It ignores
// tags. A removed availability never equals a live one.
type AvailabilityKey struct {
	removed            bool
	interviewer        InterviewerID
	start, end         time.Time
	minutes, gap       int
	zone               string
	firstDay, lastDay  calendar.Date
	weekdays           [7]bool
	startTime, endTime calendar.LocalTime
	everyWeeks         int
}

// AvailabilityKey returns the key of a normalised availability.
func (a Availability) AvailabilityKey() AvailabilityKey {
	like := AvailabilityKey{
		interviewer: a.InterviewerID, start: a.Start.UTC(), end: a.End.UTC(), minutes: a.SlotMinutes, gap: a.GapMinutes,
		removed: a.RemovedAt != nil,
	}
	w := a.Weekly
	if w == nil {
		return like
	}
	like.zone, like.firstDay, like.everyWeeks = w.TimeZone, w.StartDate, w.EveryWeeks
	like.startTime, like.endTime = w.StartTime, w.EndTime
	if w.EndDate != nil {
		like.lastDay = *w.EndDate
	}
	for _, day := range w.Weekdays {
		like.weekdays[day] = true
	}
	return like
}

func (w WeeklyRule) rule() (calendar.Weekly, error) {
	zone, err := calendar.Zone(w.TimeZone)
	return calendar.Weekly{
		Zone: zone, From: w.StartDate, Until: w.EndDate, Weekdays: w.Weekdays,
		Start: w.StartTime, End: w.EndTime, EveryWeeks: w.EveryWeeks,
	}, err
}

// Bounds of a published availability.
const (
	MinSlotMinutes = 15
	MaxSlotMinutes = 240
	MaxGapMinutes  = 240
	MaxWindow      = 31 * 24 * time.Hour
	MaxEveryWeeks  = 52
	MaxTags        = 20
	MaxTag         = 50 // characters
)

// MaxRange is the longest range that a query accepts.
const MaxRange = 366 * 24 * time.Hour

// Normalise sorts the weekdays, trims the tags, makes the zone's name canonical,
// sets a rule's Start and End, and reports invalid values.
func (a Availability) Normalise() (Availability, Refused) {
	refused := checkBounds("slotMinutes", a.SlotMinutes, MinSlotMinutes, MaxSlotMinutes)
	refused = append(refused, checkBounds("gapMinutes", a.GapMinutes, 0, MaxGapMinutes)...)
	tags, bad := NormaliseTags(a.Tags)
	a.Tags = tags
	refused = append(refused, bad...)
	if a.Weekly != nil {
		return a.normaliseWeekly(refused)
	}
	if bad := CheckRange(a.Window(), MaxWindow); len(bad) > 0 {
		return a, append(refused, bad...)
	}
	if slot := a.slot(); len(refused) == 0 && a.Window().Length() < slot {
		refused = append(refused, invalidRange("end", atLeast(a.SlotMinutes), fmt.Sprintf(
			"The window lasts %s; it must have room for at least one slot of %d minutes.", a.Window().Length(), a.SlotMinutes))...)
	}
	return a, refused
}

func atLeast(minutes int) Allowed { return Allowed{Kind: AllowedMinutes, Min: &minutes} }

func (a Availability) slot() time.Duration { return time.Duration(a.SlotMinutes) * time.Minute }

func (a Availability) normaliseWeekly(refused Refused) (Availability, Refused) {
	w := *a.Weekly
	w.Weekdays = slices.Compact(slices.Sorted(slices.Values(w.Weekdays)))
	a.Weekly = &w
	if len(w.Weekdays) == 0 {
		refused = append(refused, Invalid("weekdays", between(AllowedCount, 1, 7), "weekdays is empty; at least one day is required.")...)
	}
	refused = append(refused, checkBounds("everyWeeks", w.EveryWeeks, 1, MaxEveryWeeks)...)
	if w.StartTime == w.EndTime {
		refused = append(refused, invalidRange("endTime", Allowed{Kind: AllowedAfterStart}, fmt.Sprintf(
			"endTime is %s, the same as startTime; they must differ (24:00 is the end of the day).", w.EndTime))...)
	} else if length := w.StartTime.Until(w.EndTime); length < a.slot() {
		refused = append(refused, invalidRange("endTime", atLeast(a.SlotMinutes), fmt.Sprintf(
			"The window from %s to %s is too short; it must have room for at least one slot of %d minutes.", w.StartTime, w.EndTime, a.SlotMinutes))...)
	}
	if w.EndDate != nil && w.EndDate.Compare(w.StartDate) < 0 {
		refused = append(refused, invalidRange("endDate", Allowed{Kind: AllowedAfterStart}, fmt.Sprintf(
			"endDate is %s, which is before startDate, %s; the same day or a later one is expected.", w.EndDate, w.StartDate))...)
	}
	zone, err := calendar.Zone(w.TimeZone)
	if err != nil {
		return a, append(refused, badZone(w.TimeZone)...)
	}
	w.TimeZone = zone.String()
	a.Start, a.End = w.StartDate.Begin(zone).UTC(), time.Time{}
	if w.EndDate != nil {
		a.End = w.EndDate.AddDays(1).Begin(zone).UTC()
	}
	return a, refused
}

// SkipReason is the reason that a slot of a window was not published.
type SkipReason string

const (
	SkipDuplicate SkipReason = "DUPLICATE" // the same slot already exists
	SkipOverlap   SkipReason = "OVERLAP"   // another slot of the interviewer overlaps
	SkipInPast               = SkipReason(SlotInPast)
	SkipBlocked   SkipReason = "BLOCKED" // the interviewer has blocked the time or withdrawn the slot
)

// SkippedSlot is a slot of a window that was not published.
type SkippedSlot struct {
	Start, End time.Time
	Reason     SkipReason
	Overlaps   []Slot // the overlapping slots
}

// Calendar is the part of an interviewer's calendar that publishing depends on.
type Calendar struct {
	Standing Agenda          // the interviewer's slots that are not withdrawn
	Blocked  []calendar.Span // blocked time, and slots withdrawn from this availability
}

// Plan is the outcome of publishing windows.
type Plan struct {
	New         []calendar.Span
	Standing    []Slot   // identical slots that already exist
	Restored    []SlotID // booked slots among Standing that had been withdrawn
	Skipped     []SkippedSlot
	Conflicting []Slot // the overlapping slots, without duplicates
	Unused      time.Duration
}

// Publishes reports whether the plan changes the calendar.
func (p Plan) Publishes() bool { return len(p.New)+len(p.Restored) > 0 }

// PlanWindows cuts the windows of an availability into slots and compares them
// with the interviewer's calendar.
func PlanWindows(a Availability, windows []calendar.Span, c Calendar, now time.Time) Plan {
	var plan Plan
	seen := map[SlotID]bool{}
	for _, window := range windows {
		spans, unused := a.cut(window)
		plan.Unused += unused
		for _, span := range spans {
			plan.place(span, c, now, seen)
		}
	}
	return plan
}

func (p *Plan) place(span calendar.Span, c Calendar, now time.Time, seen map[SlotID]bool) {
	others := c.Standing.During(span)
	switch {
	case len(others) == 1 && others[0].Span().Equal(span):
		p.Standing = append(p.Standing, others[0])
		if others[0].WithdrawWhenFree && !slices.ContainsFunc(c.Blocked, span.Overlaps) {
			p.Restored = append(p.Restored, others[0].ID)
		}
		p.skip(span, SkipDuplicate, nil)
	case !span.Start.After(now):
		p.skip(span, SkipInPast, nil)
	case slices.ContainsFunc(c.Blocked, span.Overlaps):
		p.skip(span, SkipBlocked, nil)
	case len(others) > 0:
		p.skip(span, SkipOverlap, others)
		for _, other := range others {
			if !seen[other.ID] {
				seen[other.ID] = true
				p.Conflicting = append(p.Conflicting, other)
			}
		}
	default:
		p.New = append(p.New, span)
	}
}

func (p *Plan) skip(span calendar.Span, reason SkipReason, overlaps []Slot) {
	p.Skipped = append(p.Skipped, SkippedSlot{Start: span.Start, End: span.End, Reason: reason, Overlaps: overlaps})
}

// Refusal refuses a plan that leaves no slot in its windows. A plan without slots,
// such as that of a rule that starts beyond the horizon, is not refused.
func (p Plan) Refusal() Refused {
	switch {
	case len(p.New) > 0 || len(p.Standing) > 0 || len(p.Skipped) == 0:
		return nil
	case slices.ContainsFunc(p.Skipped, func(s SkippedSlot) bool { return s.Reason != SkipInPast }):
		return Refused{{
			Code: AvailabilityConflict, Field: "start", Conflicting: p.Conflicting,
			Message: "Nothing was published: the times overlap other slots or blocked time of the interviewer.",
		}}
	default:
		return Refuse(SlotInPast, "start", "Nothing was published: every slot starts in the past.")
	}
}

// CheckRange refuses a range that is reversed, empty or longer than longest.
// Refusing it keeps an invalid range distinct from an empty result.
func CheckRange(r calendar.Span, longest time.Duration) Refused {
	if refused := CheckOrder(r); len(refused) > 0 || r.Length() <= longest {
		return refused
	}
	days := int(longest.Hours() / 24)
	return invalidRange("end", Allowed{Kind: AllowedDays, Max: &days}, fmt.Sprintf(
		"The range lasts %s days; at most %d days are allowed.", inDays(r.Length()), days))
}

// inDays formats a length in days, rounded up to a tenth of a day.
func inDays(length time.Duration) string {
	return strconv.FormatFloat(math.Ceil(length.Hours()/24*10)/10, 'f', -1, 64)
}

// CheckOrder refuses a range that is reversed or empty.
func CheckOrder(r calendar.Span) Refused {
	if r.Start.Before(r.End) {
		return nil
	}
	return invalidRange("end", Allowed{Kind: AllowedAfterStart}, "end must be after start.")
}
