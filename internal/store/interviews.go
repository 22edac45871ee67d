package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"rehearse/internal/booking"
)

type interviewRow struct {
	ID            booking.InterviewID
	StudentID     booking.StudentID
	InterviewerID booking.InterviewerID
	SlotID        booking.SlotID
	StartsAt      time.Time
	EndsAt        time.Time
	Status        booking.InterviewStatus
	Grade         *int
	Note          *string
	NoteShared    bool
	BookedAt      time.Time
	CompletedAt   *time.Time
	CancelledAt   *time.Time
	CancelReason  *string
	NoShowAt      *time.Time

	RescheduleCount int
	Waivers         ids[booking.WaiverID] `gorm:"type:bigint[]"`
	MeetingURL      *string
	Intake          *string
	Exempt          bool
	Revised         revised `gorm:"embedded"`
}

func (interviewRow) TableName() string { return "interviews" }

func newInterviewRow(i booking.Interview) interviewRow {
	return interviewRow{
		ID: i.ID, StudentID: i.StudentID, InterviewerID: i.InterviewerID, SlotID: i.SlotID,
		StartsAt: i.Start, EndsAt: i.End, Status: i.Status, Grade: i.Grade, Note: i.Note, NoteShared: i.NoteShared,
		BookedAt: i.BookedAt, CompletedAt: i.CompletedAt, CancelledAt: i.CancelledAt, CancelReason: i.CancelReason,
		NoShowAt: i.NoShowAt, RescheduleCount: i.Reschedules, Waivers: i.Waivers, MeetingURL: i.MeetingURL, Intake: i.Intake, Exempt: i.Exempt,
		Revised: revised(i.Revision),
	}
}

func (r interviewRow) domain() booking.Interview {
	return booking.Interview{
		ID: r.ID, StudentID: r.StudentID, InterviewerID: r.InterviewerID, SlotID: r.SlotID,
		Start: r.StartsAt.UTC(), End: r.EndsAt.UTC(), Status: r.Status, Grade: r.Grade, Note: r.Note, NoteShared: r.NoteShared,
		BookedAt: r.BookedAt.UTC(), CompletedAt: utc(r.CompletedAt), CancelledAt: utc(r.CancelledAt),
		CancelReason: r.CancelReason, NoShowAt: utc(r.NoShowAt), Reschedules: r.RescheduleCount, Waivers: r.Waivers,
		MeetingURL: r.MeetingURL, Intake: r.Intake, Exempt: r.Exempt, Revision: r.Revised.revision(),
	}
}

// InterviewFilter filters a list of interviews. The zero value matches all.
type InterviewFilter struct {
	StudentID     *booking.StudentID
	InterviewerID *booking.InterviewerID
	Status        []booking.InterviewStatus
	Start         *time.Time // starts at or after
	End           *time.Time // ends at or before
	EndAfter      *time.Time // ends after

	CancelledAfter *time.Time // is not cancelled, or was cancelled after
}

// scopedInterviews selects the interviews in a scope that match a filter.
type scopedInterviews struct {
	Scope
	InterviewFilter
}

func (f scopedInterviews) apply(db *gorm.DB) *gorm.DB {
	db = f.interviews(db)
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
		// starts_at < end follows from ends_at <= end, and bounds the index scan.
		db = db.Where("starts_at < ? AND ends_at <= ?", *f.End, *f.End)
	}
	if f.EndAfter != nil {
		// An interview that starts earlier has ended, which bounds the index scan.
		db = db.Where("starts_at > ? AND ends_at > ?", f.EndAfter.Add(-booking.MaxSlotMinutes*time.Minute), *f.EndAfter)
	}
	if f.CancelledAfter != nil {
		db = db.Where("cancelled_at IS NULL OR cancelled_at > ?", *f.CancelledAfter)
	}
	return db
}

// ofPerson reports whether all of the interviews are those of a single person.
func (f scopedInterviews) ofPerson() bool {
	return f.StudentID != nil || f.InterviewerID != nil || f.Scope.ofPerson()
}

