package app

import (
	"context"
	"fmt"
	"io"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/interchange"
	"rehearse/internal/store"
)

// ImportAvailability publishes the windows of a table, each whole or not at
// all. A window whose slots are all there is left as it is. Windows may lie in
// the past: a school's history needs its slots.
func (a *App) ImportAvailability(ctx context.Context, csv io.Reader, o ImportOptions) (*Imported, error) {
	rows, bad, err := read(csv, interchange.Windows(o.Zone), o)
	if err != nil || bad != nil {
		return bad, err
	}
	return a.importWindows(ctx, rows, o)
}

// CalendarInput is one interviewer's calendar.
type CalendarInput struct {
	InterviewerID booking.InterviewerID
	ICal          string
	SlotMinutes   int
}

// ImportCalendar publishes the events of an interviewer's calendar, those that
// recur up to the policy's horizon. Of what has ended nothing is published.
func (a *App) ImportCalendar(ctx context.Context, in CalendarInput, o ImportOptions) (*Imported, error) {
	interviewer, err := a.store.Interviewer(ctx, in.InterviewerID)
	if err != nil {
		return nil, err
	}
	policy, err := a.store.Policy(ctx)
	if err != nil {
		return nil, err
	}
	zone, err := calendar.Zone(interviewer.TimeZone)
	if err != nil {
		return nil, err
	}
	now := a.Now()
	rows, refused := interchange.ReadCalendar(in.ICal, interchange.CalendarOptions{
		Interviewer: interviewer.Email, Zone: zone, SlotMinutes: in.SlotMinutes, MaxWindows: o.MaxRows,
		Within: calendar.Span{Start: now, End: now.AddDate(0, 0, policy.PublishHorizonDays)},
	})
	if len(refused) > 0 {
		return nil, refused
	}
	return a.importWindows(ctx, rows, o)
}

func (a *App) importWindows(ctx context.Context, rows []interchange.Row[interchange.Window], o ImportOptions) (*Imported, error) {
	now := a.Now()
	var p *publishing
	return take(ctx, a, rows, o, intake[interchange.Window]{
		judge: func(ctx context.Context, tx *store.Tx, rows []*incoming[interchange.Window]) (err error) {
			if p, err = newPublishing(ctx, tx, rows, now); err != nil {
				return err
			}
			for _, row := range rows {
				p.judge(row)
			}
			return nil
		},
		write: func(ctx context.Context, tx *store.Tx, rows []*incoming[interchange.Window]) error {
			return p.write(ctx, tx, rows)
		},
	})
}

// publishing is the windows of one import on their way.
type publishing struct {
	now     time.Time
	by      map[string]booking.Interviewer
	agendas map[booking.InterviewerID]booking.Agenda
	blocked map[booking.InterviewerID][]booking.Block
	of      map[booking.SlotID]booking.AvailabilityID
	lines   map[interchange.Window]int
	plans   map[*incoming[interchange.Window]]booking.Plan
}

func newPublishing(
	ctx context.Context, tx *store.Tx, rows []*incoming[interchange.Window], now time.Time,
) (*publishing, error) {
	emails := make([]string, len(rows))
	for i, row := range rows {
		emails[i] = row.Value.Interviewer
	}
	by, err := lockInterviewers(ctx, tx, emails)
	if err != nil {
		return nil, err
	}
	p := &publishing{
		now: now, by: by, of: map[booking.SlotID]booking.AvailabilityID{},
		lines: map[interchange.Window]int{}, plans: map[*incoming[interchange.Window]]booking.Plan{},
	}
	var windows []store.InterviewerWindow
	for _, row := range rows {
		if w := p.availability(row.Value); w.InterviewerID != 0 {
			windows = append(windows, store.InterviewerWindow{InterviewerID: w.InterviewerID, Span: w.Window()})
		}
	}
	standing, err := tx.StandingIn(ctx, windows)
	if err != nil {
		return nil, err
	}
	p.agendas = agendas(standing)
	for _, slot := range standing {
		p.of[slot.ID] = slot.AvailabilityID
	}
	ids := make([]booking.InterviewerID, 0, len(by))
	for _, interviewer := range by {
		ids = append(ids, interviewer.ID)
	}
	p.blocked, err = tx.BlocksOf(ctx, ids)
	return p, err
}

func (p *publishing) availability(w interchange.Window) booking.Availability {
	return booking.Availability{
		InterviewerID: p.by[w.Interviewer].ID, Start: w.Start, End: w.End, SlotMinutes: w.SlotMinutes, CreatedAt: p.now,
	}
}

