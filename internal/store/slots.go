package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

type slotRow struct {
	ID             booking.SlotID
	InterviewerID  booking.InterviewerID
	AvailabilityID booking.AvailabilityID
	StartsAt       time.Time
	EndsAt         time.Time
	Status         booking.SlotStatus
	HeldBy         *booking.StudentID
	HeldUntil      *time.Time
	FullUntil      *time.Time
	TakenBack      bool
}

// slotColumns are those of a booking.Slot.
var slotColumns = columnsOf[slotRow]("availability_id")

func (slotRow) TableName() string { return "slots" }

func (r slotRow) domain() booking.Slot {
	slot := booking.Slot{
		ID: r.ID, InterviewerID: r.InterviewerID, Start: r.StartsAt.UTC(), End: r.EndsAt.UTC(), Status: r.Status,
		WithdrawWhenFree: r.TakenBack,
	}
	if r.HeldBy != nil {
		slot.HeldBy, slot.HeldUntil = *r.HeldBy, r.HeldUntil.UTC()
	}
	if r.FullUntil != nil {
		slot.FullUntil = r.FullUntil.UTC()
	}
	return slot
}

// Slot returns one slot, or NotFound.
func (r *Reader) Slot(ctx context.Context, id booking.SlotID) (booking.Slot, error) {
	var found slotRow
	err := r.db.WithContext(ctx).Where("id = ?", id).Take(&found).Error
	return found.domain(), missing(err, "slot", "slotId", id)
}

// SlotsByID returns the slots with the given ids. Unknown ids are skipped.
func (r *Reader) SlotsByID(ctx context.Context, keys []booking.SlotID) ([]booking.Slot, error) {
	rows := make([]slotRow, 0, len(keys))
	err := r.send(ctx, statement{
		readSlots, []any{numbers(keys)}, each(&rows, slotColumns.targets)})
	return domains(rows), fault(err, "read %d slots", len(keys))
}

// SlotsWanted returns the ids among keys whose slots match the search.
func (r *Reader) SlotsWanted(ctx context.Context, keys []booking.SlotID, f SlotSearch) (found []booking.SlotID, err error) {
	w := f.narrowEach()
	w.and("id = ANY(" + w.arg(numbers(keys)) + ")")
	err = r.send(ctx, statement{"SELECT id FROM slots WHERE " + w.text, w.args, each(&found, func(id *booking.SlotID) []any { return []any{(*int64)(id)} })})
	return found, fault(err, "filter %d slots", len(keys))
}

// SlotFilter filters a list of slots. The zero value matches all.
type SlotFilter struct {
	InterviewerIDs []booking.InterviewerID
	Status         []booking.SlotStatus
	Start          *time.Time // starts at or after
	End            *time.Time // ends at or before
}

// scopedSlots is the slots in a scope that match a filter.
type scopedSlots struct {
	Scope
	SlotFilter
}

func (f scopedSlots) apply(db *gorm.DB) *gorm.DB {
	db = f.slots(db)
	if len(f.InterviewerIDs) > 0 {
		db = db.Where("interviewer_id = ANY(?)", ids[booking.InterviewerID](unique(f.InterviewerIDs)))
	}
	if len(f.Status) > 0 {
		db = db.Where(f.inStatus(db))
	}
	if f.Start != nil {
		db = db.Where("starts_at >= ?", *f.Start)
	}
	if f.End != nil {
		// starts_at < end follows from ends_at <= end, and bounds the index scan.
		db = db.Where("starts_at < ? AND ends_at <= ?", *f.End, *f.End)
	}
	return db
}

// inStatus filters by the states that callers see: a held slot is stored as OPEN, and is
// HELD until held_until. The states are literals, so that the planner can use a partial
// index.
func (f scopedSlots) inStatus(db *gorm.DB) *gorm.DB {
	anyStatus := db.Session(&gorm.Session{NewDB: true}).Where("false")
	for _, status := range unique(f.Status) {
		switch status {
		case booking.SlotOpen:
			anyStatus = anyStatus.Or("status = 'OPEN' AND NOT ("+isHeld("", "?")+")", f.now)
		case booking.SlotIsHeld:
			anyStatus = anyStatus.Or("status = 'OPEN' AND held_by IS NOT NULL AND "+isHeld("", "?"), f.now)
		case booking.SlotBooked:
			anyStatus = anyStatus.Or("status = 'BOOKED'")
		case booking.SlotWithdrawn:
			anyStatus = anyStatus.Or("status = 'WITHDRAWN'")
		default:
			_ = anyStatus.AddError(fmt.Errorf("unknown slot status %q", status))
		}
	}
	return anyStatus
}

