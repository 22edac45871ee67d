package modeltest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"rehearse/internal/app"
	calendars "rehearse/internal/app/availability"
	"rehearse/internal/app/roster"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

// This file models the operations on calendars and on interviewers.

func formatSpans(spans []span) string {
	words := make([]string, len(spans))
	for i, s := range spans {
		words[i] = s.start.Format(time.RFC3339)
	}
	slices.Sort(words)
	return fmt.Sprint(words)
}

func formatSlots(slots []booking.Slot) string {
	spans := make([]span, len(slots))
	for i, s := range slots {
		spans[i] = span{s.Start, s.End}
	}
	return formatSpans(spans)
}

func formatSkipped(skipped []string) string {
	slices.Sort(skipped)
	return strings.Join(skipped, ", ")
}

func formatAppClosed(c calendars.Closed) string {
	var ours closed
	for _, s := range c.ClosedSlots {
		ours.slots = append(ours.slots, s.ID)
	}
	for _, s := range c.KeptSlots {
		ours.kept = append(ours.kept, s.ID)
	}
	for _, s := range c.OpenedSlots {
		ours.opened = append(ours.opened, span{s.Start, s.End})
	}
	for _, i := range c.Conflicts {
		ours.conflicts = append(ours.conflicts, i.ID)
	}
	for _, i := range c.Cancelled {
		ours.cancelled = append(ours.cancelled, i.ID)
	}
	return ours.String()
}

func formatPublished(id booking.AvailabilityID, slots, skipped string, unused int) string {
	return fmt.Sprintf("availability %d, slots %s, skipped %s, %d minutes unused", id, slots, skipped, unused)
}

func formatAppPublished(p calendars.Published) string {
	skipped := make([]string, len(p.Skipped))
	for i, s := range p.Skipped {
		skipped[i] = fmt.Sprintf("%s %s", s.Start.Format(time.RFC3339), s.Reason)
	}
	return formatPublished(p.Availability.ID, formatSlots(p.Slots), formatSkipped(skipped), p.UnusedMinutes)
}

// format formats an executed plan.
func (p plan) format(s *school, id booking.AvailabilityID) string {
	spans := slices.Clone(p.fresh)
	for _, id := range p.standing {
		spans = append(spans, s.slot(id).span)
	}
	return formatPublished(id, formatSpans(spans), formatSkipped(p.skipped), int(p.unused/time.Minute))
}

type addAvailability struct {
	by booking.InterviewerID
	span
	weekly *weekly
}

func (o addAvailability) do(ctx context.Context, on *app.App) (string, int64, error) {
	var p *calendars.Published
	var err error
	if w := o.weekly; w != nil {
		zone := "UTC"
		in := calendars.AddWeeklyAvailabilityInput{
			InterviewerID: o.by, TimeZone: &zone, StartDate: calendar.DateOf(w.first), EveryWeeks: 1, SlotMinutes: 60, Weekdays: w.weekdays(),
			StartTime: calendar.LocalTime(60 * w.opens), EndTime: calendar.LocalTime(60 * w.closes),
		}
		if !w.last.IsZero() {
			last := calendar.DateOf(w.last)
			in.EndDate = &last
		}
		p, err = on.AddWeeklyAvailability(ctx, in)
	} else {
		p, err = on.AddAvailability(ctx, calendars.AddAvailabilityInput{InterviewerID: o.by, Start: o.start, End: o.end, SlotMinutes: 60})
	}
	if err != nil {
		return "", 0, err
	}
	return formatAppPublished(*p), int64(p.Availability.ID), nil
}

func (w weekly) weekdays() []time.Weekday {
	var days []time.Weekday
	for day, falls := range w.days {
		if falls {
			days = append(days, time.Weekday(day))
		}
	}
	return days
}

