package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"rehearse/internal/booking"
)

// InterviewFilter narrows a list of interviews; the zero value narrows nothing.
type InterviewFilter struct {
	StudentID     *booking.StudentID
	InterviewerID *booking.InterviewerID
	Status        []booking.InterviewStatus
	Start         *time.Time // interviews that start at this time or later
	End           *time.Time // interviews that end at this time or earlier
	Party         Party
}

// Party narrows a list of interviews to those of who asks; 0 narrows nothing.
type Party struct {
	StudentID     booking.StudentID
	InterviewerID booking.InterviewerID
}

func (f InterviewFilter) apply(db *gorm.DB) *gorm.DB {
	if f.Party.StudentID != 0 {
		db = db.Where("student_id = ?", f.Party.StudentID)
	}
	if f.Party.InterviewerID != 0 {
		db = db.Where("interviewer_id = ?", f.Party.InterviewerID)
	}
	if f.StudentID != nil {
		db = db.Where("student_id = ?", *f.StudentID)
	}
	if f.InterviewerID != nil {
		db = db.Where("interviewer_id = ?", *f.InterviewerID)
	}
	if len(f.Status) > 0 {
		db = db.Where("status IN ?", unique(f.Status))
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

// ofPerson reports whether the filter leaves the interviews of one person.
func (f InterviewFilter) ofPerson() bool {
	return f.StudentID != nil || f.InterviewerID != nil || f.Party != Party{}
}

// Interview reads one interview; NotFound when there is none.
func (r *Reader) Interview(ctx context.Context, id booking.InterviewID) (booking.Interview, error) {
	var found interviewRow
	err := r.db.WithContext(ctx).Where("id = ?", id).Take(&found).Error
	return found.domain(), missing(err, "interview", "interviewId", id)
}

// InterviewsByID reads the interviews that exist of those asked for.
func (r *Reader) InterviewsByID(ctx context.Context, keys []booking.InterviewID) ([]booking.Interview, error) {
	var rows []interviewRow
	err := r.db.WithContext(ctx).Where("id = ANY(?)", ids[booking.InterviewID](keys)).Find(&rows).Error
	return domains(rows), fault(err, "read %d interviews", len(keys))
}

// Interviews reads a page of interviews, by start, then id, and whether there
// are more.
func (r *Reader) Interviews(ctx context.Context, f InterviewFilter, p Page) ([]booking.Interview, bool, error) {
	var rows []interviewRow
	err := pageOfInterviews(r.db.WithContext(ctx), f, p).Find(&rows).Error
	page, more := cutPage(domains(rows), p)
	return page, more, fault(err, "list interviews")
}

// pageOfInterviews selects a page. A filter may pass over many rows of the order
// before one matches, so the ids of the page come from an index that has everything
// the filter compares, and only the rows of the page are read from the table.
func pageOfInterviews(db *gorm.DB, f InterviewFilter, p Page) *gorm.DB {
	order := p.scan(ByStart)
	byBooking := order.Field == ByBooked
	var found *gorm.DB
	switch {
	case f.ofPerson():
		return p.by(ByStart, f.apply(db))
	case byBooking && (len(f.Status) > 0 || f.Start != nil || f.End != nil):
		found = p.by(ByStart, f.apply(db.Model(&interviewRow{}).Select("id")))
	case !byBooking && len(f.Status) > 0:
		found = interviewsInStates(db, f, p)
	default:
		return p.by(ByStart, f.apply(db))
	}
	return byValue(db.Where("id IN (?)", found).Order(order.text()))
}

// interviewsInStates selects the ids of a page in the order of the start. The index
// has this order within each state, so a page of each is read, and they are merged.
func interviewsInStates(db *gorm.DB, f InterviewFilter, p Page) *gorm.DB {
	var states texts
	for _, status := range unique(f.Status) {
		states = append(states, string(status))
	}
	f.Status = nil
	inState := p.by(ByStart, f.apply(db.Table("interviews").Select("id, starts_at").Where("status = state.name")))
	return db.Table("unnest(?::text[]) AS state(name) CROSS JOIN LATERAL (?) AS found", states, inState).
		Select("found.id").Order(p.scan(ByStart).text()).Limit(p.limit())
}

// CountInterviews counts what Interviews would list in all.
func (r *Reader) CountInterviews(ctx context.Context, f InterviewFilter) (int, error) {
	return count(f.apply(r.db.WithContext(ctx).Model(&interviewRow{})), "interviews")
}

// Book writes a booking, its slot's status and the event, and answers the
// booking with its id. The slot is locked already. It is one statement, for it
// is what is done most.
func (tx *Tx) Book(ctx context.Context, i booking.Interview, e booking.Event) (booking.Interview, error) {
	event, err := newEventRow(e)
	if err != nil {
		return i, err
	}
	tx.in.writeSlotHistory() // what became of the slot before comes first
	i.ID, err = one(ctx, tx, func(id *booking.InterviewID) []any { return []any{(*int64)(id)} }, `
		WITH slot AS (UPDATE slots SET status = 'BOOKED', held_by = NULL, held_until = NULL WHERE id = $1),
		booked AS (INSERT INTO "interviews" (student_id, interviewer_id, slot_id, starts_at, ends_at, status, booked_at, updated_at, waivers, exempt)
			VALUES ($2, $3, $1, $4, $5, $6, $7, $7, $8, $9) RETURNING id),
		told AS (INSERT INTO events (at, kind, actor_role, actor_id, request_id, student_id, interviewer_id, slot_id, changes, interview_id, policy_version)
			SELECT $10, $11, $12, $13, $14, $15, $16, $17, $18, booked.id, coalesce($19, `+policyVersion+`) FROM booked RETURNING id, interview_id),
		history AS (INSERT INTO slot_history (slot_id, what, at, event_id) SELECT $1, 'BOOKED', $10, told.id FROM told)
		SELECT interview_id FROM told`,
		int64(i.SlotID), int64(i.StudentID), int64(i.InterviewerID), i.Start, i.End, string(i.Status), i.BookedAt, numbers(i.Waivers), i.Exempt,
		event.At, string(event.Kind), string(event.ActorRole), event.ActorID, event.RequestID, event.StudentID, event.InterviewerID, event.SlotID,
		event.Changes, e.PolicyVersion)
	i.Revision = booking.FirstRevision(i.BookedAt)
	tx.in.toldAt = e.At
	return i, fault(err, "book slot %d", i.SlotID)
}

// CreateInterview writes an interview, whatever became of it, and answers it
// with its id. Its slot's status is the caller's.
func (tx *Tx) CreateInterview(ctx context.Context, i booking.Interview) (booking.Interview, error) {
	i.Revision = booking.FirstRevision(i.LastChange())
	created := newInterviewRow(i)
	err := tx.db.WithContext(ctx).Create(&created).Error
	return created.domain(), fault(err, "create an interview on slot %d", i.SlotID)
}

// UpdateInterview writes what a change at a time has made of an interview whose
// student this transaction has locked, and answers it with its new revision. Of a
// moved one both slots are locked, too.
func (tx *Tx) UpdateInterview(ctx context.Context, i booking.Interview, at time.Time) (booking.Interview, error) {
	was := i.Version
	i.Revision = i.Next(at)
	changed := newInterviewRow(i)
	return i, tx.edit(ctx, was, &changed, "interviewer_id", "slot_id", "starts_at", "ends_at", "status", "grade", "note", "note_shared",
		"completed_at", "cancelled_at", "cancel_reason", "no_show_at", "reschedule_count", "waivers", "exempt")
}
