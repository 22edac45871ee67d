package app

import (
	"context"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/store"
)

var publishedForm = NewForm(newStoredPublished, nil)

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
	stored := storedPublished{Availability: p.Availability.ID, Slots: slotIDs(p.Slots), UnusedMinutes: p.UnusedMinutes}
	for _, s := range p.Skipped {
		stored.Skipped = append(stored.Skipped, storedSkip{s.Start, s.End, s.Reason, slotIDs(s.Overlaps)})
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
	slots, err := readSlots(ctx, r, wanted)
	if err != nil {
		return nil, err
	}
	p := &Published{Availability: availability, Slots: slots.of(stored.Slots), UnusedMinutes: stored.UnusedMinutes}
	for _, s := range stored.Skipped {
		p.Skipped = append(p.Skipped, booking.SkippedSlot{Start: s.Start, End: s.End, Reason: s.Reason, Overlaps: slots.of(s.Overlaps)})
	}
	return p, nil
}

var blockedForm = NewForm(newStoredBlocked, nil)

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
		Closed: slotIDs(b.ClosedSlots), Conflicts: interviewIDs(b.Conflicts), Cancelled: interviewIDs(b.Cancelled),
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
	slots, err := readSlots(ctx, r, stored.Closed)
	if err != nil {
		return nil, err
	}
	b.ClosedSlots = slots.of(stored.Closed)
	if b.Conflicts, err = readInterviews(ctx, r, stored.Conflicts); err != nil {
		return nil, err
	}
	b.Cancelled, err = readInterviews(ctx, r, stored.Cancelled)
	return b, err
}

// ImportedForm stores the result of an import.
var ImportedForm = NewForm(newStoredImported, nil)

// storedImported is the stored outcome of a file's rows.
type storedImported struct {
	Rows []storedRow `json:"rows"`
}

type storedRow struct {
	Line   int              `json:"l"`
	ID     *int64           `json:"i,omitempty"`
	Status ImportRowStatus  `json:"s"`
	Errors []storedRowError `json:"e,omitempty"`
}

type storedRowError struct {
	Column  *string             `json:"column,omitempty"`
	Code    booking.RefusalCode `json:"code"`
	Message string              `json:"message"`
}

func newStoredImported(i *Imported) storedImported {
	stored := storedImported{Rows: make([]storedRow, len(i.Rows))}
	for n, row := range i.Rows {
		stored.Rows[n] = storedRow{Line: row.Line, ID: row.ID, Status: row.Status}
		for _, e := range row.Errors {
			stored.Rows[n].Errors = append(stored.Rows[n].Errors, storedRowError(e))
		}
	}
	return stored
}

func (stored storedImported) Restore(context.Context, *store.Reader) (*Imported, error) { //nolint:unparam // as of every form
	i := &Imported{Rows: make([]ImportRow, len(stored.Rows))}
	for n, row := range stored.Rows {
		i.Rows[n] = ImportRow{Line: row.Line, ID: row.ID, Status: row.Status, Errors: []ImportError{}}
		for _, e := range row.Errors {
			i.Rows[n].Errors = append(i.Rows[n].Errors, ImportError(e))
		}
	}
	return i, nil
}

func slotIDs(slots []booking.Slot) []booking.SlotID {
	ids := make([]booking.SlotID, len(slots))
	for i, slot := range slots {
		ids[i] = slot.ID
	}
	return ids
}

func interviewIDs(interviews []booking.Interview) []booking.InterviewID {
	ids := make([]booking.InterviewID, len(interviews))
	for i, interview := range interviews {
		ids[i] = interview.ID
	}
	return ids
}

// slotsByID holds slots that were read again.
type slotsByID map[booking.SlotID]booking.Slot

func readSlots(ctx context.Context, r *store.Reader, ids []booking.SlotID) (slotsByID, error) {
	found, err := r.SlotsByID(ctx, ids)
	known := make(slotsByID, len(found))
	for _, slot := range found {
		known[slot.ID] = slot
	}
	return known, err
}

// of returns the slots that still exist, in the order of ids.
func (s slotsByID) of(ids []booking.SlotID) []booking.Slot {
	slots := make([]booking.Slot, 0, len(ids))
	for _, id := range ids {
		if slot, is := s[id]; is {
			slots = append(slots, slot)
		}
	}
	return slots
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
