package availability

import (
	"context"
	"time"

	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
	"rehearse/internal/store"
)

var publishedForm = operation.NewForm(newStoredPublished, nil)

// storedPublished holds the ids of published availability and slots, which are read again on
// replay.
type storedPublished struct {
	Availability  booking.AvailabilityID `json:"availability"`
	Slots         []booking.SlotID       `json:"slots,omitempty"`
	Skipped       []storedSkip           `json:"skipped,omitempty"`
	UnusedMinutes int                    `json:"unusedMinutes,omitempty"`
}

type storedSkip struct {
	Start    time.Time          `json:"start"`
	End      time.Time          `json:"end"`
	Reason   booking.SkipReason `json:"reason"`
	Overlaps []booking.SlotID   `json:"overlaps,omitempty"`
}

func newStoredPublished(p *Published) storedPublished {
	stored := storedPublished{Availability: p.Availability.ID, Slots: booking.SlotIDs(p.Slots), UnusedMinutes: p.UnusedMinutes}
	for _, s := range p.Skipped {
		stored.Skipped = append(stored.Skipped, storedSkip{s.Start, s.End, s.Reason, booking.SlotIDs(s.Overlaps)})
	}
	return stored
}

func (stored storedPublished) Restore(ctx context.Context, r *store.Reader) (*Published, error) {
	availability, err := r.PublishedAvailability(ctx, stored.Availability)
	if err != nil {
		return nil, err
	}
	wanted := stored.Slots
	for _, s := range stored.Skipped {
		wanted = append(wanted, s.Overlaps...)
	}
	slots, err := operation.ReadSlots(ctx, r, wanted)
	if err != nil {
		return nil, err
	}
	p := &Published{Availability: availability, Slots: slots.Of(stored.Slots), UnusedMinutes: stored.UnusedMinutes}
	for _, s := range stored.Skipped {
		p.Skipped = append(p.Skipped, booking.SkippedSlot{Start: s.Start, End: s.End, Reason: s.Reason, Overlaps: slots.Of(s.Overlaps)})
	}
	return p, nil
}

var blockedForm = operation.NewForm(newStoredBlocked, nil)

// storedBlocked is blocked time as it was stored, and the ids of what it closed.
type storedBlocked struct {
	Blocks    []storedBlock         `json:"blocks"`
	Closed    []booking.SlotID      `json:"closed,omitempty"`
	Conflicts []booking.InterviewID `json:"conflicts,omitempty"`
	Cancelled []booking.InterviewID `json:"cancelled,omitempty"`
}

type storedBlock struct {
	ID          booking.BlockID       `json:"id"`
	Interviewer booking.InterviewerID `json:"interviewer"`
	Start       time.Time             `json:"start"`
	End         time.Time             `json:"end"`
	Reason      string                `json:"reason"` // stored because a removed block cannot be read again
	CreatedAt   time.Time             `json:"createdAt"`
}

func newStoredBlocked(b *Blocked) storedBlocked {
	stored := storedBlocked{
		Closed: booking.SlotIDs(b.ClosedSlots), Conflicts: booking.InterviewIDs(b.Conflicts), Cancelled: booking.InterviewIDs(b.Cancelled),
	}
	for _, block := range b.Blocks {
		stored.Blocks = append(stored.Blocks, storedBlock{block.ID, block.InterviewerID, block.Start, block.End, block.Reason, block.CreatedAt})
	}
	return stored
}

func (stored storedBlocked) Restore(ctx context.Context, r *store.Reader) (*Blocked, error) {
	b := &Blocked{}
	for _, block := range stored.Blocks {
		b.Blocks = append(b.Blocks, booking.Block{
			ID: block.ID, InterviewerID: block.Interviewer, Start: block.Start, End: block.End, Reason: block.Reason, CreatedAt: block.CreatedAt,
		})
	}
	slots, err := operation.ReadSlots(ctx, r, stored.Closed)
	if err != nil {
		return nil, err
	}
	b.ClosedSlots = slots.Of(stored.Closed)
	if b.Conflicts, err = readInterviews(ctx, r, stored.Conflicts); err != nil {
		return nil, err
	}
	b.Cancelled, err = readInterviews(ctx, r, stored.Cancelled)
	return b, err
}

// readInterviews returns the interviews that still exist, in the order of ids.
func readInterviews(ctx context.Context, r *store.Reader, ids []booking.InterviewID) ([]booking.Interview, error) {
	found, err := r.InterviewsByID(ctx, ids)
	known := make(map[booking.InterviewID]booking.Interview, len(found))
	for _, interview := range found {
		known[interview.ID] = interview
	}
	interviews := make([]booking.Interview, 0, len(ids))
	for _, id := range ids {
		if interview, is := known[id]; is {
			interviews = append(interviews, interview)
		}
	}
	return interviews, err
}
