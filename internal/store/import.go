package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

// The reads and locks of an import use batches of loadBatch keys: a larger file takes
// more statements, not larger ones.

// StudentsByEmail returns the students with the e-mail addresses and skips unknown
// addresses.
func (r *Reader) StudentsByEmail(ctx context.Context, emails []string) ([]booking.Student, error) {
	return inBatches(emails, func(batch []string) ([]booking.Student, error) {
		var rows []studentRow
		err := r.db.WithContext(ctx).Where("email = ANY(?::text[])", array(batch, appendText)).Find(&rows).Error
		return domains(rows), fault(err, "read %d students by e-mail", len(batch))
	})
}

// InterviewersByEmail returns the interviewers with the e-mail addresses and skips unknown
// addresses.
func (r *Reader) InterviewersByEmail(ctx context.Context, emails []string) ([]booking.Interviewer, error) {
	return inBatches(emails, func(batch []string) ([]booking.Interviewer, error) {
		var rows []interviewerRow
		err := r.db.WithContext(ctx).Where("email = ANY(?::text[])", array(batch, appendText)).Find(&rows).Error
		return domains(rows), fault(err, "read %d interviewers by e-mail", len(batch))
	})
}

// Table is the name of a table for TakeIDs and QueueImports.
type Table string

// The tables that an import writes to.
const (
	StudentsTable       Table = "students"
	InterviewersTable   Table = "interviewers"
	AvailabilitiesTable Table = "availabilities"
	SlotsTable          Table = "slots"
	InterviewsTable     Table = "interviews"
)

// TakeIDs reserves n ids of a table and returns them in ascending order.
func (tx *Tx) TakeIDs(ctx context.Context, t Table, n int) ([]int64, error) {
	if n == 0 {
		return nil, nil
	}
	var taken []int64
	err := tx.db.WithContext(ctx).
		Raw("SELECT nextval(pg_get_serial_sequence(?, 'id')) FROM generate_series(1, ?)", string(t), n).Scan(&taken).Error
	slices.Sort(taken)
	return taken, fault(err, "reserve %d ids of %s", n, t)
}

// QueueImports serializes the imports into the table: two imports of the same people in
// different orders would deadlock. Other operations do not wait.
func (tx *Tx) QueueImports(ctx context.Context, t Table) error {
	err := tx.db.WithContext(ctx).Exec("LOCK TABLE " + string(t) + " IN SHARE UPDATE EXCLUSIVE MODE").Error
	return fault(err, "wait for other imports into %s", t)
}

// LockStudents locks the students, so that other operations on their interviews wait
// until this transaction ends. Students are locked first, in the order of their ids.
func (tx *Tx) LockStudents(ctx context.Context, keys []booking.StudentID) error {
	tx.in.students = append(tx.in.students, keys...)
	return lockInOrder(ctx, tx, "students", keys)
}

// LockInterviewers locks the interviewers, so that other changes to them and to what they
// publish wait until this transaction ends. Interviewers are locked after the students,
// in the order of their ids.
func (tx *Tx) LockInterviewers(ctx context.Context, keys []booking.InterviewerID) error {
	return lockInOrder(ctx, tx, "interviewers", keys)
}

// LockSlots locks the slots after the people, in the order of their ids, and returns their
// state after locking.
func (tx *Tx) LockSlots(ctx context.Context, keys []booking.SlotID) ([]booking.Slot, error) {
	if err := lockInOrder(ctx, tx, "slots", keys); err != nil {
		return nil, err
	}
	return inBatches(keys, func(batch []booking.SlotID) ([]booking.Slot, error) { return tx.SlotsByID(ctx, batch) })
}

func lockInOrder[ID ~int64](ctx context.Context, tx *Tx, table string, keys []ID) error {
	ordered := slices.Clone(keys)
	slices.Sort(ordered)
	for batch := range slices.Chunk(slices.Compact(ordered), loadBatch) {
		err := tx.db.WithContext(ctx).
			Exec("SELECT FROM "+table+" WHERE id = ANY(?) ORDER BY id FOR NO KEY UPDATE", ids[ID](batch)).Error
		if err != nil {
			return fault(err, "lock %d %s", len(batch), table)
		}
	}
	return nil
}

