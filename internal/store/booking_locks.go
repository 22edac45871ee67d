package store

import (
	"context"

	"rehearse/internal/booking"
)

// BookingLocks names the rows that LockForBooking locks.
type BookingLocks struct {
	Student     booking.StudentID
	Interviewer booking.InterviewerID
	Slot        booking.SlotID
	Exclusive   bool // locks the interviewer exclusively instead of shared
}

// BookingRows holds the rows that decide whether a student can book a slot.
type BookingRows struct {
	Record      booking.Record
	Interviewer booking.Interviewer
	Slot        booking.Slot
}

// LockForBooking locks the student, the interviewer and the slot, in this order, and
// reads the student's record after the first lock. The statements are those of the single
// methods, sent in one round trip; each sees what was committed before the preceding locks
// were acquired. NotFound names the missing row.
func (tx *Tx) LockForBooking(ctx context.Context, l BookingLocks) (BookingRows, error) {
	var lockedStudent studentRow
	var lockedInterviewer interviewerRow
	var lockedSlot slotRow
	var students, interviewers, slots int
	records := map[booking.StudentID]booking.Record{}
	interviewer := shareInterviewer
	if l.Exclusive {
		interviewer = lockInterviewer
	}
	err := tx.send(ctx,
		statement{lockStudent, []any{int64(l.Student)}, only(&lockedStudent, &students, studentColumns.targets)},
		readRecords([]booking.StudentID{l.Student}, newRecordRow(records)),
		statement{interviewer, []any{int64(l.Interviewer)}, only(&lockedInterviewer, &interviewers, interviewerColumns.targets)},
		statement{lockSlot, []any{int64(l.Slot)}, only(&lockedSlot, &slots, slotColumns.targets)})
	rows := BookingRows{Record: records[l.Student], Interviewer: lockedInterviewer.domain(), Slot: lockedSlot.domain()}
	switch {
	case err != nil:
		return rows, fault(err, "lock student %d, interviewer %d and slot %d", l.Student, l.Interviewer, l.Slot)
	case students == 0:
		return rows, booking.Missing("student", "studentId")
	case interviewers == 0:
		return rows, booking.Missing("interviewer", "interviewerId")
	case slots == 0:
		return rows, booking.Missing("slot", "slotId")
	}
	return rows, nil
}
