package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"rehearse/internal/booking"
)

// Part is a page of one parent's list; More reports whether there are more items.
type Part[T any] struct {
	Items []T
	More  bool
}

// SlotFilter filters a list of slots. The zero value matches all.
type SlotFilter struct {
	InterviewerIDs []booking.InterviewerID
	Status         []booking.SlotStatus
	Now            time.Time             // distinguishes OPEN from HELD
	Of             booking.InterviewerID // the parent; 0 for all interviewers
	Start          *time.Time            // starts at or after
	End            *time.Time            // ends at or before
}

func (f SlotFilter) apply(db *gorm.DB) *gorm.DB {
	if f.Of != 0 {
		db = db.Where("interviewer_id = ?", f.Of)
	}
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
func (f SlotFilter) inStatus(db *gorm.DB) *gorm.DB {
	any := db.Session(&gorm.Session{NewDB: true}).Where("false")
	for _, status := range unique(f.Status) {
		switch status {
		case booking.SlotOpen:
			any = any.Or("status = 'OPEN' AND NOT coalesce(held_until > ?, false)", f.Now)
		case booking.SlotIsHeld:
			any = any.Or("status = 'OPEN' AND held_by IS NOT NULL AND held_until > ?", f.Now)
		case booking.SlotBooked:
			any = any.Or("status = 'BOOKED'")
		case booking.SlotWithdrawn:
			any = any.Or("status = 'WITHDRAWN'")
		default:
			_ = any.AddError(fmt.Errorf("unknown slot status %q", status))
		}
	}
	return any
}

// Slots returns a page of slots, ordered by start, and reports whether there are more. A
// list of several interviewers is merged from a page of each, because the index holds
// the slots of one interviewer in the order of the list.
func (r *Reader) Slots(ctx context.Context, f SlotFilter, p Page) ([]booking.Slot, bool, error) {
	var rows []slotRow
	var err error
	if of := unique(f.InterviewerIDs); len(of) > 0 {
		f.InterviewerIDs = nil
		err = lateral[slotRow](ctx, r, "interviewer_id", of, p, f.apply, p.scan(ByStart).text()+" LIMIT ?", p.limit()).
			Scan(&rows).Error
	} else {
		err = p.by(ByStart, f.apply(r.db.WithContext(ctx))).Find(&rows).Error
	}
	page, more := cutPage(domains(rows), p)
	return page, more, fault(err, "list slots")
}

// unique returns the distinct values of a list in ascending order.
func unique[T cmp.Ordered](list []T) []T { return slices.Compact(slices.Sorted(slices.Values(list))) }

// CountSlots returns the number of items of Slots on all pages.
func (r *Reader) CountSlots(ctx context.Context, f SlotFilter) (int, error) {
	return count(f.apply(r.db.WithContext(ctx).Model(&slotRow{})), "slots")
}

// SlotsOf returns a page of the slots of each interviewer, ordered by start.
func (r *Reader) SlotsOf(
	ctx context.Context, of []booking.InterviewerID, f SlotFilter, p Page,
) (map[booking.InterviewerID]Part[booking.Slot], error) {
	return parts[slotRow](ctx, r, "interviewer_id", of, p, f.apply, func(s booking.Slot) booking.InterviewerID { return s.InterviewerID })
}

// CountSlotsOf returns the number of items of SlotsOf on all pages.
func (r *Reader) CountSlotsOf(
	ctx context.Context, of []booking.InterviewerID, f SlotFilter,
) (map[booking.InterviewerID]int, error) {
	return counts[slotRow](ctx, r, "interviewer_id", of, f.apply)
}

// InterviewsOfStudents returns a page of the interviews of each student, ordered by start.
func (r *Reader) InterviewsOfStudents(
	ctx context.Context, of []booking.StudentID, f InterviewFilter, p Page,
) (map[booking.StudentID]Part[booking.Interview], error) {
	return parts[interviewRow](ctx, r, "student_id", of, p, f.apply, func(i booking.Interview) booking.StudentID { return i.StudentID })
}

// CountInterviewsOfStudents returns the number of items of InterviewsOfStudents on all
// pages.
func (r *Reader) CountInterviewsOfStudents(
	ctx context.Context, of []booking.StudentID, f InterviewFilter,
) (map[booking.StudentID]int, error) {
	return counts[interviewRow](ctx, r, "student_id", of, f.apply)
}

// InterviewsOfInterviewers returns a page of the interviews of each interviewer, ordered
// by start.
func (r *Reader) InterviewsOfInterviewers(
	ctx context.Context, of []booking.InterviewerID, f InterviewFilter, p Page,
) (map[booking.InterviewerID]Part[booking.Interview], error) {
	return parts[interviewRow](ctx, r, "interviewer_id", of, p, f.apply,
		func(i booking.Interview) booking.InterviewerID { return i.InterviewerID })
}

// CountInterviewsOfInterviewers returns the number of items of InterviewsOfInterviewers on
// all pages.
func (r *Reader) CountInterviewsOfInterviewers(
	ctx context.Context, of []booking.InterviewerID, f InterviewFilter,
) (map[booking.InterviewerID]int, error) {
	return counts[interviewRow](ctx, r, "interviewer_id", of, f.apply)
}

// AvailabilitiesOf returns the live availability of each interviewer, ordered by start.
func (r *Reader) AvailabilitiesOf(
	ctx context.Context, of []booking.InterviewerID,
) (map[booking.InterviewerID][]booking.Availability, error) {
	var rows []availabilityRow
	err := r.db.WithContext(ctx).Where("interviewer_id = ANY(?) AND removed_at IS NULL", ids[booking.InterviewerID](of)).
		Order("interviewer_id, starts_at, id").Find(&rows).Error
	found := make(map[booking.InterviewerID][]booking.Availability, len(of))
	for _, id := range of {
		found[id] = []booking.Availability{}
	}
	for _, a := range domains(rows) {
		found[a.InterviewerID] = append(found[a.InterviewerID], a)
	}
	return found, fault(err, "read the availability of %d interviewers", len(of))
}

// parts reads a page for each parent with one statement. For each parent it reads only as
// many index entries as the page holds. Every parent has a part, possibly empty.
func parts[R row[T], T any, K ~int64](
	ctx context.Context, r *Reader, column string, parents []K, p Page, narrow func(*gorm.DB) *gorm.DB, parent func(T) K,
) (map[K]Part[T], error) {
	var rows []R
	err := lateral[R](ctx, r, column, parents, p, narrow, column+", "+p.scan(ByStart).text()).Scan(&rows).Error
	if err != nil {
		return nil, fault(err, "list %T of %d parents", *new(T), len(parents))
	}
	all := make(map[K][]T, len(parents))
	for _, item := range domains(rows) {
		all[parent(item)] = append(all[parent(item)], item)
	}
	found := make(map[K]Part[T], len(parents))
	for _, key := range parents {
		items, more := cutPage(all[key], p)
		found[key] = Part[T]{Items: items, More: more}
	}
	return found, nil
}

// lateral returns a query for a page of rows of each parent, ordered by order.
func lateral[R any, K ~int64](
	ctx context.Context, r *Reader, column string, parents []K, p Page, narrow func(*gorm.DB) *gorm.DB, order string, args ...any,
) *gorm.DB {
	db := r.db.WithContext(ctx)
	one := p.by(ByStart, narrow(db.Model(new(R)).Where(column+" = parent.of")))
	return db.Raw("SELECT page.* FROM unnest(?::bigint[]) AS parent (of) CROSS JOIN LATERAL (?) AS page ORDER BY "+order,
		append([]any{ids[K](parents), one}, args...)...)
}

// counts returns the number of items of parts on all pages for each parent, with one
// statement. Like count, it stops at MostCounted.
func counts[R any, K ~int64](
	ctx context.Context, r *Reader, column string, parents []K, narrow func(*gorm.DB) *gorm.DB,
) (map[K]int, error) {
	var rows []struct {
		Of K
		N  int
	}
	db := r.db.WithContext(ctx)
	one := narrow(db.Model(new(R)).Select("1").Where(column + " = parent.of"))
	err := db.Raw("SELECT parent.of, total.n FROM unnest(?::bigint[]) AS parent (of) CROSS JOIN LATERAL "+
		"(SELECT count(*) AS n FROM "+few(MostCounted)+") AS total", ids[K](parents), one).Scan(&rows).Error
	if err != nil {
		return nil, fault(err, "count %T of %d parents", *new(R), len(parents))
	}
	found := make(map[K]int, len(parents))
	for _, row := range rows {
		found[row.Of] = row.N
	}
	return found, nil
}
