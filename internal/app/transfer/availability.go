package transfer

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/interchange"
	"rehearse/internal/store"
)

// ImportAvailability publishes the windows and weekly rules of a table. A window is
// published whole or not at all, and may be in the past because imported history needs its
// slots. A rule is published up to the horizon and skips times that are taken, including by
// windows of the same file. Rules and windows that already exist, and windows whose slots
// all exist, are unchanged.
func (t *Transfers) ImportAvailability(ctx context.Context, csv io.Reader, o ImportOptions) (*Imported, error) {
	if err := operation.AccessOf(ctx).Only(); err != nil {
		return nil, err
	}
	rows, bad, err := read(csv, interchange.Availabilities(o.Zone), o)
	if err != nil || bad != nil {
		return bad, err
	}
	return t.publishRows(ctx, rows, o)
}

type availabilityRow = incoming[interchange.Availability]

func (t *Transfers) publishRows(ctx context.Context, rows []interchange.Row[interchange.Availability], o ImportOptions) (*Imported, error) {
	now := t.now()
	return runImport(ctx, t, rows, o, importer[interchange.Availability]{
		data: "availability", now: now,
		judge: func(ctx context.Context, tx *store.Tx, rows []*availabilityRow) (writer[interchange.Availability], error) {
			rows = setAside(rows)
			p, err := newAvailabilityImport(ctx, tx, rows, now, o.MaxSlots)
			if err != nil {
				return nil, err
			}
			p.judgeBlocks(rows)
			rows = filter(rows, func(r *availabilityRow) bool { return r.Value.Use != interchange.UseBlock })
			// Windows come first: a rule gets only the time that they leave free.
			for _, weekly := range []bool{false, true} {
				of := func(r *availabilityRow) bool { return r.status != RowFailed && (r.Value.Weekly != nil) == weekly }
				for _, row := range filter(rows, of) {
					if err := p.judge(row); err != nil {
						return nil, err
					}
				}
			}
			return p.write, nil
		},
	})
}

// availabilityImport is the state of one availability import.
type availabilityImport struct {
	now     time.Time
	until   time.Time // horizon of the rules
	by      map[string]booking.Interviewer
	agendas map[booking.InterviewerID]booking.Agenda
	blocked map[booking.InterviewerID][]booking.Block
	of      map[booking.SlotID]*booking.Availability         // availability of each existing slot
	there   map[booking.AvailabilityKey]booking.Availability // existing availability that matches a row
	lines   map[booking.AvailabilityKey]int
	plans   map[*availabilityRow]booking.Plan
	slots   int                // number of new slots
	most    int                // maximum of slots
	blocks  []*availabilityRow // whole-day calendar events to block
}

// newAvailabilityImport locks the interviewers, completes the rows, and reads the slots and blocks
// that may conflict with them.
func newAvailabilityImport(ctx context.Context, tx *store.Tx, rows []*availabilityRow, now time.Time, most int) (*availabilityImport, error) {
	emails := make([]string, len(rows))
	for i, row := range rows {
		emails[i] = row.Value.Interviewer
	}
	by, err := lockInterviewers(ctx, tx, emails)
	if err != nil {
		return nil, err
	}
	policy, err := tx.Policy(ctx)
	if err != nil {
		return nil, err
	}
	p := &availabilityImport{
		most: most, now: now, until: policy.Horizon(now), by: by, of: map[booking.SlotID]*booking.Availability{},
		lines: map[booking.AvailabilityKey]int{}, plans: map[*availabilityRow]booking.Plan{},
	}
	for _, row := range rows {
		p.complete(row)
	}
	return p, p.read(ctx, tx, filter(rows, func(r *availabilityRow) bool { return r.status != RowFailed }))
}

// complete fills in the fields that the row leaves out.
func (p *availabilityImport) complete(row *availabilityRow) {
	by, known := p.by[row.Value.Interviewer]
	if !known {
		row.fail(noSuchPerson("interviewer", "interviewer", row.Value.Interviewer))
		return
	}
	wanted := row.Value.Availability
	wanted.InterviewerID, wanted.CreatedAt = by.ID, p.now
	if wanted.Weekly != nil {
		rule := *wanted.Weekly
		if rule.TimeZone == "" {
			rule.TimeZone = by.TimeZone
		}
		wanted.Weekly, wanted.PublishedUntil = &rule, &p.until
	}
	wanted, refused := wanted.Normalise()
	if row.Value.Availability = wanted; len(refused) > 0 {
		row.fail(refused)
	}
}

