package store

import (
	"context"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

type availabilityRow struct {
	ID            booking.AvailabilityID
	InterviewerID booking.InterviewerID
	StartsAt      time.Time
	EndsAt        *time.Time
	SlotMinutes   int
	GapMinutes    int
	Tags          texts `gorm:"type:text[]"`
	CreatedAt     time.Time
	RemovedAt     *time.Time

	TimeZone       *string
	StartDate      *time.Time `gorm:"type:date"`
	EndDate        *time.Time `gorm:"type:date"`
	Weekdays       *int
	StartMinute    *int
	EndMinute      *int
	EveryWeeks     *int
	PublishedUntil *time.Time
	Revised        revised `gorm:"embedded"`
}

func (availabilityRow) TableName() string { return "availabilities" }

func newAvailabilityRow(a booking.Availability) availabilityRow {
	row := availabilityRow{
		ID: a.ID, InterviewerID: a.InterviewerID, StartsAt: a.Start, SlotMinutes: a.SlotMinutes, GapMinutes: a.GapMinutes,
		Tags: a.Tags, CreatedAt: a.CreatedAt, RemovedAt: a.RemovedAt, PublishedUntil: a.PublishedUntil,
		Revised: revised(a.Revision),
	}
	if !a.End.IsZero() {
		row.EndsAt = &a.End
	}
	if w := a.Weekly; w != nil {
		days, start, end := daysToBits(w.Weekdays), int(w.StartTime), int(w.EndTime)
		row.TimeZone, row.StartDate, row.EndDate = &w.TimeZone, dateToTime(&w.StartDate), dateToTime(w.EndDate)
		row.Weekdays, row.StartMinute, row.EndMinute, row.EveryWeeks = &days, &start, &end, &w.EveryWeeks
	}
	return row
}

func (r availabilityRow) domain() booking.Availability {
	a := booking.Availability{
		ID: r.ID, InterviewerID: r.InterviewerID, Start: r.StartsAt.UTC(), SlotMinutes: r.SlotMinutes, GapMinutes: r.GapMinutes,
		Tags: r.Tags, CreatedAt: r.CreatedAt.UTC(), RemovedAt: utc(r.RemovedAt), PublishedUntil: utc(r.PublishedUntil),
		Revision: r.Revised.revision(),
	}
	if r.EndsAt != nil {
		a.End = r.EndsAt.UTC()
	}
	if r.TimeZone != nil {
		a.Weekly = &booking.WeeklyRule{
			TimeZone: *r.TimeZone, StartDate: calendar.DateOf(*r.StartDate), Weekdays: bitsToDays(*r.Weekdays),
			StartTime: calendar.LocalTime(*r.StartMinute), EndTime: calendar.LocalTime(*r.EndMinute), EveryWeeks: *r.EveryWeeks,
		}
		if r.EndDate != nil {
			end := calendar.DateOf(*r.EndDate)
			a.Weekly.EndDate = &end
		}
	}
	return a
}

func daysToBits(days []time.Weekday) int {
	bits := 0
	for _, day := range days {
		bits |= 1 << day
	}
	return bits
}

func bitsToDays(bits int) []time.Weekday {
	var days []time.Weekday
	for day := time.Sunday; day <= time.Saturday; day++ {
		if bits&(1<<day) != 0 {
			days = append(days, day)
		}
	}
	return days
}

func dateToTime(d *calendar.Date) *time.Time {
	if d == nil {
		return nil
	}
	t := d.Begin(time.UTC)
	return &t
}

// Availability returns the availability with the id, or NotFound if it does not exist
// or was removed.
func (r *Reader) Availability(ctx context.Context, id booking.AvailabilityID) (booking.Availability, error) {
	var found availabilityRow
	err := r.db.WithContext(ctx).Where("id = ? AND removed_at IS NULL", id).Take(&found).Error
	return found.domain(), missing(err, "availability", "availabilityId", id)
}

// PublishedAvailability returns the availability with the id, including a removed one.
func (r *Reader) PublishedAvailability(ctx context.Context, id booking.AvailabilityID) (booking.Availability, error) {
	var found availabilityRow
	err := r.db.WithContext(ctx).Where("id = ?", id).Take(&found).Error
	return found.domain(), missing(err, "availability", "availabilityId", id)
}

// DueAvailabilities returns the ids of the weekly rules whose windows are not yet
// published up to the given time, those furthest behind first.
func (r *Reader) DueAvailabilities(ctx context.Context, until time.Time, limit int) ([]booking.AvailabilityID, error) {
	var due []booking.AvailabilityID
	err := r.db.WithContext(ctx).Raw(`
		SELECT a.id FROM availabilities a JOIN interviewers v ON v.id = a.interviewer_id
		WHERE a.time_zone IS NOT NULL AND a.removed_at IS NULL AND v.active AND a.published_until < ?
			AND (a.ends_at IS NULL OR a.published_until < a.ends_at)
		ORDER BY a.published_until, a.id LIMIT ?`, until, limit).Scan(&due).Error
	return due, fault(err, "read the rules to extend")
}

// Calendar returns the interviewer's blocked time in a range, and their slots there except
// withdrawn ones. If of is not 0, the blocked time includes the exceptions of that
// availability.
func (r *Reader) Calendar(
	ctx context.Context, id booking.InterviewerID, of booking.AvailabilityID, in calendar.Span,
) (booking.Calendar, error) {
	var c booking.Calendar
	var rows []slotRow
	err := r.db.WithContext(ctx).
		Where("interviewer_id = ? AND starts_at < ? AND ends_at > ? AND "+notWithdrawn(""), id, in.End, in.Start).
		Order("starts_at, id").Find(&rows).Error
	if err != nil {
		return c, fault(err, "read the slots of interviewer %d", id)
	}
	c.Standing = domains(rows)
	var blocked []struct{ StartsAt, EndsAt time.Time }
	err = r.db.WithContext(ctx).Raw(`
		SELECT starts_at, ends_at FROM blocks WHERE interviewer_id = ? AND starts_at < ? AND ends_at > ?
		UNION ALL SELECT starts_at, ends_at FROM exceptions WHERE availability_id = ? AND starts_at < ? AND ends_at > ?
		ORDER BY 1, 2`, id, in.End, in.Start, of, in.End, in.Start).Scan(&blocked).Error
	for _, b := range blocked {
		c.Blocked = append(c.Blocked, calendar.Span{Start: b.StartsAt.UTC(), End: b.EndsAt.UTC()})
	}
	return c, fault(err, "read the blocked time of interviewer %d", id)
}

// AvailabilityWithExceptions returns the live availability of each interviewer with its exceptions,
// ordered by start.
func (r *Reader) AvailabilityWithExceptions(ctx context.Context, of []booking.InterviewerID) (map[booking.InterviewerID][]booking.Offered, error) {
	found, err := r.AvailabilitiesOf(ctx, of)
	if err != nil {
		return nil, err
	}
	var rows []struct {
		AvailabilityID   booking.AvailabilityID
		StartsAt, EndsAt time.Time
	}
	err = r.db.WithContext(ctx).Raw(`
		SELECT e.* FROM exceptions e JOIN availabilities a ON a.id = e.availability_id
		WHERE a.interviewer_id = ANY(?) AND a.removed_at IS NULL`, ids[booking.InterviewerID](of)).Scan(&rows).Error
	exceptions := map[booking.AvailabilityID][]calendar.Span{}
	for _, e := range rows {
		exceptions[e.AvailabilityID] = append(exceptions[e.AvailabilityID], calendar.Span{Start: e.StartsAt.UTC(), End: e.EndsAt.UTC()})
	}
	offers := make(map[booking.InterviewerID][]booking.Offered, len(found))
	for id, availability := range found {
		for _, a := range availability {
			offers[id] = append(offers[id], booking.Offered{Availability: a, Exceptions: exceptions[a.ID]})
		}
	}
	return offers, fault(err, "read the exceptions of the availability of %d interviewers", len(of))
}

// CreateAvailability inserts an availability. The interviewer must be locked.
func (tx *Tx) CreateAvailability(ctx context.Context, a booking.Availability) (booking.Availability, error) {
	a.Revision = booking.FirstRevision(a.CreatedAt)
	created := newAvailabilityRow(a)
	err := tx.db.WithContext(ctx).Create(&created).Error
	return created.domain(), fault(err, "publish a window of interviewer %d", a.InterviewerID)
}

// UpdateAvailability stores an edit made at the given time and returns the availability
// with its new revision. The interviewer must be locked.
func (tx *Tx) UpdateAvailability(ctx context.Context, a booking.Availability, at time.Time) (booking.Availability, error) {
	was := a.Version
	a.Revision = a.Next(at)
	changed := newAvailabilityRow(a)
	note(tx, retagged, a.InterviewerID)
	return a, tx.edit(ctx, was, &changed, "interviewer_id", "created_at")
}

// ExtendAvailability stores the time up to which the availability is published. It does
// not change the revision. The interviewer must be locked.
func (tx *Tx) ExtendAvailability(ctx context.Context, a booking.Availability) error {
	return tx.update(ctx, &availabilityRow{ID: a.ID, PublishedUntil: a.PublishedUntil}, "published_until")
}

// AvailabilitiesOf returns the live availability of each interviewer, ordered by start.
func (r *Reader) AvailabilitiesOf(
	ctx context.Context, of []booking.InterviewerID,
) (map[booking.InterviewerID][]booking.Availability, error) {
	var rows []availabilityRow
	err := r.db.WithContext(ctx).Where("interviewer_id = ANY(?) AND removed_at IS NULL", ids[booking.InterviewerID](of)).
		Order("interviewer_id, starts_at, id").Find(&rows).Error
	found := grouped(of, domains(rows), func(a booking.Availability) booking.InterviewerID { return a.InterviewerID })
	return found, fault(err, "read the availability of %d interviewers", len(of))
}

// AvailabilitiesLike returns the live availability that equals one of the given ones in
// everything but tags. Of several equal ones it returns the one with the lowest id.
func (r *Reader) AvailabilitiesLike(
	ctx context.Context, wanted []booking.Availability,
) (map[booking.AvailabilityKey]booking.Availability, error) {
	found, err := inBatches(wanted, func(batch []booking.Availability) ([]booking.Availability, error) {
		var rows []availabilityRow
		err := r.db.WithContext(ctx).Raw(`
			SELECT a.* FROM availabilities a
			JOIN (SELECT DISTINCT * FROM unnest(?::bigint[], ?::timestamptz[], ?::integer[], ?::integer[]) AS w (interviewer_id, s, minutes, gap)) AS wanted
				ON (a.interviewer_id, a.starts_at, a.slot_minutes, a.gap_minutes)
					= (wanted.interviewer_id, wanted.s, wanted.minutes, wanted.gap)
			WHERE a.removed_at IS NULL`,
			valuesOf(batch, func(a booking.Availability) int64 { return int64(a.InterviewerID) }),
			valuesOf(batch, func(a booking.Availability) time.Time { return a.Start }),
			valuesOf(batch, func(a booking.Availability) int { return a.SlotMinutes }),
			valuesOf(batch, func(a booking.Availability) int { return a.GapMinutes })).Scan(&rows).Error
		return domains(rows), fault(err, "read the availability that equals %d others", len(batch))
	})
	there := make(map[booking.AvailabilityKey]booking.Availability, len(found))
	for _, a := range found {
		if other, twice := there[a.AvailabilityKey()]; !twice || a.ID < other.ID {
			there[a.AvailabilityKey()] = a
		}
	}
	return there, err
}

// AvailabilitiesByID returns the availabilities with the ids, including removed ones, and
// skips ids that do not exist.
func (r *Reader) AvailabilitiesByID(ctx context.Context, keys []booking.AvailabilityID) ([]booking.Availability, error) {
	return inBatches(keys, func(batch []booking.AvailabilityID) ([]booking.Availability, error) {
		var rows []availabilityRow
		err := r.db.WithContext(ctx).Where("id = ANY(?)", ids[booking.AvailabilityID](batch)).Find(&rows).Error
		return domains(rows), fault(err, "read %d availabilities", len(batch))
	})
}

// EnsureAvailabilities returns the id of the live availability that equals each given one.
// It inserts the missing ones, with ids in the given order. The interviewers must be
// locked.
func (tx *Tx) EnsureAvailabilities(ctx context.Context, wanted []booking.Availability) ([]booking.AvailabilityID, error) {
	there, err := tx.AvailabilitiesLike(ctx, wanted)
	if err != nil {
		return nil, err
	}
	var missing []booking.Availability
	for _, a := range wanted {
		if _, known := there[a.AvailabilityKey()]; !known {
			there[a.AvailabilityKey()] = a
			missing = append(missing, a)
		}
	}
	taken, err := tx.ReserveIDs(ctx, AvailabilitiesTable, len(missing))
	if err != nil {
		return nil, err
	}
	for i := range missing {
		missing[i].ID = booking.AvailabilityID(taken[i])
		there[missing[i].AvailabilityKey()] = missing[i]
	}
	answer := make([]booking.AvailabilityID, len(wanted))
	for i, a := range wanted {
		answer[i] = there[a.AvailabilityKey()].ID
	}
	return answer, tx.LoadAvailabilities(ctx, missing)
}

// LoadAvailabilities writes windows and weekly rules of existing interviewers.
func (tx *Tx) LoadAvailabilities(ctx context.Context, availabilities []booking.Availability) error {
	rows := make([]availabilityRow, len(availabilities))
	for i, a := range availabilities {
		a.Revision = booking.FirstRevision(a.CreatedAt)
		rows[i] = newAvailabilityRow(a)
	}
	return load(ctx, tx, "availabilities", rows, columnsOf[availabilityRow]())
}