// inBatches calls read for each batch of keys and concatenates the results.
func inBatches[K, V any](keys []K, read func([]K) ([]V, error)) ([]V, error) {
	var all []V
	for batch := range slices.Chunk(keys, loadBatch) {
		some, err := read(batch)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

func appendID[ID ~int64](b []byte, id ID) []byte { return strconv.AppendInt(b, int64(id), 10) }

// InterviewerWindow is a time span of one interviewer.
type InterviewerWindow struct {
	InterviewerID booking.InterviewerID
	calendar.Span
}

// StandingIn returns the slots that overlap one of the windows of their interviewer, each
// once, ordered by start and without the withdrawn ones. It relies on slots being no
// longer than booking.MaxSlotMinutes.
func (r *Reader) StandingIn(ctx context.Context, windows []InterviewerWindow) ([]LoadedSlot, error) {
	rows, err := inBatches(windows, func(batch []InterviewerWindow) ([]slotRow, error) {
		var rows []slotRow
		err := r.db.WithContext(ctx).Raw(`
			SELECT s.id, s.interviewer_id, s.availability_id, s.starts_at, s.ends_at, s.status, s.held_by, s.held_until
			FROM unnest(?::bigint[], ?::timestamptz[], ?::timestamptz[]) AS wanted (interviewer_id, s, e)
			CROSS JOIN LATERAL (SELECT * FROM slots
				WHERE slots.interviewer_id = wanted.interviewer_id AND status <> 'WITHDRAWN'
					AND starts_at > wanted.s - make_interval(mins => ?) AND starts_at < wanted.e AND ends_at > wanted.s) AS s`,
			array(batch, func(b []byte, w InterviewerWindow) []byte { return appendID(b, w.InterviewerID) }),
			array(batch, func(b []byte, w InterviewerWindow) []byte { return appendTime(b, w.Start) }),
			array(batch, func(b []byte, w InterviewerWindow) []byte { return appendTime(b, w.End) }),
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

// AvailabilitiesLike returns the live availability that equals one of the given ones in
// everything but tags. Of several equal ones it returns the one with the lowest id.
func (r *Reader) AvailabilitiesLike(
	ctx context.Context, wanted []booking.Availability,
) (map[booking.Likeness]booking.Availability, error) {
	found, err := inBatches(wanted, func(batch []booking.Availability) ([]booking.Availability, error) {
		var rows []availabilityRow
		err := r.db.WithContext(ctx).Raw(`
			SELECT a.* FROM availabilities a
			JOIN (SELECT DISTINCT * FROM unnest(?::bigint[], ?::timestamptz[], ?::integer[], ?::integer[]) AS w (interviewer_id, s, minutes, gap)) AS wanted
				ON (a.interviewer_id, a.starts_at, a.slot_minutes, a.gap_minutes)
					= (wanted.interviewer_id, wanted.s, wanted.minutes, wanted.gap)
			WHERE a.removed_at IS NULL`,
			array(batch, func(b []byte, a booking.Availability) []byte { return appendID(b, a.InterviewerID) }),
			array(batch, func(b []byte, a booking.Availability) []byte { return appendTime(b, a.Start) }),
			array(batch, func(b []byte, a booking.Availability) []byte { return appendInt(b, a.SlotMinutes) }),
			array(batch, func(b []byte, a booking.Availability) []byte { return appendInt(b, a.GapMinutes) })).Scan(&rows).Error
		return domains(rows), fault(err, "read the availability that equals %d others", len(batch))
	})
	there := make(map[booking.Likeness]booking.Availability, len(found))
	for _, a := range found {
		if other, twice := there[a.Likeness()]; !twice || a.ID < other.ID {
			there[a.Likeness()] = a
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
		if _, known := there[a.Likeness()]; !known {
			there[a.Likeness()] = a
			missing = append(missing, a)
		}
	}
	taken, err := tx.TakeIDs(ctx, AvailabilitiesTable, len(missing))
	if err != nil {
		return nil, err
	}
	for i := range missing {
		missing[i].ID = booking.AvailabilityID(taken[i])
		there[missing[i].Likeness()] = missing[i]
	}
	answer := make([]booking.AvailabilityID, len(wanted))
	for i, a := range wanted {
		answer[i] = there[a.Likeness()].ID
	}
	return answer, tx.LoadAvailabilities(ctx, missing)
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
			array(batch, func(b []byte, i booking.Interview) []byte { return appendID(b, i.StudentID) }),
			array(batch, func(b []byte, i booking.Interview) []byte { return appendID(b, i.InterviewerID) }),
			array(batch, func(b []byte, i booking.Interview) []byte { return appendTime(b, i.Start) }),
			array(batch, func(b []byte, i booking.Interview) []byte { return appendTime(b, i.End) })).Scan(&rows).Error
		return domains(rows), fault(err, "read %d interviews", len(batch))
	})
	slices.SortFunc(found, func(a, b booking.Interview) int { return cmp.Compare(a.ID, b.ID) })
	return slices.CompactFunc(found, func(a, b booking.Interview) bool { return a.ID == b.ID }), err
}

// BookSlots marks slots as booked and ends the holds on them. The slots must be locked.
func (tx *Tx) BookSlots(ctx context.Context, keys []booking.SlotID, now time.Time) error {
	for batch := range slices.Chunk(keys, loadBatch) {
		tx.changed(booking.SlotWasBooked, batch...)
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

// InterviewersByIDs returns the interviewers with the ids, in batches.
func (r *Reader) InterviewersByIDs(ctx context.Context, keys []booking.InterviewerID) ([]booking.Interviewer, error) {
	return inBatches(keys, func(batch []booking.InterviewerID) ([]booking.Interviewer, error) {
		return r.InterviewersByID(ctx, batch)
	})
}

// ManyRecords returns the records of the students, in batches. The records are consistent
// with each other only while the students are locked.
func (r *Reader) ManyRecords(ctx context.Context, keys []booking.StudentID) ([]booking.Record, error) {
	return inBatches(keys, func(batch []booking.StudentID) ([]booking.Record, error) {
		records, err := r.Records(ctx, batch)
		return slices.Collect(maps.Values(records)), err
	})
}
