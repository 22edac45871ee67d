package store

import (
	"context"

	"rehearse/internal/booking"
)

// Claim holds the rows that decide whether a student can book a slot.
type Claim struct {
	Record      booking.Record
	Interviewer booking.Interviewer
	Slot        booking.Slot
}

// LockClaim locks the student, the interviewer and the slot, in this order, and reads the
// student's record after the first lock. alone selects an exclusive lock of the
// interviewer instead of a shared one. The statements are those of the single methods,
// sent in one round trip; each sees what was committed before the preceding locks were
// acquired. NotFound names the missing row.
func (tx *Tx) LockClaim(
	ctx context.Context, student booking.StudentID, by booking.InterviewerID, slot booking.SlotID, alone bool,
) (Claim, error) {
	var lockedStudent studentRow
	var lockedInterviewer interviewerRow
	var lockedSlot slotRow
	var students, interviewers, slots int
	records := map[booking.StudentID]booking.Record{}
	interviewer := shareInterviewer
	if alone {
		interviewer = lockInterviewer
	}
	tx.in.students = append(tx.in.students, student)
	err := tx.send(ctx,
		statement{lockStudent, []any{int64(student)}, only(&lockedStudent, &students, studentColumns.targets)},
		readRecords([]booking.StudentID{student}, newRecordRow(records)),
		statement{interviewer, []any{int64(by)}, only(&lockedInterviewer, &interviewers, interviewerColumns.targets)},
		statement{lockSlot, []any{int64(slot)}, only(&lockedSlot, &slots, slotColumns.targets)})
	c := Claim{Record: records[student], Interviewer: lockedInterviewer.domain(), Slot: lockedSlot.domain()}
	switch {
	case err != nil:
		return c, fault(err, "lock student %d, interviewer %d and slot %d", student, by, slot)
	case students == 0:
		return c, booking.Missing("student", "studentId")
	case interviewers == 0:
		return c, booking.Missing("interviewer", "interviewerId")
	case slots == 0:
		return c, booking.Missing("slot", "slotId")
	}
	return c, nil
}
