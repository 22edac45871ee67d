// Package payload builds the payloads of mutations that publish or close time. Their lists
// may be as long as a calendar, so a client reads the first items of each and its count.
package payload

import (
	"rehearse/graph/model"
	"rehearse/internal/app/availability"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

// Publication is the payload of publishing availability.
type Publication struct {
	Availability  *booking.Availability
	UnusedMinutes int
	Errors        []model.UserError
	Published
}

// Update is the payload of changing availability.
type Update struct {
	Publication
	Closed
}

// Removal is the payload of removing availability.
type Removal struct {
	Errors []model.UserError
	Closed
}

// Blocking is the payload of blocking time.
type Blocking struct {
	Blocks []booking.Block
	Errors []model.UserError
	Closed
}

// Unblocking is the payload of unblocking time.
type Unblocking struct {
	Errors []model.UserError
	Published
}

// Interviewer is the payload of changing an interviewer.
type Interviewer struct {
	Interviewer *booking.Interviewer
	Errors      []model.UserError
	Published
	Closed
}

// Published holds the slots that were published, and those that were skipped.
type Published struct {
	All  []booking.Slot
	Left []booking.SkippedSlot

	dryRun bool // the slots do not exist
}

// NewPublication returns the payload of publishing; p is nil if it failed.
func NewPublication(p *availability.Published, errors []model.UserError) *Publication {
	if p == nil {
		return &Publication{Errors: errors}
	}
	made := &Publication{
		UnusedMinutes: p.UnusedMinutes, Errors: errors, Published: Published{All: p.Slots, Left: p.Skipped, dryRun: p.DryRun},
	}
	if !p.DryRun {
		made.Availability = &p.Availability
	}
	return made
}

// Slots returns the first published slots.
func (p *Published) Slots(first int) []booking.SlotView {
	if p.dryRun {
		return []booking.SlotView{}
	}
	return views(p.All, first)
}

// Times returns the times of the first published slots, also of a dry run.
func (p *Published) Times(first int) []calendar.Span {
	return booking.SpansOf(some(p.All, first))
}

// PublishedCount returns the number of published slots.
func (p *Published) PublishedCount() int { return len(p.All) }

// Skipped returns the first skipped slots.
func (p *Published) Skipped(first int) []booking.SkippedSlot { return some(p.Left, first) }

// SkippedCount returns the number of skipped slots.
func (p *Published) SkippedCount() int { return len(p.Left) }

// Closed holds the effects of closing time in a calendar.
type Closed struct {
	Change availability.Closed
	DryRun bool // the opened slots do not exist
}

// ClosedSlots returns the first withdrawn slots.
func (c *Closed) ClosedSlots(first int) []booking.SlotView { return views(c.Change.ClosedSlots, first) }

// ClosedCount returns the number of withdrawn slots.
func (c *Closed) ClosedCount() int { return len(c.Change.ClosedSlots) }

// KeptSlots returns the first slots that stay because other availability covers them.
func (c *Closed) KeptSlots(first int) []booking.SlotView { return views(c.Change.KeptSlots, first) }

// KeptCount returns the number of kept slots.
func (c *Closed) KeptCount() int { return len(c.Change.KeptSlots) }

// OpenedSlots returns the first slots that other availability published.
func (c *Closed) OpenedSlots(first int) []booking.SlotView {
	if c.DryRun {
		return []booking.SlotView{}
	}
	return views(c.Change.OpenedSlots, first)
}

// OpenedCount returns the number of opened slots.
func (c *Closed) OpenedCount() int { return len(c.Change.OpenedSlots) }

// Conflicts returns the first booked interviews that stay.
func (c *Closed) Conflicts(first int) []booking.Interview { return some(c.Change.Conflicts, first) }

// ConflictCount returns the number of conflicts.
func (c *Closed) ConflictCount() int { return len(c.Change.Conflicts) }

// Cancelled returns the first cancelled interviews.
func (c *Closed) Cancelled(first int) []booking.Interview { return some(c.Change.Cancelled, first) }

// CancelledCount returns the number of cancelled interviews.
func (c *Closed) CancelledCount() int { return len(c.Change.Cancelled) }

// views returns the first slots as the API shows them.
func views(slots []booking.Slot, first int) []booking.SlotView {
	return booking.Views(some(slots, first))
}

// some returns the first items of a list. The value of first is checked before execution.
func some[T any](list []T, first int) []T {
	return list[:max(0, min(first, len(list)))]
}