// Interview returns the interview with the id, or NotFound if it does not exist.
func (r *Reader) Interview(ctx context.Context, id booking.InterviewID) (booking.Interview, error) {
	var found interviewRow
	err := r.db.WithContext(ctx).Where("id = ?", id).Take(&found).Error
	return found.domain(), missing(err, "interview", "interviewId", id)
}

// InterviewsByID returns the interviews with the ids and skips ids that do not exist.
func (r *Reader) InterviewsByID(ctx context.Context, keys []booking.InterviewID) ([]booking.Interview, error) {
	var rows []interviewRow
	err := r.db.WithContext(ctx).Where("id = ANY(?)", ids[booking.InterviewID](keys)).Find(&rows).Error
	return domains(rows), fault(err, "read %d interviews", len(keys))
}

// Interviews returns a page of interviews, ordered by start and id, and reports whether
// there are more.
func (r *Reader) Interviews(ctx context.Context, s Scope, f InterviewFilter, p Page) ([]booking.Interview, bool, error) {
	var rows []interviewRow
	err := pageOfInterviews(r.db.WithContext(ctx), scopedInterviews{s, f}, p).Find(&rows).Error
	page, more := cutPage(domains(rows), p)
	return page, more, fault(err, "list interviews")
}

// pageOfInterviews returns a query for a page. A filter may skip many rows before one
// matches, so the ids of the page come from an index with all filtered columns, and only
// the rows of the page are read from the table.
func pageOfInterviews(db *gorm.DB, f scopedInterviews, p Page) *gorm.DB {
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

// interviewsInStates returns a query for the ids of a page, ordered by start. The index has
// this order within each state, so the query merges a page of each state.
func interviewsInStates(db *gorm.DB, f scopedInterviews, p Page) *gorm.DB {
	var states texts
	for _, status := range unique(f.Status) {
		states = append(states, string(status))
	}
	f.Status = nil
	inState := p.by(ByStart, f.apply(db.Table("interviews").Select("id, starts_at").Where("status = state.name")))
	return db.Table("unnest(?::text[]) AS state(name) CROSS JOIN LATERAL (?) AS found", states, inState).
		Select("found.id").Order(p.scan(ByStart).text()).Limit(p.limit())
}

// CountInterviews returns the number of items of Interviews on all pages.
func (r *Reader) CountInterviews(ctx context.Context, s Scope, f InterviewFilter) (int, error) {
	return count(scopedInterviews{s, f}.apply(r.db.WithContext(ctx).Model(&interviewRow{})), "interviews")
}

const (
	interviewCounts   = interviewsByMonth + byMonth
	interviewCountsOf = interviewsByMonth + ` AND status = ANY($4)` + byMonth

	interviewsByMonth = `SELECT interviewer_id, width_bucket(starts_at, $1::timestamptz[]) - 1, count(*) FROM interviews
		WHERE starts_at >= $2 AND starts_at < $3`
	byMonth = ` GROUP BY 1, 2`
)

// InterviewCounts returns the numbers of interviews by interviewer and month, of the statuses or of
// all. bounds are the beginnings of the months and the end of the last one.
func (r *Reader) InterviewCounts(ctx context.Context, bounds []time.Time, statuses []booking.InterviewStatus) ([]booking.InterviewCount, error) {
	text, args := interviewCounts, []any{bounds, bounds[0], bounds[len(bounds)-1]}
	if len(statuses) > 0 {
		text = interviewCountsOf
		args = append(args, *valuesOf(statuses, func(s booking.InterviewStatus) string { return string(s) }))
	}
	var counts []booking.InterviewCount
	err := r.send(ctx, statement{
		text, args,
		each(&counts, func(c *booking.InterviewCount) []any { return []any{&c.InterviewerID, &c.Month, &c.Interviews} })})
	return counts, err
}

// InterviewsOfStudents returns a page of the interviews of each student, ordered by start.
func (r *Reader) InterviewsOfStudents(
	ctx context.Context, s Scope, of []booking.StudentID, f InterviewFilter, p Page,
) (map[booking.StudentID]Part[booking.Interview], error) {
	return listParts[interviewRow](ctx, r, studentLists(of, scopedInterviews{s, f}.apply), p,
		func(i booking.Interview) booking.StudentID { return i.StudentID })
}

// CountInterviewsOfStudents returns the number of items of InterviewsOfStudents on all
// pages.
func (r *Reader) CountInterviewsOfStudents(
	ctx context.Context, s Scope, of []booking.StudentID, f InterviewFilter,
) (map[booking.StudentID]int, error) {
	return countParts[interviewRow](ctx, r, studentLists(of, scopedInterviews{s, f}.apply))
}

// InterviewsOfInterviewers returns a page of the interviews of each interviewer, ordered
// by start.
func (r *Reader) InterviewsOfInterviewers(
	ctx context.Context, s Scope, of []booking.InterviewerID, f InterviewFilter, p Page,
) (map[booking.InterviewerID]Part[booking.Interview], error) {
	return listParts[interviewRow](ctx, r, interviewerLists(of, scopedInterviews{s, f}.apply), p,
		func(i booking.Interview) booking.InterviewerID { return i.InterviewerID })
}

// CountInterviewsOfInterviewers returns the number of items of InterviewsOfInterviewers on
// all pages.
func (r *Reader) CountInterviewsOfInterviewers(
	ctx context.Context, s Scope, of []booking.InterviewerID, f InterviewFilter,
) (map[booking.InterviewerID]int, error) {
	return countParts[interviewRow](ctx, r, interviewerLists(of, scopedInterviews{s, f}.apply))
}

// BookingsOn returns the booked interviews on the slots, ordered by start.
func (r *Reader) BookingsOn(ctx context.Context, slots []booking.Slot) ([]booking.Interview, error) {
	if len(slots) == 0 {
		return nil, nil
	}
	var rows []interviewRow
	err := r.db.WithContext(ctx).Where("slot_id = ANY(?) AND status = 'BOOKED'", slotIDs(slots)).Order("starts_at, id").Find(&rows).Error
	return domains(rows), fault(err, "read the bookings on %d slots", len(slots))
}

// StudentsToMeet returns the students with a booked interview with the interviewer after
// the given time, ordered by id.
func (r *Reader) StudentsToMeet(ctx context.Context, id booking.InterviewerID, after time.Time) ([]booking.StudentID, error) {
	var students []booking.StudentID
	err := r.db.WithContext(ctx).Raw(`
		SELECT DISTINCT student_id FROM interviews WHERE interviewer_id = ? AND starts_at > ? AND status = 'BOOKED'
		ORDER BY student_id`, id, after).Scan(&students).Error
	return students, fault(err, "read the students who booked interviewer %d", id)
}

// InterviewsSince returns the interviews of the events since the given time. If there are more
// events than limit, it looks only at the latest ones.
func (r *Reader) InterviewsSince(ctx context.Context, since time.Time, limit int) ([]booking.Interview, error) {
	var rows []interviewRow
	err := r.db.WithContext(ctx).Raw(`SELECT * FROM interviews WHERE id IN (
		SELECT interview_id FROM events WHERE at >= ? AND interview_id IS NOT NULL ORDER BY at DESC LIMIT ?)`, since, limit).
		Scan(&rows).Error
	return domains(rows), fault(err, "read the changed interviews")
}

// InterviewsAt returns the interviews with the same student, interviewer, start and end as
// one of the given ones, ordered by id.
func (r *Reader) InterviewsAt(ctx context.Context, wanted []booking.Interview) ([]booking.Interview, error) {
	found, err := inBatches(wanted, func(batch []booking.Interview) ([]booking.Interview, error) {
		var rows []interviewRow
		err := r.db.WithContext(ctx).Raw(`
			SELECT i.* FROM (SELECT DISTINCT * FROM
				unnest(?::bigint[], ?::bigint[], ?::timestamptz[], ?::timestamptz[]) AS w (student_id, interviewer_id, s, e)) AS wanted
			JOIN interviews i ON (i.student_id, i.interviewer_id, i.starts_at, i.ends_at)
				= (wanted.student_id, wanted.interviewer_id, wanted.s, wanted.e)`,
			valuesOf(batch, func(i booking.Interview) int64 { return int64(i.StudentID) }),
			valuesOf(batch, func(i booking.Interview) int64 { return int64(i.InterviewerID) }),
			valuesOf(batch, func(i booking.Interview) time.Time { return i.Start }),
			valuesOf(batch, func(i booking.Interview) time.Time { return i.End })).Scan(&rows).Error
		return domains(rows), fault(err, "read %d interviews", len(batch))
	})
	slices.SortFunc(found, func(a, b booking.Interview) int { return cmp.Compare(a.ID, b.ID) })
	return slices.CompactFunc(found, func(a, b booking.Interview) bool { return a.ID == b.ID }), err
}

// Book inserts an interview with its event, marks the slot as booked, and returns the
// interview with its id. The slot must be locked. Booking is the most frequent write, so
// it takes one statement.
func (tx *Tx) Book(ctx context.Context, i booking.Interview, e booking.Event) (booking.Interview, error) {
	event, err := newEventRow(e)
	if err != nil {
		return i, err
	}
	i.Revision = booking.FirstRevision(i.BookedAt)
	row := newInterviewRow(i)
	tx.state.writeSlotHistory() // earlier changes of the slot come first
	args := append(make([]any, 0, toldFrom+len(eventColumns)), int64(i.SlotID))
	args = eventColumns.appendValues(interviewColumns.appendValues(args, &row), &event)
	booked, err := one(ctx, tx, func(r *interviewRow) []any { return []any{(*int64)(&r.ID), &r.MeetingURL} }, bookSlot, args...)
	i.ID, i.MeetingURL = booked.ID, booked.MeetingURL
	tx.state.lastEventAt, tx.state.changes.events = e.At, true
	note(tx, changedSlots, i.SlotID)
	tx.noteInterviews(i)
	return i, fault(err, "book slot %d", i.SlotID)
}

var (
	interviewColumns = columnsOf[interviewRow]()

	// bookSlot has the id of the slot as its first parameter, then the columns of the
	// interview and those of the event. It puts the id of the interview into its link.
	bookSlot = `
		WITH slot AS (UPDATE slots SET status = 'BOOKED', held_by = NULL, held_until = NULL WHERE id = $1),
		next AS (SELECT nextval(pg_get_serial_sequence('interviews', 'id')) AS id),
		booked AS (` + interviewColumns.insert("interviews", interviewColumns.row(bookedFrom)+", next", map[string]string{
		"id": "next.id", "meeting_url": "replace(given.meeting_url, '{interviewId}', next.id::text)",
	}) + ` RETURNING id, slot_id, meeting_url),
		told AS (` + eventColumns.insert("events", eventColumns.row(toldFrom)+", booked", eventValues("booked.id")) + ` RETURNING id, at),
		history AS (` + slotHistoryColumns.insert("slot_history", "booked, told", map[string]string{
		"slot_id": "booked.slot_id", "what": "'BOOKED'", "at": "told.at", "until": "NULL", "event_id": "told.id",
	}) + `)
		SELECT id, meeting_url FROM booked`
	bookedFrom = 2 // number of the first parameter
	toldFrom   = bookedFrom + len(interviewColumns)
)

// UpdateInterview stores a change made at the given time and returns the interview with its
// new revision. The student must be locked; for a reschedule, both slots, too.
func (tx *Tx) UpdateInterview(ctx context.Context, i booking.Interview, at time.Time) (booking.Interview, error) {
	was := i.Version
	i.Revision = i.Next(at)
	changed := newInterviewRow(i)
	tx.noteInterviews(i)
	return i, tx.edit(ctx, was, &changed, "student_id", "booked_at")
}

// LoadInterviews writes interviews of existing students and slots.
func (tx *Tx) LoadInterviews(ctx context.Context, interviews []booking.Interview) error {
	rows := make([]interviewRow, len(interviews))
	for i, one := range interviews {
		one.Revision = booking.FirstRevision(one.LastChange())
		rows[i] = newInterviewRow(one)
	}
	tx.noteInterviews(interviews...)
	return load(ctx, tx, "interviews", rows, columnsOf[interviewRow]())
}