func (p *availabilityImport) read(ctx context.Context, tx *store.Tx, rows []*availabilityRow) error {
	wanted := make([]booking.Availability, len(rows))
	for i, row := range rows {
		wanted[i] = row.Value.Availability
	}
	standing, err := tx.SlotsIn(ctx, p.times(rows))
	if err != nil {
		return err
	}
	p.agendas = agendas(standing)
	held, err := tx.AvailabilitiesByID(ctx, keys(standing, func(s store.LoadedSlot) booking.AvailabilityID { return s.AvailabilityID }))
	if err != nil {
		return err
	}
	byID := make(map[booking.AvailabilityID]*booking.Availability, len(held))
	for i := range held {
		byID[held[i].ID] = &held[i]
	}
	for _, slot := range standing {
		p.of[slot.ID] = byID[slot.AvailabilityID]
	}
	if p.there, err = tx.AvailabilitiesLike(ctx, wanted); err != nil {
		return err
	}
	ids := make([]booking.InterviewerID, 0, len(p.by))
	for _, interviewer := range p.by {
		ids = append(ids, interviewer.ID)
	}
	p.blocked, err = tx.BlocksOf(ctx, ids)
	return err
}

// times returns the time ranges to read: one for each window, and one for all rules of an
// interviewer.
func (p *availabilityImport) times(rows []*availabilityRow) []store.InterviewerWindow {
	var times []store.InterviewerWindow
	rules := map[booking.InterviewerID]bool{}
	for _, row := range rows {
		by, span := row.Value.InterviewerID, row.Value.Window()
		if row.Value.Weekly != nil {
			span = calendar.Span{Start: p.now.Add(-booking.LongestWindow), End: p.until.Add(booking.LongestWindow)}
			if rules[by] {
				continue
			}
			rules[by] = true
		}
		times = append(times, store.InterviewerWindow{InterviewerID: by, Span: span})
	}
	return times
}

func (p *availabilityImport) judge(row *availabilityRow) error {
	wanted := row.Value.Availability
	like := wanted.AvailabilityKey()
	if line, twice := p.lines[like]; twice && row.Value.Event {
		row.ignore(fmt.Sprintf("The event on line %d has the same time.", line))
		return nil
	} else if twice {
		noun, column := "window", "start"
		if wanted.Weekly != nil {
			noun, column = "rule", "weekdays"
		}
		row.fail(booking.Refuse(booking.InvalidInput, column, fmt.Sprintf(
			"The %s is also on line %d; each %[1]s is allowed once in a file.", noun, line)))
		return nil
	}
	p.lines[like] = row.Line
	if row.Value.Event {
		return p.judgeEvent(row)
	}
	if there, known := p.there[like]; known {
		meets(row, there)
		return nil
	}
	plan, refused, err := p.plan(wanted, p.by[row.Value.Interviewer])
	switch {
	case err != nil:
		return err
	case len(refused) > 0:
		row.fail(refused)
		return nil
	case wanted.Weekly == nil && !plan.Publishes():
		meets(row, *p.of[plan.Standing[0].ID])
		return nil
	case p.slots+len(plan.New) > p.most:
		row.fail(p.tooManySlots())
		return nil
	}
	p.plans[row] = plan
	p.occupy(wanted, plan)
	return nil
}

func (p *availabilityImport) tooManySlots() booking.Refused {
	return booking.RefuseRequest(booking.InvalidInput, fmt.Sprintf(
		"The file publishes more than %d slots up to this row; split it into smaller files.", p.most))
}

// meets handles a row that is already published: it fails if the two differ.
func meets(row *availabilityRow, there booking.Availability) {
	if refused := there.Differences(row.Value.Availability); len(refused) > 0 {
		row.fail(refused)
		return
	}
	row.unchanged(int64(there.ID))
}

func (p *availabilityImport) plan(wanted booking.Availability, by booking.Interviewer) (booking.Plan, booking.Refused, error) {
	agenda, blocked := p.agendas[by.ID], booking.Spans(p.blocked[by.ID])
	if wanted.Weekly == nil {
		busy := booking.Calendar{Standing: agenda.During(wanted.Window()), Blocked: blocked}
		plan, refused := booking.PlanImportedWindow(by, wanted, busy, p.now)
		return plan, refused, nil
	}
	windows, err := wanted.Ahead(time.Time{}, p.until, p.now)
	if err != nil {
		return booking.Plan{}, nil, err
	}
	plan, refused := booking.PlanImportedRule(by, wanted, windows, booking.Calendar{Standing: agenda, Blocked: blocked}, p.now)
	return plan, refused, nil
}

