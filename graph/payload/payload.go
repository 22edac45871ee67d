// Package payload shapes what publishing and closing time answers. Its lists are
// as long as a calendar: a request reads the first of each, and its count.
package payload

import (
	"rehearse/graph/model"
	"rehearse/internal/app"
	"rehearse/internal/booking"
)

// Publication is the answer to publishing availability.
type Publication struct {
	Availability  *booking.Availability
	UnusedMinutes int
	Errors        []model.UserError
	Published
}

// Update is the answer to changing availability.
type Update struct {
	Publication
	Closed
}

// Removal is the answer to removing availability.
type Removal struct {
	Errors []model.UserError
	Closed
}

// Blocking is the answer to blocking time.
type Blocking struct {
	Blocks []booking.Block
	Errors []model.UserError
	Closed
}

// Unblocking is the answer to giving blocked time back.
type Unblocking struct {
	Errors []model.UserError
	Published
}

// Interviewer is the answer to changing an interviewer.
type Interviewer struct {
	Interviewer *booking.Interviewer
	Errors      []model.UserError
	Published
	Closed
}

// Published is slots that are published, and those that are not.
type Published struct {
	All  []booking.Slot
	Left []booking.SkippedSlot
}

// NewPublication is the answer to publishing, or the errors alone.
func NewPublication(p *app.Published, errors []model.UserError) *Publication {
	if p == nil {
		return &Publication{Errors: errors}
	}
	return &Publication{
		Availability: &p.Availability, UnusedMinutes: p.UnusedMinutes, Errors: errors,
		Published: Published{All: p.Slots, Left: p.Skipped},
	}
}

// Slots are the first slots that are published.
func (p *Published) Slots(first int) []booking.Slot { return some(p.All, first) }

// PublishedCount counts them all.
func (p *Published) PublishedCount() int { return len(p.All) }

// Skipped are the first slots that were not published anew.
func (p *Published) Skipped(first int) []booking.SkippedSlot { return some(p.Left, first) }

// SkippedCount counts them all.
func (p *Published) SkippedCount() int { return len(p.Left) }

// Closed is what taking time out of a calendar did.
type Closed struct{ Change app.Closed }

// ClosedSlots are the first slots that were withdrawn.
func (c *Closed) ClosedSlots(first int) []booking.Slot { return some(c.Change.ClosedSlots, first) }

// ClosedCount counts them all.
func (c *Closed) ClosedCount() int { return len(c.Change.ClosedSlots) }

// KeptSlots are the first slots that stay because other availability has them.
func (c *Closed) KeptSlots(first int) []booking.Slot { return some(c.Change.KeptSlots, first) }

// KeptCount counts them all.
func (c *Closed) KeptCount() int { return len(c.Change.KeptSlots) }

// OpenedSlots are the first slots that other availability published.
func (c *Closed) OpenedSlots(first int) []booking.Slot { return some(c.Change.OpenedSlots, first) }

// OpenedCount counts them all.
func (c *Closed) OpenedCount() int { return len(c.Change.OpenedSlots) }

// Conflicts are the first booked interviews that stay.
func (c *Closed) Conflicts(first int) []booking.Interview { return some(c.Change.Conflicts, first) }

// ConflictCount counts them all.
func (c *Closed) ConflictCount() int { return len(c.Change.Conflicts) }

// Cancelled are the first interviews that were cancelled.
func (c *Closed) Cancelled(first int) []booking.Interview { return some(c.Change.Cancelled, first) }

// CancelledCount counts them all.
func (c *Closed) CancelledCount() int { return len(c.Change.Cancelled) }

// some are the first things of a list. What first may be is checked before an
// operation is executed.
func some[T any](list []T, first int) []T {
	return list[:max(0, min(first, len(list)))]
}