func (p *publishing) judge(row *incoming[interchange.Window]) {
	by, known := p.by[row.Value.Interviewer]
	if !known {
		row.fail(nobody("interviewer", "interviewer", row.Value.Interviewer))
		return
	}
	if line, twice := p.lines[row.Value]; twice {
		row.fail(booking.Refuse(booking.InvalidInput, "start", fmt.Sprintf(
			"line %d is the same window; a window stands in a file once", line)))
		return
	}
	p.lines[row.Value] = row.Line
	wanted := p.availability(row.Value)
	agenda := p.agendas[by.ID]
	busy := booking.Calendar{Standing: agenda.During(wanted.Window()), Blocked: booking.Spans(p.blocked[by.ID])}
	plan, refused := booking.PlanImport(by, wanted, busy, p.now)
	if len(refused) > 0 {
		row.fail(refused)
		return
	}
	if len(plan.New) == 0 {
		row.unchanged(int64(p.of[plan.Standing[0].ID]))
		return
	}
	p.plans[row] = plan
	for _, span := range plan.New {
		agenda = agenda.With(booking.Slot{InterviewerID: by.ID, Start: span.Start, End: span.End, Status: booking.SlotOpen})
	}
	p.agendas[by.ID] = agenda
}

func (p *publishing) write(ctx context.Context, tx *store.Tx, rows []*incoming[interchange.Window]) error {
	wanted := make([]booking.Availability, len(rows))
	for i, row := range rows {
		wanted[i] = p.availability(row.Value)
	}
	published, err := tx.EnsureAvailabilities(ctx, wanted)
	if err != nil {
		return err
	}
	var slots []store.LoadedSlot
	for i, row := range rows {
		row.id = int64(published[i])
		for _, span := range p.plans[row].New {
			slots = append(slots, store.LoadedSlot{AvailabilityID: published[i], Slot: booking.Slot{
				InterviewerID: wanted[i].InterviewerID, Start: span.Start, End: span.End, Status: booking.SlotOpen,
			}})
		}
	}
	if err := createSlots(ctx, tx, slots); err != nil {
		return err
	}
	return recountAll(ctx, tx, p.by)
}

// recountAll keeps the caps of interviewers, who are locked, after an import.
func recountAll(ctx context.Context, tx *store.Tx, by map[string]booking.Interviewer) error {
	for _, interviewer := range by {
		if !interviewer.Capped() {
			continue
		}
		if err := recount(ctx, tx, interviewer, always); err != nil {
			return err
		}
	}
	return nil
}

// createSlots writes new slots and sets their ids.
func createSlots(ctx context.Context, tx *store.Tx, slots []store.LoadedSlot) error {
	taken, err := tx.TakeIDs(ctx, store.SlotsTable, len(slots))
	if err != nil {
		return err
	}
	for i := range slots {
		slots[i].ID = booking.SlotID(taken[i])
	}
	return tx.LoadSlots(ctx, slots)
}

// lockInterviewers locks who has one of the e-mails, and answers them as they
// are then.
func lockInterviewers(ctx context.Context, tx *store.Tx, emails []string) (map[string]booking.Interviewer, error) {
	found, err := tx.InterviewersByEmail(ctx, keys(emails, func(email string) string { return email }))
	if err != nil {
		return nil, err
	}
	ids := make([]booking.InterviewerID, len(found))
	for i, interviewer := range found {
		ids[i] = interviewer.ID
	}
	if err := tx.LockInterviewers(ctx, ids); err != nil {
		return nil, err
	}
	if found, err = tx.InterviewersByIDs(ctx, ids); err != nil {
		return nil, err
	}
	by := make(map[string]booking.Interviewer, len(found))
	for _, interviewer := range found {
		by[interviewer.Email] = interviewer
	}
	return by, nil
}

// agendas sorts slots, which come by start, by their interviewers.
func agendas(standing []store.LoadedSlot) map[booking.InterviewerID]booking.Agenda {
	by := map[booking.InterviewerID]booking.Agenda{}
	for _, slot := range standing {
		by[slot.InterviewerID] = append(by[slot.InterviewerID], slot.Slot)
	}
	return by
}

func nobody(noun, column, email string) booking.Refused {
	return booking.Refuse(booking.NotFound, column, fmt.Sprintf("%s is %.80q; there is no %s with this e-mail", column, email, noun))
}