// Slots returns a page of slots, ordered by start, and reports whether there are more. A
// list of several interviewers is merged from a page of each, because the index holds
// the slots of one interviewer in the order of the list.
func (r *Reader) Slots(ctx context.Context, s Scope, f SlotFilter, p Page) ([]booking.Slot, bool, error) {
	var rows []slotRow
	var err error
	if of := unique(f.InterviewerIDs); len(of) > 0 {
		f.InterviewerIDs = nil
		lists, order := interviewerLists(of, scopedSlots{s, f}.apply), p.scan(ByStart).text()
		err = pageOfEach[slotRow](r.db.WithContext(ctx), lists, p, order+" LIMIT ?", p.limit()).Scan(&rows).Error
	} else {
		err = p.by(ByStart, scopedSlots{s, f}.apply(r.db.WithContext(ctx))).Find(&rows).Error
	}
	page, more := cutPage(domains(rows), p)
	return page, more, fault(err, "list slots")
}

// CountSlots returns the number of items of Slots on all pages.
func (r *Reader) CountSlots(ctx context.Context, s Scope, f SlotFilter) (int, error) {
	return count(scopedSlots{s, f}.apply(r.db.WithContext(ctx).Model(&slotRow{})), "slots")
}

// SlotsOf returns a page of the slots of each interviewer, ordered by start.
func (r *Reader) SlotsOf(
	ctx context.Context, s Scope, of []booking.InterviewerID, f SlotFilter, p Page,
) (map[booking.InterviewerID]Part[booking.Slot], error) {
	return listParts[slotRow](ctx, r, interviewerLists(of, scopedSlots{s, f}.apply), p,
		func(s booking.Slot) booking.InterviewerID { return s.InterviewerID })
}

// CountSlotsOf returns the number of items of SlotsOf on all pages.
func (r *Reader) CountSlotsOf(
	ctx context.Context, s Scope, of []booking.InterviewerID, f SlotFilter,
) (map[booking.InterviewerID]int, error) {
	return countParts[slotRow](ctx, r, interviewerLists(of, scopedSlots{s, f}.apply))
}

// SlotsToOpen returns the open slots that become bookable when a hold expires: a hold on
// the slot itself, or on another slot that fills the interviewer's day or week.
func (r *Reader) SlotsToOpen(ctx context.Context, now time.Time) ([]booking.Slot, error) {
	var rows []slotRow
	err := r.db.WithContext(ctx).Where(openSlotsPredicate).Where(isHeld("", "?")+" OR "+isFull("", "?"), now, now).Find(&rows).Error
	return domains(rows), fault(err, "read the slots whose holds expired")
}

// SlotsAbout returns open slots in the range that belong to one of the interviewers or
// overlap one of the spans. It applies no student's rules.
func (r *Reader) SlotsAbout(
	ctx context.Context, in calendar.Span, by []booking.InterviewerID, at []calendar.Span, limit int,
) ([]booking.Slot, error) {
	w := SlotSearch{In: in}.narrow()
	w.and(openSlotsPredicate)
	w.and("(interviewer_id = ANY(" + w.arg(numbers(by)) + ") OR " + w.overlapsAny(at) + ")")
	var rows []slotRow
	err := r.send(ctx, statement{
		"SELECT " + slotColumns.String() + " FROM slots WHERE " + w.text + " ORDER BY starts_at, id LIMIT " + w.arg(limit), w.args,
		each(&rows, slotColumns.targets)})
	return domains(rows), fault(err, "read the slots of %d interviewers and %d spans", len(by), len(at))
}

// InterviewerWindow is a time span of one interviewer.
type InterviewerWindow struct {
	InterviewerID booking.InterviewerID
	calendar.Span
}

// SlotsIn returns the slots that overlap one of the windows of their interviewer, each
// once, ordered by start and without the withdrawn ones. It relies on slots being no
// longer than booking.MaxSlotMinutes.
func (r *Reader) SlotsIn(ctx context.Context, windows []InterviewerWindow) ([]LoadedSlot, error) {
	rows, err := inBatches(windows, func(batch []InterviewerWindow) ([]slotRow, error) {
		var rows []slotRow
		err := r.db.WithContext(ctx).Raw(`
			SELECT s.availability_id, `+slotColumns.of("s.")+`
			FROM unnest(?::bigint[], ?::timestamptz[], ?::timestamptz[]) AS wanted (interviewer_id, s, e)
			CROSS JOIN LATERAL (SELECT * FROM slots
				WHERE slots.interviewer_id = wanted.interviewer_id AND `+notWithdrawn("")+`
					AND starts_at > wanted.s - make_interval(mins => ?) AND starts_at < wanted.e AND ends_at > wanted.s) AS s`,
			valuesOf(batch, func(w InterviewerWindow) int64 { return int64(w.InterviewerID) }),
			valuesOf(batch, func(w InterviewerWindow) time.Time { return w.Start }),
			valuesOf(batch, func(w InterviewerWindow) time.Time { return w.End }),
			booking.MaxSlotMinutes).Scan(&rows).Error
		return rows, fault(err, "read the slots in %d windows", len(batch))
	})
	slices.SortFunc(rows, func(a, b slotRow) int { return cmp.Or(a.StartsAt.Compare(b.StartsAt), cmp.Compare(a.ID, b.ID)) })
	rows = slices.CompactFunc(rows, func(a, b slotRow) bool { return a.ID == b.ID })
	slots := make([]LoadedSlot, len(rows))
	for i, row := range rows {
		slots[i] = LoadedSlot{Slot: row.domain(), AvailabilityID: row.AvailabilityID}
	}
	return slots, err
}