// occupy applies a plan to the agenda so that later rows see its effect. New slots have no
// ids yet, so they get negative placeholders.
func (p *availabilityImport) occupy(a booking.Availability, plan booking.Plan) {
	agenda := p.agendas[a.InterviewerID]
	for i := range agenda {
		if slices.Contains(plan.Restored, agenda[i].ID) {
			agenda[i].WithdrawWhenFree = false
		}
	}
	for _, span := range plan.New {
		p.slots++
		slot := booking.Slot{
			ID: booking.SlotID(-p.slots), InterviewerID: a.InterviewerID, Start: span.Start, End: span.End, Status: booking.SlotOpen,
		}
		p.of[slot.ID] = &a
		agenda = agenda.With(slot)
	}
	p.agendas[a.InterviewerID] = agenda
}

func (p *availabilityImport) write(ctx context.Context, tx *store.Tx, rows []*availabilityRow) error {
	if err := p.block(ctx, tx); err != nil {
		return err
	}
	rows = filter(rows, func(r *availabilityRow) bool { return r.Value.Use == interchange.UsePublish })
	wanted := make([]booking.Availability, len(rows))
	for i, row := range rows {
		wanted[i] = row.Value.Availability
	}
	published, err := tx.EnsureAvailabilities(ctx, wanted)
	if err != nil {
		return err
	}
	slots := make([]store.LoadedSlot, 0, p.slots)
	for i, row := range rows {
		row.id = int64(published[i])
		if err := tx.ReassignSlots(ctx, published[i], p.plans[row].Restored); err != nil {
			return err
		}
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

// recountAll marks the full days and weeks of interviewers after an import. The caller has
// locked them. An import only adds interviews, so interviewers without a full period need
// no update.
func recountAll(ctx context.Context, tx *store.Tx, by map[string]booking.Interviewer) error {
	capped := cappedOf(by)
	given, err := tx.Claims(ctx, slices.Collect(maps.Keys(capped)), operation.Always, 0)
	if err != nil {
		return err
	}
	for id, claims := range given {
		full, err := capped[id].FullPeriods(claims)
		if err != nil {
			return err
		}
		if len(full) == 0 {
			continue
		}
		if err := tx.SetFull(ctx, id, operation.Always, full); err != nil {
			return err
		}
	}
	return nil
}

// cappedOf returns the interviewers who have a cap, by id.
func cappedOf(by map[string]booking.Interviewer) map[booking.InterviewerID]booking.Interviewer {
	capped := map[booking.InterviewerID]booking.Interviewer{}
	for _, interviewer := range by {
		if interviewer.Capped() {
			capped[interviewer.ID] = interviewer
		}
	}
	return capped
}

// createSlots writes new slots and sets their ids.
func createSlots(ctx context.Context, tx *store.Tx, slots []store.LoadedSlot) error {
	taken, err := tx.ReserveIDs(ctx, store.SlotsTable, len(slots))
	if err != nil {
		return err
	}
	for i := range slots {
		slots[i].ID = booking.SlotID(taken[i])
	}
	tx.RecordPublication(slots)
	return tx.LoadSlots(ctx, slots)
}

// lockInterviewers locks the interviewers with the e-mails and returns them as read under
// the lock.
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
	if found, err = tx.InterviewersByID(ctx, ids); err != nil {
		return nil, err
	}
	by := make(map[string]booking.Interviewer, len(found))
	for _, interviewer := range found {
		by[interviewer.Email] = interviewer
	}
	return by, nil
}

// agendas groups slots, which are ordered by start, by interviewer.
func agendas(standing []store.LoadedSlot) map[booking.InterviewerID]booking.Agenda {
	by := map[booking.InterviewerID]booking.Agenda{}
	for _, slot := range standing {
		by[slot.InterviewerID] = append(by[slot.InterviewerID], slot.Slot)
	}
	return by
}

func noSuchPerson(noun, column, email string) booking.Refused {
	return booking.Refuse(booking.NotFound, column, fmt.Sprintf("%s is %.80q; no %s has this e-mail address.", column, email, noun))
}