func (o addAvailability) expect(s *school, id int64) response {
	wanted := availability{by: o.by, span: o.span, weekly: o.weekly}
	until := s.horizon()
	if o.weekly != nil {
		wanted.start, wanted.published = o.weekly.first, until
	}
	by := s.interviewer(o.by)
	if by == nil {
		return refuse(booking.NotFound)
	}
	var refusals codes
	if o.weekly == nil && o.end.Sub(o.start) < time.Hour {
		refusals = append(refusals, booking.InvalidRange)
	}
	if !by.active {
		refusals = append(refusals, booking.WrongStatus)
	}
	if len(refusals) > 0 {
		return refuse(refusals...)
	}
	if o.weekly != nil && !o.weekly.last.IsZero() && len(s.windows(wanted, time.Time{}, o.weekly.last.AddDate(0, 0, 2))) == 0 {
		return refuse(booking.InvalidRange) // no window in the future
	}
	known := slices.IndexFunc(s.availabilities, wanted.like)
	if known >= 0 {
		wanted = s.availabilities[known] // its exceptions remain
		if wanted.published.After(until) {
			until = wanted.published
		}
	}
	p := s.plan(wanted, s.windows(wanted, time.Time{}, until))
	switch {
	case known >= 0:
	case len(p.fresh) > 0 || len(p.standing) > 0 || len(p.skipped) == 0:
	case p.past == len(p.skipped):
		return refuse(booking.SlotInPast)
	default:
		return refuse(booking.AvailabilityConflict)
	}
	if known < 0 {
		wanted.id = booking.AvailabilityID(id)
		s.availabilities = append(s.availabilities, wanted)
	}
	s.publish(wanted, p)
	return response{result: p.format(s, wanted.id)}
}

type updateAvailability struct {
	availability booking.AvailabilityID
	span         // of a window
	opens        int
	closes       int // of a rule
	cancelBooked bool
}

func (o updateAvailability) do(ctx context.Context, on *app.App) (string, int64, error) {
	in := calendars.UpdateAvailabilityInput{AvailabilityID: o.availability, CancelBooked: o.cancelBooked}
	if o.closes > 0 {
		opens, closes := calendar.LocalTime(60*o.opens), calendar.LocalTime(60*o.closes)
		in.StartTime, in.EndTime = &opens, &closes
	} else {
		in.Start, in.End = &o.start, &o.end
	}
	u, err := on.UpdateAvailability(ctx, in)
	if err != nil {
		return "", 0, err
	}
	return formatAppPublished(u.Published) + "; " + formatAppClosed(u.Closed), 0, nil
}

func (o updateAvailability) expect(s *school, _ int64) response {
	a := s.availability(o.availability)
	switch {
	case a == nil:
		return refuse(booking.NotFound)
	case !s.interviewer(a.by).active:
		return refuse(booking.WrongStatus)
	}
	next := *a
	if a.weekly != nil {
		rule := *a.weekly
		rule.opens, rule.closes = o.opens, o.closes
		next.weekly, next.published = &rule, s.horizon()
	} else {
		next.span = o.span
		if slices.ContainsFunc(s.availabilities, func(b availability) bool { return b.id != a.id && next.like(b) }) {
			return refuse(booking.AvailabilityConflict)
		}
	}
	*a = next
	kept := s.plan(next, s.windows(next, time.Time{}, s.horizon())).standing
	var text string
	publish := func() {
		p := s.plan(next, s.windows(next, time.Time{}, s.horizon()))
		s.publish(next, p)
		text = p.format(s, next.id)
	}
	c := s.close(next.by, closing{cancelBooked: o.cancelBooked, publish: publish}, func(x slot) bool {
		return x.availability == next.id && !slices.Contains(kept, x.id)
	})
	return response{result: text + "; " + c.String()}
}

type removeAvailability struct {
	availability booking.AvailabilityID
	cancelBooked bool
}

func (o removeAvailability) do(ctx context.Context, on *app.App) (string, int64, error) {
	return closes(on.RemoveAvailability(ctx, calendars.RemoveAvailabilityInput{AvailabilityID: o.availability, CancelBooked: o.cancelBooked}))
}

func closes(c *calendars.Closed, err error) (string, int64, error) {
	if err != nil {
		return "", 0, err
	}
	return formatAppClosed(*c), 0, nil
}

func (o removeAvailability) expect(s *school, _ int64) response {
	a := s.availability(o.availability)
	if a == nil {
		return refuse(booking.NotFound)
	}
	a.removed = true
	return response{result: s.close(a.by, closing{cancelBooked: o.cancelBooked}, func(x slot) bool { return x.availability == o.availability }).String()}
}

type withdrawSlot struct {
	slot         booking.SlotID
	cancelBooked bool
}

func (o withdrawSlot) do(ctx context.Context, on *app.App) (string, int64, error) {
	return closes(on.WithdrawSlot(ctx, calendars.WithdrawSlotInput{SlotID: o.slot, CancelBooked: o.cancelBooked}))
}

