package transfer

import (
	"context"
	"fmt"
	"slices"

	"rehearse/internal/app/availability"
	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/interchange"
	"rehearse/internal/store"
)

// CalendarInput is a calendar file of one interviewer.
type CalendarInput struct {
	InterviewerID  booking.InterviewerID
	ICal           []byte
	SlotMinutes    int
	BlockWholeDays bool // block the time of whole-day events instead of ignoring them
}

// ImportCalendar publishes the events of an interviewer's calendar. Recurring events are
// expanded up to the policy's horizon. Past events are not published.
func (t *Transfers) ImportCalendar(ctx context.Context, in CalendarInput, o ImportOptions) (*Imported, error) {
	if err := operation.AccessOf(ctx).Only(); err != nil {
		return nil, err
	}
	interviewer, err := t.store.Interviewer(ctx, in.InterviewerID)
	if err != nil {
		return nil, err
	}
	policy, err := t.store.Policy(ctx)
	if err != nil {
		return nil, err
	}
	zone, err := calendar.Zone(interviewer.TimeZone)
	if err != nil {
		return nil, err
	}
	now := t.now()
	rows, refused := interchange.ReadCalendar(in.ICal, interchange.CalendarOptions{
		Interviewer: interviewer.Email, Zone: zone, SlotMinutes: in.SlotMinutes, MaxWindows: o.MaxRows,
		Within: calendar.Span{Start: now, End: policy.Horizon(now)}, BlockWholeDays: in.BlockWholeDays,
	})
	if len(refused) > 0 {
		return nil, refused
	}
	return t.publishRows(ctx, rows, o)
}

// InterviewerByEmail returns the interviewer with the e-mail.
func (t *Transfers) InterviewerByEmail(ctx context.Context, email string) (*booking.Interviewer, error) {
	if err := operation.AccessOf(ctx).Only(); err != nil {
		return nil, err
	}
	return store.InTx(ctx, t.store, func(tx *store.Tx) (*booking.Interviewer, error) {
		found, err := tx.InterviewersByEmail(ctx, []string{email})
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, noSuchPerson("interviewer", "interviewer", email)
		}
		return &found[0], nil
	})
}

// setAside marks the rows that have nothing to import as ignored and returns the others.
func setAside(rows []*availabilityRow) []*availabilityRow {
	return filter(rows, func(row *availabilityRow) bool {
		if row.Value.Use == interchange.UseIgnore {
			row.ignore(row.Value.Note)
			return false
		}
		return true
	})
}

// judgeEvent decides about a calendar event. Events may overlap, so times that are taken by
// other slots or blocked time are left out with a note.
func (p *availabilityImport) judgeEvent(row *availabilityRow) error {
	by, window := p.by[row.Value.Interviewer], row.Value.Availability
	busy := booking.Calendar{Standing: p.agendas[by.ID].During(window.Window()), Blocked: booking.Spans(p.blocked[by.ID])}
	plan, refused := booking.PlanImportedEvent(by, window, busy, p.now)
	there, known := p.there[window.AvailabilityKey()]
	left := len(plan.Skipped) - len(plan.Standing)
	all := left + len(plan.Standing) + len(plan.New)
	switch {
	case known:
		left += len(plan.New) // withdrawn since the event was published
		row.unchanged(int64(there.ID))
	case len(refused) > 0:
		row.fail(refused)
		return nil
	case p.slots+len(plan.New) > p.most:
		row.fail(p.tooManySlots())
		return nil
	case plan.Publishes():
		p.plans[row] = plan
		p.occupy(window, plan)
	case left == 0 && p.of[plan.Standing[0].ID].ID != 0:
		row.unchanged(int64(p.of[plan.Standing[0].ID].ID))
	default:
		row.ignore("Other slots or blocked time of the interviewer cover the whole event.")
		return nil
	}
	if left > 0 {
		row.notes = append(row.notes, fmt.Sprintf(
			"%d of %d slots are not imported, because they were withdrawn or overlap other slots or blocked time of the interviewer.",
			left, all))
	}
	return nil
}

// blockReason is the reason for time blocked by a calendar. The event's own text is not
// used because it may be private.
const blockReason = "an all-day event of an imported calendar"

// judgeBlocks blocks whole-day events before the windows are planned.
func (p *availabilityImport) judgeBlocks(rows []*availabilityRow) {
	for _, row := range rows {
		if row.Value.Use != interchange.UseBlock || row.status == RowFailed {
			continue
		}
		span, by := row.Value.Window(), row.Value.InterviewerID
		if refused := booking.CheckRange(span, booking.MaxBlock); len(refused) > 0 {
			row.fail(refused)
			continue
		}
		same := slices.IndexFunc(p.blocked[by], func(b booking.Block) bool { return b.Span().Equal(span) })
		switch {
		case same < 0:
			p.blocks = append(p.blocks, row)
			p.blocked[by] = append(p.blocked[by], booking.Block{InterviewerID: by, Start: span.Start, End: span.End})
		case p.blocked[by][same].ID == 0:
			row.ignore("Another event of the calendar blocks the same time.")
		default:
			row.unchanged(int64(p.blocked[by][same].ID))
		}
	}
}

// block blocks the whole days and withdraws their open slots. Booked interviews are kept
// and noted.
func (p *availabilityImport) block(ctx context.Context, tx *store.Tx) error {
	if len(p.blocks) == 0 {
		return nil
	}
	spans := make([]calendar.Span, len(p.blocks))
	for i, row := range p.blocks {
		spans[i] = row.Value.Window()
	}
	by := p.by[p.blocks[0].Value.Interviewer] // a calendar belongs to one interviewer
	blocked, err := availability.LockedCalendar(tx, by, p.now).Block(ctx, spans, blockReason)
	if err != nil {
		return err
	}
	for i, row := range p.blocks {
		row.id = int64(blocked.Blocks[i].ID)
		for _, booked := range blocked.Conflicts {
			if (calendar.Span{Start: booked.Start, End: booked.End}).Overlaps(spans[i]) {
				row.notes = append(row.notes, "A booked interview at this time is kept.")
				break
			}
		}
	}
	return nil
}
