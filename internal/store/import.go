package store

import (
	"context"
	"slices"
	"strconv"

	"rehearse/internal/booking"
)

// What an import reads and locks, a batch of loadBatch at a time: the number of
// statements grows with the file, and the size of none does.

// StudentsByEmail reads the students who exist of those asked for.
func (r *Reader) StudentsByEmail(ctx context.Context, emails []string) ([]booking.Student, error) {
	return inBatches(emails, func(batch []string) ([]booking.Student, error) {
		var rows []studentRow
		err := r.db.WithContext(ctx).Where("email = ANY(?::text[])", array(batch, appendText)).Find(&rows).Error
		return domains(rows), fault(err, "read %d students by e-mail", len(batch))
	})
}

// InterviewersByEmail reads the interviewers who exist of those asked for.
func (r *Reader) InterviewersByEmail(ctx context.Context, emails []string) ([]booking.Interviewer, error) {
	return inBatches(emails, func(batch []string) ([]booking.Interviewer, error) {
		var rows []interviewerRow
		err := r.db.WithContext(ctx).Where("email = ANY(?::text[])", array(batch, appendText)).Find(&rows).Error
		return domains(rows), fault(err, "read %d interviewers by e-mail", len(batch))
	})
}

// Table names what ids are taken for.
type Table string

// Tables that an import writes to.
const (
	StudentsTable       Table = "students"
	InterviewersTable   Table = "interviewers"
	AvailabilitiesTable Table = "availabilities"
	SlotsTable          Table = "slots"
	InterviewsTable     Table = "interviews"
)

// TakeIDs takes n ids of a table that nobody else gets, in ascending order.
func (tx *Tx) TakeIDs(ctx context.Context, t Table, n int) ([]int64, error) {
	if n == 0 {
		return nil, nil
	}
	var taken []int64
	err := tx.db.WithContext(ctx).
		Raw("SELECT nextval(pg_get_serial_sequence(?, 'id')) FROM generate_series(1, ?)", string(t), n).Scan(&taken).Error
	slices.Sort(taken)
	return taken, fault(err, "take %d ids of %s", n, t)
}

// LockStudents makes every other operation on the interviews of these students
// wait until this transaction ends. They are locked by id, before anything else.
func (tx *Tx) LockStudents(ctx context.Context, keys []booking.StudentID) error {
	return lockInOrder(ctx, tx, "students", keys)
}

// LockInterviewers makes every other change of these interviewers and of what
// they publish wait until this transaction ends. They are locked by id, after
// the students.
func (tx *Tx) LockInterviewers(ctx context.Context, keys []booking.InterviewerID) error {
	return lockInOrder(ctx, tx, "interviewers", keys)
}

// LockSlots locks slots by id, after the people, and answers them as they are
// then.
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

// inBatches reads what many keys name, without one statement growing with them.
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