func (o withdrawSlot) expect(s *school, _ int64) response {
	taken := s.slot(o.slot)
	switch {
	case taken == nil:
		return refuse(booking.NotFound)
	case !taken.start.After(s.now):
		return refuse(booking.SlotInPast)
	}
	return response{result: s.close(taken.by, closing{cancelBooked: o.cancelBooked, excepted: true}, func(x slot) bool { return x.id == o.slot }).String()}
}

type blockTime struct {
	by booking.InterviewerID
	span
	cancelBooked bool
}

func (o blockTime) do(ctx context.Context, on *app.App) (string, int64, error) {
	b, err := on.BlockTime(ctx, calendars.BlockTimeInput{InterviewerID: o.by, Start: &o.start, End: &o.end, Reason: "a holiday", CancelBooked: o.cancelBooked})
	if err != nil {
		return "", 0, err
	}
	return formatAppClosed(b.Closed), int64(b.Blocks[0].ID), nil
}

func (o blockTime) expect(s *school, id int64) response {
	if !o.start.Before(o.end) {
		return refuse(booking.InvalidRange)
	}
	s.blocks = append(s.blocks, block{booking.BlockID(id), o.by, o.span})
	return response{result: s.close(o.by, closing{cancelBooked: o.cancelBooked}, func(x slot) bool { return x.overlaps(o.span) }).String()}
}

type unblockTime struct{ block booking.BlockID }

func (o unblockTime) do(ctx context.Context, on *app.App) (string, int64, error) {
	slots, err := on.UnblockTime(ctx, calendars.UnblockTimeInput{BlockID: o.block})
	return formatSlots(slots), 0, err
}

func (o unblockTime) expect(s *school, _ int64) response {
	at := slices.IndexFunc(s.blocks, func(b block) bool { return b.id == o.block })
	if at < 0 {
		return refuse(booking.NotFound)
	}
	given := s.blocks[at]
	s.blocks = slices.Delete(slices.Clone(s.blocks), at, at+1)
	return response{result: formatSpans(s.fill(given.by, []span{given.span}))}
}

// updateInterviewer activates or deactivates an interviewer, or changes their caps.
type updateInterviewer struct {
	id              booking.InterviewerID
	active          bool
	perDay, perWeek int
	cancelBooked    bool
}

func (o updateInterviewer) do(ctx context.Context, on *app.App) (string, int64, error) {
	day, week := atMost(o.perDay), atMost(o.perWeek)
	u, err := on.UpdateInterviewer(ctx, roster.UpdateInterviewerInput{
		InterviewerID: o.id, CancelBooked: o.cancelBooked, InterviewerChange: booking.InterviewerChange{
			Active: &o.active, MaxPerDay: booking.Set(day), MaxPerWeek: booking.Set(week),
		},
	})
	if err != nil {
		return "", 0, err
	}
	return formatAppClosed(u.Closed), 0, nil
}

func atMost(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

func (o updateInterviewer) expect(s *school, _ int64) response {
	by := s.interviewer(o.id)
	was := by.active
	by.active, by.perDay, by.perWeek = o.active, o.perDay, o.perWeek
	var c closed
	switch {
	case !o.active:
		c = s.close(o.id, closing{cancelBooked: o.cancelBooked}, func(slot) bool { return true })
	case !was:
		c.opened = s.fill(o.id, []span{{s.now, time.Unix(1e11, 0)}})
	}
	return response{result: c.String()}
}

// extendAvailability is the job that publishes weekly rules further.
type extendAvailability struct{}

func (extendAvailability) do(ctx context.Context, on *app.App) (string, int64, error) {
	r, err := on.ExtendAvailability(ctx)
	return fmt.Sprintf("%d rules, %d slots", r.Rules, r.Slots), 0, err
}

func (extendAvailability) expect(s *school, _ int64) response {
	until := s.horizon()
	var due []booking.AvailabilityID
	for _, a := range slices.SortedFunc(slices.Values(s.availabilities), func(a, b availability) int {
		return cmp.Or(a.published.Compare(b.published), cmp.Compare(a.id, b.id))
	}) {
		if a.weekly == nil || a.removed || !s.interviewer(a.by).active || !a.published.Before(until) {
			continue
		}
		if a.weekly.last.IsZero() || a.published.Before(a.weekly.last.AddDate(0, 0, 1)) {
			due = append(due, a.id)
		}
	}
	slots := 0
	for _, id := range due {
		a := s.availability(id)
		p := s.plan(*a, s.windows(*a, a.published, until))
		a.published = until
		slots += len(s.publish(*a, p))
	}
	return resultf("%d rules, %d slots", len(due), slots)
}