// CreateSlots inserts open slots of an availability.
func (tx *Tx) CreateSlots(ctx context.Context, a booking.Availability, spans []calendar.Span) ([]booking.Slot, error) {
	if len(spans) == 0 {
		return nil, nil
	}
	rows := make([]slotRow, len(spans))
	for i, span := range spans {
		rows[i] = slotRow{
			InterviewerID: a.InterviewerID, AvailabilityID: a.ID,
			StartsAt: span.Start, EndsAt: span.End, Status: booking.SlotOpen,
		}
	}
	err := tx.db.WithContext(ctx).CreateInBatches(&rows, insertBatch).Error
	for _, row := range rows {
		tx.recordChanges(booking.SlotWasPublished, row.ID)
		note(tx, changedSlots, row.ID)
	}
	return domains(rows), fault(err, "publish %d slots of interviewer %d", len(spans), a.InterviewerID)
}

// A LoadedSlot is a slot with the availability that published it.
type LoadedSlot struct {
	booking.Slot
	AvailabilityID booking.AvailabilityID
}

// LoadSlots writes slots of existing availabilities.
func (tx *Tx) LoadSlots(ctx context.Context, slots []LoadedSlot) error {
	rows := make([]slotRow, len(slots))
	for i, s := range slots {
		rows[i] = slotRow{
			ID: s.ID, InterviewerID: s.InterviewerID, AvailabilityID: s.AvailabilityID, StartsAt: s.Start, EndsAt: s.End, Status: s.Status,
		}
		note(tx, changedSlots, s.ID)
	}
	return load(ctx, tx, "slots", rows, columnsOf[slotRow]("held_by", "held_until", "full_until", "taken_back"))
}

// LockSlot locks a slot until the transaction ends and returns it. To lock several
// slots, lock them in the order of their ids.
func (tx *Tx) LockSlot(ctx context.Context, id booking.SlotID) (booking.Slot, error) {
	slot, err := one(ctx, tx, slotColumns.targets, lockSlot, int64(id))
	return slot.domain(), missing(err, "slot", "slotId", id)
}

var (
	readSlots = "SELECT " + slotColumns.String() + " FROM slots WHERE id = ANY($1)"
	lockSlot  = "SELECT " + slotColumns.String() + " FROM slots WHERE id = $1 FOR NO KEY UPDATE"
)

// LockSlots locks the slots after the people, in the order of their ids, and returns their
// state after locking.
func (tx *Tx) LockSlots(ctx context.Context, keys []booking.SlotID) ([]booking.Slot, error) {
	if err := lockInOrder(ctx, tx, "slots", keys); err != nil {
		return nil, err
	}
	return inBatches(keys, func(batch []booking.SlotID) ([]booking.Slot, error) { return tx.SlotsByID(ctx, batch) })
}

// SetSlotStatus writes the status of a slot and ends any hold on it. The slot must be
// locked.
func (tx *Tx) SetSlotStatus(ctx context.Context, id booking.SlotID, status booking.SlotStatus) error {
	tx.recordStatus(status, id)
	note(tx, changedSlots, id)
	return tx.update(ctx, &slotRow{ID: id, Status: status}, "status", "held_by", "held_until", "taken_back")
}

// BookSlots marks slots as booked and ends the holds on them. The slots must be locked.
func (tx *Tx) BookSlots(ctx context.Context, keys []booking.SlotID, now time.Time) error {
	for batch := range slices.Chunk(keys, loadBatch) {
		tx.recordChanges(booking.SlotWasBooked, batch...)
		note(tx, changedSlots, batch...)
		err := tx.db.WithContext(ctx).Exec("UPDATE slots SET status = 'BOOKED', held_by = NULL, held_until = NULL WHERE id = ANY(?)",
			ids[booking.SlotID](batch)).Error
		if err != nil {
			return fault(err, "book %d slots", len(batch))
		}
		if err := tx.EndHoldsOn(ctx, batch, now); err != nil {
			return err
		}
	}
	return nil
}

func slotIDs(slots []booking.Slot) ids[booking.SlotID] {
	keys := make(ids[booking.SlotID], len(slots))
	for i, slot := range slots {
		keys[i] = slot.ID
	}
	return keys
}
