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

// Part is one parent's page of a list, and whether there are more.
type Part[T any] struct {
	Items []T
	More  bool
}

// SlotFilter narrows a list of slots; the zero value narrows nothing.
type SlotFilter struct {
	InterviewerIDs []booking.InterviewerID
	Status         []booking.SlotStatus
	Now            time.Time             // decides between OPEN and HELD
	Of             booking.InterviewerID // whose list it is; 0 for everybody's
	Start          *time.Time            // slots that start at this time or later
	End            *time.Time            // slots that end at this time or earlier
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
		// starts_at < end follows from ends_at <= end; it is what ends the index scan.
		db = db.Where("starts_at < ? AND ends_at <= ?", *f.End, *f.End)
	}
	return db
}

// inStatus narrows to the states as people see them: a held slot is stored as an
// open one, and whether it is held, the clock says. The states stand in the text,
// where they show that an index of few slots is enough.
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

// Slots reads a page of slots, by start, and whether there are more. Those of
// some interviewers are merged from a page of each: an index holds the slots of
// one in the order of the list, and none holds those of several.
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

// unique returns the values of a list in order, each once.
func unique[T cmp.Ordered](list []T) []T { return slices.Compact(slices.Sorted(slices.Values(list))) }

// CountSlots counts what Slots would list in all.
func (r *Reader) CountSlots(ctx context.Context, f SlotFilter) (int, error) {
	return count(f.apply(r.db.WithContext(ctx).Model(&slotRow{})), "slots")
}

// SlotsOf reads a page of the slots of each interviewer, by start.
func (r *Reader) SlotsOf(
	ctx context.Context, of []booking.InterviewerID, f SlotFilter, p Page,
) (map[booking.InterviewerID]Part[booking.Slot], error) {
	return parts[slotRow](ctx, r, "interviewer_id", of, p, f.apply, func(s booking.Slot) booking.InterviewerID { return s.InterviewerID })
}

// CountSlotsOf counts what SlotsOf would list in all.
func (r *Reader) CountSlotsOf(
	ctx context.Context, of []booking.InterviewerID, f SlotFilter,
) (map[booking.InterviewerID]int, error) {
	return counts[slotRow](ctx, r, "interviewer_id", of, f.apply)
}

// InterviewsOfStudents reads a page of the interviews of each student, by start.
func (r *Reader) InterviewsOfStudents(
	ctx context.Context, of []booking.StudentID, f InterviewFilter, p Page,
) (map[booking.StudentID]Part[booking.Interview], error) {
	return parts[interviewRow](ctx, r, "student_id", of, p, f.apply, func(i booking.Interview) booking.StudentID { return i.StudentID })
}

// CountInterviewsOfStudents counts what InterviewsOfStudents would list in all.
func (r *Reader) CountInterviewsOfStudents(
	ctx context.Context, of []booking.StudentID, f InterviewFilter,
) (map[booking.StudentID]int, error) {
	return counts[interviewRow](ctx, r, "student_id", of, f.apply)
}

// InterviewsOfInterviewers reads a page of the interviews of each interviewer,
// by start.
func (r *Reader) InterviewsOfInterviewers(
	ctx context.Context, of []booking.InterviewerID, f InterviewFilter, p Page,
) (map[booking.InterviewerID]Part[booking.Interview], error) {
	return parts[interviewRow](ctx, r, "interviewer_id", of, p, f.apply,
		func(i booking.Interview) booking.InterviewerID { return i.InterviewerID })
}

// CountInterviewsOfInterviewers counts what InterviewsOfInterviewers would list
// in all.
func (r *Reader) CountInterviewsOfInterviewers(
	ctx context.Context, of []booking.InterviewerID, f InterviewFilter,
) (map[booking.InterviewerID]int, error) {
	return counts[interviewRow](ctx, r, "interviewer_id", of, f.apply)
}

// AvailabilitiesOf reads what each interviewer publishes, by start.
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

// parts reads a page for each parent with one statement: for each of them, as
// many rows of the index as the page holds, whatever else he has. Every parent
// has a part, if an empty one.
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

// lateral asks for a page of rows for each parent, all of them in an order.
func lateral[R any, K ~int64](
	ctx context.Context, r *Reader, column string, parents []K, p Page, narrow func(*gorm.DB) *gorm.DB, order string, args ...any,
) *gorm.DB {
	db := r.db.WithContext(ctx)
	one := p.by(ByStart, narrow(db.Model(new(R)).Where(column+" = parent.of")))
	return db.Raw("SELECT page.* FROM unnest(?::bigint[]) AS parent (of) CROSS JOIN LATERAL (?) AS page ORDER BY "+order,
		append([]any{ids[K](parents), one}, args...)...)
}

// counts counts what parts would list in all for each parent, as count does, with
// one statement.
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
